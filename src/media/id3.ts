/** ID3v2.4 tags (id3.org: "ID3 tag version 2.4.0 - Native Frames", "ID3v2 Chapter Frame Addendum 1.0"). */
import { iso639_2 } from "./iso639.ts";
import { coverBytes, line, milliseconds, shortened } from "./tags.ts";
import type { ChapterMark, Tags } from "./tags.ts";

/** Empty where there is nothing to say. */
export function id3(tags: Tags): Buffer {
  const frames = Buffer.concat([
    text("TIT2", tags.title),
    text("TPE1", tags.author),
    text("TLAN", tags.language && iso639_2(tags.language)),
    text("TDRC", tags.date),
    comment(tags.comment),
    text("TSSE", tags.encoder),
    ...chapters(tags.chapters ?? []),
    picture(tags.cover),
  ]);
  if (frames.length === 0) return frames;
  const head = Buffer.from("ID3\x04\x00\x00\0\0\0\0", "latin1");
  writeSynchsafe(head, frames.length, 6);
  return Buffer.concat([head, frames]);
}

const UTF_8 = Buffer.of(3);
const LATIN_1 = Buffer.of(0);
const END = Buffer.of(0);

function text(name: string, value: string | undefined): Buffer {
  const shown = value && line(value);
  return shown ? frame(name, UTF_8, Buffer.from(shown)) : Buffer.alloc(0);
}

function comment(value: string | undefined): Buffer {
  return value ? frame("COMM", UTF_8, Buffer.from("eng\0"), Buffer.from(line(value))) : Buffer.alloc(0);
}

function picture(cover: Tags["cover"]): Buffer {
  if (!cover) return Buffer.alloc(0);
  const FRONT_COVER = Buffer.of(3);
  return frame("APIC", LATIN_1, Buffer.from(`${cover.mediaType}\0`), FRONT_COVER, END, coverBytes(cover));
}

/** A table of contents has one byte for the number of its entries. */
const MOST_ENTRIES = 255;
const TOP_LEVEL = 0b10;
const ORDERED = 0b01;

/** Tables and chapters. Above 255 chapters the table holds tables. */
function chapters(marks: ChapterMark[]): Buffer[] {
  if (marks.length === 0) return [];
  const ids = marks.map((_, index) => `ch${index}`);
  const tables = [];
  for (let at = 0; at < ids.length; at += MOST_ENTRIES) tables.push(ids.slice(at, at + MOST_ENTRIES));
  const isNested = tables.length > 1;
  const contents = isNested
    ? [
        table(
          "toc",
          TOP_LEVEL | ORDERED,
          tables.map((_, index) => `toc${index}`),
        ),
        ...tables.map((entries, index) => table(`toc${index}`, ORDERED, entries)),
      ]
    : [table("toc", TOP_LEVEL | ORDERED, ids)];
  return [...contents, ...marks.map((mark, index) => chapter(ids[index]!, mark))];
}

function table(id: string, flags: number, entries: string[]): Buffer {
  return frame(
    "CTOC",
    Buffer.from(`${id}\0`),
    Buffer.of(flags, entries.length),
    Buffer.from(`${entries.join("\0")}\0`),
  );
}

/** FFmpeg, for one, takes the length of a frame inside CHAP for a plain number, which it is up to 127. */
const MOST_TITLE_BYTES = 127 - UTF_8.length;

function chapter(id: string, { start, end, title }: ChapterMark): Buffer {
  const times = Buffer.alloc(16, 0xff); // no byte offsets: the times count
  times.writeUInt32BE(milliseconds(start), 0);
  times.writeUInt32BE(milliseconds(end), 4);
  return frame("CHAP", Buffer.from(`${id}\0`), times, frame("TIT2", UTF_8, shortened(title, MOST_TITLE_BYTES)));
}

function frame(name: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(10);
  head.write(name, "latin1");
  writeSynchsafe(head, body.length, 4);
  return Buffer.concat([head, body]);
}

/** 28 bits in four bytes whose first bit is 0, so that no player takes them for a frame. */
function writeSynchsafe(target: Buffer, value: number, at: number): void {
  for (let i = 0; i < 4; i++) target[at + i] = (value >>> (7 * (3 - i))) & 0x7f;
}
