/** W3C Trace Context, and the log: one line a request, each with its `trace_id`. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

type Traceparent = { traceId: string; flags: string };

/** https://www.w3.org/TR/trace-context/#traceparent-header; null where it is invalid and a new trace must begin. */
export function parseTraceparent(header: unknown): Traceparent | null {
  const match = typeof header === "string" ? FORM.exec(header.trim()) : null;
  if (!match) return null;
  const [, version, traceId, parent, flags, more] = match;
  if (version === "ff" || /^0+$/.test(traceId!) || /^0+$/.test(parent!)) return null;
  if (version === "00" && more) return null;
  return { traceId: traceId!, flags: flags! };
}

/** The request's id is its trace's id. */
export function traceIdOf(raw: Pick<IncomingMessage, "headers">): string {
  return parseTraceparent(raw.headers["traceparent"])?.traceId ?? randomBytes(16).toString("hex");
}

/** What goes on with the run: the same trace, this request as the parent. */
export function traceparentOf(request: FastifyRequest): string {
  const flags = parseTraceparent(request.headers["traceparent"])?.flags ?? "00";
  return `00-${request.id}-${randomBytes(8).toString("hex")}-${flags}`;
}

/** Requests that come by themselves, again and again. */
const routine = /^\/(health|metrics)/;

/** When all is sent, or the client has left before: a listener, a download that is broken off. */
export function logRequests(server: FastifyInstance): void {
  server.addHook("onRequest", async (request, reply) => {
    logAtEnd(request, reply);
  });
}

/** For a request that came to no hook, too: one whose address cannot be read. */
export function logAtEnd(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once("close", () => log(request, reply));
}

function log(request: FastifyRequest, reply: FastifyReply): void {
  const { execution_id } = (request.params ?? {}) as { execution_id?: string };
  const path = request.url.split("?", 1)[0]!.slice(0, 500); // a query may hold what is nobody's business
  const fields = {
    method: request.method,
    path,
    ...(reply.raw.headersSent && { status: reply.statusCode }),
    ...(!reply.raw.writableFinished && { aborted: true }),
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(execution_id && { execution_id }),
  };
  request.log[routine.test(path) ? "debug" : "info"](fields, "request");
}
