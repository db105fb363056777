import { expect, test } from "vitest";
import { detectLocale } from "../../src/narration/detect-locale.ts";

test.each([
  ["en", "The cat sat on the mat."],
  ["en", "A quick test."],
  ["id", "Saya pergi ke pasar membeli ikan."],
  ["ja", "今日は良い天気です。"],
  ["fr", "Bonjour tout le monde"],
  [null, "123 … 🎉"],
  [null, "OK"],
])("%s: %s", (locale, text) => {
  expect(detectLocale(text)).toBe(locale);
});
