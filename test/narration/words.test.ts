import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Token } from "../../src/narration/script.ts";
import { segmentBlock, type Segment } from "../../src/narration/segments.ts";
import { blockTimes, tokenTimes, type WordEvent } from "../../src/narration/words.ts";

const words = (text: string): Token[] => text.split(" ").map((word) => ({ display: word, spoken: word, source: null }));
const whole = (tokens: Token[]): Segment => ({
  text: tokens.map(({ spoken }) => spoken).join(" "),
  tokens: [0, tokens.length],
  border: "sentence",
});
const same = { wordRate: 24_000, sampleRate: 24_000 };
const spans = (times: { start: number; end: number }[]) => times.map(({ start, end }) => [start, end]);

test("a token is said from its word's start to its word's end, and the marks around it are silent", () => {
  const tokens = words("“Hello there.” Nina");
  const events = [
    { start: 1, end: 6, from: 100, to: 500 },
    { start: 7, end: 12, from: 600, to: 900 },
    { start: 15, end: 19, from: 1000, to: 1400 },
  ];
  expect(tokenTimes(whole(tokens), tokens, { ...same, words: events, samples: 1500 })).toEqual([
    { start: 100, end: 500, origin: "native" },
    { start: 600, end: 900, origin: "native" },
    { start: 1000, end: 1400, origin: "native" },
  ]);
});

test("several events in one token and one event over several tokens", () => {
  const tokens = words("1,945 New York");
  const events = [
    { start: 0, end: 1, from: 0, to: 100 },
    { start: 2, end: 5, from: 100, to: 400 },
    { start: 6, end: 14, from: 500, to: 1300 },
  ];
  const times = tokenTimes(whole(tokens), tokens, { ...same, words: events, samples: 1300 });
  expect(spans(times)).toEqual([
    [0, 400],
    [500, 800],
    [900, 1300],
  ]);
});

test("a token without an event shares the time between its neighbours by its characters", () => {
  const tokens = words("one two three");
  const events = [
    { start: 0, end: 3, from: 0, to: 300 },
    { start: 8, end: 13, from: 800, to: 1300 },
  ];
  const times = tokenTimes(whole(tokens), tokens, { ...same, words: events, samples: 1300 });
  expect(times[1]).toEqual({ start: 400, end: 700, origin: "estimated" });
});

test("a voice without words gives estimates over the whole sound; one without sound gives no length", () => {
  const tokens = words("ab cd");
  expect(tokenTimes(whole(tokens), tokens, { ...same, words: [], samples: 500 })).toEqual([
    { start: 0, end: 200, origin: "estimated" },
    { start: 300, end: 500, origin: "estimated" },
  ]);
  expect(spans(tokenTimes(whole(tokens), tokens, { ...same, words: [], samples: 0 }))).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test("the voice's rate becomes the narration's, and who measured the words is kept", () => {
  const tokens = words("one");
  const times = tokenTimes(whole(tokens), tokens, {
    words: [{ start: 0, end: 3, from: 22_050, to: 44_100 }],
    wordRate: 22_050,
    sampleRate: 24_000,
    samples: 48_000,
    origin: "aligned",
  });
  expect(times).toEqual([{ start: 24_000, end: 48_000, origin: "aligned" }]);
});

test("a silent token has no length and stands where it is", () => {
  const tokens = words("one x two");
  tokens[1]!.spoken = "";
  const events = [
    { start: 0, end: 3, from: 0, to: 300 },
    { start: 4, end: 7, from: 400, to: 700 },
  ];
  const times = tokenTimes({ ...whole(tokens), text: "one two" }, tokens, { ...same, words: events, samples: 700 });
  expect(spans(times)).toEqual([
    [0, 300],
    [300, 300],
    [400, 700],
  ]);
});

test("a token cut over several segments lasts from its first part to its last", () => {
  const tokens = words("abcdefghij end.");
  const segments = segmentBlock({ id: "b", kind: "paragraph", inline: tokens }, { locale: "en", maxCharacters: 5 });
  expect(segments.map(({ text }) => text)).toEqual(["abcde", "fghij", "end."]);
  const placed = segments.map((segment, index) => ({
    tokens: segment.tokens,
    start: 1000 * (index + 1),
    times: tokenTimes(segment, tokens, { ...same, words: [], samples: 500 }),
  }));
  expect(spans(blockTimes(placed))).toEqual([
    [1000, 2500],
    [3000, 3500],
  ]);
});

const anyEvent: fc.Arbitrary<WordEvent> = fc.record({
  start: fc.integer({ min: -5, max: 90 }),
  end: fc.integer({ min: -5, max: 90 }),
  from: fc.oneof(fc.integer({ min: -5, max: 9000 }), fc.constant(Number.NaN)),
  to: fc.integer({ min: -5, max: 9000 }),
});

test("whatever a voice reports, each token gets a time, in order and inside the sound", () => {
  const anyTokens = fc.array(fc.stringMatching(/^[a-zäé,.“]{0,9}$/u), { minLength: 1, maxLength: 12 });
  const anyMaximum = fc.constantFrom(4, 12, 5000);
  fc.assert(
    fc.property(anyTokens, fc.array(anyEvent, { maxLength: 12 }), anyMaximum, (texts, events, maxCharacters) => {
      const tokens: Token[] = texts.map((spoken) => ({ display: "x", spoken, source: null }));
      const segments = segmentBlock({ id: "b", kind: "item", inline: tokens }, { locale: "en", maxCharacters });
      const placed = segments.map((segment, index) => ({
        tokens: segment.tokens,
        start: index * 5000,
        times: tokenTimes(segment, tokens, { words: events, wordRate: 22_050, sampleRate: 24_000, samples: 5000 }),
      }));
      for (const { tokens: range, times } of placed) {
        expect(times).toHaveLength(range[1] - range[0]);
        expect(times.every(({ start, end }) => Number.isInteger(start) && start >= 0 && end <= 5000)).toBe(true);
      }
      const times = blockTimes(placed);
      expect(Object.keys(times)).toHaveLength(segments.length > 0 ? tokens.length : 0);
      let latest = 0;
      for (const { start, end } of times) {
        expect(start).toBeGreaterThanOrEqual(latest);
        expect(end).toBeGreaterThanOrEqual(start);
        latest = end;
      }
    }),
  );
});
