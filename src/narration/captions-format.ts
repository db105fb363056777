import type { Cue, CueLine } from "./captions.ts";

/*
 * The two files that players read. Times are cut to whole ms from samples, start and end alike, so no cue reaches into
 * the next; a cue too short for that gets 1 ms.
 */

/**
 * WebVTT (W3C), a piece of the file at a time; before each word but a cue's first stands the time at which it is said.
 * `language`, BCP 47, stands in a comment: the format has no field for it.
 */
export function* webvtt(cues: Iterable<Cue>, sampleRate: number, o: { language?: string } = {}): Generator<string> {
  yield "WEBVTT\n\n";
  const language = o.language?.replaceAll(/[^\p{L}\p{N}-]/gu, "");
  if (language) yield `NOTE Language: ${language}\n\n`;
  for (const { from, to, lines } of inMilliseconds(cues, sampleRate)) {
    yield `${clock(from, ".")} --> ${clock(to, ".")}\n${stamped(lines, { from, to, sampleRate })}\n\n`;
  }
}

/** SubRip, a piece of the file at a time. */
export function* srt(cues: Iterable<Cue>, sampleRate: number): Generator<string> {
  let number = 1;
  for (const { from, to, lines } of inMilliseconds(cues, sampleRate)) {
    yield `${number++}\n${clock(from, ",")} --> ${clock(to, ",")}\n${lines.map(({ text }) => disarmSrt(text)).join("\n")}\n\n`;
  }
}

function* inMilliseconds(cues: Iterable<Cue>, sampleRate: number) {
  let latest = 0;
  for (const { start, end, lines } of cues) {
    const from = Math.max(latest, milliseconds(start, sampleRate));
    const to = Math.max(from + 1, milliseconds(end, sampleRate));
    latest = to;
    yield { from, to, lines };
  }
}

function milliseconds(samples: number, sampleRate: number): number {
  return Math.floor((samples * 1000) / sampleRate);
}

/** Inline times must rise, and lie inside their cue; a word said within the same ms as another shares that one's. */
function stamped(lines: CueLine[], { from, to, sampleRate }: { from: number; to: number; sampleRate: number }): string {
  let latest = from;
  const texts = lines.map(({ text, words }) => {
    let written = "";
    let done = 0;
    for (const { at, start } of words) {
      const ms = milliseconds(start, sampleRate);
      if (ms <= latest || ms >= to) continue;
      written += `${escapeVtt(text.slice(done, at))}<${clock(ms, ".")}>`;
      latest = ms;
      done = at;
    }
    return written + escapeVtt(text.slice(done));
  });
  return texts.join("\n");
}

function clock(ms: number, mark: "." | ","): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds % 60, 2)}${mark}${pad(ms % 1000, 3)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

function escapeVtt(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** SubRip has no escaping: a space without width keeps players from reading "<b>" and "{\an8}" as their own markup. */
function disarmSrt(line: string): string {
  return line
    .replaceAll("-->", "→")
    .replaceAll(/<(?=[a-z/!])/giu, "<\u200B")
    .replaceAll("{\\", "{\u200B\\");
}
