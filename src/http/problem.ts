/** Every error as Problem Details (RFC 9457): `application/problem+json`. */
import { STATUS_CODES } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import { isConnectionError } from "../database/connect.ts";
import { brief, faultsOf } from "./validation.ts";

export const PROBLEM = "application/problem+json";

export const problemSchema = z
  .looseObject({
    type: z.string().describe("urn:lector:problem: and the error's name, for programs"),
    title: z.string().describe("the status in words"),
    status: z.int().min(400).max(599),
    detail: z.string().describe("what is wrong with this request, and what to do next"),
    trace_id: z.string().optional().describe("finds the request in the log"),
    errors: z
      .array(z.object({ field: z.string(), value: z.unknown().optional(), expected: z.string(), detail: z.string() }))
      .optional()
      .describe("each field that is wrong, what it holds (shortened) and what would be right"),
  })
  .meta({ id: "Problem", description: "Problem Details, RFC 9457" });

export type Fault = { field: string; value?: unknown; expected: string };

/** An answer other than the wanted one. `name` becomes the problem's type. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;
  constructor(
    status: number,
    type: string,
    detail: string,
    o: { errors?: Fault[]; members?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: o.cause });
    this.name = "Refusal";
    this.status = status;
    this.type = type;
    this.members = {
      ...o.members,
      ...(o.errors && { errors: o.errors.map((fault) => ({ ...fault, detail: sentenceOf(fault) })) }),
    };
    this.headers = o.headers ?? {};
  }
}

function sentenceOf({ value, expected }: Fault): string {
  const got = value === undefined ? "" : `, got ${JSON.stringify(value)}`;
  return `${expected[0]!.toUpperCase()}${expected.slice(1)}${got}.`;
}

/** Errors of the domains by name: they say what is wrong in words made for whoever asked. */
const known: Record<string, { status: number; type: string }> = {
  UnusableInput: { status: 422, type: "unusable_input" },
  UnknownVoice: { status: 422, type: "unknown_voice" },
  VoiceError: { status: 422, type: "unusable_voice" },
  UnknownFormat: { status: 422, type: "unknown_format" },
  UnstorableValue: { status: 422, type: "unusable_input" },
  IdempotencyConflict: { status: 409, type: "idempotency_key_reused" },
  RunConflict: { status: 409, type: "run_conflict" },
  UnknownStep: { status: 422, type: "unknown_step" },
  DeadLetterNotFound: { status: 404, type: "dead_letter_not_found" },
  InvalidSchedule: { status: 422, type: "invalid_schedule" },
  ScheduleNotFound: { status: 404, type: "schedule_not_found" },
  ScheduleConflict: { status: 409, type: "schedule_conflict" },
  InvalidDeadLetterCursor: { status: 400, type: "invalid_cursor" },
};

/** Some name the field of the value that was given, and say what would be right. */
function faultIn(error: Error): { errors?: Fault[] } {
  if (!("field" in error) || typeof error.field !== "string") return {};
  const { field, expected = "expected a value that can be stored" } = error as Error &
    Partial<Fault> & { field: string };
  return { errors: [{ field, ...("value" in error && { value: brief(error.value) }), expected }] };
}

/** Fastify's own, where its words can be bettered. */
const framework: Record<string, { type: string; detail(request: FastifyRequest): string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    type: "body_too_large",
    detail: (request) => `The body has more than ${request.routeOptions.bodyLimit} bytes. Send less.`,
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    type: "unsupported_media_type",
    detail: (request) =>
      `The body's Content-Type is ${shown(request.headers["content-type"] ?? "missing")}. Send application/json.`,
  },
};

const shown = (value: string) => JSON.stringify(value.slice(0, 100));

/** The error as a refusal; null for a fault of ours, of which nothing is told. */
export function refusalOf(error: unknown, request: FastifyRequest): Refusal | null {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return null;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error as never, request);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const own = known[error.name];
  if (own) return new Refusal(own.status, own.type, error.message, { ...faultIn(error), cause: error });
  if (error.name === "RunNotFound") return new Refusal(404, "run_not_found", runNotFound(request), { cause: error });
  if (request.raw.destroyed && !request.raw.complete) return new Refusal(400, "aborted", "The request broke off.");
  if (isConnectionError(error)) return unavailable(request, error);
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  if (status < 400 || status >= 500) return null;
  const better = framework[code];
  return new Refusal(status, better?.type ?? slug(status), better?.detail(request) ?? error.message, { cause: error });
}

function runNotFound(request: FastifyRequest): string {
  const { execution_id: id } = request.params as { execution_id?: string };
  return `No run has the execution_id ${id}. GET /audio lists the runs there are.`;
}

/** The answer of the database to a change may be what was lost. */
function unavailable({ method }: FastifyRequest, cause: unknown): Refusal {
  const asks = method === "GET" || method === "HEAD";
  const again = asks
    ? "Try again in a moment."
    : "Whether this was done is not known. Try again in a moment; the same Idempotency-Key never starts a run twice.";
  const headers = { "retry-after": "2" };
  return new Refusal(503, "unavailable", `The database cannot be reached. ${again}`, { headers, cause });
}

function invalid(error: { validation: unknown[]; validationContext?: string }, request: FastifyRequest): Refusal {
  const part = error.validationContext ?? "body";
  const errors = faultsOf(error.validation as never, partOf(part, request), part === "body" ? "" : part);
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : "";
  const got = first && "value" in first ? `, got ${JSON.stringify(first.value)}` : "";
  return new Refusal(400, "invalid_request", `${first?.field}: ${first?.expected}${got}${more}.`, { errors });
}

function partOf(part: string, request: FastifyRequest): unknown {
  if (part === "params") return request.params;
  if (part === "querystring") return request.query;
  return part === "headers" ? request.headers : request.body;
}

const slug = (status: number) => (STATUS_CODES[status] ?? "error").toLowerCase().replaceAll(/[^a-z]+/g, "_");

/** The body of an answer, as JSON text. */
export function problemText(refusal: Refusal, traceId?: string): string {
  return JSON.stringify({
    type: `urn:lector:problem:${refusal.type}`,
    title: STATUS_CODES[refusal.status] ?? "Error",
    status: refusal.status,
    detail: refusal.message,
    ...(traceId && { trace_id: traceId }),
    ...refusal.members,
  });
}

const internal = () =>
  new Refusal(500, "internal", "Something went wrong on the server. Its log has more under this trace_id.");

/** Fastify's error handler. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const told = refusalOf(error, request);
  const refusal = told ?? internal();
  const level = !told ? "error" : refusal.status >= 500 ? "warn" : "debug";
  request.log[level]({ err: (told ? refusal.cause : error) ?? refusal }, refusal.message);
  void reply
    .code(refusal.status)
    .headers({ "cache-control": "no-store", ...refusal.headers })
    .type(PROBLEM)
    .send(Buffer.from(problemText(refusal, request.id))); // Fastify would add a charset to a text
}
