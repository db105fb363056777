import { expect, test } from "vitest";

import { peakMeter, waveform } from "../../src/media/peaks.ts";
import { noise, voice } from "./signals.ts";

function peaksOf(samples: Float32Array, chunk: number, sampleRate = 24_000): Int8Array {
  const meter = peakMeter(sampleRate);
  for (let at = 0; at < samples.length; at += chunk) meter.push(samples.subarray(at, at + chunk));
  return meter.peaks();
}

function drawn(fragments: { start: number; peaks: Int8Array }[], whole: { samples: number; sampleRate: number }) {
  const drawing = waveform(whole);
  for (const { start, peaks } of fragments) drawing.add(start, peaks);
  return JSON.parse([...drawing.json()].join(""));
}

const eight = (sample: number) => Math.floor(sample * 128);

test("each 5 ms has its lowest and highest sample, however they come", () => {
  const pcm = voice(24_061);
  const wanted = Array.from({ length: 201 }, (_, pair) => {
    const samples = [...pcm.subarray(pair * 120, (pair + 1) * 120)];
    return [eight(Math.min(...samples)), eight(Math.max(...samples))];
  }).flat();
  for (const chunk of [1, 119, 120, 1000, 24_061]) expect([...peaksOf(pcm, chunk)]).toEqual(wanted);
});

test("full scale stays within eight bits, and nothing has no peaks", () => {
  expect([...peaksOf(Float32Array.of(1, -1, 1.5, -1.5), 4)]).toEqual([-128, 127]);
  expect(peaksOf(new Float32Array(0), 1)).toHaveLength(0);
});

test.each([24_000, 48_000])("a waveform at %i Hz shows each 20 ms of the timeline, to within 2.5 ms", (sampleRate) => {
  const random = noise(3);
  const starts = [1234, 60_007, 130_001];
  const samples = 200_003;
  const blocks = starts.map((_, seed) => voice(40_000, { seed }).map((x) => x * (1 + 0.1 * random())));
  const timeline = new Float32Array(samples);
  blocks.forEach((block, index) => timeline.set(block, starts[index]!));
  const fragments = blocks.map((block, index) => ({
    start: starts[index]!,
    peaks: peaksOf(block, 24_000, sampleRate),
  }));
  const shown = drawn(fragments, { samples, sampleRate });
  const pixel = sampleRate / 50;
  const length = Math.ceil(samples / pixel);
  const head = { version: 2, channels: 1, sample_rate: sampleRate, samples_per_pixel: pixel, bits: 8, length };
  expect(shown).toMatchObject(head);
  expect(shown.data).toHaveLength(length * 2);
  const slack = sampleRate / 400;
  for (let at = 0; at < length; at++) {
    const inside = [...timeline.subarray(Math.max(0, at * pixel + slack), (at + 1) * pixel - slack)];
    const around = [...timeline.subarray(Math.max(0, at * pixel - slack), (at + 1) * pixel + slack)];
    const [low, high] = [shown.data[at * 2], shown.data[at * 2 + 1]];
    expect(low).toBeGreaterThanOrEqual(eight(Math.min(...around, 0)));
    expect(high).toBeLessThanOrEqual(eight(Math.max(...around, 0)));
    if (inside.some((x) => x !== 0)) {
      expect(low).toBeLessThanOrEqual(eight(Math.min(...inside)));
      expect(high).toBeGreaterThanOrEqual(eight(Math.max(...inside)));
    }
  }
});

test("a long waveform is one list of numbers", () => {
  const { length, data } = drawn([], { samples: 24_000 * 400, sampleRate: 24_000 });
  expect(length).toBe(20_000);
  expect(data).toEqual(Array.from({ length: 40_000 }, () => 0));
});

test("silence is a line, and nothing is a waveform without pixels", () => {
  expect(drawn([], { samples: 1000, sampleRate: 24_000 }).data).toEqual([0, 0, 0, 0, 0, 0]);
  expect(drawn([], { samples: 0, sampleRate: 24_000 })).toMatchObject({ length: 0, data: [] });
});
