import { expect, test } from "vitest";

import { layParts, resampledLength } from "../../src/media/parts.ts";
import type { Part } from "../../src/media/parts.ts";

const part = (over: Partial<Part>): Part => ({
  path: "a.pcm",
  encoding: "s16le",
  sampleRate: 22_050,
  samples: 22_050,
  pauseAfter: 0,
  ...over,
});

test("a length at another rate is known beforehand, also of a day", () => {
  expect(resampledLength(22_050, 22_050, 24_000)).toBe(24_000);
  expect(resampledLength(1, 22_050, 24_000)).toBe(1);
  expect(resampledLength(0, 22_050, 24_000)).toBe(0);
  expect(resampledLength(12_345, 24_000, 24_000)).toBe(12_345);
  expect(resampledLength(24 * 3600 * 44_100, 44_100, 48_000)).toBe(24 * 3600 * 48_000);
});

test("parts follow each other with their pauses, and the last pause belongs to the block", () => {
  const parts = [
    part({ pauseAfter: 1000 }),
    part({ samples: 0, pauseAfter: 50 }),
    part({ sampleRate: 48_000, pauseAfter: 3 }),
  ];
  expect(layParts(parts, 24_000)).toEqual({
    places: [
      { start: 0, samples: 24_000 },
      { start: 25_000, samples: 0 },
      { start: 25_050, samples: 11_025 },
    ],
    samples: 36_078,
  });
  expect(layParts([], 24_000)).toEqual({ places: [], samples: 0 });
});

test.each([
  [{ samples: 1.5 }, /Part 0 .* samples must be whole samples ≥ 0, got 1.5/],
  [{ pauseAfter: -1 }, /pauseAfter must be whole samples ≥ 0, got -1/],
  [{ pauseAfter: Number.NaN }, /got NaN/],
  [{ sampleRate: 0 }, /sampleRate must be 4000 to 384000 Hz, got 0/],
  [{ encoding: "mp3" as "s16le" }, /encoding must be "s16le", got "mp3"/],
])("a part that cannot be is refused: %o", (over, message) => {
  expect(() => layParts([part(over)], 24_000)).toThrow(message);
});
