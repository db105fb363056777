/** `GET /audio`, which is `GET /v1/runs`: the runs there are, newest first, page by page. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { listRuns } from "../orchestrator/find.ts";
import { presentRun } from "../orchestrator/present.ts";
import type { HttpApp } from "./app.ts";
import { json, nameOf, pageSize, problems } from "./openapi.ts";
import { runSchema, runStatus } from "./run-view.ts";

const query = z.strictObject({
  status: runStatus.optional().describe("only runs with this status"),
  user_id: z
    .string()
    .min(1)
    .max(200)
    .refine((value) => !value.includes("\0"), "expected no NUL character")
    .optional()
    .describe("only runs with this user_id in their metadata"),
  workflow: nameOf("a workflow's name").optional().describe("only runs of this workflow"),
  schedule_id: z.guid("expected a schedule's id").optional().describe("only runs that this schedule started"),
  limit: pageSize,
  cursor: z.guid("expected the next_cursor of the page before").optional().describe("next_cursor of the page before"),
});

const page = z
  .object({
    runs: z.array(runSchema),
    next_cursor: z.string().nullable().describe("gives the next page; null: this was the last"),
  })
  .meta({ id: "Runs" });

const places = [
  { url: "/audio", tag: "audio", operationId: "listAudio" },
  { url: "/v1/runs", tag: "runs", operationId: "listRuns" },
];

export function runList(server: FastifyInstance, { connection: { db } }: HttpApp): void {
  for (const { url, tag, operationId } of places) {
    server.withTypeProvider<ZodTypeProvider>().get(
      url,
      {
        schema: {
          tags: [tag],
          operationId,
          summary: "The runs there are, newest first",
          querystring: query,
          response: { 200: json("A page of runs", page), ...problems() },
        },
      },
      async ({ query: { status, workflow, user_id: userId, schedule_id: scheduleId, limit, cursor: before } }) => {
        const found = await listRuns(db, { status, workflow, userId, scheduleId, before, limit: limit + 1 });
        const runs = found.slice(0, limit);
        return { runs: runs.map(presentRun), next_cursor: found.length > limit ? runs.at(-1)!.executionId : null };
      },
    );
  }
}
