/**
 * The workflow `narrate`: a text becomes mastered audio with captions.
 *
 *   extract    the text becomes a speakable document
 *   script     the document becomes what is said, token by token (verbatim), or the given script is taken
 *   plan       the script is cut into fragments and segments; what is there already is found by name
 *   speech     for each missing fragment: its missing segments are bought, then it is mastered and encoded
 *   level      the loudness of the whole is computed from the fragments' powers; a gain of its own where it must be
 *   remaster   for each fragment that is missing at that gain: it is mastered and encoded
 *   assemble   the fragments' packets are stitched into the files, and captions are written
 *   publish    what was made is described in narration.json
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import { z } from "zod";
import type { Voices } from "../catalog/voices.ts";
import type { Database } from "../database/connect.ts";
import { formatOf } from "../media/formats.ts";
import type { Studio } from "../media/studio.ts";
import {
  contentHash,
  readDocument,
  UnusableInput,
  type BodyFormat,
  type SpeakableDocument,
} from "../narration/document.ts";
import { detectLocale } from "../narration/detect-locale.ts";
import type { Script } from "../narration/script.ts";
import { charactersOf } from "../narration/plan.ts";
import { standardReading, type ReadingSettings } from "../narration/reading-settings.ts";
import type { DefinitionInput } from "../orchestrator/definition.ts";
import type { Task } from "../orchestrator/task.ts";
import type { Storage } from "../storage/storage.ts";
import { cover, coverOf } from "./cover.ts";
import { documentOf } from "./narrate-document.ts";
import { failingOnLoss } from "./lost-audio.ts";
import { assembleTask } from "./narrate-assemble.ts";
import { levelTask } from "./narrate-level.ts";
import { ours, planTask } from "./narrate-plan.ts";
import { publishTask } from "./narrate-publish.ts";
import { saidBy, scriptTask, takeScript } from "./narrate-script.ts";
import { remasterTask, speechTask } from "./narrate-speech.ts";
import { providerOf, useVoice, voiceInUse, type Providers } from "./voice-in-use.ts";

export const narrate: DefinitionInput = {
  name: "narrate",
  steps: [
    { name: "extract", task_type: "extract_document" },
    {
      name: "script",
      task_type: "write_script",
      input: { extracted: "/steps/extract", locale: "/input/locale", script: "/input/script" },
    },
    {
      name: "plan",
      task_type: "plan_narration",
      input: { script: "/steps/script", voice: "/input/voice", formats: "/input/formats" },
    },
    {
      name: "speech",
      task_type: "speak_fragment",
      for_each: "/steps/plan/missing",
      input: {
        fragment: "/item",
        voice: "/input/voice",
        formats: "/input/formats",
        plan: "/steps/plan/mastering",
        pace: "/steps/plan/pace",
      },
      group: "/steps/plan/group",
    },
    {
      name: "level",
      task_type: "level_narration",
      input: { plan: "/steps/plan", voice: "/input/voice", formats: "/input/formats" },
    },
    {
      name: "remaster",
      task_type: "master_fragment",
      for_each: "/steps/level/missing",
      input: {
        fragment: "/item",
        voice: "/input/voice",
        formats: "/input/formats",
        plan: "/steps/level/mastering",
      },
    },
    {
      name: "assemble",
      task_type: "assemble_narration",
      input: {
        script: "/steps/script",
        plan: "/steps/plan",
        level: "/steps/level",
        formats: "/input/formats",
        title: "/input/title",
        date: "/input/date",
        author: "/input/author",
        cover: "/input/cover",
      },
    },
    {
      name: "publish",
      task_type: "publish_narration",
      input: { assembled: "/steps/assemble", level: "/steps/level", plan: "/steps/plan", request: "/input/about" },
    },
  ],
};

/** What the tasks of a narration work with. */
export type NarrationTools = {
  db: Database;
  storage: Storage;
  studio: Studio;
  providers: Providers;
};

const narrateInput = z.object({
  body: z.string(),
  body_format: z.enum(["markdown", "mdx", "html", "text"]),
  /** What is said, where somebody wrote it; null: what the body says. */
  script: ours<Script>().nullable().default(null),
  locale: z.string(),
  /** Kept with the run: whichever process reads the text, it reads the same. Runs of before have none. */
  reading: z
    .object({ table_columns: z.int(), table_rows: z.int(), code_blocks: z.enum(["announce", "read"]) })
    .optional(),
  /** The tag's title; null: the document's. */
  title: z.string().nullable(),
  voice: voiceInUse,
  formats: z.array(z.string()),
  /** `2026-05-09` or less of it, as the text itself says. */
  date: z.string().nullish(),
  author: z.string().nullish(),
  cover: cover.nullish(),
  /** Goes into narration.json as it is. */
  about: z.object({ name: z.string(), locale: z.string(), voice: z.string(), content_hash: z.string() }),
});

export type NarrateInput = z.infer<typeof narrateInput>;

export type NarrationRequest = {
  body: string;
  bodyFormat: BodyFormat;
  /** What is said, instead of the body as it stands; with an empty body it is all there is. */
  script?: Script | undefined;
  /** Names the source for people: a file, a URL. */
  name: string;
  /** BCP 47; detected from the text where it is not given. */
  locale?: string | undefined;
  /** A voice's key; default: the locale's. */
  voice?: string | undefined;
  formats: string[];
  title?: string | undefined;
  /** The bytes of a picture, which the caller stores before it starts the run. */
  cover?: Uint8Array | undefined;
  reading?: ReadingSettings | undefined;
  maxCharacters: number;
};

/** `warnings`: what of the text is not read, for people, a line each. */
export type PreparedNarration = { input: NarrateInput; dedupeKey: string; warnings: string[] };

/**
 * Checks a request and resolves what it leaves open, before a run exists. Throws `UnusableInput`, `UnknownVoice`,
 * `VoiceError`, `UnknownFormat` or `UnusableCover`.
 */
export function prepareNarration(
  request: NarrationRequest,
  { voices, providers }: { voices: Voices; providers: Providers },
): PreparedNarration {
  const { bodyFormat, name, script: written } = request;
  const body = written && request.body === "" ? saidBy(written) : request.body;
  const formats = [...new Set(request.formats.map((format) => formatOf(format).id))];
  const given = request.locale === undefined ? written?.locale : canonicalLocale(request.locale);
  const { tableColumns, tableRows, codeBlocks } = request.reading ?? standardReading;
  const settings = { tableColumns, tableRows, codeBlocks };
  const reading = { format: bodyFormat, ...(given && { locale: given }) };
  const document = readDocument(body, { ...reading, reading: settings });
  const script = written ? takeScript(written, body === request.body ? document : null, given) : null;
  const text = script ? saidBy(script) : textOf(document);
  const characters = charactersOf(text);
  if (characters > request.maxCharacters) {
    throw new UnusableInput(
      `${name} has ${characters} characters to speak; the most is ${request.maxCharacters} (LECTOR_MAX_CHARACTERS).`,
    );
  }
  const locale = given ?? document.language ?? detectLocale(text) ?? "en";
  const voice = useVoice(voices, providers, request.voice ?? "default", locale);
  const title = request.title ?? null;
  const hash = contentHash(document);
  const { date, author } = document;
  const picture = request.cover ? coverOf(request.cover) : null;
  const spoken = script && { script_mode: script.mode, script: sha256(JSON.stringify(script)) };
  const own = { author: author ?? undefined, script_mode: "verbatim", ...spoken };
  const key = { hash, locale, voice, formats, title, date, cover: picture, ...own };
  const isStandard = isDeepStrictEqual(settings, standardReading);
  return {
    input: {
      body,
      body_format: bodyFormat,
      script,
      locale,
      reading: { table_columns: tableColumns, table_rows: tableRows, code_blocks: codeBlocks },
      title,
      voice,
      formats,
      date,
      author,
      cover: picture,
      about: {
        name,
        locale,
        voice: voice.key,
        content_hash: isStandard ? hash : contentHash(readDocument(body, reading)),
      },
    },
    dedupeKey: `narrate:${sha256(canonicalize(key)!)}`,
    warnings: script ? [] : document.warnings,
  };
}

function textOf({ blocks }: SpeakableDocument): string {
  return blocks.flatMap(({ inline }) => inline.map(({ text, spoken }) => spoken ?? text)).join(" ");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function canonicalLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0]!;
  } catch (cause) {
    const message = `Locale "${locale}" is not a BCP 47 language tag. Examples: en, id, pt-BR.`;
    throw new UnusableInput(message, { cause });
  }
}

const anyObject = z.record(z.string(), z.unknown());

/** Characters of a text whose script takes as long to write as the children to start. */
const LONG_TEXT = 20_000;

function extractTask({ studio, providers }: NarrationTools): Task<NarrateInput> {
  return {
    type: "extract_document",
    input: narrateInput,
    output: anyObject,
    async run(input) {
      if (input.body.length >= LONG_TEXT) {
        providerOf(providers, input.voice.provider, input.voice.key).warm?.();
        studio.warm();
      }
      return documentOf(input);
    },
  };
}

export function narrateTasks(tools: NarrationTools): Task[] {
  const tasks = [
    extractTask(tools),
    scriptTask,
    planTask(tools),
    speechTask(tools),
    levelTask(tools),
    remasterTask(tools),
    assembleTask(tools),
    publishTask(tools),
  ] as Task[];
  return tasks.map(failingOnLoss);
}
