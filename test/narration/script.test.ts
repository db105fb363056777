import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import {
  displayText,
  parseScript,
  scriptSchema,
  spokenText,
  verbatimScript,
  type Script,
  type Token,
} from "../../src/narration/script.ts";

const script = (body: string, format: "markdown" | "text" = "text", locale = "en") =>
  verbatimScript(readDocument(body, { format, locale }), locale);
const tokens = (made: Script, block = 0) => made.blocks[block]!.inline as Token[];

test("tokens are runs without white space and know their place in the body", () => {
  const body = "One **bo**ld, [link](http://x.y)! &amp; www.a.org.\n\n![A fox](x)";
  const made = script(body, "markdown");
  const places = tokens(made).map(({ display, source }) => [display, source && body.slice(...source)]);
  expect(places).toEqual([
    ["One", "One"],
    ["bold,", "bo**ld,"],
    ["link!", "link](http://x.y)!"],
    ["&", "&amp;"],
    ["www.a.org.", "www.a.org."],
  ]);
  expect(tokens(made, 1).map(({ display, source }) => [display, source?.[0]])).toEqual([
    ["Image:", undefined],
    ["A", body.indexOf("![")],
    ["fox.", body.indexOf("![")],
  ]);
});

test("emoji are shown and not said", () => {
  const made = tokens(script("Go 👩‍🚀 now👍🏽! 1️⃣ 🇮🇩 ❤️ © H₂O → x"));
  expect(displayText(made)).toBe("Go 👩‍🚀 now👍🏽! 1️⃣ 🇮🇩 ❤️ © H₂O → x");
  expect(spokenText(made)).toBe("Go now! 1 copyright H two O to x");
});

test("writing without spaces is cut behind sentences and clauses, glued together", () => {
  const text =
    "今日は良い天気です。「明日は雨でしょう。」とても長い文章なのでどこかで切らなければなりません、3,5円。สวัสดีครับวันนี้อากาศดีมากเลยนะครับผม";
  const made = tokens(script(text, "text", "ja"));
  expect(displayText(made)).toBe(text);
  expect(made.map(({ display }) => display)).toEqual(
    expect.arrayContaining(["今日は良い天気です。", "「明日は雨でしょう。」", "3,5円。"]),
  );
  expect(Math.max(...made.map(({ display }) => display.length))).toBeLessThanOrEqual(22);
  expect(made.map(({ source }) => text.slice(...source!)).join("")).toBe(text);
});

test("a long run is cut between letters, never inside one", () => {
  const run = "👨‍👩‍👧e\u0301".repeat(500);
  const made = tokens(script(`x ${run}`));
  expect(displayText(made)).toBe(`x ${run}`);
  for (const { display } of made) expect(display.isWellFormed() && !/^[\p{M}\u200D]/u.test(display)).toBe(true);
});

test("any text comes out as it went in, its script is valid", () => {
  const part = fc.oneof(
    fc.constantFrom("a", "word,", "漢字。", "👍🏽", "https://x.y/z", "e\u0301", "ไทย", "1.5"),
    fc.string({ unit: "grapheme", maxLength: 90 }),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), (parts) => {
      const document = readDocument(`x ${parts.join(" ")}`, { format: "text" });
      const made = verbatimScript(document, "en");
      expect(parseScript(JSON.parse(JSON.stringify(made)))).toEqual(made);
      const shown = made.blocks.map((block) => displayText(block.inline as Token[])).join(" ");
      const read = document.blocks.map(({ inline }) => inline.map(({ text }) => text).join("")).join(" ");
      expect(shown).toBe(read.trim().split(/\s+/).join(" "));
      expect(spokenText(made.blocks.flatMap(({ inline }) => inline as Token[]))).not.toMatch(/ {2}|^ | $/);
    }),
  );
});

test("a block's id stays when others change, and equal blocks have their own", () => {
  const before = script("One.\n\nTwo.\n\nTwo.\n\nThree.").blocks.map(({ id }) => id);
  const after = script("Zero.\n\nTwo.\n\nTwo.\n\nThree.").blocks.map(({ id }) => id);
  expect(after.slice(1)).toEqual(before.slice(1));
  expect(new Set(before).size).toBe(4);
  expect(before[2]).toBe(`${before[1]}-2`);
  expect(after[0]).not.toBe(before[0]);
});

const said = (display: string, spoken: string, glue?: true): Token => ({
  display,
  spoken,
  source: null,
  ...(glue && { glue }),
});

test("a token that says nothing leaves no double space", () => {
  expect(
    spokenText([
      said("🎉", ""),
      said("a", "a"),
      said("🎉", ""),
      said("b", "b"),
      said("c", "c", true),
      said("🎉", "", true),
      said("d", "d", true),
    ]),
  ).toBe("a bcd");
});

const good: Script = {
  version: 1,
  mode: "llm",
  locale: "en",
  title: null,
  blocks: [
    {
      id: "a",
      kind: "paragraph",
      inline: [
        { marker: "pause", ms: 300 },
        { marker: "mood", name: "warm" },
        { marker: "whisper" },
        { marker: "emphasis", level: "strong", tokens: 2 },
        { marker: "say-as", kind: "date" },
        { marker: "phoneme", ipa: "ˈniːnə" },
        { marker: "language", tag: "id" },
        { display: "x", spoken: "x", source: [0, 1], glue: true },
      ],
    },
  ],
};

test("a script with every marker is one", () => {
  expect(scriptSchema.parse(good)).toEqual(good);
});

const bad: [change: object, message: string][] = [
  [{ version: 2 }, "`version`: Invalid input: expected 1"],
  [{ locale: "not a tag" }, "`locale`: must be a BCP 47 tag"],
  [{ extra: 1 }, 'The script: Unrecognized key: "extra"'],
  [{ blocks: [good.blocks[0], good.blocks[0]] }, "`blocks.1.id`: is used twice: a"],
  [{ blocks: [{ id: "a", kind: "poem", inline: [] }] }, "`blocks.0.kind`"],
  [{ blocks: [{ id: "a", kind: "row", inline: [{ marker: "pause", ms: -1 }] }] }, "`blocks.0.inline.0.ms`: Too small"],
  [{ blocks: [{ id: "a", kind: "row", inline: [{ marker: "shout" }] }] }, "`blocks.0.inline.0.marker`"],
  [
    { blocks: [{ id: "a", kind: "row", inline: [{ display: "a", spoken: "b", source: [2, 1] }] }] },
    "must end at or after its start",
  ],
  [
    { blocks: [{ id: "a", kind: "row", inline: [{ display: "a\nb", spoken: "b", source: null }] }] },
    "`blocks.0.inline.0.display`: must not hold control characters",
  ],
];
test.each(bad)("what is no script is named: %j", (change, message) => {
  expect(() => parseScript({ ...good, ...change })).toThrow(message);
});
