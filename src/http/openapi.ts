/** The OpenAPI document, made from the schemas that check requests and answers. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { STATUS_CODES } from "node:http";
import { z } from "zod";
import type { HttpApp } from "./app.ts";
import { PROBLEM, problemSchema } from "./problem.ts";

const description = `Text in, durable audio out.

\`POST /audio/generate\` accepts a text and answers at once; the work survives the end of any process.
\`GET /audio/status/{execution_id}\` tells how far it is and, once there are any, where its audio and captions are.
Every error is Problem Details (RFC 9457).`;

const why: Record<number, string> = {
  400: "The request is not what is described here: the problem names the field, what it holds and what was expected",
  401: "The API key is missing or wrong",
  403: "Pages of that origin, or requests to that host name, are refused",
  404: "There is no such thing, or it has no such file (yet)",
  406: "Nothing acceptable",
  409: "It conflicts with what there is",
  412: "The file is not the one that If-Match names",
  413: "The body, the text or the metadata is larger than the settings allow",
  415: "The body is not application/json",
  416: "The range lies beyond the file; Content-Range tells its length",
  422: "Well formed, but it cannot be done: nothing to speak, an unknown voice, format or locale",
  429: "Too many runs wait to begin; Retry-After says when to ask again",
  500: "A fault of the server; the log has more under the trace_id",
  503: "The database or another part is away; Retry-After says when to ask again",
};

/** Responses for the errors an operation can answer with, beside those that any can. */
export function problems(...statuses: number[]) {
  const all = [...new Set([...statuses, 400, 401, 403, 500, 503])].toSorted((a, b) => a - b);
  const content = { [PROBLEM]: { schema: problemSchema } };
  const listed = all.map((status) => [status, { description: why[status] ?? STATUS_CODES[status]!, content }]);
  return {
    ...(Object.fromEntries(listed) as Record<number, never>),
    default: { description: "Another error", content },
  };
}

/** An operation's answer in JSON. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** An operation's answer that is a file. */
export function file(description: string, types: string[]) {
  const schema = z.string().meta({ format: "binary" });
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

export const executionId = z.object({
  execution_id: z.guid("expected a UUID such as 019aa3b2-7c1e-7c53-b7a0-4c1b2f0f7a11").describe("the run's id"),
});

const MOST = 100;
const someOf = `expected a whole number from 1 to ${MOST}`;

/** Of a list: how many at once. */
export const pageSize = z.coerce.number(someOf).int(someOf).min(1, someOf).max(MOST, someOf).default(20);

/** A workflow's or task's name. */
export const nameOf = (what: string) => z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, `expected ${what}`);

/** Operations that go on with the run of an answer. */
const FOLLOWING = ["audioStatus", "audioEvents", "audioFile", "cancelAudio", "retryAudio"];

type Operation = { responses?: Record<string, { headers?: object; links?: object }> };
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

/** Headers of answers, which the schemas cannot say: by path, method and status. */
const headers: [path: string, method: string, status: string, name: string, description: string][] = [
  ["/audio/generate", "post", "202", "Location", "where the run's status is"],
  ["/audio/{execution_id}/{file}", "get", "200", "ETag", "names these bytes, for If-None-Match and If-Range"],
  ["/audio/{execution_id}/{file}", "get", "206", "Content-Range", "what part this is"],
  ["/audio/{execution_id}/{file}", "get", "416", "Content-Range", "the length there is"],
];

export async function describeApi(server: FastifyInstance, { version, settings }: HttpApp): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Lector",
        version,
        description,
        license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
      },
      tags: [
        { name: "audio", description: "Text in, audio out" },
        { name: "runs", description: "Whatever is made, and what a person does to it" },
        { name: "schedules", description: "Runs that the clock starts" },
        { name: "voices", description: "Who speaks" },
        { name: "operation", description: "For whoever runs the server" },
      ],
      ...(settings.apiKey !== null && { security: [{ key: [] }] }),
      components: {
        securitySchemes: { key: { type: "http", scheme: "bearer", description: "The server's LECTOR_API_KEY" } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => finish(jsonSchemaTransformObject(document) as never) as never,
  });
  await server.register(swaggerUi, {
    routePrefix: "/docs",
    uiConfig: { deepLinking: true, url: "/openapi.json" },
    staticCSP: false,
  });
  let text: string | null = null;
  server.get("/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(server.swagger());
    return reply.type("application/json; charset=utf-8").send(text);
  });
}

function finish(document: Document): Document {
  const { schemas } = document.components;
  // every schema stands there twice, as what is sent and as what is answered: one will do where they are the same
  const used = JSON.stringify(document.paths);
  for (const name of Object.keys(schemas)) {
    if (name.endsWith("Input") && !used.includes(`#/components/schemas/${name}"`)) delete schemas[name];
  }
  for (const [path, method, status, name, about] of headers) {
    const response = document.paths[path]?.[method]?.responses?.[status];
    if (response)
      response.headers = { ...response.headers, [name]: { description: about, schema: { type: "string" } } };
  }
  const accepted = document.paths["/audio/generate"]?.["post"]?.responses?.["202"];
  const parameters = { execution_id: "$response.body#/execution_id" };
  if (accepted) accepted.links = Object.fromEntries(FOLLOWING.map((name) => [name, { operationId: name, parameters }]));
  return document;
}
