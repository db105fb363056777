import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";

import { integratedLoudness } from "../../src/media/loudness.ts";
import { ebur128 } from "./oracle.ts";
import { voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { studio, file, spoken } = workshop();

test("a sound's powers give the loudness that an independent meter finds", async () => {
  const signal = voice(220_500, { sampleRate: 22_050, peak: 0.5 });
  const [inspected] = await studio.inspect({ sounds: [spoken(signal, 22_050)] });
  expect(inspected!.powers).toHaveLength(100);
  expect(Math.abs(integratedLoudness(inspected!.powers)! - ebur128(signal, 22_050).lufs)).toBeLessThan(0.1);
});

test("the peak is the largest sample on either side, and only the ends of the scale count as full", async () => {
  const samples = Float32Array.of(0, 0.25, -0.5, 0.1);
  const clipped = Float32Array.of(1, -1, 0.5, -1);
  const found = await studio.inspect({ sounds: [spoken(samples, 24_000), spoken(clipped, 24_000)] });
  expect(found.map(({ atFullScale }) => atFullScale)).toEqual([0, 3]);
  expect(found[0]!.peak).toBeCloseTo(0.5, 3);
  expect(found[1]!.peak).toBeCloseTo(1, 3);
});

test("silence, and nothing at all, have no peak", async () => {
  const sounds = [spoken(new Float32Array(4_000), 24_000), spoken(new Float32Array(0), 24_000)];
  const [silence, nothing] = await studio.inspect({ sounds });
  expect(silence).toEqual({ powers: new Float32Array(2), peak: 0, atFullScale: 0 });
  expect(nothing).toEqual({ powers: new Float32Array(0), peak: 0, atFullScale: 0 });
});

test("a truncated file is named, with what it should hold", async () => {
  const path = file("short");
  writeFileSync(path, Buffer.alloc(10));
  const sound = { path, encoding: "s16le" as const, sampleRate: 24_000, samples: 9 };
  await expect(studio.inspect({ sounds: [sound] })).rejects.toThrow(`${path} has 10 bytes, but 9 samples`);
});
