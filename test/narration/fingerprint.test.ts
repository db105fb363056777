import { expect, test } from "vitest";
import { fingerprint, fragmentBase, fragmentKey, type SpokenSegment } from "../../src/narration/fingerprint.ts";

const segment: SpokenSegment = {
  provider: "espeak",
  model: "1.52",
  voice: "en-us",
  settings: { rate: 175, pitch: 50 },
  language: "en",
  text: "Dr. Smith left.",
  lexicon: [],
};

test("a fingerprint never changes for the same segment, or everything would be bought again", () => {
  expect(fingerprint(segment)).toBe("3c115fa237b6c81074ceb3bef7ae1a637fd7eb289a9b86d22960706bbaf9b0b2");
  expect(fragmentBase({ segments: [{ fingerprint: "aa", pauseAfter: 7200 }], sampleRate: 24000 })).toBe(
    "3c64d688195be0c4bd44213dddcb6d1ae2356e0833b4923cc2607fc748018d0f",
  );
  expect(fragmentKey({ base: "aa", gainDb: 1.5, ceilingDbtp: -2, encoder: "mp3_128" })).toBe(
    "bbc26274490294d4c66736f872ab4a55561043663f701eb8be26dbfb84c5a836",
  );
});

test("the order in which fields and settings are written does not matter", () => {
  const reversed = Object.fromEntries(Object.entries(segment).toReversed()) as SpokenSegment;
  expect(fingerprint({ ...reversed, settings: { pitch: 50, rate: 175 } })).toBe(fingerprint(segment));
});

test("a field that does not shape the speech is not in it", () => {
  expect(fingerprint({ ...segment, position: 7 } as SpokenSegment)).toBe(fingerprint(segment));
});

test("whatever shapes the speech makes another fingerprint", () => {
  const others: Partial<SpokenSegment>[] = [
    { provider: "other" },
    { model: "1.53" },
    { voice: "en-gb" },
    { settings: { rate: 175 } },
    { settings: { rate: "175", pitch: 50 } },
    { language: "en-GB" },
    { text: "Dr. Smith left!" },
    { text: "Dr. Smith left. " },
    { lexicon: [{ word: "Smith", ipa: "smɪθ" }] },
  ];
  const names = [segment, ...others.map((other) => ({ ...segment, ...other }))].map(fingerprint);
  expect(new Set(names).size).toBe(others.length + 1);
});

test("a fragment's base knows its segments, their order, pauses and rate; its key gain, ceiling and encoder", () => {
  const [a, b] = [
    { fingerprint: "a", pauseAfter: 10 },
    { fingerprint: "b", pauseAfter: 0 },
  ];
  const bases = [
    { segments: [a, b], sampleRate: 24000 },
    { segments: [b, a], sampleRate: 24000 },
    { segments: [{ ...a, pauseAfter: 11 }, b], sampleRate: 24000 },
    { segments: [a, b], sampleRate: 48000 },
    { segments: [a], sampleRate: 24000 },
  ].map(fragmentBase);
  expect(new Set(bases).size).toBe(bases.length);
  const key = { base: bases[0]!, gainDb: 1.5, ceilingDbtp: -2, encoder: "mp3_128" };
  const others = [{ base: bases[1]! }, { gainDb: 2 }, { ceilingDbtp: -3 }, { encoder: "opus_48" }];
  expect(new Set([key, ...others.map((other) => ({ ...key, ...other }))].map(fragmentKey)).size).toBe(5);
});

test("what has no canonical form is refused with its reason", () => {
  expect(() => fingerprint({ ...segment, settings: { rate: Number.NaN } })).toThrow(/NaN/u);
  expect(() => fingerprint({ ...segment, text: "\uD800" })).toThrow(/surrogate/u);
});
