import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Marker, ScriptBlock, Token } from "../../src/narration/script.ts";
import { longestSentence, segmentBlock, segmenterVersion, tokenSpans } from "../../src/narration/segments.ts";
import { processorTime } from "../support/stopwatch.ts";

const voice = { locale: "en", maxCharacters: 5000 };

function block(...inline: (string | Marker)[]): ScriptBlock {
  const parts = inline.flatMap((part): (Token | Marker)[] => (typeof part === "string" ? words(part) : [part]));
  return { id: "b", kind: "paragraph", inline: parts };
}

function words(text: string): Token[] {
  return text
    .split(/\s+/u)
    .filter((word) => word !== "")
    .map((word) => ({ display: word, spoken: word, source: null }));
}

const tokensOf = (b: ScriptBlock) => b.inline.filter((part): part is Token => "spoken" in part);
const texts = (b: ScriptBlock, o: Partial<Parameters<typeof segmentBlock>[1]> = {}) =>
  segmentBlock(b, { ...voice, ...o }).map(({ text }) => text);
const part = (name: string) => `${name} ${"word ".repeat(28).trim()},`;
const borders = (text: string, maxCharacters: number) =>
  segmentBlock(block(text), { ...voice, maxCharacters }).map(({ border }) => border);
const glued = (...parts: string[]): ScriptBlock => ({
  id: "b",
  kind: "paragraph",
  inline: parts.map((part, index) => ({
    display: part,
    spoken: part,
    source: null,
    ...(index > 0 && { glue: true as const }),
  })),
});
const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, "");
const pause = (ms: number): Marker => ({ marker: "pause", ms });

test("a block is cut into its sentences, with the tokens of each", () => {
  expect(segmentBlock(block("Dr. Smith left. He ran."), voice)).toEqual([
    { text: "Dr. Smith left.", tokens: [0, 3], border: "sentence" },
    { text: "He ran.", tokens: [3, 5], border: "sentence" },
  ]);
});

test("the borders are those of version 2", () => {
  expect(segmenterVersion).toBe(2);
});

test("what says nothing is left out, and its tokens stay with their neighbours", () => {
  expect(segmentBlock(block("— … ***"), voice)).toEqual([]);
  expect(segmentBlock(block(), voice)).toEqual([]);
  const happy = block("Well done.", "🎉", "Next one.");
  tokensOf(happy)[2]!.spoken = "";
  expect(segmentBlock(happy, voice)).toEqual([
    { text: "Well done.", tokens: [0, 3], border: "sentence" },
    { text: "Next one.", tokens: [3, 5], border: "sentence" },
  ]);
  expect(segmentBlock(block("Yes. —"), voice)).toEqual([
    { text: "Yes.", tokens: [0, 2], part: [0, 4], border: "sentence" },
  ]);
});

test("a pause marker ends a segment, also inside a sentence; several add up, other markers end none", () => {
  const marked = block(pause(100), "Well", pause(200), pause(300), "maybe.", { marker: "whisper" }, "Yes.", pause(50));
  expect(segmentBlock(marked, voice)).toEqual([
    { text: "Well", tokens: [0, 1], border: "clause", pauseBeforeMs: 100, pauseAfterMs: 500 },
    { text: "maybe.", tokens: [1, 2], border: "sentence" },
    { text: "Yes.", tokens: [2, 3], border: "sentence", pauseAfterMs: 50 },
  ]);
});

test("a pause behind what says nothing is kept by the segment before it", () => {
  const [yes, no] = segmentBlock(block("Yes.", pause(100), "…", pause(200), "No."), voice);
  expect([yes?.pauseAfterMs, no?.pauseBeforeMs, no?.text]).toEqual([300, undefined, "No."]);
});

test("a long sentence is cut at the clause mark nearest the middle, again and again", () => {
  const [a, b, c, d] = [part("One"), part("two"), part("three"), part("four")];
  expect(texts(block(`${a} ${b} ${c} ${d} end.`))).toEqual([`${a} ${b}`, `${c} ${d} end.`]);
  expect(texts(block(`${a} ${b} ${c} ${d} end.`), { maxCharacters: 200 })).toEqual([a, b, c, `${d} end.`]);
});

test("without a clause mark it is cut at a space, without a space between graphemes", () => {
  expect(texts(block("aaaa bbbb cccc dddd"), { maxCharacters: 10 })).toEqual(["aaaa bbbb", "cccc dddd"]);
  expect(texts(block("aaaaaaaaaaaa"), { maxCharacters: 6 })).toEqual(["aaaaaa", "aaaaaa"]);
  expect(texts(block("e\u0301".repeat(5)), { maxCharacters: 6 })).toEqual(["e\u0301".repeat(2), "e\u0301".repeat(3)]);
  expect(texts(block("1,234,567.89"), { maxCharacters: 12 })).toEqual(["1,234,567.89"]);
});

test("borders say what was cut", () => {
  expect(borders("aaaa aa, bbbb bb.", 10)).toEqual(["clause", "sentence"]);
  expect(borders("aaaa aa bbbb bb.", 10)).toEqual(["word", "sentence"]);
  expect(borders("aaaaaaaaaaaa.", 10)).toEqual(["character", "sentence"]);
});

test("scripts without spaces are cut at their own marks, then between tokens", () => {
  expect(texts(glued("今日は雨です。", "明日は晴れ。"), { locale: "ja" })).toEqual(["今日は雨です。", "明日は晴れ。"]);
  expect(texts(glued("今日は、雨です"), { locale: "ja", maxCharacters: 5 })).toEqual(["今日は、", "雨です"]);
  expect(texts(glued("今日は", "雨です"), { locale: "ja", maxCharacters: 5 })).toEqual(["今日は", "雨です"]);
});

test("a voice that wants paragraphs gets them, cut between sentences only when they are too long for it", () => {
  const paragraph = block("One two three. Four five six. Seven eight nine. Ten.");
  expect(texts(paragraph, { unit: "paragraph" })).toHaveLength(1);
  expect(texts(paragraph, { unit: "paragraph", maxCharacters: 30 })).toEqual([
    "One two three. Four five six.",
    "Seven eight nine. Ten.",
  ]);
});

test("a limit that is no limit is refused", () => {
  for (const maxCharacters of [0, 1, 1.5, Number.NaN]) {
    expect(() => segmentBlock(block("Yes."), { locale: "en", maxCharacters })).toThrow(/maxCharacters/u);
  }
});

const anyWord = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("the", "Dr.", "No.", "5.", "end.", "Yes!", "what?", "U.S.", "Then", "so,") },
  { weight: 1, arbitrary: fc.constantFrom("…", "—", '."', "(", "。", "终。", "🎉", "\u0301", "a\u0301", "word—word") },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
);
const anyToken = fc
  .record({ word: anyWord, glue: fc.boolean(), silent: fc.nat(9) })
  .map(({ word, glue, silent }): Token => {
    const spoken = silent === 0 ? "" : word.replaceAll(/\s/gu, "");
    return { display: word, spoken, source: null, ...(glue && silent > 6 && { glue: true as const }) };
  });
const anyPart = fc.oneof(
  { weight: 12, arbitrary: anyToken },
  { weight: 1, arbitrary: fc.constantFrom<Marker>(pause(100), { marker: "whisper" }) },
);
const anyBlock = fc
  .array(anyPart, { maxLength: 120 })
  .map((inline): ScriptBlock => ({ id: "b", kind: "paragraph", inline }));
const anyOptions = fc.record({
  locale: fc.constantFrom("en", "id", "ja", "de"),
  maxCharacters: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constant(5000)),
  unit: fc.constantFrom<("sentence" | "paragraph")[]>("sentence", "paragraph"),
});

/** The spoken text of tokens, joined by the rule in the script's docblock. */
function spokenOf(tokens: Token[]): string {
  return tokens
    .filter(({ spoken }) => spoken !== "")
    .map(({ spoken, glue }, index) => (index > 0 && !glue ? ` ${spoken}` : spoken))
    .join("");
}

test("every letter of a block is in exactly one segment, in order, and no segment is too long", () => {
  fc.assert(
    fc.property(anyBlock, anyOptions, (b, o) => {
      const segments = segmentBlock(b, o);
      expect(letters(segments.map(({ text }) => text).join(""))).toBe(letters(spokenOf(tokensOf(b))));
      const most = o.unit === "paragraph" ? o.maxCharacters : Math.min(o.maxCharacters, longestSentence);
      for (const { text } of segments) {
        expect(text.length).toBeLessThanOrEqual(most);
        expect(text).toMatch(/[\p{L}\p{N}\p{Sc}%&]/u);
        expect(text).toBe(text.trim());
      }
    }),
  );
});

test("the segments of a block cover all of its tokens, and tell which part of them they say", () => {
  fc.assert(
    fc.property(anyBlock, anyOptions, (b, o) => {
      const tokens = tokensOf(b);
      const segments = segmentBlock(b, o);
      let covered = 0;
      for (const { text, tokens: range, part } of segments) {
        expect(range[0]).toBeLessThanOrEqual(covered);
        expect(range[0]).toBeGreaterThanOrEqual(covered - 1);
        expect(range[1]).toBeGreaterThan(range[0]);
        covered = range[1];
        const said = spokenOf(tokens.slice(...range));
        expect(part ? said.slice(...part) : said).toBe(text);
      }
      expect(covered).toBe(segments.length > 0 ? tokens.length : 0);
    }),
  );
});

test("the spans of a segment's tokens hold what they say of it", () => {
  fc.assert(
    fc.property(anyBlock, anyOptions, (b, o) => {
      const tokens = tokensOf(b);
      for (const segment of segmentBlock(b, o)) {
        const spans = tokenSpans(segment, tokens);
        expect(spans).toHaveLength(segment.tokens[1] - segment.tokens[0]);
        let latest = 0;
        for (const [index, [start, end]] of spans.entries()) {
          expect(start).toBeGreaterThanOrEqual(latest);
          latest = end;
          expect(tokens[segment.tokens[0] + index]!.spoken).toContain(segment.text.slice(start, end));
        }
        expect(spans.map(([start, end]) => segment.text.slice(start, end)).join("")).toBe(
          segment.text.replaceAll(" ", ""),
        );
      }
    }),
  );
});

// A generator that knows what it wrote: sentences with a capital first and a stop last, as people write them.
const sentence = fc
  .tuple(
    fc.constantFrom("Nina", "The", "Rp. 5.000", "Dr. Budi", "In 1945", "“Yes”", "J. K. Rowling"),
    fc.array(
      fc.constantFrom("saw", "e.g. this", "3.14", "No. 5", "and, then,", "a.m. or", "lector.example.org", "ürgh"),
      {
        maxLength: 60,
      },
    ),
    fc.integer({ min: 0, max: 999_999 }).map((n) => `word${n}`),
    fc.constantFrom(".", "!", "?", "…", '."', "?!", ".)"),
  )
  .map(([head, middle, last, stop]) => [head, ...middle, last].join(" ") + stop);

test("an edit changes the segments of the edited sentences and of no other", () => {
  fc.assert(
    fc.property(
      fc.array(sentence, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(11), fc.constantFrom("replace", "remove", "insert", "move"), sentence), {
        maxLength: 4,
      }),
      fc.constantFrom("en", "id"),
      (before, edits, locale) => {
        const after = [...before];
        const touched = new Set<string>();
        for (const [where, how, fresh] of edits) {
          const at = where % (after.length + 1);
          if (how === "insert") after.splice(at, 0, fresh);
          else if (how === "replace") after.splice(at, 1, fresh);
          else if (how === "remove") after.splice(at, 1);
          else after.push(...after.splice(at, 1));
          if (how === "insert" || how === "replace") touched.add(fresh);
        }
        const seen = new Set(texts(block(before.join(" ")), { locale }));
        const allowed = new Set([...touched].flatMap((text) => texts(block(text), { locale })));
        for (const text of texts(block(after.join(" ")), { locale }))
          expect(seen.has(text) || allowed.has(text)).toBe(true);
      },
    ),
  );
});

test("the same block gives the same segments", () => {
  fc.assert(
    fc.property(anyBlock, anyOptions, (b, o) => {
      expect(segmentBlock(structuredClone(b), o)).toEqual(segmentBlock(b, o));
    }),
  );
});

test("a megabyte without spaces, of commas, of accents, or of short sentences takes linear time", () => {
  const hostile = ["x".repeat(1e6), "word, and so ".repeat(8e4), `a${"\u0301".repeat(1e6)}`, "a,".repeat(5e5)];
  const took = processorTime();
  for (const text of hostile) {
    for (const segment of segmentBlock(block(text), voice)) expect(segment.text.length <= longestSentence).toBe(true);
  }
  expect(texts(block("This is a fine one. ".repeat(1e5)))).toHaveLength(1e5);
  expect(took()).toBeLessThan(8000);
});
