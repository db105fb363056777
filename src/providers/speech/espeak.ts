/**
 * The bundled voice: espeak-ng in child processes, offline and free.
 *
 * A text's sound depends on voice, settings and text alone, never on what was spoken before (espeak-engine.ts). Digital
 * silence before and behind the sound is cut to 20 ms at most: pauses belong to whoever joins the segments.
 */
import { availableParallelism } from "node:os";
import { childPool } from "../../children/pool.ts";
import { MAX_CHARACTERS } from "./espeak-text.ts";
import type { EspeakJob } from "./espeak-child.ts";
import type { EngineSettings } from "./espeak-engine.ts";
import { espeakLanguageFor, espeakLanguages, ESPEAK_VARIANTS } from "./espeak-voices.ts";
import { SpeechError, VoiceError } from "./speech.ts";
import type { Delivery, Speech, SpeechProvider, SpeechRequest, SpeechSettings } from "./speech.ts";

const VOICES = new Set(espeakLanguages().map(({ id }) => id));
/** The engine's own parameters: words a minute, base pitch, and how lively the pitch moves. */
const SETTINGS: Record<keyof EngineSettings, { min: number; max: number; default: number }> = {
  rate: { min: 80, max: 450, default: 175 },
  pitch: { min: 0, max: 99, default: 50 },
  range: { min: 0, max: 99, default: 50 },
};
/** 50 times what a character takes on one core of a slow machine. */
const WATCHDOG_MS_PER_CHARACTER = 10;

/**
 * Keeps the children's garbage small: their private memory stays at about 140 MB. The engine is a few huge functions of
 * generated code: to inline into them costs V8 more than it ever gains (a quarter of the time of the first minute of sound).
 */
const CHILD_FLAGS = ["--max-semi-space-size=1", "--no-turbo-inlining"];

/**
 * `processes`: how many calls are spoken at once, a child each, started when first needed. A call that takes longer
 * than `watchdogMs` (plus 10 ms a character) has its child killed and throws a transient `SpeechError`.
 */
export function espeakSpeech({
  processes = availableParallelism(),
  watchdogMs = 10_000,
}: { processes?: number; watchdogMs?: number } = {}): SpeechProvider {
  if (!Number.isInteger(processes) || processes < 1) {
    throw new RangeError(`Expected \`processes\` of espeak to be a whole number from 1, got ${processes}`);
  }
  const entry = new URL("espeak-child.ts", import.meta.url);
  const pool = childPool<EspeakJob, Speech[]>(entry, { size: processes, execArgv: CHILD_FLAGS });
  return {
    name: "espeak",
    model: "espeak-ng-emscripten-0.3.5/1", // behind the slash: our own treatment of text and sound
    maxCharacters: MAX_CHARACTERS,
    price: "0",
    check(voice, settings, delivery) {
      checkVoice(voice);
      return checkSettings(delivery ? withDelivery(settings, delivery) : settings);
    },
    async speak(requests, { signal } = {}) {
      if (requests.length === 0) return [];
      const texts = requests.map(toJob);
      const characters = requests.reduce((sum, { text }) => sum + text.length, 0);
      const timeoutMs = watchdogMs + characters * WATCHDOG_MS_PER_CHARACTER;
      try {
        return await pool.run({ texts }, { signal, timeoutMs });
      } catch (cause) {
        throw signal?.aborted ? signal.reason : failed(requests, cause as Error);
      }
    },
    warm: () => pool.warm(),
    close: () => pool.close(),
  };
}

function toJob({ voice: own, language, foreign, text, settings, path }: SpeechRequest): EspeakJob["texts"][number] {
  checkVoice(own);
  const voice = foreign ? voiceIn(language, own) : own;
  if (text.length > MAX_CHARACTERS) {
    const message = `A text of ${text.length} characters is too long for espeak: split it at ${MAX_CHARACTERS}`;
    throw new SpeechError(message, { kind: "bad-request" });
  }
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
  return { voice, text, path, settings: { ...(defaults as EngineSettings), ...checkSettings(settings) } };
}

/** A voice is a language of the package, or one with a variant of the speaker: `en-us`, `en-us+f3`. */
function checkVoice(voice: string): void {
  const [language, variant, ...rest] = voice.split("+");
  if (!VOICES.has(language!)) {
    throw new VoiceError(`espeak has no voice ${JSON.stringify(voice)}. It has: ${[...VOICES].join(", ")}.`);
  }
  if (rest.length > 0 || (variant !== undefined && !ESPEAK_VARIANTS.includes(variant))) {
    const variants = ESPEAK_VARIANTS.join(", ");
    throw new VoiceError(`espeak's voice ${JSON.stringify(voice)} has an unknown variant. There are: ${variants}.`);
  }
}

/**
 * Measured by autocorrelation over the whole scale: about a third of a speaker's frequency stays as it is and two thirds
 * follow `pitch`, 50 steps to the octave. The engine keeps to a `rate` within about a tenth.
 */
const FIXED_PITCH = 1 / 3;

function withDelivery(settings: SpeechSettings, { speed, pitch }: Delivery): SpeechSettings {
  const rising = (2 ** (pitch / 12) - FIXED_PITCH) / (1 - FIXED_PITCH);
  const own = {
    ...(speed !== 1 && { rate: Math.round(SETTINGS.rate.default * speed) }),
    ...(pitch !== 0 && { pitch: Math.round(SETTINGS.pitch.default + 50 * Math.log2(rising)) }),
  };
  for (const [name, said, value] of [["rate", "speed", speed] as const, ["pitch", "pitch", pitch] as const]) {
    if (!Object.hasOwn(own, name) || !Object.hasOwn(settings, name)) continue;
    throw new VoiceError(
      `The voice has \`${said}\` ${value} and espeak's own setting \`${name}\` ${JSON.stringify(settings[name])}. Leave one of them out.`,
    );
  }
  return { ...settings, ...own };
}

/** The same speaker in another language; the voice itself where the engine does not have that. */
function voiceIn(language: string, own: string): string {
  const [ownLanguage, ...variant] = own.split("+");
  const wanted = espeakLanguageFor(language, ownLanguage!);
  return wanted === null ? own : [wanted, ...variant].join("+");
}

function checkSettings(settings: SpeechSettings): SpeechSettings {
  const given = Object.entries(settings).map(([name, value]) => [name, checkSetting(name, value)] as const);
  return Object.fromEntries(given.filter(([name, value]) => value !== SETTINGS[name as keyof EngineSettings].default));
}

function checkSetting(name: string, value: unknown): number {
  if (!Object.hasOwn(SETTINGS, name)) {
    throw new VoiceError(`espeak has no setting ${JSON.stringify(name)}. It has: ${Object.keys(SETTINGS).join(", ")}.`);
  }
  const { min, max } = SETTINGS[name as keyof EngineSettings];
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    const got = JSON.stringify(value);
    throw new VoiceError(`espeak's \`${name}\` is a whole number from ${min} to ${max}, got ${got}.`);
  }
  return value;
}

function failed(requests: SpeechRequest[], cause: Error): SpeechError {
  const texts = requests.length === 1 ? JSON.stringify(requests[0]!.text.slice(0, 60)) : `${requests.length} texts`;
  return new SpeechError(`espeak failed while speaking ${texts}: ${cause.message}`, { kind: "transient" }, { cause });
}
