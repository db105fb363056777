/** Tags, covers and lengths, as FFmpeg's demuxers read them. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { AV_CODEC_ID_PNG } from "node-av/constants";
import { expect, test } from "vitest";

import { readPicture } from "../../src/media/cover.ts";
import { crc32ogg } from "../../src/media/crc32ogg.ts";
import type { FormatId } from "../../src/media/formats.ts";
import { id3 } from "../../src/media/id3.ts";
import { chapterMarks, type Tags } from "../../src/media/tags.ts";
import { wavHead } from "../../src/media/wav.ts";
import { decodeFile, durationOf } from "./oracle.ts";
import { png } from "./pictures.ts";
import { noise, voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { file, publish } = workshop();
const FORMATS: FormatId[] = ["mp3_128", "opus_48", "aac_96", "flac", "wav"];

const tags: Tags = {
  title: "Ünïcode “title” 声\0two\n",
  author: "Ines Vogt, Budi",
  language: "id-ID",
  date: "2026-05-09",
  comment: "Synthetic speech, made with Lector.",
  encoder: "Lector",
};

test.each(FORMATS)("%s has title, author, language, date and comment", async (format) => {
  const { path } = await publish([voice(20_000)], [0], 24_000, { format, tags });
  const read = Object.fromEntries(
    Object.entries(decodeFile(path).tags).map(([name, text]) => [name.toLowerCase(), text]),
  );
  const codes = format.startsWith("mp3") || format.startsWith("aac");
  expect(read).toMatchObject({
    title: "Ünïcode “title” 声 two",
    artist: "Ines Vogt, Budi",
    language: codes ? "ind" : "id-ID",
    date: "2026-05-09",
    comment: "Synthetic speech, made with Lector.",
  });
});

test.each(FORMATS)("%s without tags is whole too", async (format) => {
  const { path } = await publish([voice(20_000)], [0], 24_000, { format, tags: {} });
  expect(decodeFile(path).pcm.length % 24_000).toBe(0);
});

/** As large as a cover may be, and incompressible, so that heads of many pages are tried. */
function largeCover(): NonNullable<Tags["cover"]> {
  const path = file("png");
  const picture = png(700, 500);
  const random = noise(5);
  const filler = Buffer.from(Uint8Array.from({ length: 400_001 }, () => 128 + 127 * random()));
  const end = picture.subarray(-12);
  writeFileSync(path, Buffer.concat([picture.subarray(0, -12), ancillary(filler), end]));
  return { path, ...readPicture(readFileSync(path)) };
}

function ancillary(content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length, 0);
  head.write("prVt", 4);
  return Buffer.concat([head, content, Buffer.alloc(4)]);
}

test.each(FORMATS.slice(0, 4))("%s carries its cover, and sounds the same with it", async (format) => {
  const without = await publish([voice(20_000)], [0], 24_000, { format, tags });
  const cover = largeCover();
  const { path } = await publish([voice(20_000)], [0], 24_000, { format, tags: { ...tags, cover } });
  const read = decodeFile(path);
  expect(read.cover).toEqual({ codec: AV_CODEC_ID_PNG, width: 700, height: 500 });
  expect(read.pcm).toEqual(decodeFile(without.path).pcm);
  if (format !== "opus_48") expect(readFileSync(path).includes(readFileSync(cover.path))).toBe(true); // there it is text
});

test("a cover that is gone is named", async () => {
  const cover = { path: "/nowhere.png", ...readPicture(png(1, 1)) };
  const published = publish([], [], 1000, { tags: { cover } });
  await expect(published).rejects.toThrow("Cannot read the cover, /nowhere.png: ENOENT");
});

test("chapters go from one start to the next, and those without length are left out", () => {
  const starts = [0, 24_000, 24_000, 96_000].map((start, index) => ({ start, title: `c${index}` }));
  expect(chapterMarks(starts, { samples: 96_000, sampleRate: 24_000 })).toEqual([
    { start: 0, end: 1, title: "c0" },
    { start: 1, end: 4, title: "c2" },
  ]);
});

test("a title that is too long for a chapter's frame ends with a whole character and an ellipsis", () => {
  const titles = ["é".repeat(63), "é".repeat(64), `a${"字".repeat(60)}`];
  const tag = id3({ chapters: titles.map((title, index) => ({ start: index, end: index + 1, title })) });
  const text = tag.toString("latin1");
  const written = [...text.matchAll(/TIT2/g)].map(({ index }) => {
    const length = tag.readUInt32BE(index + 4); // the same with seven bits a byte, up to 127
    expect(length).toBeLessThanOrEqual(127);
    return tag.toString("utf8", index + 11, index + 10 + length);
  });
  expect(written).toEqual(["é".repeat(63), `${"é".repeat(61)}…`, `a${"字".repeat(40)}…`]);
});

test("more chapters than a table of contents holds are in tables of their own", () => {
  const marks = Array.from({ length: 600 }, (_, index) => ({
    start: index,
    end: index + 1,
    title: `Chapter ${index}`,
  }));
  const tag = id3({ chapters: marks });
  const text = tag.toString("latin1");
  expect(text.match(/CHAP/g)).toHaveLength(600);
  const tables = [...text.matchAll(/CTOC.{6}(toc\d?)\0(.)(.)/gs)].map(([, id, flags, entries]) => {
    return [id, flags!.charCodeAt(0), entries!.charCodeAt(0)];
  });
  expect(tables).toEqual([
    ["toc", 3, 3],
    ["toc0", 1, 255],
    ["toc1", 1, 255],
    ["toc2", 1, 90],
  ]);
});

test.each([
  ["RIFF", 2 ** 31 - 30],
  ["RF64", 2 ** 31 - 10],
  ["RF64", 2 ** 32],
])("a %s file says that it has %i samples", (name, samples) => {
  const path = file("wav");
  const head = wavHead(samples, 24_000, {});
  expect(head.toString("latin1", 0, 4)).toBe(name);
  const handle = openSync(path, "w");
  writeSync(handle, head);
  closeSync(handle);
  truncateSync(path, head.length + samples * 2); // a hole: no disk is used
  expect(durationOf(path)).toBeCloseTo(samples / 24_000, 2);
  truncateSync(path, 0);
});

test("the checksum of Ogg is that of its polynomial, bit by bit", () => {
  const random = noise(8);
  for (const length of [0, 1, 7, 8, 9, 300]) {
    const bytes = Uint8Array.from({ length }, () => 128 + 127 * random());
    let crc = 0n; // one bit at a time, in a number without sign
    for (const byte of bytes) {
      crc ^= BigInt(byte) << 24n;
      for (let bit = 0; bit < 8; bit++) crc = ((crc << 1n) ^ (crc >> 31n ? 0x04c11db7n : 0n)) & 0xffff_ffffn;
    }
    expect(crc32ogg(bytes)).toBe(Number(crc));
  }
});

test("FLAC's checksum is that of its samples", async () => {
  const { path } = await publish([voice(20_000)], [500], 24_000, { format: "flac" });
  const info = readFileSync(path).subarray(8, 42);
  const s16 = Int16Array.from(decodeFile(path).pcm, (sample) => sample * 32_768);
  expect(info.subarray(18).toString("hex")).toBe(createHash("md5").update(s16).digest("hex"));
  expect(info.readUInt32BE(14)).toBe(24_000); // samples
});
