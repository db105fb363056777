import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";

import { integratedLoudness } from "../../src/media/loudness.ts";
import type { Part } from "../../src/media/parts.ts";
import { decodeFile, ebur128 } from "./oracle.ts";
import { lag, noise, voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { studio, file, spoken, fragment, heard, heardAs } = workshop();

test("a block's length, its parts' places and its frames are those that were planned", async () => {
  const parts = [
    spoken(voice(22_050), 22_050, 7200),
    spoken(voice(11_111), 48_000, 0),
    spoken(voice(30_000), 24_000, 501),
  ];
  const made = await fragment(parts);
  expect(made.partStarts).toEqual([0, 31_200, 36_756]);
  expect(made.partSamples).toEqual([24_000, 5556, 30_000]);
  expect(made.samples).toBe(67_257);
  expect(made.powers).toHaveLength(29);
  expect(made.outputs[0]!.frames).toBe(4 + 117 + 4);
  expect(made.outputs[0]!.bytes).toBe(125 * (384 + 2));
  expect(readFileSync(made.path)).toHaveLength(125 * (384 + 2));
});

test.each([1, 240, 575, 576, 577])("a block of %i samples is whole", async (samples) => {
  const made = await fragment([spoken(voice(samples), 24_000)]);
  expect(made.samples).toBe(samples);
  expect(made.powers).toHaveLength(1);
  expect(made.outputs[0]!.frames).toBe(8 + Math.ceil(samples / 576));
});

test("nothing but a pause, and nothing at all, are silence", async () => {
  const pause: Part = { path: "unused", encoding: "s16le", sampleRate: 24_000, samples: 0, pauseAfter: 12_000 };
  const made = await fragment([pause]);
  expect(made.samples).toBe(12_000);
  expect([...made.powers]).toEqual([0, 0, 0, 0, 0]);
  expect(made.outputs[0]).toMatchObject({ frames: 29, truePeakDbtp: -Infinity });
  expect(await fragment([])).toMatchObject({ samples: 0, powers: new Float32Array(0), outputs: [{ frames: 8 }] });
});

test("the same block gives the same bytes", async () => {
  const parts = [spoken(voice(40_000), 22_050, 100)];
  const [first, second] = [await fragment(parts, { gainDb: 6 }), await fragment(parts, { gainDb: 6 })];
  expect(readFileSync(first.path)).toEqual(readFileSync(second.path));
  expect(first.powers).toEqual(second.powers);
});

test("powers are those of the decoded fragment, gain and limiter included", async () => {
  for (const gainDb of [0, 6, 14]) {
    const made = await fragment([spoken(voice(120_000, { peak: 0.4 }), 24_000)], { gainDb });
    const decoded = ebur128(await heard(made), 24_000);
    expect(Math.abs(integratedLoudness(made.powers)! - decoded.lufs)).toBeLessThan(0.15);
    expect(decoded.peakDbtp).toBeLessThan(-1);
    const peak = made.outputs[0]!.truePeakDbtp; // only looked for where it may come too high
    if (peak > -Infinity) expect(Math.abs(decoded.peakDbtp - peak)).toBeLessThan(0.1);
    else expect(decoded.peakDbtp).toBeLessThan(-2);
  }
});

test("measuring gives the powers that mastering gives", async () => {
  const parts = [spoken(voice(50_000), 22_050, 3000)];
  const { samples, powers } = await fragment(parts, { gainDb: 8 });
  expect(await studio.measure({ parts, sampleRate: 24_000, gainDb: 8, ceilingDbtp: -2 })).toEqual({ samples, powers });
});

test("what overshoots once it is encoded is encoded again, lower", async () => {
  const random = noise(9);
  const bursts = Float32Array.from({ length: 48_000 }, (_, i) => (i % 6000 < 900 ? random() : 0));
  const made = await fragment([spoken(bursts, 24_000)], { gainDb: 20, ceilingDbtp: -1 });
  expect(made.outputs[0]!.truePeakDbtp).toBeLessThanOrEqual(-1);
  expect(ebur128(await heard(made), 24_000).peakDbtp).toBeLessThanOrEqual(-0.9);
});

test("what is encoded again below a lower ceiling stays as loud", async () => {
  const random = noise(1);
  const breathy = voice(120_000, { peak: 0.4 }).map((x) => x * (1 + 0.5 * random()));
  const made = await fragment([spoken(breathy, 24_000)], { gainDb: 6, encoding: "opus_48" });
  const { pcm, sampleRate } = decodeFile(await heardAs("opus_48", made));
  const decoded = ebur128(pcm, sampleRate);
  expect(decoded.peakDbtp).toBeLessThanOrEqual(-1);
  expect(Math.abs(decoded.lufs - integratedLoudness(made.powers)!)).toBeLessThan(0.3);
});

test("a part that was spoken at another rate stays in its place", async () => {
  const at48 = voice(96_000, { sampleRate: 48_000 });
  const made = await fragment([spoken(at48, 48_000)]);
  const wanted = new Float32Array(48_000).map((_, i) => at48[2 * i]!);
  const pcm = await heard(made);
  expect(lag(wanted, pcm.subarray(4 * 576, 4 * 576 + 48_000), 30)).toBe(0);
});

test("a missing, a short and a long file are named with what to do", async () => {
  const path = file("pcm");
  const part: Part = { path, encoding: "s16le", sampleRate: 24_000, samples: 100, pauseAfter: 0 };
  await expect(fragment([part])).rejects.toThrow(`Cannot read the audio of a segment, ${path}: ENOENT`);
  for (const bytes of [199, 202, 0]) {
    writeFileSync(path, Buffer.alloc(bytes));
    await expect(fragment([part])).rejects.toThrow(`${path} has ${bytes} bytes, but 100 samples of 16 bits need 200`);
  }
  writeFileSync(path, Buffer.alloc(200));
  expect((await fragment([part])).samples).toBe(100);
});

test.each([
  [{ sampleRate: 44_100 as 48_000 }, "The master rate must be 24000 or 48000 Hz, got 44100"],
  [{ gainDb: Number.NaN }, "gainDb must be −60 to 60 dB, got NaN"],
  [{ ceilingDbtp: 1 }, "ceilingDbtp must be −20 to 0 dBTP, got 1"],
])("a job that cannot be is refused: %o", async (over, message) => {
  await expect(fragment([], over)).rejects.toThrow(message);
});

test("an output that cannot be written is named", async () => {
  const outputs = [{ encoding: "mp3_128" as const, path: "/nowhere/at/all" }];
  const job = { parts: [], sampleRate: 24_000 as const, gainDb: 0, ceilingDbtp: -2, outputs };
  await expect(studio.master(job)).rejects.toThrow("Cannot write /nowhere/at/all: ENOENT");
});
