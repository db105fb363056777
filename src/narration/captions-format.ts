import type { Cue } from "./captions.ts";

/*
 * The two files that players read. Times are cut to whole ms from samples, start and end alike, so no cue reaches into
 * the next; a cue too short for that gets 1 ms.
 */

/** WebVTT (W3C), a piece of the file at a time. `language`, BCP 47, stands in a comment: the format has no field for it. */
export function* webvtt(cues: Iterable<Cue>, sampleRate: number, o: { language?: string } = {}): Generator<string> {
  yield "WEBVTT\n\n";
  const language = o.language?.replaceAll(/[^\p{L}\p{N}-]/gu, "");
  if (language) yield `NOTE Language: ${language}\n\n`;
  for (const { from, to, lines } of inMilliseconds(cues, sampleRate)) {
    yield `${clock(from, ".")} --> ${clock(to, ".")}\n${lines.map(escapeVtt).join("\n")}\n\n`;
  }
}

/** SubRip, a piece of the file at a time. */
export function* srt(cues: Iterable<Cue>, sampleRate: number): Generator<string> {
  let number = 1;
  for (const { from, to, lines } of inMilliseconds(cues, sampleRate)) {
    yield `${number++}\n${clock(from, ",")} --> ${clock(to, ",")}\n${lines.map(disarmSrt).join("\n")}\n\n`;
  }
}

function* inMilliseconds(cues: Iterable<Cue>, sampleRate: number) {
  let latest = 0;
  for (const { start, end, lines } of cues) {
    const from = Math.max(latest, Math.floor((start * 1000) / sampleRate));
    const to = Math.max(from + 1, Math.floor((end * 1000) / sampleRate));
    latest = to;
    yield { from, to, lines };
  }
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
