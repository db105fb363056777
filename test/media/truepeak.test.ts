import { expect, test } from "vitest";

import { T0, T1, truePeakMeter } from "../../src/media/truepeak.ts";
import { ebur128 } from "./oracle.ts";
import { noise, sine, voice } from "./signals.ts";

function peakOf(pcm: Float32Array, chunk = 576): number {
  const meter = truePeakMeter();
  for (let at = 0; at < pcm.length; at += chunk) meter.push(pcm.subarray(at, at + chunk));
  meter.push(new Float32Array(32));
  return meter.dbtp();
}

test("a sine whose samples miss its crests is found to reach them", () => {
  const pcm = sine(4800, { hertz: 6000, sampleRate: 24_000, phase: Math.PI / 4 });
  expect(20 * Math.log10(Math.max(...pcm))).toBeCloseTo(-3.01, 1);
  expect(Math.abs(peakOf(pcm))).toBeLessThan(0.35); // its sudden start rings
});

test("speech peaks where FFmpeg's ebur128 finds it, within 0.1 dB", () => {
  for (const seed of [1, 2, 3]) {
    const pcm = voice(48_000, { seed, peak: 0.9 });
    expect(Math.abs(peakOf(pcm) - ebur128(pcm, 24_000).peakDbtp)).toBeLessThan(0.1);
  }
});

test("it is the largest interpolated value, wherever it stands and however the samples came", () => {
  const random = noise(3);
  const pcm = Float32Array.from({ length: 20_000 }, () => random());
  for (const chunk of [1, 5, 16, 17, 333, 20_000]) expect(peakOf(pcm, chunk)).toBeCloseTo(peakOf(pcm), 9);
  const late = new Float32Array(20_000).map((_, i) => 0.1 * random() + (i === 19_777 ? 0.9 : 0));
  expect(peakOf(late)).toBeGreaterThan(20 * Math.log10(0.8));
});

test("passing over what cannot be the largest passes over nothing else", () => {
  for (const seed of [4, 5, 6, 7, 8, 9]) {
    const random = noise(seed);
    const pcm = Float32Array.from({ length: 3_000 }, (_, i) => random() * (seed % 2 ? 1 : Math.sin(i / 40) ** 8));
    expect(peakOf(pcm)).toBeCloseTo(wholePeakOf(pcm), 9);
  }
});

/** Annex 2 as it is written: each phase of each sample. */
function wholePeakOf(pcm: Float32Array): number {
  const padded = Float32Array.of(...new Float32Array(12), ...pcm, ...new Float32Array(12));
  const phases = [T0, T1, T1.toReversed(), T0.toReversed()];
  const values = pcm.length + 12;
  let peak = 0;
  for (let at = 12; at < values + 12; at++) {
    for (const taps of phases)
      peak = Math.max(peak, Math.abs(taps.reduce((sum, tap, k) => sum + tap * (padded[at - k] ?? 0), 0)));
    peak = Math.max(peak, Math.abs(padded[at]!));
  }
  return 20 * Math.log10(peak);
}

test("silence has no peak", () => {
  expect(peakOf(new Float32Array(1000))).toBe(-Infinity);
});
