/** `GET /audio/status/:execution_id`, which is `GET /v1/runs/:execution_id`: how far a run is, and what it made. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { HttpApp } from "./app.ts";
import { executionId, json, problems } from "./openapi.ts";
import { statusOf, statusSchema } from "./run-view.ts";

const places = [
  { url: "/audio/status/:execution_id", tag: "audio", operationId: "audioStatus" },
  { url: "/v1/runs/:execution_id", tag: "runs", operationId: "run" },
];

export function runStatus(server: FastifyInstance, app: HttpApp): void {
  for (const { url, tag, operationId } of places) {
    server.withTypeProvider<ZodTypeProvider>().get(
      url,
      {
        schema: {
          tags: [tag],
          operationId,
          summary: "How far a run is, and where its audio is",
          params: executionId,
          response: { 200: json("The run as it is now", statusSchema), ...problems(404) },
        },
      },
      async ({ params }) => statusOf(app, params.execution_id.toLowerCase()),
    );
  }
}
