/** `GET|HEAD /audio/:execution_id/:file`: audio and captions, streamed from the disk, in parts where asked for. */
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isActive } from "../orchestrator/cancel.ts";
import { findRun } from "../orchestrator/find.ts";
import { mediaTypeOf, mediaTypes } from "../workflows/media-types.ts";
import type { HttpApp } from "./app.ts";
import { publishedBy, type PublishedFile } from "./audio-files.ts";
import { executionId, file, problems } from "./openapi.ts";
import { NotStored } from "../storage/storage.ts";
import { Refusal } from "./problem.ts";

const described = z
  .looseObject({
    version: z.literal(1),
    execution_id: z.guid(),
    title: z.string().nullable(),
    locale: z.string(),
    voice: z.string(),
    content_hash: z.string(),
    sample_rate: z.int().describe("Hz"),
    samples: z.int().describe("of every decoded audio file"),
    duration_s: z.number(),
    loudness_lufs: z.number().nullable(),
    files: z.array(
      z.looseObject({
        name: z.string(),
        format: z.string(),
        media_type: z.string(),
        bytes: z.int(),
        sha256: z.string(),
      }),
    ),
  })
  .meta({ id: "Narration", description: "narration.json" });

const waveform = z
  .object({
    version: z.literal(2),
    channels: z.literal(1),
    sample_rate: z.int().describe("Hz"),
    samples_per_pixel: z.int(),
    bits: z.literal(8),
    length: z.int().describe("pixels"),
    data: z.array(z.int().min(-128).max(127)).describe("the lowest and the highest sample of each pixel"),
  })
  .meta({ id: "Waveform", description: "waveform.json, as audiowaveform writes it" });

const JSON_TYPE = "application/json";
const types = mediaTypes.filter((type) => type !== JSON_TYPE);
const whole = file("The whole file", types);
const jsonFile = { schema: z.union([described, waveform]) };
const wholeOrJson = { ...whole, content: { ...whole.content, [JSON_TYPE]: jsonFile } };

const params = executionId.extend({
  file: z
    .string()
    .min(1)
    .max(100)
    .describe(
      "such as `audio.mp3`, `captions.vtt`, `words.json`, `chapters.json`, `waveform.json` or `narration.json`",
    ),
});

const headers = z.looseObject({
  range: z.string().optional().describe("one range of bytes; several are answered with the whole file"),
  "if-none-match": z.string().optional(),
  "if-match": z.string().optional(),
  "if-range": z.string().optional(),
});

export function audioMedia(server: FastifyInstance, app: HttpApp): void {
  for (const method of ["GET", "HEAD"] as const) {
    server.withTypeProvider<ZodTypeProvider>().route({
      method,
      url: "/audio/:execution_id/:file(^\\w+\\.\\w+$)", // a dot: events, cancel and retry are no files
      exposeHeadRoute: false,
      schema: {
        tags: ["audio"],
        operationId: method === "GET" ? "audioFile" : "audioFileHead",
        summary: method === "GET" ? "The audio and its captions" : "What GET would say of the file",
        params,
        headers,
        response: {
          200: wholeOrJson,
          206: file("The part that was asked for", types),
          304: z.undefined().describe("If-None-Match names the file as it is"),
          ...problems(404, 412, 416),
        },
      },
      handler: async (request, reply) => send(app, request, reply, request.params as z.output<typeof params>),
    });
  }
}

async function send(
  app: HttpApp,
  request: FastifyRequest,
  reply: FastifyReply,
  params: { execution_id: string; file: string },
): Promise<FastifyReply> {
  const found = await findFile(app, params.execution_id.toLowerCase(), params.file);
  const etag = `"${found.sha256}"`;
  const known = {
    etag,
    "cache-control": "private, no-cache", // it is asked for again, since a restart may make it anew; a 304 is cheap
    "accept-ranges": isJson(found.name) ? "none" : "bytes",
  };
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && !names(ifMatch, etag, { weak: false })) throw changed(params.file, known);
  reply.headers(known);
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag, { weak: true })) return reply.code(304).send();
  const part = partOf(request, found, etag);
  const from = part?.start ?? 0;
  const to = part?.end ?? found.bytes - 1;
  reply
    .code(part ? 206 : 200)
    .type(mediaTypeOf(found.name))
    .header("content-length", to - from + 1);
  if (part) reply.header("content-range", `bytes ${from}-${to}/${found.bytes}`);
  if (request.method === "HEAD") return reply.send();
  return reply.send(await read(app, found, from, to));
}

/** Throws 404s that say why: no such run, nothing made yet, or no file of that name. */
async function findFile(app: HttpApp, id: string, name: string): Promise<PublishedFile> {
  const run = await findRun(app.connection.db, id);
  const published = await publishedBy(app, run);
  const found = published?.files.find((each) => each.name === name);
  if (found) return found;
  const members = { run_status: run.status };
  if (published) {
    const there = published.files.map((each) => each.name).join(", ");
    throw new Refusal(404, "no_such_file", `The run ${id} has no file of that name. There are: ${there}.`, { members });
  }
  const yet = isActive(run.status) ? "is there yet; follow it at" : "was made; see";
  throw new Refusal(404, "nothing_there", `The run ${id} is ${run.status}: nothing ${yet} /audio/status/${id}.`, {
    members,
  });
}

function changed(name: string, headers: Record<string, string>): Refusal {
  const detail = `${name} is not the one that If-Match names. Leave it out, or ask for the ETag with HEAD.`;
  return new Refusal(412, "changed", detail, { headers: { etag: headers["etag"]! } });
}

/** RFC 9110, 8.8.3.2; no ETag of ours holds a comma. */
function names(header: string, etag: string, { weak }: { weak: boolean }): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((each) => each.trim().replace(weak ? /^W\// : "", "") === etag);
}

/** The description is small and always given whole: a part of JSON is no JSON. */
const isJson = (name: string) => name.endsWith(".json");

type Part = { start: number; end: number };

/** Null: the whole. */
function partOf(request: FastifyRequest, { name, bytes }: PublishedFile, etag: string): Part | null {
  const { range, "if-range": ifRange } = request.headers as z.output<typeof headers>;
  if (isJson(name) || range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return null;
  const part = parseRange(range, bytes);
  if (part !== "beyond") return part;
  throw new Refusal(416, "range_not_satisfiable", `The range ${range.slice(0, 100)} lies beyond the ${bytes} bytes.`, {
    headers: { "content-range": `bytes */${bytes}`, "accept-ranges": "bytes", etag },
  });
}

/**
 * RFC 9110, 14.1.2 and 14.2: `FIRST-LAST`, `FIRST-` or `-LENGTH`, of which what exceeds the file is cut. Several ranges,
 * another unit, and what is no range are as if nothing had been asked for: null.
 */
export function parseRange(header: string, bytes: number): Part | "beyond" | null {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header.trim());
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return null;
  if (first === "") {
    if (Number(last) === 0 || bytes === 0) return "beyond";
    return { start: Math.max(0, bytes - Number(last)), end: bytes - 1 };
  }
  if (last !== "" && Number(last) < Number(first)) return null;
  if (Number(first) >= bytes) return "beyond";
  return { start: Number(first), end: last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}

/** Opened before anything is answered, so that a file that is lost is an error and no half answer. */
async function read(
  { storage, logger }: HttpApp,
  { key, bytes }: PublishedFile,
  start: number,
  end: number,
): Promise<Readable> {
  const path = await storage.local(key).catch((cause: unknown) => {
    if (!(cause instanceof NotStored)) throw cause;
    logger.error({ err: cause }, "a published file is lost");
    const detail = "This file is lost from the storage. POST /audio/generate with the same text makes it again.";
    throw new Refusal(404, "audio_lost", detail, { cause });
  });
  const handle = await open(path);
  const { size } = await handle.stat();
  if (size === bytes) return handle.createReadStream({ start, end, highWaterMark: 128 * 1024 });
  await handle.close();
  throw new Error(`The stored file ${key} has ${size} bytes instead of ${bytes}.`);
}
