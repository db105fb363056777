import load from "@echogarden/espeak-ng-emscripten";
import { expect, test } from "vitest";
import { ESPEAK_VARIANTS, espeakLanguageFor, espeakLanguages } from "../../../src/providers/speech/espeak-voices.ts";
import { SPEECH_SAMPLES } from "../../../src/providers/speech/samples.ts";

const module = (await load({ print() {}, printErr() {} })) as Awaited<ReturnType<typeof load>> & {
  FS: { readdir(path: string): string[] };
};
const engine = new module.eSpeakNGWorker();

test("the written list of languages is the engine's own", () => {
  const own = engine.list_voices().map(({ identifier, name }) => {
    return { id: identifier.split("/").at(-1)!.toLowerCase(), name: name.trim() };
  });
  const written = espeakLanguages().map(({ id, name }) => ({ id, name }));
  expect(written).toHaveLength(140);
  expect(written.toSorted(byId)).toEqual(own.toSorted(byId));
});

test("the written list of variants is the engine's own", () => {
  const own = module.FS.readdir("/usr/share/espeak-ng-data/voices/!v").filter((name) => !name.startsWith("."));
  expect([...ESPEAK_VARIANTS].toSorted()).toEqual(own.toSorted());
});

test("every language is one canonical BCP 47 tag of its own", () => {
  const tags = espeakLanguages().map(({ language }) => language);
  expect(Intl.getCanonicalLocales(tags)).toEqual(tags);
});

test("the shipped locales speak with voices that exist and match", () => {
  for (const [locale, { espeak }] of Object.entries(SPEECH_SAMPLES)) {
    expect(
      espeakLanguages()
        .find(({ id }) => id === espeak)
        ?.language.split("-")[0],
    ).toBe(locale);
  }
});

test.each([
  ["fr", "en-us", "fr"],
  ["fr-CA", "en-us", "fr"],
  ["FR-be", "en-us", "fr-be"],
  ["en-GB", "id", "en"],
  ["en-AU", "id", "en"],
  ["zh-Hant-TW", "en-us", "cmn"],
  ["yue", "en-us", "yue"],
  ["no", "en-us", "nb"],
  ["nn-NO", "en-us", "nb"],
  ["en-GB", "en-us", "en-us"],
  ["zh", "cmn-latn-pinyin", "cmn-latn-pinyin"],
  ["su", "id", null],
  ["x-private", "id", null],
])("a text in %s, for a speaker of %s, is spoken as %s", (tag, own, expected) => {
  expect(espeakLanguageFor(tag, own)).toBe(expected);
});

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
