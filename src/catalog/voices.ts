/** Voices are configured, not coded: a key names a provider, its voice, settings and locales. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { pauseSettings, type PauseSettings } from "../narration/pauses.ts";

export type Voice = {
  key: string;
  provider: string;
  /** The provider's own voice id. */
  voice: string;
  /** BCP 47; the first is the language that is sent. Empty: any. */
  locales: string[];
  settings: Record<string, string | number | boolean>;
  /** Times as fast as the voice's own way; 1 where it is left out. */
  speed?: number | undefined;
  /** Semitones above its own; 0 where it is left out. */
  pitch?: number | undefined;
  /** Where they are not the usual ones. */
  pauses?: PauseSettings | undefined;
  /** What is spoken at once. */
  unit: "sentence" | "paragraph";
  /** Calibrated gain in 0.5 dB steps that brings the voice to about −16 LUFS. */
  gainDb: number;
  name: string;
  /** A sample sentence per locale. */
  samples: Record<string, string>;
};

export type Voices = { all: Voice[]; defaults: Record<string, string> };

/** Its message names the voices of the locale; all there are stand beside it, configured ones first. */
export class UnknownVoice extends Error {
  override name = "UnknownVoice";
  readonly known: string[];
  constructor(what: string, { all }: Voices, locale: string) {
    const language = languageOf(locale);
    const fitting = all.filter((voice) => voice.locales.some((each) => languageOf(each) === language));
    const named = fitting.slice(0, MOST_NAMED).map((voice) => voice.key);
    const more = fitting.length > MOST_NAMED ? `, and ${fitting.length - MOST_NAMED} more` : "";
    super(named.length > 0 ? `${what} Voices for "${language}": ${named.join(", ")}${more}.` : what);
    this.known = all.map((voice) => voice.key);
  }
}

const MOST_NAMED = 12;

/** Keys in few characters: what begins alike stands together, as in `nina, espeak-{en, id}`. */
export function inShort(keys: string[]): string {
  const families = Map.groupBy(keys, (voice) => /^[a-z0-9]+-(?=.)/.exec(voice)?.[0] ?? voice);
  const told = [...families].map(([start, members]) => {
    return members.length === 1
      ? members[0]!
      : `${start}{${members.map((each) => each.slice(start.length)).join(", ")}}`;
  });
  return told.join(", ");
}

export class InvalidVoices extends Error {
  override name = "InvalidVoices";
}

const key = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "expected lower-case letters, digits, - and _");

const from = (low: number, high: number, unit: string) => {
  const error = ({ input }: { input?: unknown }) =>
    `expected ${unit} from ${low} to ${high}, got ${JSON.stringify(input)}`;
  return z.number({ error }).min(low, { error }).max(high, { error }).optional();
};

const voicesFile = z.strictObject({
  voices: z
    .array(
      z.strictObject({
        key: key.refine((value) => value !== "default", '"default" is reserved: it means the default of the locale'),
        provider: z.string().min(1),
        voice: z.string().min(1),
        locales: z.array(z.string().min(2)).default([]),
        settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
        speed: from(0.5, 2, "a speed"),
        pitch: from(-6, 6, "semitones"),
        pauses: pauseSettings.optional(),
        unit: z.enum(["sentence", "paragraph"]).default("sentence"),
        gain_db: z.number().min(-30).max(30).multipleOf(0.5).default(0),
        name: z.string().optional(),
        samples: z.record(z.string(), z.string().min(1)).default({}),
      }),
    )
    .default([]),
  defaults: z.record(z.string(), z.string()).default({}),
});

/** The shipped voices and, over them, those of the file; a missing file is no error unless `required`. */
export async function loadVoices(shipped: Voices, file: string, { required }: { required: boolean }): Promise<Voices> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    // ENOTDIR: the data folder is a file, which whoever needs the folder says better
    if ((error.code === "ENOENT" || error.code === "ENOTDIR") && !required) return null;
    throw new InvalidVoices(`The voices in ${file} cannot be read: ${error.message}`, { cause: error });
  });
  if (text === null) return shipped;
  const given = parseVoices(text, file);
  const own = new Set(given.all.map((voice) => voice.key));
  const all = [...given.all, ...shipped.all.filter((voice) => !own.has(voice.key))];
  const voices: Voices = { all, defaults: { ...shipped.defaults, ...given.defaults } };
  for (const [locale, wanted] of Object.entries(given.defaults)) {
    if (all.some((voice) => voice.key === wanted)) continue;
    throw new InvalidVoices(`${file}: the default of "${locale}" is "${wanted}", which is no voice in it or shipped.`);
  }
  return voices;
}

function parseVoices(text: string, file: string): Voices {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidVoices(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = voicesFile.safeParse(json);
  if (!parsed.success) throw new InvalidVoices(`${file}: ${z.prettifyError(parsed.error)}`);
  const all = parsed.data.voices.map(({ gain_db, name, ...voice }) => ({
    ...voice,
    gainDb: gain_db,
    name: name ?? voice.key,
  }));
  const twice = all.find((voice, index) => all.findIndex((other) => other.key === voice.key) !== index);
  if (twice) throw new InvalidVoices(`${file}: the key "${twice.key}" is used twice.`);
  return { all, defaults: parsed.data.defaults };
}

/** The voice of a key; `default` is the one configured for the locale. Throws `UnknownVoice` with those there are. */
export function findVoice(voices: Voices, wanted: string, locale: string): Voice {
  const resolved = wanted === "default" ? defaultKey(voices, locale) : wanted;
  const found = voices.all.find((voice) => voice.key === resolved);
  if (found) return found;
  const what = `Voice "${wanted}" is not configured.`;
  const none = `No voice is configured for the locale "${locale}". Name one.`;
  throw new UnknownVoice(wanted === "default" ? none : what, voices, locale);
}

/** `pt-BR` takes the default of `pt-BR`, else of `pt`, else a voice that names either. */
function defaultKey({ all, defaults }: Voices, locale: string): string | undefined {
  const language = languageOf(locale);
  const exact = locale.toLowerCase();
  const named = Object.entries(defaults).map(([tag, voice]) => [tag.toLowerCase(), voice] as const);
  const configured = named.find(([tag]) => tag === exact) ?? named.find(([tag]) => tag === language);
  if (configured) return configured[1];
  const speaks = (tag: string) => all.find((voice) => voice.locales.some((each) => each.toLowerCase() === tag))?.key;
  const related = all.find((voice) => voice.locales.some((each) => languageOf(each) === language))?.key;
  return speaks(exact) ?? speaks(language) ?? related;
}

function languageOf(locale: string): string {
  return locale.split("-")[0]!.toLowerCase();
}
