/**
 * `GET /audio/:execution_id/events`: a run's history and what is added to it, as Server-Sent Events.
 *
 * What has an id is history: whoever comes back with the last one they saw (`Last-Event-ID`) misses nothing and sees
 * nothing twice. Progress has no id and is sent at most twice a second. A client that reads slowly is read for slowly:
 * its events stay in the database, and at most 64 KiB of them here.
 */
import type { ServerResponse } from "node:http";
import { sql } from "kysely";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Queryable } from "../database/connect.ts";
import { InvalidCursor, type FeedEvent } from "../orchestrator/feed.ts";
import { RunNotFound } from "../orchestrator/find.ts";
import type { HttpApp } from "./app.ts";
import { executionId, problems } from "./openapi.ts";
import { Refusal } from "./problem.ts";
import { runStatus, stepSchema } from "./run-view.ts";
import { openRunWatch, type Look, type RunWatch } from "./run-watch.ts";

const HEARTBEAT_MS = 15_000;
/** Bytes that wait for the client; from here on nothing more is read for it until they are gone. */
const FULL = 32 * 1024;
/** A client that takes nothing for so long is gone. */
const STALLED_MS = 30_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 2000;

const told = z
  .object({
    execution_id: z.guid(),
    seq: z.int().min(1).describe("counts the events of this run, without gaps"),
    kind: z.string(),
    at: z.string().meta({ format: "date-time" }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "RunEvent", description: "What happened to a run or to one of its child runs" });

const progressed = z
  .object({
    execution_id: z.guid(),
    status: runStatus,
    progress: z.number().min(0).max(100),
    steps: z.array(stepSchema).describe("those under way"),
  })
  .meta({ id: "RunProgress", description: "How far the run is" });

/** JSON as the text of a field, described by a schema that has an id. */
const jsonText = (schema: z.ZodType) => {
  const contentSchema = { $ref: `#/components/schemas/${schema.meta()!.id}` };
  return z.string().meta({ contentMediaType: "application/json", contentSchema });
};

/** One event of the stream: OpenAPI 3.1 has no word for a stream's items, and tools take its schema for that. */
const streamEvent = z.union([
  z.looseObject({ id: z.string(), event: z.string().regex(/^(run|step)\./), data: jsonText(told) }),
  z.looseObject({ event: z.enum(["progress", "end"]), data: jsonText(progressed) }),
]);

const stream = {
  description: "The stream; the schema is that of one event",
  content: { "text/event-stream": { schema: streamEvent } },
};

const description = `Each event has the \`event\` name of what happened (\`run.created\`, \`step.started\`, \`step.done\`, …), an \`id\` to come back with, and as
data \`{ execution_id, seq, kind, at, data }\`, of the run and its child runs. \`progress\` events have no id. When the run has ended, \`event: end\` ends the stream.
A run that was superseded ends with \`run.cancelled\`, whose data names in \`superseded_by\` the run to follow from there.`;

export function audioEvents(server: FastifyInstance, app: HttpApp): void {
  const watch = openRunWatch(app);
  const streams = new Set<{ close(): void }>();
  server.addHook("preClose", async () => {
    watch.close();
    streams.forEach((stream) => stream.close()); // clients come back, to another process or to the next one
  });
  server.withTypeProvider<ZodTypeProvider>().get(
    "/audio/:execution_id/events",
    {
      exposeHeadRoute: false,
      schema: {
        tags: ["audio"],
        operationId: "audioEvents",
        summary: "Follow a run live (Server-Sent Events)",
        description,
        params: executionId,
        querystring: z.object({ after: z.string().optional().describe("an event's id: only what came later") }),
        headers: z.looseObject({ "last-event-id": z.string().optional().describe("goes before `after`") }),
        response: { 200: stream, ...problems(404) },
      },
    },
    async (request, reply) => {
      const root = await rootOf(app.connection.db, request.params.execution_id.toLowerCase());
      if (reply.raw.destroyed) return void reply.hijack(); // it left meanwhile, and no 'close' will come to end a stream
      const after = request.headers["last-event-id"] || request.query.after || null;
      const stream = openStream(reply, { app, watch, root, after });
      streams.add(stream);
      reply.raw.once("close", () => streams.delete(stream));
    },
  );
}

async function rootOf(db: Queryable, id: string): Promise<string> {
  const { rows } = await sql<{ root_id: string }>`
    select root_id from lector.workflow_instances where execution_id = ${id}`.execute(db);
  if (!rows[0]) throw new RunNotFound(id);
  return rows[0].root_id;
}

type Follow = { app: HttpApp; watch: RunWatch; root: string; after: string | null };

function openStream(reply: FastifyReply, { app, watch, root, after }: Follow): { close(): void } {
  let cursor = after;
  let following: { close(): void } | null = null;
  let sentProgress = "";
  let stalled: NodeJS.Timeout | null = null;
  const { raw } = reply;

  function follow(): void {
    following = app.feed.follow(root, cursor, take);
  }

  function take(events: FeedEvent[]): void {
    for (const event of events) {
      if (isFull(raw)) return pause();
      raw.write(eventText(event));
      cursor = event.cursor;
      if (event.executionId === root && event.kind.startsWith("run.")) watch.look(root);
    }
  }

  /** Goes on behind the last event that was written, once the client has taken what waits. */
  function pause(): void {
    following?.close();
    following = null;
    stalled ??= setTimeout(() => raw.destroy(), STALLED_MS);
    raw.write(":\n\n", resume); // written last, so called when all before it is gone
  }

  function resume(): void {
    if (stalled) clearTimeout(stalled);
    stalled = null;
    if (!following && !raw.destroyed && !raw.writableEnded) follow();
  }

  function seen({ progress, lastCursor }: Look): void {
    if (raw.writableEnded || !following) return;
    if (lastCursor !== null && lastCursor === cursor) return void raw.end(`event: end\ndata: ${progress}\n\n`);
    if (progress === sentProgress || isFull(raw)) return;
    sentProgress = progress;
    raw.write(`event: progress\ndata: ${progress}\n\n`);
  }

  begin(cursor);
  reply.hijack();
  const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };
  raw.writeHead(200, { ...(reply.getHeaders() as object), ...headers, "x-accel-buffering": "no" });
  raw.write(`retry: ${RETRY_MS}\n\n`);
  const watching = watch.watch(root, seen);
  const heartbeat = setInterval(() => void (isFull(raw) || raw.write(":\n\n")), HEARTBEAT_MS);
  raw.on("error", () => {}); // 'close' follows
  raw.once("close", () => {
    following?.close();
    watching.close();
    clearInterval(heartbeat);
    if (stalled) clearTimeout(stalled);
  });
  return { close: () => raw.end() };

  /** A cursor that is none is refused while there is still an answer to refuse it with. */
  function begin(given: string | null): void {
    try {
      follow();
    } catch (error) {
      if (!(error instanceof InvalidCursor)) throw error;
      const field = "Last-Event-ID";
      throw new Refusal(400, "invalid_cursor", `${error.message} Leave it out to read from the beginning.`, {
        errors: [{ field, value: given?.slice(0, 100), expected: "expected the id of an event of this stream" }],
      });
    }
  }
}

const isFull = (raw: ServerResponse) => raw.writableLength > FULL;

function eventText({ cursor, executionId, seq, kind, at, data }: FeedEvent): string {
  const told = { execution_id: executionId, seq, kind, at: at.toISOString(), data };
  return `id: ${cursor}\nevent: ${kind}\ndata: ${JSON.stringify(told)}\n\n`;
}
