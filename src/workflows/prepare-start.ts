/** What a schedule's runs start with, made from what it keeps: the same as if its input were sent at that moment. */
import type { Voices } from "../catalog/voices.ts";
import type { ReadingSettings } from "../narration/reading-settings.ts";
import { InvalidSchedule } from "../orchestrator/occurrences.ts";
import type { Prepare } from "../orchestrator/schedules.ts";
import { audioGeneration, generateRequest, prepareGeneration, type GenerateRequest } from "./audio-generation.ts";
import type { Providers } from "./voice-in-use.ts";

export type PrepareOptions = {
  voices(): Promise<Voices>;
  providers: Providers;
  /** Of one text, in Unicode code points. */
  maxTextCharacters: number;
  /** Of the metadata as JSON. */
  maxMetadataBytes: number;
  reading?: ReadingSettings | undefined;
};

/**
 * Of `audio_generation` the input is the body of `POST /audio/generate`; any other workflow gets it as it is. Throws
 * `InvalidSchedule` and what `prepareGeneration` throws.
 */
export function prepareStart(options: PrepareOptions): Prepare {
  return async (workflow, input) => {
    if (workflow !== audioGeneration.name) return { input };
    const request = readRequest(input, options);
    const { metadata } = request;
    return {
      ...prepareGeneration(request, {
        ...options,
        maxCharacters: options.maxTextCharacters,
        voices: await options.voices(),
      }),
      ...(metadata && { metadata }),
    };
  };
}

function readRequest(input: Record<string, unknown>, { maxMetadataBytes }: PrepareOptions): GenerateRequest {
  const { data, error } = generateRequest.safeParse(input);
  if (error) {
    const { path, message, ...issue } = error.issues[0]!;
    const keys = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    const value = path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], input);
    const expected = keys.length > 0 ? "expected no such field" : message.replace(/^Invalid \w+: |, received .*$/g, "");
    const field = ["input", ...path, ...keys].join(".");
    throw new InvalidSchedule(field, keys.length > 0 ? input[keys[0]!] : value, expected);
  }
  const bytes = data.metadata ? Buffer.byteLength(JSON.stringify(data.metadata)) : 0;
  if (bytes <= maxMetadataBytes) return data;
  throw new InvalidSchedule("input.metadata", `${bytes} bytes`, `expected at most ${maxMetadataBytes} bytes of JSON`);
}
