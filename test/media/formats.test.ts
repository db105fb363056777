import { expect, test } from "vitest";

import { formatOf, timelineLength } from "../../src/media/formats.ts";

test("a bare family is its default rate", () => {
  expect(formatOf("mp3").id).toBe("mp3_128");
  expect(formatOf("mp3_128").extension).toBe("mp3");
});

test.each(["", "mp4", "toString", "__proto__"])("an unknown format (%j) is refused with the known ones", (name) => {
  expect(() => formatOf(name)).toThrow(/is not known. Known formats: mp3, mp3_128/);
});

test("a timeline is made longer by less than a frame, so that its last one is full", () => {
  for (const [sampleRate, frame] of [
    [24_000, 576],
    [48_000, 1152],
  ] as const) {
    for (const samples of [0, 1, 47, 48, 1199, 1200, 100_000, 86_400_000]) {
      const length = timelineLength(samples, sampleRate);
      expect(length).toBeGreaterThanOrEqual(samples);
      expect(length - samples).toBeLessThan(frame);
      expect((length + 1105) % frame).toBe(0);
      expect(timelineLength(length, sampleRate)).toBe(length);
    }
  }
});
