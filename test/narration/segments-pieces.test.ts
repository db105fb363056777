import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fragmentPieces, type PieceSegment } from "../../src/narration/segments-pieces.ts";
import { processorTime } from "../support/stopwatch.ts";

const named = (name: number | string): PieceSegment => ({
  fingerprint: createHash("sha256").update(String(name)).digest("hex"),
  border: "sentence",
});
const lengths = (pieces: [number, number][]) => pieces.map(([from, to]) => to - from);
const contents = (segments: PieceSegment[]) =>
  fragmentPieces(segments).map(([from, to]) =>
    segments
      .slice(from, to)
      .map((s) => s.fingerprint)
      .join(),
  );
const same = (count: number) => Array.from({ length: count }, () => named("same"));

test("a block of up to 24 segments is one fragment, and none has none", () => {
  expect(fragmentPieces([])).toEqual([]);
  expect(fragmentPieces(Array.from({ length: 24 }, (_, index) => named(index)))).toEqual([[0, 24]]);
  expect(fragmentPieces(Array.from({ length: 25 }, (_, index) => named(index))).length).toBeGreaterThanOrEqual(1);
});

test("pieces follow each other and hold 6 to 36 segments, about a dozen, whatever repeats", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { minLength: 25, maxLength: 400 }), (names) => {
      const pieces = fragmentPieces(names.map(named));
      let end = 0;
      for (const [from, to] of pieces) {
        expect(from).toBe(end);
        end = to;
      }
      expect(end).toBe(names.length);
      expect(Math.min(...lengths(pieces))).toBeGreaterThanOrEqual(6);
      expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(36);
    }),
  );
  const many = lengths(fragmentPieces(Array.from({ length: 10_000 }, (_, index) => named(index))));
  expect(10_000 / many.length).toBeGreaterThan(9);
  expect(10_000 / many.length).toBeLessThan(15);
});

test("36 segments without a border of their own are one piece, 37 are two about as long", () => {
  expect(lengths(fragmentPieces(same(36)))).toEqual([36]);
  expect(lengths(fragmentPieces(same(37)))).toEqual([18, 19]);
});

test("the same sentence a hundred thousand times is cut too, quickly", () => {
  const took = processorTime();
  const pieces = fragmentPieces(Array.from({ length: 1e5 }, () => named("same")));
  expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(36);
  expect(took()).toBeLessThan(1000);
});

test("one edited, inserted or removed sentence changes the pieces around it only", () => {
  const changed: number[] = [];
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(299), fc.constantFrom(0, 1, 2), (seed, at, how) => {
      const before = Array.from({ length: 300 }, (_, index) => named(`${seed} ${index}`));
      const after = before.toSpliced(at, how === 0 ? 0 : 1, ...(how === 1 ? [] : [named(`${seed} new`)]));
      const known = new Set(contents(before));
      changed.push(contents(after).filter((piece) => !known.has(piece)).length);
    }),
    { numRuns: 300 },
  );
  expect(Math.max(...changed)).toBeLessThanOrEqual(6);
  expect(changed.reduce((sum, count) => sum + count, 0) / changed.length).toBeLessThan(2);
});

test("no piece ends without a pause while a border with one is near", () => {
  const segments = Array.from({ length: 200 }, (_, index) => {
    return { ...named(index), border: index % 3 === 0 ? ("sentence" as const) : ("word" as const) };
  });
  for (const [, to] of fragmentPieces(segments).slice(0, -1)) expect(segments[to - 1]!.border).toBe("sentence");
});
