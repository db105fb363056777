/** Vorbis comments (xiph.org/vorbis/doc/v-comment.html), the tags of Opus and FLAC, with chapters and the picture block. */
import { coverBytes, line, milliseconds } from "./tags.ts";
import type { Tags } from "./tags.ts";

/** `more`: further fields, as `NAME=text`. */
export function vorbisComment(tags: Tags, more: string[] = []): Buffer {
  const { title, author, language, date, comment } = tags;
  const named = { TITLE: title, ARTIST: author, LANGUAGE: language, DATE: date, COMMENT: comment };
  const texts = Object.entries(named).map(([name, text]) => [name, line(text ?? "")] as const);
  const fields = texts.filter(([, text]) => text !== "").map(([name, text]) => `${name}=${text}`);
  const all = [...fields, ...chapterFields(tags), ...more];
  return Buffer.concat([counted(Buffer.from(tags.encoder ?? "")), uint32LE(all.length), ...all.map(field)]);
}

/** `CHAPTER000=00:00:00.000` and `CHAPTER000NAME=…` (wiki.xiph.org/Chapter_Extension). */
function chapterFields({ chapters = [] }: Tags): string[] {
  return chapters.flatMap(({ start, title }, index) => {
    const name = `CHAPTER${String(index).padStart(3, "0")}`;
    return [`${name}=${clock(milliseconds(start))}`, `${name}NAME=${line(title)}`];
  });
}

function clock(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const hours = two(ms / 3_600_000);
  return `${hours}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
}

const FRONT_COVER = 3;

/** FLAC's picture block (RFC 9639, 8.8), which Opus has as text in a field. */
export function pictureBlock(cover: NonNullable<Tags["cover"]>): Buffer {
  const bytes = coverBytes(cover);
  const colours = 0; // none are indexed, or nobody asks
  const numbers = [cover.width, cover.height, cover.depth, colours, bytes.length].map(uint32BE);
  const type = Buffer.from(cover.mediaType);
  return Buffer.concat([uint32BE(FRONT_COVER), uint32BE(type.length), type, uint32BE(0), ...numbers, bytes]);
}

function field(text: string): Buffer {
  return counted(Buffer.from(text));
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([uint32LE(bytes.length), bytes]);
}

function uint32LE(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint32BE(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
