import * as fc from "fast-check";
import { expect, test } from "vitest";
import { spokenWords, type WordEvent } from "../../../src/providers/speech/espeak-words.ts";

const SAMPLES = 10_000;
const LOUD = new Int16Array(SAMPLES).fill(1_000);
const word = (offset: number, sample: number): WordEvent => ({ offset, sample });

function read(text: string, events: WordEvent[], audio = LOUD) {
  return spokenWords(text, events, audio).map(({ start, end: to, ...time }) => [
    text.slice(start, to),
    time.from,
    time.to,
  ]);
}

test("repeated events inside a number are one word", () => {
  const events = [word(0, 0), word(3, 1_000), word(4, 2_000), word(4, 3_000), word(8, 4_000)];
  expect(read("In 1945 it", events)).toEqual([
    ["In", 0, 1_000],
    ["1945", 1_000, 4_000],
    ["it", 4_000, SAMPLES],
  ]);
});

test("punctuation around a word is not part of it, and alone it is none", () => {
  const events = [word(1, 0), word(11, 3_000), word(17, 6_000)];
  expect(read(`"Don't" — (e.g.) 50%…`, events)).toEqual([
    ["Don't", 0, 3_000],
    ["e.g", 3_000, 6_000],
    ["50%", 6_000, SAMPLES],
  ]);
});

test("a word ends where its sound ends, and a word of silence keeps its time", () => {
  const audio = LOUD.slice().fill(1, 1_500, 2_000).fill(-1, 4_000, 6_000);
  const events = [word(0, 0), word(5, 2_000), word(10, 4_000), word(14, 6_000)];
  expect(read("Yes, e.g. now and", events, audio)).toEqual([
    ["Yes", 0, 1_500],
    ["e.g", 2_000, 4_000],
    ["now", 4_000, 6_000],
    ["and", 6_000, SAMPLES],
  ]);
});

test("words spoken as one with their neighbour share its time by their length", () => {
  expect(read("one of the few", [word(0, 0), word(4, 1_000), word(11, 6_000)])).toEqual([
    ["one", 0, 1_000],
    ["of", 1_000, 3_000],
    ["the", 3_000, 6_000],
    ["few", 6_000, SAMPLES],
  ]);
});

test("an event between words belongs to none, and one that goes back changes nothing", () => {
  expect(read("a 👍 b", [word(0, 0), word(2, 1_000), word(4, 2_000), word(0, 2_500), word(5, 3_000)])).toEqual([
    ["a", 0, 1_000],
    ["👍", 1_000, 3_000],
    ["b", 3_000, SAMPLES],
  ]);
});

test("an event on a dash belongs to the word behind it that has none of its own", () => {
  expect(read("a - fish - b", [word(0, 0), word(2, 1_000), word(9, 4_000), word(11, 5_000)])).toEqual([
    ["a", 0, 1_000],
    ["fish", 1_000, 5_000],
    ["b", 5_000, SAMPLES],
  ]);
  expect(read("- fish soup", [word(0, 0), word(7, 4_000)])).toEqual([
    ["fish", 0, 4_000],
    ["soup", 4_000, SAMPLES],
  ]);
});

test("words of a text without any event share its whole sound", () => {
  expect(read("ab ab", [])).toEqual([
    ["ab", 0, 5_000],
    ["ab", 5_000, SAMPLES],
  ]);
});

test("scripts without spaces are cut where the engine begins a word", () => {
  expect(read("你好世界。再见", [word(0, 0), word(2, 2_000), word(5, 5_000)])).toEqual([
    ["你好", 0, 2_000],
    ["世界", 2_000, 5_000],
    ["再见", 5_000, SAMPLES],
  ]);
});

test("whatever the engine says, words lie in order inside text and sound and overlap nowhere", () => {
  const event = fc.record<WordEvent>({
    offset: fc.integer({ min: -5, max: 60 }),
    sample: fc.integer({ min: -500, max: SAMPLES + 500 }),
  });
  const text = fc.string({
    unit: fc.constantFrom("a", "Z", "9", " ", ".", "—", "é", "你", "👍", "\ud800", "\u0301"),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, fc.array(event, { maxLength: 40 }), (given, events) => {
      let last = { end: 0, to: 0 };
      for (const spoken of spokenWords(given, events, LOUD)) {
        expect(spoken.start).toBeGreaterThanOrEqual(last.end);
        expect(spoken.end).toBeGreaterThan(spoken.start);
        expect(spoken.from).toBeGreaterThanOrEqual(last.to);
        expect(spoken.to).toBeGreaterThanOrEqual(spoken.from);
        last = spoken;
      }
      expect(last.end).toBeLessThanOrEqual(given.length);
      expect(last.to).toBeLessThanOrEqual(SAMPLES);
    }),
  );
});
