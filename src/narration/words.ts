import type { Token } from "./script.ts";
import { tokenSpans, type Segment } from "./segments.ts";

/*
 * When each token is said. A voice reports words by offsets into the text it was sent; what it counts as a word is its
 * own affair ("1945" in three, "New York" in one), so its words become points on one rising line from offset to sample,
 * and every token reads its start and end off that line. Between points the line is straight: characters share the time.
 */

/** Samples. */
export type TokenTime = { start: number; end: number; origin: "native" | "aligned" | "estimated" };

/** UTF-16 offsets into the text sent, and samples at the voice's rate. */
export type WordEvent = { start: number; end: number; from: number; to: number };

export type SpokenSegment = {
  words: readonly WordEvent[];
  /** Hz of `words`. */
  wordRate: number;
  /** Hz of the result. */
  sampleRate: number;
  /** The segment's length at `sampleRate`. */
  samples: number;
  /** Where the words come from. */
  origin?: "native" | "aligned";
};

/**
 * One time for each token of the segment, in samples from the segment's start: none missing, none after its follower,
 * none outside the sound. A token of which nothing is said has no length. `tokens`: all of the block's.
 */
export function tokenTimes(segment: Segment, tokens: readonly Token[], spoken: SpokenSegment): TokenTime[] {
  const words = clean(segment.text.length, spoken);
  const line = points(words, segment.text.length, spoken.samples);
  const times: TokenTime[] = [];
  let first = 0;
  for (const [from, to] of tokenSpans(segment, tokens)) {
    while (first < words.length && words[first]!.end <= from) first++;
    let last = first;
    while (last + 1 < words.length && words[last + 1]!.start < to) last++;
    const heard = from < to && first < words.length && words[first]!.start < to;
    // Marks around a word are silent: the word's own event says when the token is heard.
    const begin = heard ? Math.max(from, words[first]!.start) : from;
    const finish = heard ? Math.min(to, words[last]!.end) : to;
    const start = startAt(line, begin);
    const end = from < to ? endAt(line, finish) : start;
    times.push({ start, end, origin: heard ? (spoken.origin ?? "native") : "estimated" });
  }
  return times;
}

/**
 * The times of all tokens of a block from those of its segments: `start` is where the segment begins, and what comes out
 * counts from the same zero. A token that was cut over several segments lasts from its first part to its last.
 */
export function blockTimes(
  segments: readonly { tokens: [number, number]; start: number; times: TokenTime[] }[],
): TokenTime[] {
  const all: TokenTime[] = [];
  for (const { tokens, start, times } of segments) {
    for (const [index, time] of times.entries()) {
      const earlier = all[tokens[0] + index];
      if (earlier) earlier.end = start + time.end;
      else all[tokens[0] + index] = { ...time, start: start + time.start, end: start + time.end };
    }
  }
  return all;
}

/** Events at the result's rate, inside text and sound, in order, without overlap; what is left of the rest. */
function clean(length: number, { words, wordRate, sampleRate, samples }: SpokenSegment): WordEvent[] {
  const scale = (sample: number) => Math.floor((2 * sample * sampleRate + wordRate) / (2 * wordRate));
  const cleaned: WordEvent[] = [];
  let offset = 0;
  let latest = 0;
  for (const word of words) {
    const start = clamp(word.start, offset, length);
    const end = clamp(word.end, start, length);
    const from = clamp(scale(word.from), latest, samples);
    const to = clamp(scale(word.to), from, samples);
    if (!(start < end)) continue;
    cleaned.push({ start, end, from, to });
    offset = end;
    latest = to;
  }
  return cleaned;
}

type Line = { offsets: number[]; samples: number[] };

function points(words: WordEvent[], length: number, samples: number): Line {
  return {
    offsets: [0, ...words.flatMap(({ start, end }) => [start, end]), length],
    samples: [0, ...words.flatMap(({ from, to }) => [from, to]), samples],
  };
}

/** Two words may touch at one offset with silence between: a start is read behind it, an end before it. */
function startAt(line: Line, offset: number): number {
  const after = firstWhere(line.offsets, (at) => at > offset);
  return after === line.offsets.length ? line.samples.at(-1)! : between(line, after - 1, offset);
}

function endAt(line: Line, offset: number): number {
  const at = firstWhere(line.offsets, (point) => point >= offset);
  return at === 0 ? line.samples[0]! : between(line, at - 1, offset);
}

function between({ offsets, samples }: Line, index: number, offset: number): number {
  const [low, high] = [offsets[index]!, offsets[index + 1]!];
  const [from, to] = [samples[index]!, samples[index + 1]!];
  return from + Math.floor(((to - from) * (offset - low)) / (high - low));
}

function firstWhere(values: number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const half = (low + high) >>> 1;
    if (holds(values[half]!)) high = half;
    else low = half + 1;
  }
  return low;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(Number.isFinite(value) ? Math.floor(value) : low, low), high);
}
