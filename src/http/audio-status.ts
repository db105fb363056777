/** `GET /audio/status/:execution_id`: how far a run is, and what it made. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { HttpApp } from "./app.ts";
import { executionId, json, problems } from "./openapi.ts";
import { statusOf, statusSchema } from "./run-view.ts";

export function audioStatus(server: FastifyInstance, app: HttpApp): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    "/audio/status/:execution_id",
    {
      schema: {
        tags: ["audio"],
        operationId: "audioStatus",
        summary: "How far a run is, and where its audio is",
        params: executionId,
        response: { 200: json("The run as it is now", statusSchema), ...problems(404) },
      },
    },
    async ({ params }) => statusOf(app, params.execution_id.toLowerCase()),
  );
}
