/** `/v1/dead-letters`: steps that failed for good, with every failure that led there, and their replay. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { findDeadLetter, listDeadLetters, replayDeadLetter } from "../orchestrator/dead-letters.ts";
import { presentDeadLetter } from "../orchestrator/present.ts";
import type { HttpApp } from "./app.ts";
import { json, nameOf, pageSize, problems } from "./openapi.ts";
import { BODY_BYTES, changed, passOverOtherBodies, reasonBody, reasonOf } from "./run-actions.ts";
import { errorSchema, runStatus, time } from "./run-view.ts";

const letterFields = {
  task_id: z.guid(),
  execution_id: z.guid().describe("the run whose step it is"),
  root_id: z.guid().describe("the run at the top, which a replay reopens"),
  run_status: runStatus.describe("that of the run at the top"),
  workflow: z.string(),
  step: z.int().min(1),
  item: z.int().min(0).nullable().describe("its place, where the step has one task per element"),
  name: z.string(),
  task_type: z.string(),
  state: z
    .string()
    .describe("`failed`; in one that was replayed, the step's state now; `discarded` where a restart put it aside"),
  attempt: z.int().min(0),
  failures: z.int().min(0),
  lost: z.int().min(0).describe("attempts whose worker died or froze"),
  error: errorSchema.nullable(),
  failed_at: time.nullable(),
};

const letter = z.object(letterFields).meta({ id: "DeadLetter" });

const causeSchema = z.looseObject({ code: z.string(), message: z.string() });

const autopsy = z
  .object({
    ...letterFields,
    input: z.unknown().describe("what the step got; a large value as a reference"),
    causes: z.array(
      z.object({ attempt: z.int(), at: time, kind: z.enum(["retried", "failed"]), error: causeSchema.nullable() }),
    ),
    revivals: z
      .array(z.object({ at: time, kind: z.enum(["reopened", "restarted"]), data: z.record(z.string(), z.unknown()) }))
      .describe("who reopened or restarted the run at the top, why, and from which failure"),
  })
  .meta({ id: "DeadLetterInFull" });

const page = z
  .object({
    dead_letters: z.array(letter),
    next_cursor: z.string().nullable().describe("gives the next page; null: this was the last"),
  })
  .meta({ id: "DeadLetters" });

const query = z.strictObject({
  workflow: nameOf("a workflow's name").optional().describe("only of runs of this workflow"),
  task_type: nameOf("a task's name").optional().describe("only of this task"),
  limit: pageSize,
  cursor: z.string().max(200).optional().describe("next_cursor of the page before"),
});

const params = z.object({ task_id: z.guid("expected a UUID, as the list gives it").describe("the step's id") });

export function deadLetters(server: FastifyInstance, { connection: { db }, worker }: HttpApp): void {
  passOverOtherBodies(server);
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const about = { tags: ["runs"], params };

  routes.get(
    "/v1/dead-letters",
    {
      schema: {
        tags: ["runs"],
        operationId: "listDeadLetters",
        summary: "Steps that failed for good, the newest failure first",
        querystring: query,
        response: { 200: json("A page of them", page), ...problems() },
      },
    },
    async ({ query: { task_type: taskType, ...rest } }) => {
      const { letters, nextCursor } = await listDeadLetters(db, { taskType, ...rest });
      return { dead_letters: letters.map(presentDeadLetter), next_cursor: nextCursor };
    },
  );

  const summary = "One of them, with each attempt's failure";
  routes.get(
    "/v1/dead-letters/:task_id",
    {
      schema: {
        ...about,
        operationId: "deadLetter",
        summary,
        response: { 200: json(summary, autopsy), ...problems(404) },
      },
    },
    async ({ params: { task_id: id } }) => {
      const { input, causes, revivals, ...found } = await findDeadLetter(db, id.toLowerCase());
      const timed = <T extends { at: Date }>(each: T) => ({ ...each, at: each.at.toISOString() });
      return { ...presentDeadLetter(found), input, causes: causes.map(timed), revivals: revivals.map(timed) };
    },
  );

  routes.post(
    "/v1/dead-letters/:task_id/replay",
    {
      bodyLimit: BODY_BYTES,
      schema: {
        ...about,
        operationId: "replayDeadLetter",
        summary: "Run it again, in its run",
        description: `The run at the top is reopened, with all in it that failed; what is done is used again. Replayed once more it does no harm: the run stays
as it is. 409 where another active run does the same, or the step could not be opened.`,
        body: reasonBody,
        response: { 202: json("The run as it is now", changed), ...problems(404, 409, 413) },
      },
    },
    async (request, reply) => {
      const {
        executionId,
        status,
        changed: now,
      } = await replayDeadLetter(db, request.params.task_id.toLowerCase(), reasonOf(request));
      worker.wake();
      request.log.info({ execution_id: executionId, status }, now ? "replayed" : "had been replayed");
      return reply.code(202).send({ execution_id: executionId, status });
    },
  );
}
