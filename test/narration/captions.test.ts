import * as fc from "fast-check";
import { expect, test } from "vitest";
import { captionSentences } from "../../src/narration/captions-sentences.ts";
import { columns } from "../../src/narration/captions-width.ts";
import { cues, type CaptionSentence } from "../../src/narration/captions.ts";
import { processorTime } from "../support/stopwatch.ts";

const rate = 24_000;

/** A sentence in which every character takes `each` seconds. */
function sentence(text: string, from = 0, each = 0.05): CaptionSentence {
  let at = from * rate;
  const tokens = text.split(" ").map((display) => {
    const start = Math.round(at);
    at += (display.length + 1) * each * rate;
    return { display, start, end: Math.round(at) };
  });
  return { start: tokens[0]!.start, end: tokens.at(-1)!.end, tokens };
}
const lines = (...sentences: CaptionSentence[]) =>
  cues(sentences, rate).map((cue) => cue.lines.map(({ text }) => text));
const seconds = (...sentences: CaptionSentence[]) =>
  cues(sentences, rate).map(({ start, end }) => [start / rate, end / rate]);
const at = (from: number) => sentence("Yes.", from, 0.02); // 0.1 s long
const bare = (text: string) => text.toWellFormed().replaceAll(/[\p{Cc}\s]/gu, "");

test("a short sentence is one cue with one line, from its first to its last word", () => {
  expect(cues([sentence("Hello there.", 1)], rate)).toEqual([
    {
      start: 24_000,
      end: 24_000 + 13 * 1200,
      lines: [
        {
          text: "Hello there.",
          words: [
            { at: 0, start: 24_000 },
            { at: 6, start: 24_000 + 6 * 1200 },
          ],
        },
      ],
    },
  ]);
});

test("a longer one has two lines of about the same width, cut at a mark where one is near", () => {
  expect(lines(sentence("We walked down to the harbour, and then we took the last boat home."))).toEqual([
    ["We walked down to the harbour,", "and then we took the last boat home."],
  ]);
});

test("a long sentence becomes several cues, cut at its clause marks", () => {
  const text =
    "When the rain had stopped we walked down to the harbour and looked at the boats, " +
    "and because it was late, and nobody was there, we took the last one home without a word.";
  const made = lines(sentence(text));
  expect(made.map((cue) => cue.join(" ")).join(" ")).toBe(text);
  expect(made.map((cue) => cue.join(" "))).toEqual([
    "When the rain had stopped we walked down to the harbour and looked at the boats,",
    "and because it was late, and nobody was there,",
    "we took the last one home without a word.",
  ]);
});

test("a cue holds on until one that comes within 0.3 s, stays a second where there is room, and never overlaps", () => {
  expect(seconds(at(0), at(0.3), at(5), at(5.5))).toEqual([
    [0, 0.3],
    [0.3, 1.3],
    [5, 5.5],
    [5.5, 5.6],
  ]);
});

test("a gap of more than 0.3 s stays dark", () => {
  const long = sentence("twenty characters it.", 0, 0.1); // 2.2 s
  expect(seconds(long, sentence("Yes.", 2.5))[0]).toEqual([0, 2.5]);
  expect(seconds(long, sentence("Yes.", 2.51))[0]).toEqual([0, 2.2]);
});

test("a slow sentence is shared out evenly by time too", () => {
  expect(lines(sentence("aaaa bbbb cccc dddd", 0, 0.45))).toEqual([["aaaa bbbb"], ["cccc dddd"]]);
});

test("no cue lasts longer than 7 s, however slowly a word is said", () => {
  expect(seconds(sentence("Slow words here now.", 0, 1), sentence("End.", 60))).toEqual([
    [0, 5],
    [5, 11],
    [11, 16],
    [16, 21],
    [60, 60.25],
  ]);
  expect(seconds(sentence("Sloooooow", 0, 1))).toEqual([[0, 7]]);
});

test("a token wider than a line is broken hard, and full-width characters count two", () => {
  const [first] = lines(sentence(`See https://lector.example.org/${"x".repeat(60)}`));
  expect(first?.every((line) => columns(line) <= 42)).toBe(true);
  expect(lines(sentence("今".repeat(30)))).toEqual([["今".repeat(21), "今".repeat(9)]]);
  expect(columns("今ｱé👍e\u0301")).toBe(2 + 1 + 1 + 2 + 1);
});

test("glued tokens get no space between them", () => {
  const glued = sentence("今日は、 雨です。");
  glued.tokens = glued.tokens.map((token, index) => (index > 0 ? { ...token, glue: true as const } : token));
  expect(lines(glued)).toEqual([["今日は、雨です。"]]);
});

test("what shows nothing makes no cue, and line breaks in a token cannot end one", () => {
  expect(lines(sentence(" ", 0), sentence("\u0000", 1))).toEqual([]);
  expect(lines(sentence("a\n\n1\r\nb\u0085c\u2028d"))).toEqual([["a 1 b c d"]]);
});

test("a block's sentences carry their tokens' times, and spoken-only words are not shown", () => {
  const tokens = [
    { display: "", spoken: "Image:", source: null },
    { display: "Nina.", spoken: "Nina.", source: null },
    { display: "Alex.", spoken: "Alex.", source: null },
  ];
  const times = tokens.map((_, index) => ({ start: index * rate, end: (index + 1) * rate, origin: "native" as const }));
  const made = captionSentences(tokens, times, "en");
  expect(made.map(({ start, end }) => [start / rate, end / rate])).toEqual([
    [0, 2],
    [2, 3],
  ]);
  expect(lines(...made)).toEqual([["Nina."], ["Alex."]]);
});

const anyDisplay = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]{1,12}[,.;]?$/u) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom("今日は雨です。", "-->", "<b>", "&amp;", "x".repeat(200), "\ud800", "") },
);
const anySentence = fc
  .record({
    gap: fc.nat(20_000),
    tokens: fc.array(fc.record({ display: anyDisplay, glue: fc.nat(5), gap: fc.nat(3000), length: fc.nat(40_000) }), {
      minLength: 1,
      maxLength: 40,
    }),
  })
  .map(({ gap, tokens }) => {
    let at = gap;
    const timed = tokens.map(({ display, glue, gap: before, length }) => {
      const start = at + before;
      at = start + length;
      return { display, start, end: at, ...(glue === 0 && { glue: true as const }) };
    });
    return { start: gap, end: at, tokens: timed };
  });
const anySentences = fc.array(anySentence, { maxLength: 12 }).map((all) => {
  let shift = 0;
  return all.map(({ start, end, tokens }): CaptionSentence => {
    const by = shift;
    shift += end;
    const moved = tokens.map((token) => ({ ...token, start: token.start + by, end: token.end + by }));
    return { start: start + by, end: end + by, tokens: moved };
  });
});

test("whatever is said: two lines of 42 at most, 7 s at most, in order, without overlap, and no word is lost", () => {
  fc.assert(
    fc.property(anySentences, (sentences) => {
      const made = cues(sentences, rate);
      let latest = 0;
      for (const { start, end, lines } of made) {
        expect(start).toBeGreaterThanOrEqual(latest);
        expect(end).toBeGreaterThan(start);
        expect(end - start).toBeLessThanOrEqual(7 * rate);
        expect(lines.length).toBeGreaterThanOrEqual(1);
        expect(lines.length).toBeLessThanOrEqual(2);
        for (const { text } of lines) {
          expect(columns(text)).toBeLessThanOrEqual(42);
          expect(text).toMatch(/^\S(?:.*\S)?$/u);
        }
        const words = lines.flatMap((line) => line.words);
        expect(words.map((word) => word.start)).toEqual(words.map((word) => word.start).toSorted((a, b) => a - b));
        for (const { text, words } of lines) {
          expect(words[0]!.at).toBe(0);
          for (const { at } of words) expect(text.slice(at)).toMatch(/^\S/u);
        }
        latest = end;
      }
      const shown = sentences.flatMap(({ tokens }) => tokens.map(({ display }) => display)).join("");
      expect(bare(made.flatMap(({ lines }) => lines.map(({ text }) => text)).join(""))).toBe(bare(shown));
    }),
  );
});

test("a cue begins with its first word", () => {
  fc.assert(
    fc.property(anySentences, (sentences) => {
      const starts = new Set(sentences.flatMap(({ tokens }) => tokens.map(({ start }) => start)));
      const whole = sentences.filter(({ tokens }) => tokens.every(({ display }) => columns(display) <= 42));
      for (const { start } of cues(whole, rate)) expect(starts.has(start)).toBe(true);
    }),
  );
});

test("a hundred thousand words in one sentence, or a megabyte in one word, take linear time", () => {
  const took = processorTime();
  expect(cues([sentence(Array(1e5).fill("word,").join(" "))], rate).length).toBeGreaterThan(6000);
  expect(cues([sentence("今".repeat(3e5))], rate).length).toBeGreaterThan(7000);
  expect(took()).toBeLessThan(5000);
});
