import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";

import { formatOf, type FormatId } from "../../src/media/formats.ts";
import { chapterMarks } from "../../src/media/tags.ts";
import { decodeFile } from "./oracle.ts";
import { voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { studio, file, publish } = workshop();

/** The file with `change` applied to its bytes. */
function changed(path: string, change: (bytes: Buffer) => Buffer): string {
  const copy = file(path.split(".").at(-1)!);
  writeFileSync(copy, change(readFileSync(path)));
  return copy;
}

const samples = 24_000 * 3 - 7;
const made = (format: FormatId, sampleRate: 24_000 | 48_000 = 24_000) => {
  const length = (samples * sampleRate) / 24_000;
  const tags = { title: "A title", language: "en", chapters: chapterMarks(titles, { sampleRate, samples: length }) };
  return publish([voice(sampleRate * 2, { sampleRate })], [sampleRate / 2], length, { sampleRate, format, tags });
};
const titles = ["One", "Two"].map((title, index) => ({ title, start: index * 24_000 }));

const formats: FormatId[] = ["mp3_128", "mp3_320", "opus_48", "opus_128", "aac_96", "aac_160", "flac", "wav"];

test.each(formats)("%s: what is counted is what a decoder finds", async (format) => {
  for (const sampleRate of [24_000, 48_000] as const) {
    const { path } = await made(format, sampleRate);
    const counted = await studio.recount({ path, format });
    expect((counted.samples * 24_000) / counted.rate).toBe(samples);
    const { pcm, sampleRate: decoded } = decodeFile(path);
    expect(counted).toEqual({ samples: pcm.length, rate: decoded });
  }
});

const half = (bytes: Buffer) => bytes.length >> 1;

test.each(formats)(
  "%s: a file that lost its end, a piece of its middle, or all is told from a whole one",
  async (format) => {
    const { path } = await made(format);
    const wrong = [
      changed(path, (bytes) => bytes.subarray(0, bytes.length - 700)),
      changed(path, (bytes) => bytes.subarray(0, 50)),
      changed(path, (bytes) => Buffer.concat([bytes.subarray(0, half(bytes) - 9000), bytes.subarray(half(bytes))])),
      changed(path, () => Buffer.alloc(0)),
      changed(path, () => Buffer.from("no sound at all")),
    ];
    for (const each of wrong)
      await expect(studio.recount({ path: each, format })).rejects.toThrow(`${each} is broken: `);
    expect(formatOf(format).id).toBe(format);
  },
);

test("mp3: a frame too few or too many, and one that was overwritten", async () => {
  const { path } = await made("mp3_128");
  const frame = 384;
  const at = readFileSync(path).length - 20 * frame;
  const without = changed(path, (bytes) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + frame)]));
  const twice = changed(path, (bytes) => Buffer.concat([bytes.subarray(0, at + frame), bytes.subarray(at)]));
  const overwritten = changed(path, (bytes) => bytes.fill(0, at, at + frame));
  const recount = (each: string) => studio.recount({ path: each, format: "mp3_128" });
  for (const wrong of [without, twice])
    await expect(recount(wrong)).rejects.toThrow(/has \d+ frames, but says that it has/);
  await expect(recount(overwritten)).rejects.toThrow("no frame is whole at byte");
});

test("opus: a page too few", async () => {
  const { path } = await made("opus_48");
  const bytes = readFileSync(path);
  const pages: number[] = [];
  for (let at = bytes.indexOf("OggS"); at >= 0; at = bytes.indexOf("OggS", at + 4)) pages.push(at);
  const [from, to] = [pages[3]!, pages[4] ?? bytes.length];
  const without = changed(path, () => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
  await expect(studio.recount({ path: without, format: "opus_48" })).rejects.toThrow(
    /page \d+ stands at byte|last page is missing/,
  );
});
