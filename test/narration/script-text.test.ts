import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import { blockKinds, verbatimScript, type Marker, type Script, type Token } from "../../src/narration/script.ts";
import { InvalidScript, readScript, scriptAsText, scriptFromText } from "../../src/narration/script-text.ts";
import { processorTime } from "../support/stopwatch.ts";

const scriptOf = (body: string) => verbatimScript(readDocument(body, { format: "markdown" }), "en");
const token = (display: string, more: Partial<Token> = {}): Token => ({
  display,
  spoken: display,
  source: null,
  ...more,
});
const paragraph = (...inline: (Token | Marker)[]): Script => ({
  version: 1,
  mode: "verbatim",
  locale: "en",
  title: null,
  blocks: [{ id: "a", kind: "paragraph", inline }],
});
/** What stands below the head and the line that begins the block. */
const bodyOf = (script: Script) => scriptAsText(script).split("\n").slice(6).join("\n").trimEnd();
const read = (body: string) => scriptFromText(`lector script 1\nlocale: en\n\n${body}`);
const withoutSources = (script: Script): Script => ({
  ...script,
  blocks: script.blocks.map((block) => ({
    ...block,
    inline: block.inline.map((part) => ("marker" in part ? part : { ...part, source: null })),
  })),
});

test("a script reads as a text: a head, blocks, a sentence on a line", () => {
  const script = scriptOf("# The harbour\n\nIt is old. Nobody [pause] knows {it} | \\\\ well.\n\n- One\n");
  expect(scriptAsText(script)).toBe(`lector script 1
# {shown|said} where both differ; [pause 500ms] is an instruction; \\ before [ ] { } | \\ makes them plain text
locale: en
mode: verbatim
title: The harbour

[heading 1]
The harbour

[paragraph]
It is old.
Nobody \\[pause\\] knows \\{it\\} \\| \\\\ well.

[item 1]
One
`);
  expect(scriptFromText(scriptAsText(script), script)).toEqual(script);
});

test("what is said otherwise than shown stands in braces, and so does a token with a space in it", () => {
  const script = paragraph(
    token("In"),
    token("1945", { spoken: "nineteen forty-five" }),
    token("New York"),
    token("👍", { spoken: "" }),
    token("", { spoken: "Image:" }),
  );
  expect(bodyOf(script)).toBe("In {1945|nineteen forty-five} {New York} {👍|} {|Image:}");
});

test("glued tokens touch, and a bar parts them where nothing else does", () => {
  const glue = { glue: true } as const;
  const script = paragraph(
    token("今日は、"),
    token("雨", glue),
    token("5", { spoken: "five" }),
    token("km", { ...glue, spoken: "kilometres" }),
    token(",", glue),
    { marker: "pause", ms: 250 },
    token("あ", glue),
  );
  expect(bodyOf(script)).toBe("今日は、|雨 {5|five}{km|kilometres}, [pause 250ms] |あ");
  expect(read(`[paragraph #a]\n${bodyOf(script)}`)).toEqual(script);
});

test("instructions read as words", () => {
  const markers: Marker[] = [
    { marker: "emphasis", level: "strong", tokens: 3 },
    { marker: "mood", name: "very calm" },
    { marker: "whisper" },
    { marker: "whisper", tokens: 1 },
    { marker: "say-as", kind: "date", tokens: 2 },
    { marker: "phoneme", ipa: "həˈloʊ [x]" },
    { marker: "language", tag: "id", tokens: 2 },
  ];
  expect(bodyOf(paragraph(...markers))).toBe(
    "[emphasis strong 3 words] [mood very calm] [whisper] [whisper 1 word] [say-as date 2 words] " +
      String.raw`[phoneme həˈloʊ \[x\]] [language id 2 words]`,
  );
});

test("people may write otherwise: wrapped lines, seconds, no mode, Windows' line ends, a mark at the start", () => {
  const text =
    "\uFEFFlector script 1\r\nlocale: en\r\n\r\n  [paragraph] One\r\ntwo [ pause  1.5s ] three[pause 20 ms]\r\n";
  expect(scriptFromText(text).blocks).toMatchObject([
    {
      kind: "paragraph",
      inline: [token("One"), token("two"), { marker: "pause", ms: 1500 }, token("three"), { marker: "pause", ms: 20 }],
    },
  ]);
});

const punctuation = "[]{}|\\#\"':.,!?1 -\u00a0\u3000";
const anyText = fc
  .string({ unit: fc.constantFrom(...punctuation, ..."abzé今ـ👍", "\u0301", "pause", "words"), maxLength: 8 })
  .filter((text) => text.isWellFormed());
const anyToken = fc
  .record({ display: anyText, spoken: fc.option(anyText), glue: fc.boolean() })
  .map(({ display, spoken, glue }) =>
    token(display, { spoken: spoken ?? display, ...(glue && { glue: true as const }) }),
  );
const tokens = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
const counted = <T extends object>(marker: fc.Arbitrary<T>) =>
  fc.tuple(marker, tokens).map(([made, count]) => ({ ...made, ...(count !== undefined && { tokens: count }) }));
const anyMarker: fc.Arbitrary<Marker> = fc.oneof(
  fc.record({ marker: fc.constant("pause" as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
  counted(
    fc.record({
      marker: fc.constant("emphasis" as const),
      level: fc.constantFrom("strong" as const, "reduced" as const),
    }),
  ),
  fc.record({ marker: fc.constant("mood" as const), name: fc.stringMatching(/^\p{L}[a-z0-9 _-]{0,8}( 2 words?)?$/u) }),
  counted(fc.record({ marker: fc.constant("whisper" as const) })),
  counted(
    fc.record({ marker: fc.constant("say-as" as const), kind: fc.constantFrom("digits" as const, "money" as const) }),
  ),
  counted(
    fc.record({
      marker: fc.constant("phoneme" as const),
      ipa: fc.oneof(anyText, fc.constantFrom("2 words", "a 1 word", " x ", "\\ ")).filter((ipa) => ipa !== ""),
    }),
  ),
  counted(fc.record({ marker: fc.constant("language" as const), tag: fc.constantFrom("id", "pt-BR") })),
);
const anyScript: fc.Arbitrary<Script> = fc.record({
  version: fc.constant(1 as const),
  mode: fc.constantFrom("verbatim" as const, "llm" as const),
  locale: fc.constantFrom("en", "ja"),
  title: fc.option(fc.oneof(anyText, fc.constantFrom("", " x", '"', "a\nb", "\u2028"))),
  blocks: fc.uniqueArray(
    fc
      .record({
        id: fc.stringMatching(/^[a-z \]\n%é]{1,9}$/u),
        kind: fc.constantFrom(...blockKinds),
        level: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        inline: fc.array(fc.oneof({ weight: 4, arbitrary: anyToken }, { weight: 1, arbitrary: anyMarker }), {
          maxLength: 12,
        }),
      })
      .map(({ level, ...block }) => ({ ...block, ...(level !== undefined && { level }) })),
    { maxLength: 4, selector: ({ id }) => id },
  ),
});

test("whatever a script holds comes back from its text", () => {
  fc.assert(
    fc.property(anyScript, (script) => {
      expect(scriptFromText(scriptAsText(script))).toEqual(script);
    }),
    { numRuns: 500 },
  );
});

test("whatever an article holds comes back from its text, with its places in the article", () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 60 }), (words) => {
      const script = verbatimScript(readDocument(`x ${words.join(" ")}`, { format: "text" }), "en");
      expect(scriptFromText(scriptAsText(script), script)).toEqual(script);
      expect(scriptFromText(scriptAsText(script))).toEqual(withoutSources(script));
    }),
  );
});

test("JSON is read as it is, text by its first line", () => {
  const script = scriptOf("One. Two.\n");
  expect(readScript(JSON.stringify(script))).toEqual(script);
  expect(readScript(`\uFEFF \n${JSON.stringify(script, null, 2)}`)).toEqual(script);
  expect(readScript(scriptAsText(script))).toEqual(withoutSources(script));
});

test("an edit keeps the places of what it left alone", () => {
  const base = scriptOf("The red boat left. The old man stayed.\n\nNobody waved at all.\n\nThe end.\n");
  const text = scriptAsText(base)
    .replace("red", "{green|very green}")
    .replace("old man", "woman")
    .replace("Nobody", "No one");
  const { blocks } = scriptFromText(text, base);
  const shown = blocks.map(({ inline }) =>
    (inline as Token[]).map(({ display, source }) => `${display}${source ? `@${source.join("-")}` : ""}`).join(" "),
  );
  expect(shown).toEqual([
    "The@0-3 green boat@8-12 left.@13-18 The@19-22 woman stayed.@31-38",
    "No one waved@47-52 at@53-55 all.@56-60",
    "The@62-65 end.@66-70",
  ]);
});

test("a block that is new has no places, and does not take those of its neighbour", () => {
  const base = scriptOf("First one.\n\nLast one.\n");
  const text = scriptAsText(base).replace("[paragraph]\nLast", "[paragraph]\nAdded one.\n\n[paragraph]\nLast");
  const { blocks } = scriptFromText(text, base);
  expect(blocks.map(({ inline }) => (inline as Token[]).map(({ source }) => source?.[0] ?? null))).toEqual([
    [0, 6],
    [null, null],
    [12, 17],
  ]);
});

test.each([
  ["hello", 'Line 1: expected "lector script 1", got "hello"'],
  ["", 'Line 1: expected "lector script 1"'],
  ["lector script 1\n\n[paragraph]\nx", "Line 2: the lines above must name the locale"],
  ["lector script 1\nlocale: en\nspeed: 2\n", 'Line 3: expected "locale:", "mode:" or "title:", got "speed: 2"'],
  ['lector script 1\nlocale: en\ntitle: "a', "Line 3: a title that begins with a quotation mark is a JSON string"],
  ["lector script 1\nlocale: not a tag\n", "`locale`: must be a BCP 47 tag"],
  ["{", "It begins as JSON, but is none"],
  ['{"version":1}', "`mode`"],
])("%j is refused", (text, says) => {
  expect(() => readScript(text)).toThrow(InvalidScript);
  expect(() => readScript(text)).toThrow(says);
});

test.each([
  ["x", 'Line 4: "x" stands in no block. Begin one, as by [paragraph]'],
  ["[pause 5ms]", "Line 4: [pause 5ms] stands in no block"],
  ["[paragraph]\nx [heading 1] y", "Line 5: [heading 1] begins a block, and so it must begin its line"],
  ["[heading one]\nx", 'Line 4: [heading one]: a block has a kind, a level such as 1 and an #id, not "one"'],
  ["[heading 0]\nx", 'not "0"'],
  ["[paragraph #%]\nx", "Line 4: the id #% is not percent-encoded"],
  [
    "[paragraph]\na [puase 5ms]",
    "Line 5: [puase 5ms]: this is neither a block nor an instruction. Instructions are pause, emphasis",
  ],
  ["[paragraph]\n[pause 5]", "Line 5: [pause 5]: expected a time, as in [pause 500ms]"],
  ["[paragraph]\n[pause 99s]", "Line 5: [pause 99s]: ms: "],
  ["[paragraph]\n[whisper loud]", "expected [whisper] or [whisper 3 words]"],
  ["[paragraph]\n[mood calm 3 words]", "a mood holds to the end of its block"],
  ["[paragraph]\n[emphasis 3 words]", "Line 5: [emphasis 3 words]: level: "],
  ["[paragraph]\n[language english!]", "Line 5: [language english!]: tag: must be a BCP 47 tag"],
  ["[paragraph]\na ] b", String.raw`Line 5: there is a ] that nothing opened. Write \] for a plain one`],
  ["[paragraph]\na [b", String.raw`Line 5: there is a [ that is not closed on its line. Write \[ for a plain one`],
  ["[paragraph]\na {b\nc}", "Line 5: there is a { that is not closed on its line"],
  ["[paragraph]\na {b|c|d}", "Line 5: {b|c|d} has more than one |"],
  ["[paragraph]\na {} b", "Line 5: {} says and shows nothing"],
  ["[paragraph]\na | b", 'Line 5: "|" glues two tokens and stands right before the second'],
  ["[paragraph]\na |", 'Line 5: "|" glues two tokens'],
  ["[paragraph]\na \\", "Line 5: a backslash at the end of a line"],
  ["[paragraph]\na\u0007b", "holds a control character"],
  ["[paragraph #x]\na\n\n[item #x]\nb", "`blocks.1.id`: is used twice: x"],
])("%j is refused with its line", (body, says) => {
  expect(() => read(body)).toThrow(InvalidScript);
  expect(() => read(body)).toThrow(says);
});

test("a megabyte of text, in one line or in one token, is read at once", () => {
  const took = processorTime();
  const many = paragraph();
  many.blocks[0]!.inline = Array.from({ length: 200_000 }, (_, index) => token(`w${index}`));
  expect(scriptFromText(scriptAsText(many), many).blocks[0]!.inline).toHaveLength(200_000);
  const [long] = read(`[paragraph]\n${"x\\[".repeat(400_000)}`).blocks;
  expect(long!.inline).toHaveLength(1);
  expect(() => read(`[paragraph]\n${"{".repeat(500_000)}`)).toThrow("Line 5");
  expect(took()).toBeLessThan(5000);
});
