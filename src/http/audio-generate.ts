/** `POST /audio/generate`: a text is accepted, and will be spoken whatever happens to this process. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { UnknownVoice } from "../catalog/voices.ts";
import { charactersOf } from "../narration/plan.ts";
import { acceptedBefore } from "../orchestrator/start.ts";
import { generateRequest, prepareGeneration, type GenerateRequest } from "../workflows/audio-generation.ts";
import type { HttpApp, HttpSettings } from "./app.ts";
import { json, problems } from "./openapi.ts";
import { Refusal, type Fault } from "./problem.ts";
import { traceparentOf } from "./trace.ts";
import { waitingRuns } from "./waiting-runs.ts";

const accepted = z
  .object({
    execution_id: z.guid(),
    workflow: z.literal("audio_generation"),
    status: z.literal("PENDING"),
    message: z.literal("Audio generation workflow triggered successfully"),
  })
  .meta({ id: "Accepted" });

const KEY_CHARACTERS = 255;

const headers = z.looseObject({
  "idempotency-key": z
    .string()
    .min(1, "expected the Idempotency-Key not to be empty")
    .max(KEY_CHARACTERS, `expected an Idempotency-Key of at most ${KEY_CHARACTERS} characters`)
    .optional()
    .describe("the same key with the same body is the same run, however often it is sent; with another body a 409"),
  traceparent: z.string().optional().describe("W3C Trace Context; goes on with the run and into the logs"),
});

export function audioGenerate(server: FastifyInstance, app: HttpApp): void {
  const tooMany = waitingRuns(app);
  const bodies = new WeakMap<FastifyRequest, unknown>();
  server.withTypeProvider<ZodTypeProvider>().post(
    "/audio/generate",
    {
      schema: {
        tags: ["audio"],
        operationId: "generateAudio",
        summary: "Have a text spoken",
        headers,
        body: generateRequest,
        response: {
          202: json("Accepted: it will be spoken, whatever happens to the server", accepted),
          ...problems(409, 413, 415, 422, 429),
        },
      },
      // the hash is of what was sent, so that a default that changes makes no old key conflict
      preValidation: async (request) => void bodies.set(request, request.body),
    },
    async (request, reply) => {
      const { body, headers: sent } = request;
      const key = sent["idempotency-key"];
      const idempotency = key === undefined ? null : { key, requestHash: requestHash(bodies.get(request)) };
      const start = async () => {
        checkSizes(body, app.settings);
        await tooMany();
        const prepared = await prepare(app, body);
        return app.worker.start({
          workflow: app.definitions.audioGeneration,
          ...prepared,
          traceparent: traceparentOf(request),
          ...(body.metadata && { metadata: body.metadata }),
          ...(idempotency && { idempotency }),
        });
      };
      const { executionId } = await start().catch(async (refused: unknown) => {
        // what was accepted under this key stays so, though it would be refused now: by its size, its voice, the crowd
        const before = idempotency && (await acceptedBefore(app.connection.db, { idempotency }));
        if (!before) throw refused;
        return { executionId: before };
      });
      request.log.info({ execution_id: executionId }, "accepted");
      return reply.code(202).header("location", `/audio/status/${executionId}`).send({
        execution_id: executionId,
        workflow: "audio_generation",
        status: "PENDING",
        message: "Audio generation workflow triggered successfully",
      });
    },
  );
}

function requestHash(body: unknown): string {
  const request = canonicalize({ method: "POST", path: "/audio/generate", body })!;
  return createHash("sha256").update(request).digest("hex");
}

function checkSizes({ text, metadata }: GenerateRequest, { maxCharacters, maxMetadataBytes }: HttpSettings): void {
  const characters = text.length > maxCharacters ? charactersOf(text) : text.length;
  if (characters > maxCharacters) {
    throw new Refusal(
      413,
      "text_too_long",
      `The text has ${characters} characters; the most is ${maxCharacters} (LECTOR_MAX_TEXT_CHARACTERS). Send it in parts.`,
      { errors: [{ field: "text", expected: `expected at most ${maxCharacters} characters` }] },
    );
  }
  const bytes = metadata ? Buffer.byteLength(JSON.stringify(metadata)) : 0;
  if (bytes > maxMetadataBytes) {
    throw new Refusal(
      413,
      "metadata_too_large",
      `The metadata has ${bytes} bytes of JSON; the most is ${maxMetadataBytes} (LECTOR_MAX_METADATA_BYTES). Send less.`,
      { errors: [{ field: "metadata", expected: `expected at most ${maxMetadataBytes} bytes of JSON` }] },
    );
  }
}

async function prepare(app: HttpApp, body: GenerateRequest): Promise<ReturnType<typeof prepareGeneration>> {
  const voices = await app.voices();
  try {
    const { maxCharacters, reading } = app.settings;
    return prepareGeneration(body, { voices, providers: app.providers, maxCharacters, reading });
  } catch (error) {
    throw refusedFor(error, body);
  }
}

/** The error as a refusal that names the field, where it is about one; `within`: what the request is a part of. */
export function refusedFor(error: unknown, body: GenerateRequest, within = ""): unknown {
  const found = error instanceof Error ? wrong[error.name]?.(body, error.message) : undefined;
  if (!found) return error;
  const { message } = error as Error;
  const known = error instanceof UnknownVoice ? error.known : null;
  return new Refusal(422, found.type, known ? `${message} GET /v1/voices describes all ${known.length}.` : message, {
    errors: [{ ...found.fault, field: within + found.fault.field }],
    ...(known && { members: { known_voices: known } }),
    cause: error,
  });
}

/** Which field an error of the domains is about. */
const wrong: Record<string, (body: GenerateRequest, message: string) => { type: string; fault: Fault }> = {
  UnusableInput: ({ locale }, message) => ({
    type: "unusable_input",
    fault: message.startsWith("Locale ")
      ? { field: "locale", value: locale, expected: "expected a BCP 47 language tag, such as en or id" }
      : { field: "text", expected: "expected a text with at least one sentence to speak" },
  }),
  UnknownVoice: ({ voice }) => ({
    type: "unknown_voice",
    fault: { field: "voice", value: voice, expected: "expected a configured voice, or default" },
  }),
  VoiceError: ({ voice }) => ({
    type: "unusable_voice",
    fault: { field: "voice", value: voice, expected: "expected a voice that its provider has" },
  }),
  UnknownProvider: ({ voice }) => ({
    type: "unusable_voice",
    fault: { field: "voice", value: voice, expected: "expected a voice whose provider is configured" },
  }),
  UnknownFormat: ({ formats }) => ({
    type: "unknown_format",
    fault: { field: "formats", value: formats, expected: "expected known audio formats, such as mp3" },
  }),
};
