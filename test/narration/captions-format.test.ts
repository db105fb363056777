import * as fc from "fast-check";
import { expect, test } from "vitest";
import { srt, webvtt } from "../../src/narration/captions-format.ts";
import type { Cue } from "../../src/narration/captions.ts";

const rate = 24_000;
const vtt = (cues: Cue[], o?: { language?: string }) => [...webvtt(cues, rate, o)].join("");
const subrip = (cues: Cue[]) => [...srt(cues, rate)].join("");

/** A line of which no word but the first is timed. */
const line = (text: string) => ({ text, words: [{ at: 0, start: 0 }] });
const two: Cue[] = [
  { start: 0, end: 24_012, lines: [line("Hello <b> & you -->")] },
  { start: 24_012, end: 24_000 * 3_661, lines: [line("One"), line("two")] },
];

test("WebVTT: header, language as a comment, times to the ms, text escaped", () => {
  expect(vtt(two, { language: "id-ID" })).toBe(
    "WEBVTT\n\nNOTE Language: id-ID\n\n" +
      "00:00:00.000 --> 00:00:01.000\nHello &lt;b&gt; &amp; you --&gt;\n\n" +
      "00:00:01.000 --> 01:01:01.000\nOne\ntwo\n\n",
  );
});

test("SubRip: numbers, commas, and nothing that a player takes for its own markup", () => {
  expect(subrip(two)).toBe(
    "1\n00:00:00,000 --> 00:00:01,000\nHello <\u200Bb> & you →\n\n2\n00:00:01,000 --> 01:01:01,000\nOne\ntwo\n\n",
  );
  expect(subrip([{ start: 0, end: rate, lines: [line("a < b {\\an8} 1<2")] }])).toContain("a < b {\u200B\\an8} 1<2\n");
});

test("no cue makes an empty file of either kind", () => {
  expect(vtt([])).toBe("WEBVTT\n\n");
  expect(subrip([])).toBe("");
});

test("a language that is no tag cannot leave its comment", () => {
  expect(vtt([], { language: "en\n\n00:00 --> 00:01\nx" })).toBe("WEBVTT\n\nNOTE Language: en0000--0001x\n\n");
});

test("hours go on past 99", () => {
  const [start, end] = [24_000 * 3600 * 100, 24_000 * 3600 * 100 + 24_000];
  expect(vtt([{ start, end, lines: [line("x")] }])).toContain("100:00:00.000 --> 100:00:01.000");
});

test("cues shorter than 1 ms still last one, and none reaches into the next", () => {
  const short = [0, 1, 2, 30].map((start) => ({ start, end: start + 1, lines: [line("x")] }));
  expect(vtt(short).match(/\S+ --> \S+/gu)).toEqual([
    "00:00:00.000 --> 00:00:00.001",
    "00:00:00.001 --> 00:00:00.002",
    "00:00:00.002 --> 00:00:00.003",
    "00:00:00.003 --> 00:00:00.004",
  ]);
});

// W3C WebVTT, section 4.1: body, comment block, cue block with timings and escaped payload.
const vttTime = String.raw`(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}`;
const vttPayload = String.raw`(?:[^\n\r<&>]|&(?:amp|lt|gt);|<${vttTime}>)+`;
const vttFile = new RegExp(
  String.raw`^WEBVTT\n\n(?:NOTE(?: (?:(?!-->)[^\n\r])*)?\n\n)*(?:${vttTime} --> ${vttTime}\n(?:${vttPayload}\n){1,2}\n)*$`,
  "u",
);
const srtFile =
  /^(?:\d+\n\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}\n(?:(?!.*-->)[^\n\r]+\n){1,2}\n)*$/u;

const anyLine = fc.record({
  text: fc.stringMatching(/^[a-z<>&{}\\/!\-.0-9 ]{1,20}$/u),
  gaps: fc.array(fc.nat(40_000), { maxLength: 6 }),
});
const anyCues = fc
  .array(
    fc.record({
      gap: fc.nat(50_000),
      length: fc.integer({ min: 1, max: 168_000 }),
      lines: fc.array(anyLine, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 20 },
  )
  .map((all) => {
    let end = 0;
    return all.map(({ gap, length, lines }): Cue => {
      const start = end + gap;
      end = start + length;
      let word = start;
      const timed = lines.map(({ text, gaps }) => {
        const words = gaps.map((each, index) => ({ at: Math.min(index * 3, text.length), start: (word += each) }));
        return { text, words: [{ at: 0, start: word }, ...words] };
      });
      return { start, end, lines: timed };
    });
  });

test("every file follows its grammar, with times that rise", () => {
  fc.assert(
    fc.property(anyCues, fc.constantFrom(undefined, "en"), (cues, language) => {
      const text = vtt(cues, language === undefined ? {} : { language });
      expect(text).toMatch(vttFile);
      expect(subrip(cues)).toMatch(srtFile);
      const payloads = text.split(/\n\n(?=\S+ --> )/u).slice(1);
      expect(payloads).toHaveLength(cues.length);
      for (const cue of payloads) {
        const [from, to, ...inside] = cue.match(new RegExp(vttTime, "gu"))!;
        const rising = [from!, ...inside, to!];
        expect(rising).toEqual([...new Set(rising)].sort());
      }
    }),
  );
});

test("WebVTT: each word of a cue but the first has its time, over both lines", () => {
  const lines = [
    {
      text: "One & two",
      words: [
        { at: 0, start: 0 },
        { at: 4, start: 6000 },
        { at: 6, start: 12_000 },
      ],
    },
    {
      text: "three",
      words: [
        { at: 0, start: 24_000 },
        { at: 2, start: 24_010 }, // the same ms
      ],
    },
  ];
  expect(vtt([{ start: 0, end: 48_000, lines }])).toContain(
    "One <00:00:00.250>&amp; <00:00:00.500>two\n<00:00:01.000>three\n\n",
  );
  expect(subrip([{ start: 0, end: 48_000, lines }])).toContain("One & two\nthree\n");
});

test("WebVTT: words that lie outside their cue have no time in it", () => {
  const words = [0, 23_999, 24_000, 30_000].map((start, at) => ({ at, start }));
  expect(vtt([{ start: 24_000, end: 30_000, lines: [{ text: "abcd", words }] }])).toContain("\nabcd\n");
});
