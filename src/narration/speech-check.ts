import { spokenUnits } from "./spoken-units.ts";

/*
 * Is this the sound of this text? A provider may answer with silence, with half a sentence, with noise at full scale, and
 * call it a success. What is measured anyway tells: length, peak, and how much of it stands at the ends of the scale.
 */

/** What is known of a segment's sound before gain and limiter. `peak`: the largest absolute sample, full scale 1. */
export type SpeechFacts = { samples: number; sampleRate: number; peak: number; atFullScale: number };

/** Below −50 dBFS nothing is heard. The quietest of espeak's voices peaks at −15. */
const SILENT_PEAK = 10 ** (-50 / 20);
/** Share of samples at full scale. The roughest of espeak's voices has 0.0011; speech 6 dB too loud about 0.02. */
const CLIPPED_SHARE = 0.005;
/** How far a voice's pace may be off, and from how many letters and digits on that says something. */
const [SHORTEST, LONGEST] = [0.4, 2.5];
const FEWEST_CHARACTERS = 20;
/** Texts from which a voice's own pace is told. */
const FEWEST_TEXTS = 20;
/**
 * Seconds a unit before a voice's own pace is known, at 0.5 to 2 times the usual speed. espeak says a letter of an alphabet in
 * 0.05 to 0.15 s, a syllable or a Chinese character in 0.17 to 0.25 s.
 */
const [QUICKEST, SLOWEST] = [0.02, 0.5];

/**
 * Letters and digits that every voice has a sound or a name for: those of scripts in wide use, without the rare extensions
 * that even espeak passes over in silence.
 */
const audible =
  /[0-9]|(?=[\p{Lu}\p{Ll}\p{Lo}])[\u0041-\u024F\u0386-\u052F\u0531-\u0586\u05D0-\u05EA\u0620-\u064A\u0904-\u0939\u0985-\u09B9\u0A05-\u0A39\u0A85-\u0AB9\u0B05-\u0B39\u0B85-\u0BB9\u0C05-\u0C39\u0C85-\u0CB9\u0D05-\u0D39\u0E01-\u0E2E\u10D0-\u10F0\u3041-\u3096\u30A1-\u30FA\u4E00-\u9FA5\uAC00-\uD7A3]/u;

/**
 * What is wrong with the speech of a text, in words that go on from "it is …"; null where nothing is. `pace`: the voice's own,
 * seconds a unit (`paceOf`); null where it is not known yet, and then only gross faults are found. `language`: BCP 47.
 */
export function brokenSpeech(text: string, language: string, facts: SpeechFacts, pace: number | null): string | null {
  const { samples, sampleRate, peak, atFullScale } = facts;
  if (!audible.test(text)) return null;
  const seconds = samples / sampleRate;
  if (peak < SILENT_PEAK) return `silent (${rounded(seconds)} s, peak ${decibels(peak)} dBFS)`;
  if (atFullScale > samples * CLIPPED_SHARE) {
    return `clipped (${rounded((100 * atFullScale) / samples)} % of it stands at full scale)`;
  }
  if ((text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < FEWEST_CHARACTERS) return null;
  const { least, most } = spokenUnits(text, language);
  const shortest = least * (pace === null ? QUICKEST : pace * SHORTEST);
  const longest = most * (pace === null ? SLOWEST : pace * LONGEST);
  if (seconds < shortest)
    return `too short (${rounded(seconds)} s, where at least ${rounded(shortest)} s were expected)`;
  if (seconds > longest) return `too long (${rounded(seconds)} s, where at most ${rounded(longest)} s were expected)`;
  return null;
}

/** Seconds a unit of this speech; null where the text says nothing of a voice's pace, as a short one or one of figures. */
export function secondsPerUnit(
  text: string,
  language: string,
  { samples, sampleRate }: SpeechFacts | Sound,
): number | null {
  const { plain, ordinary } = spokenUnits(text, language);
  return ordinary && plain >= FEWEST_CHARACTERS ? samples / sampleRate / plain : null;
}

type Sound = { samples: number; sampleRate: number };

/** A voice's pace in seconds a unit: the median of what `secondsPerUnit` said of its texts; null while those are too few. */
export function paceOf(known: readonly number[]): number | null {
  if (known.length < FEWEST_TEXTS) return null;
  return known.toSorted((a, b) => a - b)[known.length >> 1]!;
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function decibels(peak: number): string {
  return peak === 0 ? "−∞" : `−${Math.round(-20 * Math.log10(peak))}`;
}
