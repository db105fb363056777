import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEn } from "../../../src/narration/normalise/en.ts";
import { normalise } from "../../../src/narration/normalise/normalise.ts";
import { shareOut } from "../../../src/narration/normalise/share-out.ts";
import { displayText, spokenText, type Token } from "../../../src/narration/script.ts";
import { sentenceStarts } from "../../../src/narration/sentence.ts";
import { tokensOf } from "../../../src/narration/tokens.ts";
import { processorTime } from "../../support/stopwatch.ts";

const cut = (text: string) =>
  tokensOf({ kind: "paragraph", inline: [{ text, source: [0, text.length] }] }).flatMap(({ tokens }) => tokens);
const forms = (text: string, locale = "en") => normalise(cut(text), locale).map(({ spoken }) => spoken);

describe("sharing out", () => {
  test.each<[spoken: string, tokens: number, shares: string[]]>([
    ["three point five million dollars", 2, ["three point five", "million dollars"]],
    ["ten to twenty", 3, ["ten", "to", "twenty"]],
    ["one million", 3, ["one", "million", ""]],
    ["  a   b ", 1, ["a b"]],
    ["", 2, ["", ""]],
  ])("%j over %i tokens", (spoken, tokens, shares) => expect(shareOut(spoken, tokens)).toEqual(shares));

  test("loses, doubles and moves no word, and no share is two words longer than another", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (words, tokens) => {
          const shares = shareOut(words.join(" "), tokens);
          expect(shares).toHaveLength(tokens);
          expect(shares.flatMap((share) => share.split(" ")).filter(Boolean)).toEqual(words);
          const lengths = shares.map((share) => share.split(" ").filter(Boolean).length);
          expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
          expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
        },
      ),
    );
  });
});

describe("readings in tokens", () => {
  test.each<[text: string, forms: string[]]>([
    ["(1945), yes", ["(nineteen forty-five),", "yes"]],
    ["on 14 March 2024.", ["on", "the fourteenth of", "March", "twenty twenty-four."]],
    ['"$3.5 million," he', ['"three point five', 'million dollars,"', "he"]],
    ["from 10 – 20 km", ["from", "ten", "to", "twenty", "kilometres"]],
    ["a 10km run", ["a", "ten kilometre", "run"]],
    ["Foo™ is ™ ok", ["Foo", "is", "™", "ok"]],
    ["all (1 000 000) of", ["all", "(one", "million)", "", "of"]],
    ["win 3-2!", ["win", "three two!"]],
  ])("%s", (text, expected) => expect(forms(text)).toEqual(expected));

  test("a token that says something else than it shows is left alone, and so is what reaches into it", () => {
    expect(forms("1945🎉 in 1945")).toEqual(["1945", "in", "nineteen forty-five"]);
    const formula: Token[] = [
      { display: "1", spoken: "uno", source: null },
      { display: "000", spoken: "000", source: null },
    ];
    expect(normalise(formula, "en")).toEqual(formula);
  });

  test("words parted by a token's border inside a long run are parted by a space", () => {
    const tokens: Token[] = [
      { display: "1,2", spoken: "1,2", source: null },
      { display: "34", spoken: "34", source: null, glue: true },
      { display: "km", spoken: "km", source: null, glue: true },
    ];
    expect(spokenText(normalise(tokens, "en"))).toBe("one thousand two hundred thirty-four kilometres");
  });

  test("the stop of an abbreviation stays where it ends the sentence, and there alone", () => {
    expect(spokenText(normalise(cut("Apples, etc. and pears, etc. The end, etc."), "en"))).toBe(
      "Apples, et cetera and pears, et cetera. The end, et cetera.",
    );
    expect(spokenText(normalise(cut("(Apples, etc.)"), "en"))).toBe("(Apples, et cetera.)");
    expect(spokenText(normalise(cut("Fruit, e.g."), "en"))).toBe("Fruit, for example");
    expect(spokenText(normalise(cut("jeruk, dsb.;"), "id"))).toBe("jeruk, dan sebagainya;");
  });

  test("a stop whose number is said with the token before it ends no sentence that it did not end", () => {
    const tokens = cut("3×4 000 000. million");
    expect(sentenceStarts(normalise(tokens, "en"), "en")).toEqual(sentenceStarts(tokens, "en"));
  });

  test("a sentence is said alike whatever stands beside it", () => {
    const sentence = "12 people came on Monday.";
    for (const other of ["It was in March.", "He paid $5–", "See pp.", "In 1939.", ""]) {
      const all = spokenText(normalise(cut(`${other} ${sentence}`), "en"));
      const borders = sentenceStarts(cut(`${other} ${sentence}`), "en").length;
      if (borders > 0) expect(all.endsWith(` ${spokenText(normalise(cut(sentence), "en"))}`)).toBe(true);
    }
  });

  test.each([
    "Take 10 – 20. Then go.",
    "At 9am Monday it is. Go.",
    "Apples, etc. The end.",
    "It is 1 000 000. Next one.",
  ])("sentences end where they did: %s", (text) =>
    expect(sentenceStarts(normalise(cut(text), "en"), "en")).toEqual(sentenceStarts(cut(text), "en")),
  );

  test("a language without a module keeps what is written", () => {
    const tokens = cut("Im Jahr 1945, 3,5 %, $5");
    expect(normalise(tokens, "de")).toBe(tokens);
    expect(forms("in 1945", "en_GB")).toEqual(["in", "nineteen forty-five"]);
  });
});

const part = fc.oneof(
  fc.constantFrom(
    ..."1945 1,250 -5 3.14 $3.5m million £20 – - 10–20 2024-03-14 14 March Jan. 5 km % 9am p.m. Dr. Smith etc. e.g. No. VIII Henry (x) 1/2 ½ +44 20 7946 0958 a@b.com #5 © ™ 🎉 1️⃣ — 3-2 The It 007 3×4 1 000 000 000. x² “1945”, 漢字 U.S. St.".split(
      " ",
    ),
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.stringMatching(/^[\d.,:/$%+–-]{1,12}$/),
);
const texts = fc.array(part, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(" "));

test("readings stand in order, inside the text, and never overlap", () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(undefined, "US", "GB"), (text, region) => {
      let latest = 0;
      for (const { from, to, spoken } of readEn(text, region)) {
        expect(from).toBeGreaterThanOrEqual(latest);
        expect(to).toBeGreaterThan(from);
        expect(spoken).not.toMatch(/\d|^\s|\s$|\s{2}|undefined|NaN/);
        latest = to;
      }
      expect(latest).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});

test("what is shown, where it stood, how many tokens there are and where sentences end stay; all words are said, in order", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const tokens = cut(text);
      const made = normalise(tokens, "en");
      const fixed = (token: Token) => [token.display, token.source, token.glue];
      expect(made.map(fixed)).toEqual(tokens.map(fixed));
      expect(sentenceStarts(made, "en")).toEqual(sentenceStarts(tokens, "en"));
      const spoken = spokenText(made);
      expect(spoken).not.toMatch(/^\s|\s$|\s{2}/);
      if (tokens.some((token) => token.spoken !== token.display) || sentenceStarts(tokens, "en").length > 0) return;
      expect(spoken.replaceAll(/[\s.]/g, "")).toBe(applied(displayText(tokens)).replaceAll(/[\s.]/g, ""));
    }),
    { numRuns: 500 },
  );
});

function applied(text: string): string {
  let out = "";
  let at = 0;
  for (const { from, to, spoken } of readEn(text)) {
    out += text.slice(at, from) + spoken;
    at = to;
  }
  return out + text.slice(at);
}

test("long texts without a break are read in linear time", () => {
  const took = processorTime();
  expect(readEn("1".repeat(3e5))).toEqual([]);
  expect(readEn("$".repeat(3e5))).toEqual([]);
  expect(readEn("[1]".repeat(1e5)).length).toBe(1e5);
  expect(readEn("a.¹,".repeat(1e5)).length).toBeGreaterThan(0);
  expect(readEn("1-".repeat(2e5))).toEqual([]);
  expect(readEn("a.".repeat(2e5))).toEqual([]);
  expect(readEn(`${"a".repeat(3e5)}@`)).toEqual([]);
  expect(forms("9".repeat(3e5)).join("")).toBe("9".repeat(3e5));
  expect(took()).toBeLessThan(10_000);
});
