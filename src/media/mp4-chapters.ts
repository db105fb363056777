/** Chapters as QuickTime has them: a track of text that the track of sound refers to ("QuickTime File Format"). */
import { box, fullBox, u16, u32, zeros } from "./mp4-boxes.ts";
import { CHAPTERS } from "./mp4-sound.ts";
import { IDENTITY, track } from "./mp4-track.ts";
import type { Stream } from "./stitch.ts";
import { milliseconds, shortened } from "./tags.ts";
import type { Tags } from "./tags.ts";

export type TextSample = { bytes: Buffer; ms: number };

const MOST_BYTES = 0xffff;
/** Says that the text is UTF-8. */
const ENCODING = Buffer.from("0000000c656e636400000100", "hex");

export function chapterSamples({ chapters = [] }: Tags): TextSample[] {
  return chapters.map(({ start, end, title }) => {
    const text = shortened(title, MOST_BYTES);
    return { bytes: Buffer.concat([u16(text.length), text, ENCODING]), ms: milliseconds(end) - milliseconds(start) };
  });
}

/** `start`: the place of the first text in the file; the others follow. */
export function chapterTrack({ samples }: Stream, { texts, start }: { texts: TextSample[]; start: number }): Buffer {
  return track({
    id: CHAPTERS,
    isEnabled: false, // it is not shown over the sound
    duration: samples,
    relations: [],
    handler: "text",
    media: {
      scale: 1000,
      duration: texts.reduce((sum, { ms }) => sum + ms, 0),
      language: "und",
      head: box("gmhd", fullBox("gmin", {}, u16(0x40, 0x8000, 0x8000, 0x8000, 0, 0)), box("text", IDENTITY)),
    },
    samples: {
      entry: TEXT_ENTRY,
      times: texts.map(({ ms }) => [1, ms]),
      lengths: u32(...texts.map(({ bytes }) => bytes.length)),
      inChunk: texts.length,
      chunks: [0],
      start,
    },
  });
}

/** A text sample description of defaults: nobody looks at it. */
const TEXT_ENTRY = box("text", zeros(6), u16(1), zeros(44));

/** Nero's list, which some players read instead: at most 255, each of at most 255 bytes, in units of 100 ns. */
export function chapterList({ chapters = [] }: Tags): Buffer {
  const listed = chapters.slice(0, 255).map(({ start, title }) => {
    const text = shortened(title, 255);
    const at = Buffer.alloc(8);
    at.writeBigUInt64BE(BigInt(milliseconds(start)) * 10_000n);
    return Buffer.concat([at, Buffer.of(text.length), text]);
  });
  return fullBox("chpl", { version: 1 }, u32(0), Buffer.of(listed.length), ...listed);
}
