import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";

import { encodingOf } from "../../src/media/encodings.ts";
import { layRuns } from "../../src/media/stitch.ts";
import { decodeFile, encodeWhole } from "./oracle.ts";
import { lag, snr, voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { studio, file, publish } = workshop({ size: 2 });
const FRAME = { 24_000: 576, 48_000: 1152 } as const;

/** 10 ms. */
const lastTen = (signal: Float32Array, end: number) => signal.slice(end - 240, end);

function onTimeline(blocks: Float32Array[], starts: number[], samples: number): Float32Array {
  const whole = new Float32Array(samples);
  blocks.forEach((block, index) => whole.set(block, starts[index]!));
  return whole;
}

test.each([24_000, 48_000] as const)(
  "at %i Hz a stitched file is as near to its PCM as one encode of the whole",
  async (sampleRate) => {
    const blocks = [1, 2, 3].map((seed) => voice(sampleRate * 2 + seed * 777, { sampleRate, seed }));
    const starts = [0, 110, 210].map((frame) => frame * FRAME[sampleRate]);
    const samples = sampleRate === 24_000 ? 190_000 : 370_000;
    const pcm = onTimeline(blocks, starts, samples);
    const stitched = decodeFile((await publish(blocks, starts, samples, { sampleRate })).path);
    expect(stitched.pcm).toHaveLength(samples);
    expect(lag(pcm, stitched.pcm, 20)).toBe(0);
    const ours = snr(pcm, stitched.pcm);
    expect(ours).toBeGreaterThan(30);
    const unscaled = pcm.map((x) => x / 0.95); // undoes LAME's own 0.95, as we do
    // A bit reservoir, which frames that are cut and joined cannot have, gains about 1 dB.
    for (const [reservoir, gained] of [
      [false, 0.5],
      [true, 1.5],
    ] as const) {
      const path = file("mp3");
      const options = { reservoir: reservoir ? "1" : "0" };
      encodeWhole(path, unscaled, { ...encodingOf("mp3_128"), options }, sampleRate);
      const whole = decodeFile(path);
      expect(lag(pcm, whole.pcm, 20)).toBe(0);
      expect(ours).toBeGreaterThan(snr(pcm, whole.pcm) - gained);
    }
  },
);

test("pauses are silent, and a block sounds to its last sample", async () => {
  const block = voice(20_000).map((x, i) => x + 0.2 * Math.sin(i / 5));
  const starts = [0, 30_000, 60_000];
  const { path } = await publish([block, block, block], starts, 90_000);
  const { pcm } = decodeFile(path);
  for (const start of starts) {
    const place = Math.round(start / 576) * 576;
    const pause = pcm.subarray(place + 20_000 + 1200, Math.min(place + 30_000 - 2400, 90_000));
    expect(Math.max(...pause.map(Math.abs))).toBeLessThan(1e-4);
    expect(snr(lastTen(block, 20_000), lastTen(pcm, place + 20_000))).toBeGreaterThan(8);
  }
});

test("each block begins within half a frame of its place, however many came before", async () => {
  const block = voice(9000, { seed: 4 });
  const starts = Array.from({ length: 30 }, (_, i) => i * 16_789);
  const { path } = await publish([block], [0], 9000).then(async ({ fragments }) => {
    const places = starts.map((start) => ({ ...fragments[0]!, start }));
    const path = file("mp3");
    return {
      path,
      ...(await studio.stitch({
        format: "mp3_128",
        sampleRate: 24_000,
        fragments: places,
        samples: 520_000,
        tags: {},
        path,
      })),
    };
  });
  const { pcm } = decodeFile(path);
  for (const start of starts) {
    expect(
      Math.abs(lag(block.subarray(0, 8000), pcm.subarray(start - 400 < 0 ? 0 : start, start + 9000), 300)),
    ).toBeLessThanOrEqual(288);
  }
});

test("a player finds the length, the tags and the bit rate", async () => {
  for (const samples of [24_000, 24_001, 100_000, 100_575]) {
    const made = await publish([voice(20_000)], [0], samples, {
      tags: { title: "Ünïcode “title” 声\0two\n", language: "en-GB" },
    });
    const decoded = decodeFile(made.path);
    expect(made.samples).toBe(samples);
    expect(decoded.pcm).toHaveLength(samples);
    expect(decoded.packets).toBe(made.frames);
    expect(Math.abs(decoded.duration - samples / 24_000)).toBeLessThan(0.001);
    expect(decoded).toMatchObject({ sampleRate: 24_000, bitRate: 128_000 });
    expect(decoded.tags).toMatchObject({ title: "Ünïcode “title” 声 two", language: "eng" });
    expect(readFileSync(made.path)).toHaveLength(made.bytes);
  }
});

test("without a title and language the file begins with its first frame", async () => {
  const path = file("mp3");
  await studio.stitch({ format: "mp3_128", sampleRate: 24_000, fragments: [], samples: 0, tags: {}, path });
  expect(readFileSync(path).subarray(0, 2).toString("hex")).toBe("fff3");
  expect(decodeFile(path).pcm).toHaveLength(0);
});

test("the same fragments give the same bytes", async () => {
  const made = await publish([voice(20_000)], [1000], 30_000, { tags: { title: "t", language: "en-US" } });
  const again = { format: "mp3_128" as const, sampleRate: 24_000 as const, fragments: made.fragments, samples: 30_000 };
  const path = file("mp3");
  await studio.stitch({ ...again, tags: { title: "t", language: "en-US" }, path });
  expect(readFileSync(path)).toEqual(readFileSync(made.path));
});

test("blocks without a pause between them are heard whole but for the seam", async () => {
  const blocks = [voice(57_600), voice(57_600, { seed: 2 })];
  const { path } = await publish(blocks, [0, 57_600], 115_200);
  const { pcm } = decodeFile(path);
  expect(pcm).toHaveLength(115_200);
  expect(snr(blocks[0]!.subarray(0, 55_000), pcm.subarray(0, 55_000))).toBeGreaterThan(15);
  expect(snr(blocks[1]!.subarray(2000), pcm.subarray(59_600))).toBeGreaterThan(15);
});

function placed(start: number, samples: number) {
  return { path: "", start, samples, frames: 8 + Math.ceil(samples / 576) };
}

test("runs fill the grid without gap or overlap, and the lead gives way to the tail before it", () => {
  const fragments = [placed(0, 5760), placed(5760 + 576 * 6, 576), placed(5760 + 576 * 7, 576), placed(57_600, 100)];
  const runs = layRuns(fragments, 105, 576);
  expect(runs.map(({ silence, from, to }) => [silence, from, to])).toEqual([
    [0, 4, 18],
    [0, 2, 5], // its lead cut by the tail before, its tail by the block behind
    [0, 4, 9],
    [74, 0, 9],
    [0, 0, 0],
  ]);
  expect(runs.reduce((sum, { silence, from, to }) => sum + silence + to - from, 0)).toBe(105);
});

test("fragments that are missing, damaged, of other lengths or out of order are refused by name", async () => {
  const { fragments } = await publish([voice(20_000), voice(20_000)], [0, 30_000], 60_000);
  const [first, second] = fragments as [(typeof fragments)[0], (typeof fragments)[0]];
  const path = file("mp3");
  const stitch = (list: typeof fragments, samples = 60_000) =>
    studio.stitch({ format: "mp3_128", sampleRate: 24_000, fragments: list, samples, tags: {}, path });
  await expect(stitch([second, first])).rejects.toThrow(/overlaps the one before, which ends at 50000/);
  await expect(stitch([first, second], 49_999)).rejects.toThrow(
    "The timeline is 49999 samples long, but its last fragment ends at 50000",
  );
  await expect(stitch([{ ...first, frames: 7 }])).rejects.toThrow(/has 7 frames, expected 43/);
  await expect(stitch([{ ...first, path: "/nowhere" }])).rejects.toThrow("Cannot read a fragment, /nowhere: ENOENT");
  truncateSync(first.path, 1000);
  await expect(stitch([first])).rejects.toThrow(`${first.path} is damaged: 1000 bytes for 43 frames. Encode it again.`);
  writeFileSync(second.path, Buffer.alloc(43 * 386, "x"));
  await expect(stitch([second])).rejects.toThrow(/is damaged/);
});
