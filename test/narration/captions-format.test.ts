import * as fc from "fast-check";
import { expect, test } from "vitest";
import { srt, webvtt } from "../../src/narration/captions-format.ts";
import type { Cue } from "../../src/narration/captions.ts";

const rate = 24_000;
const vtt = (cues: Cue[], o?: { language?: string }) => [...webvtt(cues, rate, o)].join("");
const subrip = (cues: Cue[]) => [...srt(cues, rate)].join("");

const two: Cue[] = [
  { start: 0, end: 24_012, lines: ["Hello <b> & you -->"] },
  { start: 24_012, end: 24_000 * 3_661, lines: ["One", "two"] },
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
  expect(subrip([{ start: 0, end: rate, lines: ["a < b {\\an8} 1<2"] }])).toContain("a < b {\u200B\\an8} 1<2\n");
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
  expect(vtt([{ start, end, lines: ["x"] }])).toContain("100:00:00.000 --> 100:00:01.000");
});

test("cues shorter than 1 ms still last one, and none reaches into the next", () => {
  const short = [0, 1, 2, 30].map((start) => ({ start, end: start + 1, lines: ["x"] }));
  expect(vtt(short).match(/\S+ --> \S+/gu)).toEqual([
    "00:00:00.000 --> 00:00:00.001",
    "00:00:00.001 --> 00:00:00.002",
    "00:00:00.002 --> 00:00:00.003",
    "00:00:00.003 --> 00:00:00.004",
  ]);
});

// W3C WebVTT, section 4.1: body, comment block, cue block with timings and escaped payload.
const vttTime = String.raw`(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}`;
const vttPayload = String.raw`(?:[^\n\r<&>]|&(?:amp|lt|gt);)+`;
const vttFile = new RegExp(
  String.raw`^WEBVTT\n\n(?:NOTE(?: (?:(?!-->)[^\n\r])*)?\n\n)*(?:${vttTime} --> ${vttTime}\n(?:${vttPayload}\n){1,2}\n)*$`,
  "u",
);
const srtFile =
  /^(?:\d+\n\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}\n(?:(?!.*-->)[^\n\r]+\n){1,2}\n)*$/u;

const anyCues = fc
  .array(
    fc.record({
      gap: fc.nat(50_000),
      length: fc.integer({ min: 1, max: 168_000 }),
      lines: fc.array(fc.stringMatching(/^[a-z<>&{}\\/!\-.0-9 ]{1,20}$/u), { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 20 },
  )
  .map((all) => {
    let at = 0;
    return all.map(({ gap, length, lines }) => ({ start: (at += gap), end: (at += length), lines }));
  });

test("every file follows its grammar, with times that rise", () => {
  fc.assert(
    fc.property(anyCues, fc.constantFrom(undefined, "en"), (cues, language) => {
      const text = vtt(cues, language === undefined ? {} : { language });
      expect(text).toMatch(vttFile);
      expect(subrip(cues)).toMatch(srtFile);
      const times = text.match(new RegExp(vttTime, "gu")) ?? [];
      expect(times).toHaveLength(2 * cues.length);
      expect([...times].sort()).toEqual([...times]);
    }),
  );
});
