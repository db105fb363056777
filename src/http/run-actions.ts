/** What a person does to a run: cancel, retry, pause, resume, restart. The first two are there under `/audio` as well. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { cancelRun } from "../orchestrator/cancel.ts";
import { pauseRun, resumeRun } from "../orchestrator/pause.ts";
import { reopenRun } from "../orchestrator/reopen.ts";
import type { Reason } from "../orchestrator/tree.ts";
import type { HttpApp } from "./app.ts";
import { executionId, json, problems } from "./openapi.ts";
import { runStatus } from "./run-view.ts";

export const changed = z.object({ execution_id: z.guid(), status: runStatus }).meta({ id: "RunChanged" });

/** A body of a few words. */
export const BODY_BYTES = 4096;

const why = z.string().max(500).optional().describe("goes into the run's history");

/** What an action may be told. Nothing need be sent. */
export const reasonBody = z.strictObject({ why }).nullish();

const restartBody = z.strictObject({
  step: z
    .union([z.string().max(63), z.int().min(1).max(100)], "expected a step's name, or its number from 1")
    .describe("its name, or its number from 1: this one and all after it run again"),
  why,
});

type Act = (executionId: string, reason: Reason, app: HttpApp) => Promise<string>;

type Action = { verb: string; summary: string; description: string; status: 200 | 202; done: string; act: Act };

const cancel: Action = {
  verb: "cancel",
  summary: "Stop a run",
  description: "Nothing of it starts any more, and what runs is stopped. A run that has ended stays as it is.",
  status: 200,
  done: "The run as it is now",
  act: async (id, reason, { connection: { db } }) => (await cancelRun(db, id, reason)).status,
};

const retry: Action = {
  verb: "retry",
  summary: "Go on with a run that failed, timed out or was cancelled",
  description: "The same run goes on; what is done stays done. 409 for a run that completed or is under way.",
  status: 202,
  done: "It goes on",
  act: (id, reason, { connection: { db } }) => reopenRun(db, id, reason),
};

const pause: Action = {
  verb: "pause",
  summary: "Start nothing more of a run",
  description:
    "What runs may end, and what follows waits for a resume, in its child runs too. 409 for a run that has ended.",
  status: 200,
  done: "The run is paused",
  act: async (id, reason, { connection: { db } }) => (await pauseRun(db, id, reason)).status,
};

const resume: Action = {
  verb: "resume",
  summary: "Go on with a paused run",
  description: "A run that is not paused stays as it is. 409 for a run that has ended.",
  status: 200,
  done: "It goes on",
  act: async (id, reason, { connection: { db } }) => (await resumeRun(db, id, reason)).status,
};

/** Under `/audio` nothing can be said with it, as it always was. */
const places = [
  { path: "/audio", tag: "audio", noun: "Audio", actions: [cancel, retry] },
  { path: "/v1/runs", tag: "runs", noun: "Run", actions: [cancel, retry, pause, resume], body: reasonBody },
];

export function runActions(server: FastifyInstance, app: HttpApp): void {
  passOverOtherBodies(server);
  for (const { path, tag, noun, actions, body } of places) {
    for (const { verb, summary, description, status, done, act } of actions) {
      server.withTypeProvider<ZodTypeProvider>().post(
        `${path}/:execution_id/${verb}`,
        {
          bodyLimit: BODY_BYTES,
          schema: {
            tags: [tag],
            operationId: `${verb}${noun}`,
            summary,
            description,
            params: executionId,
            ...(body && { body }),
            response: { [status]: json(done, changed), ...problems(404, 409, 413) },
          },
        },
        async (request, reply) => {
          const id = request.params.execution_id.toLowerCase();
          const now = await act(id, reasonOf(request), app);
          app.worker.wake();
          request.log.info({ execution_id: id, status: now }, verb);
          return reply.code(status).send({ execution_id: id, status: now } as never);
        },
      );
    }
  }
  restart(server, app);
}

function restart(server: FastifyInstance, { worker }: HttpApp): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/v1/runs/:execution_id/restart",
    {
      bodyLimit: BODY_BYTES,
      schema: {
        tags: ["runs"],
        operationId: "restartRun",
        summary: "Run a run again from one of its steps",
        description: `The same run goes back to that step, on what the steps before it gave; what runs of it from there on is stopped. A paused run stays paused.
409 where it has not come to that step.`,
        params: executionId,
        body: restartBody,
        response: { 202: json("It goes back", changed), ...problems(404, 409, 413, 422) },
      },
    },
    async (request, reply) => {
      const id = request.params.execution_id.toLowerCase();
      const { status, name } = await worker.restart(id, request.body.step, reasonOf(request));
      worker.wake();
      request.log.info({ execution_id: id, status, step: name }, "restart");
      return reply.code(202).send({ execution_id: id, status });
    },
  );
}

/** Who did it, over what, and why, if that was said. */
export function reasonOf(request: FastifyRequest): Reason {
  const { why } = (request.body ?? {}) as { why?: string };
  return { by: "http", why: why ?? `POST ${request.routeOptions.url}` };
}

/** No body is needed; whatever a client sends as one (a form of nothing, with curl -d "") is passed over. */
export function passOverOtherBodies(server: FastifyInstance): void {
  server.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    done(null);
  });
}
