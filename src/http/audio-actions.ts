/** `POST /audio/:execution_id/cancel` and `/retry`. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { cancelRun } from "../orchestrator/cancel.ts";
import { findRun } from "../orchestrator/find.ts";
import { reopenRun } from "../orchestrator/reopen.ts";
import type { HttpApp } from "./app.ts";
import { executionId, json, problems } from "./openapi.ts";
import { runStatus } from "./run-view.ts";

const changed = z.object({ execution_id: z.guid(), status: runStatus }).meta({ id: "RunChanged" });

export function audioActions(server: FastifyInstance, { connection: { db }, worker }: HttpApp): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  // They want no body; whatever a client sends as one (a form of nothing, with curl -d "") is passed over.
  server.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    done(null);
  });

  routes.post(
    "/audio/:execution_id/cancel",
    {
      bodyLimit: 1024,
      schema: {
        tags: ["audio"],
        operationId: "cancelAudio",
        summary: "Stop a run",
        description: "Nothing of it starts any more, and what runs is stopped. A run that has ended stays as it is.",
        params: executionId,
        response: { 200: json("The run as it is now", changed), ...problems(404, 413) },
      },
    },
    async ({ params, log }) => {
      const id = params.execution_id.toLowerCase();
      const { status, changed } = await cancelRun(db, id, { by: "http" });
      if (changed) log.info({ execution_id: id }, "cancelled");
      return { execution_id: id, status: runStatus.parse(status) };
    },
  );

  routes.post(
    "/audio/:execution_id/retry",
    {
      bodyLimit: 1024,
      schema: {
        tags: ["audio"],
        operationId: "retryAudio",
        summary: "Go on with a run that failed or was cancelled",
        description: "The same run goes on; what is done stays done. 409 for a run that completed or is under way.",
        params: executionId,
        response: { 202: json("It goes on", changed), ...problems(404, 409, 413) },
      },
    },
    async ({ params, log }, reply) => {
      const id = params.execution_id.toLowerCase();
      await reopenRun(db, id, { by: "http", why: "POST /audio/:execution_id/retry" });
      worker.wake();
      log.info({ execution_id: id }, "reopened");
      const { status } = await findRun(db, id);
      return reply.code(202).send({ execution_id: id, status });
    },
  );
}
