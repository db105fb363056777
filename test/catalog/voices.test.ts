import { expect, test } from "vitest";
import { findVoice, inShort, UnknownVoice, type Voice, type Voices } from "../../src/catalog/voices.ts";

const voice = (key: string, ...locales: string[]): Voice => {
  return { key, provider: "p", voice: key, locales, settings: {}, unit: "sentence", gainDb: 0, name: key, samples: {} };
};
const voices: Voices = {
  all: [voice("nina", "en-GB"), voice("alex", "de"), voice("espeak-en", "en"), voice("espeak-id", "id")],
  defaults: { en: "espeak-en" },
};

function unknown(wanted: string, locale: string, from = voices): UnknownVoice {
  try {
    findVoice(from, wanted, locale);
  } catch (error) {
    if (error instanceof UnknownVoice) return error;
  }
  throw new Error("It was found.");
}

test("an unknown voice is told beside those of its language, and brings all there are, configured ones first", () => {
  const { message, known } = unknown("olga", "en-US");
  expect(message).toBe('Voice "olga" is not configured. Voices for "en": nina, espeak-en.');
  expect(known).toEqual(["nina", "alex", "espeak-en", "espeak-id"]);
});

test("a language that no voice speaks is told as that", () => {
  expect(unknown("default", "ks").message).toBe('No voice is configured for the locale "ks". Name one.');
});

test("many voices of one language are cut short", () => {
  const all = Array.from({ length: 30 }, (_, n) => voice(`v${n}`, "en"));
  expect(unknown("olga", "en", { all, defaults: {} }).message).toMatch(/v0, v1, .*v11, and 18 more\.$/);
});

test("keys that begin alike stand together", () => {
  expect(inShort(["nina", "espeak-en", "espeak-id", "acme-one", "a_b"])).toBe("nina, espeak-{en, id}, acme-one, a_b");
});
