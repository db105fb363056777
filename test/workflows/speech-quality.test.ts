import { expect, test } from "vitest";
import { brokenTakes, refusedOf, type Take } from "../../src/workflows/speech-quality.ts";
import type { VoiceInUse } from "../../src/workflows/voice-in-use.ts";

const voice = (key: string): VoiceInUse => ({
  key,
  provider: "test",
  model: "1",
  voice: key,
  language: "en",
  settings: {},
  max_characters: 1000,
  unit: "sentence",
  gain_db: 0,
  pauses: {},
});
const text = "The keeper of the lighthouse wrote one line each evening.";
const letters = 47;

function take(seconds: number): Take {
  return {
    fingerprint: "f",
    ledgerId: "l",
    audioSha256: "a",
    audioBytes: 0,
    encoding: "s16le",
    sampleRate: 1000,
    samples: seconds * 1000,
    words: [],
    loudness: new Float32Array(),
    peak: 0.5,
    atFullScale: 0,
  };
}
const spoken = (language = "en") => new Map([["f", { text, language }]]);
const isRefused = (of: VoiceInUse, seconds: number, pace: number | null, language?: string) =>
  refusedOf([take(seconds)], spoken(language), of, pace).length > 0;

test("a voice that has said little is judged by the pace that the plan knows", () => {
  expect(isRefused(voice("new"), letters * 0.03, null)).toBe(false);
  expect(isRefused(voice("new"), letters * 0.03, 0.08)).toBe(true);
  expect(isRefused(voice("new"), letters * 0.033, 0.08)).toBe(false);
});

test("what a voice says teaches its own pace, whatever the plan knows; other voices and settings have theirs", () => {
  const slow = voice("slow");
  for (let said = 0; said < 20; said++) expect(isRefused(slow, letters * 0.2, null)).toBe(false);
  expect(isRefused(slow, letters * 0.07, 0.07)).toBe(true);
  expect(isRefused(slow, letters * 0.07, null, "id")).toBe(false); // words in another language are judged by wide bounds
  expect(isRefused({ ...slow, settings: { rate: 400 } }, letters * 0.07, null)).toBe(false);
  expect(isRefused(voice("quick"), letters * 0.07, null)).toBe(false);
});

test("a refused take teaches nothing", () => {
  const learner = voice("learner");
  for (let said = 0; said < 20; said++) expect(isRefused(learner, letters * 0.01, null)).toBe(true);
  expect(isRefused(learner, letters * 0.07, null)).toBe(false);
});

test("the error names the voice and the first sentence, cut where it is long, and counts the others", () => {
  const long = new Map([["f", { text: `${"word ".repeat(100)}end.`, language: "en" }]]);
  const refused = { fingerprint: "f", ledgerId: "l", audioSha256: "a", verdict: "silent (1 s, peak −∞ dBFS)" };
  const { message, code } = brokenTakes([refused, refused, refused], long, voice("nina"));
  expect(code).toBe("broken_speech");
  expect(message).toMatch(/^The voice "nina" delivered broken audio for "word word .*…": it is silent \(1 s/);
  expect(message).toContain("2 more are broken, too.");
  expect(message.length).toBeLessThan(400);
});
