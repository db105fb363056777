import { expect, test } from "vitest";

import { integratedLoudness, kWeighting, powerMeter, timelinePowers } from "../../src/media/loudness.ts";
import { ebur128 } from "./oracle.ts";
import { sine, voice } from "./signals.ts";

function powersOf(pcm: Float32Array, sampleRate: number, chunk = 1000): Float32Array {
  const meter = powerMeter(sampleRate);
  for (let at = 0; at < pcm.length; at += chunk) meter.push(pcm.subarray(at, at + chunk));
  return meter.powers();
}

test("the K filter at 48 kHz has the coefficients that BS.1770 prints", () => {
  const { shelf, highPass } = kWeighting(48_000);
  expect(shelf.b0).toBeCloseTo(1.53512485958697, 10);
  expect(shelf.b1).toBeCloseTo(-2.69169618940638, 10);
  expect(shelf.b2).toBeCloseTo(1.19839281085285, 10);
  expect(shelf.a1).toBeCloseTo(-1.69065929318241, 10);
  expect(shelf.a2).toBeCloseTo(0.73248077421585, 10);
  expect(highPass.a1).toBeCloseTo(-1.99004745483398, 10);
  expect(highPass.a2).toBeCloseTo(0.99007225036621, 10);
});

test.each([24_000, 48_000])("a full-scale 997 Hz sine in one channel reads −3.01 LUFS at %i Hz", (sampleRate) => {
  const powers = powersOf(sine(sampleRate * 3, { hertz: 997, sampleRate }), sampleRate);
  expect(integratedLoudness(powers)).toBeCloseTo(-3.01, 1);
});

test.each([24_000, 48_000])(
  "speech with pauses reads what FFmpeg's ebur128 reads, within 0.1 LU, at %i Hz",
  (sampleRate) => {
    for (const peak of [0.9, 0.05]) {
      const pcm = voice(sampleRate * 8, { sampleRate, peak });
      pcm.fill(0, sampleRate * 3, sampleRate * 4.5);
      const ours = integratedLoudness(powersOf(pcm, sampleRate))!;
      expect(Math.abs(ours - ebur128(pcm, sampleRate).lufs)).toBeLessThan(0.1);
    }
  },
);

test("powers are those of the filter in its textbook form, for even and odd numbers of samples", () => {
  for (const length of [7200, 7201, 33]) {
    const pcm = voice(length);
    expectNear(powersOf(pcm, 24_000, 777), textbookPowers(pcm, 24_000));
  }
});

function expectNear(found: Float32Array, wanted: number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, power] of wanted.entries()) expect(Math.abs(found[index]! / power - 1)).toBeLessThan(1e-6);
}

/** Direct form I, sample by sample. */
function textbookPowers(pcm: Float32Array, sampleRate: number): number[] {
  const { shelf, highPass } = kWeighting(sampleRate);
  let signal = Array.from(pcm);
  for (const { b0, b1, b2, a1, a2 } of [shelf, highPass]) {
    const out: number[] = [];
    for (const [n, x] of signal.entries()) {
      const past = b1 * (signal[n - 1] ?? 0) + b2 * (signal[n - 2] ?? 0);
      out.push(b0 * x + past - a1 * (out[n - 1] ?? 0) - a2 * (out[n - 2] ?? 0));
    }
    signal = out;
  }
  const block = sampleRate / 10;
  return Array.from({ length: Math.ceil(pcm.length / block) }, (_, index) => {
    const part = signal.slice(index * block, (index + 1) * block);
    return part.reduce((sum, value) => sum + value * value, 0) / block;
  });
}

test("powers do not depend on how the samples came", () => {
  const pcm = voice(24_000);
  expect(powersOf(pcm, 24_000, 7)).toEqual(powersOf(pcm, 24_000, 24_000));
});

test("a last partial block keeps its energy as if silence followed", () => {
  const whole = powersOf(sine(2400, { hertz: 997, sampleRate: 24_000 }), 24_000);
  const half = powersOf(sine(1200, { hertz: 997, sampleRate: 24_000 }), 24_000);
  expect(half).toHaveLength(1);
  expect(half[0]! / whole[0]!).toBeCloseTo(0.5, 1);
});

test("less than 0.4 s, nothing, and silence have no loudness", () => {
  expect(integratedLoudness([])).toBeNull();
  expect(integratedLoudness([0.1, 0.1, 0.1])).toBeNull();
  expect(integratedLoudness(new Float32Array(100))).toBeNull();
  expect(integratedLoudness([0.1, 0.1, 0.1, 0.1])).toBeCloseTo(-10.69, 2);
});

test("long pauses do not make a text quieter, quiet passages do", () => {
  const speech = Array.from({ length: 50 }, () => 0.01);
  const alone = integratedLoudness(speech)!;
  expect(integratedLoudness([...speech, ...new Float32Array(500)])).toBeCloseTo(alone, 0);
  expect(integratedLoudness([...speech, ...speech.map((power) => power / 4)])!).toBeLessThan(alone - 1);
});

test("the loudness of a whole follows from the powers of its pieces", () => {
  const sampleRate = 24_000;
  const first = voice(70_001, { peak: 0.8 });
  const second = voice(50_333, { peak: 0.6, seed: 5 });
  const whole = new Float32Array(150_000);
  whole.set(first, 0);
  whole.set(second, 84_017);
  const pieces = [
    { start: 0, powers: powersOf(first, sampleRate) },
    { start: 84_017, powers: powersOf(second, sampleRate) },
  ];
  const powers = timelinePowers(pieces, { samples: whole.length, sampleRate });
  expect(powers).toHaveLength(62);
  expect(Math.abs(integratedLoudness(powers)! - ebur128(whole, sampleRate).lufs)).toBeLessThan(0.15);
});

test("a block that the end of the timeline cuts is not counted", () => {
  const powers = Float32Array.of(1, 1, 1, 0.5);
  expect([...timelinePowers([{ start: 0, powers }], { samples: 8400, sampleRate: 24_000 })]).toEqual([1, 1, 1]);
});
