import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Script, Token } from "../../src/narration/script.ts";
import { wordsJson } from "../../src/narration/words-json.ts";
import type { TokenTime } from "../../src/narration/words.ts";

const script = (...ids: string[]): Script => ({
  version: 1,
  mode: "verbatim",
  locale: "en",
  title: null,
  blocks: ids.map((id) => ({ id, kind: "paragraph", inline: [] })),
});
const read = (text: Iterable<string>) => JSON.parse([...text].join(""));

test("a word has what is shown, its times in seconds, where they come from and where it stood", () => {
  const tokens: Token[] = [
    { display: "In", spoken: "In", source: [12, 14] },
    { display: "1945", spoken: "nineteen forty-five", source: [15, 19] },
    { display: ",", spoken: "", source: null, glue: true },
  ];
  const times: TokenTime[] = [
    { start: 4800, end: 7201, origin: "native" },
    { start: 7201, end: 24_000, origin: "estimated" },
    { start: 24_000, end: 24_000, origin: "estimated" },
  ];
  expect(read(wordsJson(script("a", "b"), [{ block: 1, tokens, times }], 24_000))).toEqual({
    version: 1,
    sample_rate: 24_000,
    words: [
      { display: "In", start: 0.2, end: 0.300042, origin: "native", source: [12, 14], block: "b" },
      {
        display: "1945",
        spoken: "nineteen forty-five",
        start: 0.300042,
        end: 1,
        origin: "estimated",
        source: [15, 19],
        block: "b",
      },
      { display: ",", spoken: "", glue: true, start: 1, end: 1, origin: "estimated", source: null, block: "b" },
    ],
  });
});

test("a narration without words is a file without words", () => {
  expect(read(wordsJson(script(), [], 48_000))).toEqual({ version: 1, sample_rate: 48_000, words: [] });
});

test("every sample of a day comes back from its seconds", () => {
  fc.assert(
    fc.property(fc.constantFrom(24_000, 48_000), fc.nat(86_400 * 48_000), (rate, sample) => {
      const tokens: Token[] = [{ display: "x", spoken: "x", source: null }];
      const times: TokenTime[] = [{ start: sample, end: sample, origin: "native" }];
      const [word] = read(wordsJson(script("a"), [{ block: 0, tokens, times }], rate)).words;
      expect(Math.round(word.start * rate)).toBe(sample);
    }),
  );
});
