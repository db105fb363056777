import { expect, test } from "vitest";
import {
  msToSamples,
  pauseAfterSegment,
  pauseBetween,
  pausesOf,
  pauseSettings,
  usualPauses,
} from "../../src/narration/pauses.ts";

test("a pause inside a block is longer the more its border parts", () => {
  const pauses = (["sentence", "clause", "word", "character"] as const).map((border) =>
    pauseAfterSegment({ border }, usualPauses),
  );
  expect(pauses).toEqual([300, 200, 40, 0]);
});

test("a pause marker is taken at its word inside a block", () => {
  expect(pauseAfterSegment({ border: "sentence", pauseAfterMs: 0 }, usualPauses)).toBe(0);
  expect(pauseAfterSegment({ border: "clause", pauseAfterMs: 1200 }, usualPauses)).toBe(1200);
});

test("between blocks the longer wish counts, and no marker makes it shorter", () => {
  expect(pauseBetween({ kind: "paragraph" }, { kind: "heading" }, usualPauses)).toBe(1000);
  expect(pauseBetween({ kind: "heading" }, { kind: "paragraph" }, usualPauses)).toBe(750);
  expect(pauseBetween({ kind: "item" }, { kind: "item" }, usualPauses)).toBe(450);
  const last = { border: "sentence" as const, pauseAfterMs: 900 };
  const first = { border: "sentence" as const, pauseBeforeMs: 300 };
  expect(pauseBetween({ kind: "item", last }, { kind: "item", first }, usualPauses)).toBe(1200);
  expect(pauseBetween({ kind: "item", last: { ...last, pauseAfterMs: 10 } }, { kind: "item" }, usualPauses)).toBe(450);
});

test("ms become whole samples", () => {
  expect(msToSamples(300, 24_000)).toBe(7200);
  expect(msToSamples(1, 22_050)).toBe(22);
});

test("a voice's own pauses take the place of those that it names, and of no others", () => {
  const own = pausesOf({ sentence: 500, start: 0, heading: 1500, quote: { after: 100 } });
  expect(own).toEqual({
    ...usualPauses,
    start: 0,
    inside: { ...usualPauses.inside, sentence: 500 },
    around: { ...usualPauses.around, heading: { before: 1500, after: 1500 }, quote: { before: 800, after: 100 } },
  });
  expect(pausesOf({})).toEqual(usualPauses);
});

test.each([
  [{ sentence: -1 }, "from 0 to 10000, got -1"],
  [{ clause: 10_001 }, "got 10001"],
  [{ word: 1.5 }, "got 1.5"],
  [{ end: "500" }, 'got "500"'],
  [{ heading: null }, "got null"],
  [{ heading: {} }, 'or { "before", "after" }'],
  [{ heading: { above: 1 } }, 'got {"above":1}'],
  [{ heading: { before: 10_001 } }, 'got {"before":10001}'],
  [{ headline: 1 }, 'no pause called "headline". There are: start, end, sentence, clause, word, character, heading'],
])("%j are no pauses, and the message says what are", (given, says) => {
  expect(pauseSettings.safeParse(given).error?.issues[0]?.message).toContain(says);
});

test("every pause of the table can be set", () => {
  const names = ["start", "end", ...Object.keys(usualPauses.inside), ...Object.keys(usualPauses.around)];
  expect(Object.keys(pauseSettings.shape)).toEqual(names);
});
