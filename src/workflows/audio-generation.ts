/**
 * The workflow `audio_generation`: text in, audio out.
 *
 *   extract_text    validates and cleans the text
 *   generate_audio  a child run of `narrate`
 *   store_audio     names what was stored
 */
import { z } from "zod";
import type { Voices } from "../catalog/voices.ts";
import { charactersOf } from "../narration/plan.ts";
import type { ReadingSettings } from "../narration/reading-settings.ts";
import type { DefinitionInput } from "../orchestrator/definition.ts";
import type { Task } from "../orchestrator/task.ts";
import { admissionKeysOf } from "./admission.ts";
import { documentOf } from "./narrate-document.ts";
import { prepareNarration, type NarrateInput } from "./narrate.ts";
import type { Published } from "./narrate-publish.ts";
import { ours } from "./narrate-plan.ts";
import type { Providers } from "./voice-in-use.ts";

export const audioGeneration: DefinitionInput = {
  name: "audio_generation",
  event: "audio_generate",
  steps: [
    { name: "extract_text", task_type: "extract_text" },
    {
      name: "generate_audio",
      workflow: "narrate",
      input: {
        body: "/input/body",
        body_format: "/input/body_format",
        script: "/input/script",
        locale: "/input/locale",
        reading: "/input/reading",
        title: "/input/title",
        voice: "/input/voice",
        formats: "/input/formats",
        date: "/input/date",
        author: "/input/author",
        cover: "/input/cover",
        about: "/input/about",
      },
    },
    { name: "store_audio", task_type: "store_audio", input: { published: "/steps/generate_audio" } },
  ],
};

/** The body of `POST /audio/generate`. */
export const generateRequest = z.strictObject({
  text: z.string().min(1).describe("what is spoken; plain text unless `format` says otherwise"),
  voice: z.string().min(1).default("default").describe("a voice's key; `default` is the locale's voice"),
  locale: z.string().min(2).max(64).optional().describe("BCP 47; detected where it is left out"),
  format: z.enum(["text", "markdown", "html"]).default("text"),
  title: z.string().min(1).max(500).optional().describe("the title tag; default: the text's own title"),
  formats: z
    .array(z.string().min(1))
    .min(1)
    .max(16)
    .default(["mp3"])
    .describe(
      "audio formats: mp3, opus, m4a, flac, wav; the first three also with a rate, such as mp3_64, opus_32, m4a_128",
    ),
  metadata: z
    .looseObject({
      user_id: z.string().min(1).max(200).optional(),
      priority: z.enum(["high", "normal", "low"]).optional(),
    })
    .optional()
    .describe("stored and returned; `priority` orders the run, `user_id` keys limits"),
});

export type GenerateRequest = z.output<typeof generateRequest>;

export type PreparedGeneration = { input: NarrateInput; priority: number; admissionKeys: string[] };

const PRIORITIES = { high: 2, normal: 1, low: 0 } as const;

/** Checks a request before it is accepted. Throws what `prepareNarration` throws. */
export function prepareGeneration(
  request: GenerateRequest,
  o: { voices: Voices; providers: Providers; maxCharacters: number; reading?: ReadingSettings | undefined },
): PreparedGeneration {
  const { text, voice, locale, format, title, formats, metadata } = request;
  const narration = { body: text, bodyFormat: format, name: "text", voice, locale, title, formats };
  const { input } = prepareNarration({ ...narration, maxCharacters: o.maxCharacters, reading: o.reading }, o);
  const admissionKeys = admissionKeysOf({ userId: metadata?.user_id });
  return { input, priority: PRIORITIES[metadata?.priority ?? "normal"], admissionKeys };
}

type ExtractedText = { extracted_text: string; char_count: number };
type StoredAudio = { audio_key: string; duration: number; size: number };

const extractText: Task<NarrateInput, ExtractedText> = {
  type: "extract_text",
  input: ours<NarrateInput>(),
  output: ours<ExtractedText>(),
  run: async (input) => {
    const { blocks } = documentOf(input);
    const text = blocks.map(({ inline }) => inline.map((part) => part.text).join("")).join("\n\n");
    return { extracted_text: text, char_count: charactersOf(text) };
  },
};

const storeAudio: Task<{ published: Published }, StoredAudio> = {
  type: "store_audio",
  input: z.object({ published: ours<Published>() }),
  output: ours<StoredAudio>(),
  run: async ({ published: { duration_s, files } }) => {
    const [first] = files; // of the first encoding
    return { audio_key: first!.key, duration: duration_s, size: first!.bytes };
  },
};

export function audioGenerationTasks(): Task[] {
  return [extractText, storeAudio] as Task[];
}
