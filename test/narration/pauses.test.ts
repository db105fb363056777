import { expect, test } from "vitest";
import { msToSamples, pauseAfterSegment, pauseBetween } from "../../src/narration/pauses.ts";

test("a pause inside a block is longer the more its border parts", () => {
  const pauses = (["sentence", "clause", "word", "character"] as const).map((border) => pauseAfterSegment({ border }));
  expect(pauses).toEqual([300, 200, 40, 0]);
});

test("a pause marker is taken at its word inside a block", () => {
  expect(pauseAfterSegment({ border: "sentence", pauseAfterMs: 0 })).toBe(0);
  expect(pauseAfterSegment({ border: "clause", pauseAfterMs: 1200 })).toBe(1200);
});

test("between blocks the longer wish counts, and no marker makes it shorter", () => {
  expect(pauseBetween({ kind: "paragraph" }, { kind: "heading" })).toBe(1000);
  expect(pauseBetween({ kind: "heading" }, { kind: "paragraph" })).toBe(750);
  expect(pauseBetween({ kind: "item" }, { kind: "item" })).toBe(450);
  const last = { border: "sentence" as const, pauseAfterMs: 900 };
  const first = { border: "sentence" as const, pauseBeforeMs: 300 };
  expect(pauseBetween({ kind: "item", last }, { kind: "item", first })).toBe(1200);
  expect(pauseBetween({ kind: "item", last: { ...last, pauseAfterMs: 10 } }, { kind: "item" })).toBe(450);
});

test("ms become whole samples", () => {
  expect(msToSamples(300, 24_000)).toBe(7200);
  expect(msToSamples(1, 22_050)).toBe(22);
});
