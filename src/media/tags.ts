/** What a published file says of itself, whatever its container: each writer puts it in the container's own words. */
import { readFileSync } from "node:fs";

import type { Picture } from "./cover.ts";

export type Tags = {
  title?: string | undefined;
  /** Names: whose words they are. */
  author?: string | undefined;
  /** BCP 47. */
  language?: string | undefined;
  /** `2026`, `2026-05` or `2026-05-09`. */
  date?: string | undefined;
  comment?: string | undefined;
  /** The program that wrote it. */
  encoder?: string | undefined;
  cover?: (Picture & { path: string }) | undefined;
  /** In order of time. */
  chapters?: ChapterMark[] | undefined;
};

/** A chapter of a file, in seconds. */
export type ChapterMark = { start: number; end: number; title: string };

/** Chapters that begin at these samples, each up to the next, the last to the end. Those without length are left out. */
export function chapterMarks(
  chapters: readonly { start: number; title: string }[],
  { samples, sampleRate }: { samples: number; sampleRate: number },
): ChapterMark[] {
  return chapters
    .map(({ start, title }, index) => {
      const end = chapters[index + 1]?.start ?? samples;
      return { start: start / sampleRate, end: end / sampleRate, title };
    })
    .filter(({ start, end }) => end > start);
}

/** Milliseconds, as most containers count chapters. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** One line of valid Unicode: a NUL or a line break would end a tag early, or begin another. */
export function line(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** A line in at most so many bytes of UTF-8, whole characters all; what is longer ends in "…". */
export function shortened(text: string, bytes: number): Buffer {
  const whole = Buffer.from(line(text));
  if (whole.length <= bytes) return whole;
  const more = Buffer.from("…");
  let end = bytes - more.length;
  while ((whole[end]! & 0xc0) === 0x80) end--; // inside a character
  return Buffer.concat([whole.subarray(0, end), more]);
}

/** The picture's bytes. Throws, naming the file, where it is not there. */
export function coverBytes({ path }: NonNullable<Tags["cover"]>): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`Cannot read the cover, ${path}: ${(cause as Error).message}`, { cause });
  }
}
