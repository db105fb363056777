import { expect, test } from "vitest";

import { timelineLength } from "../../src/media/encodings.ts";
import { encodingsOf, formatOf, isFormatId } from "../../src/media/formats.ts";

test("a bare family is its usual rate, and m4a another name of aac", () => {
  const names = ["mp3", "opus", "m4a", "aac", "m4a_64", "aac_96", "mp3_128", "flac", "wav"];
  expect(names.map((name) => formatOf(name).id)).toEqual([
    "mp3_128",
    "opus_48",
    "aac_96",
    "aac_96",
    "aac_64",
    "aac_96",
    "mp3_128",
    "flac",
    "wav",
  ]);
});

test("the usual rate has the plain file name, another names its rate", () => {
  const names = ["mp3", "mp3_128", "mp3_64", "opus", "opus_24", "m4a", "m4a_128", "flac", "wav"];
  expect(names.map((name) => formatOf(name).fileName)).toEqual([
    "audio.mp3",
    "audio.mp3",
    "audio_mp3_64.mp3",
    "audio.opus",
    "audio_opus_24.opus",
    "audio.m4a",
    "audio_aac_128.m4a",
    "audio.flac",
    "audio.wav",
  ]);
});

test.each([
  "",
  "mp4",
  "MP3",
  "toString",
  "__proto__",
  "mp3_",
  "mp3_0128",
  "mp3_128_2",
  "flac_5",
  "wav_16",
  "mp3 ",
  "ogg",
])("an unknown format (%j) is refused with the known ones", (name) => {
  expect(() => formatOf(name)).toThrow(/is not known. Known formats: mp3, opus, m4a \(aac\), flac, wav; /);
  expect(isFormatId(name)).toBe(false);
});

test.each([
  ["mp3_127", "mp3 has no 127 kbit/s. Its rates: 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320."],
  ["opus_23", "opus has no 23 kbit/s. Its rates: 24 to 256."],
  ["m4a_999", "aac has no 999 kbit/s. Its rates: 32 to 192."],
])("a rate that a family has not (%s) is refused with its rates", (name, message) => {
  expect(() => formatOf(name)).toThrow(`Audio format "${name}" is not known: ${message}`);
});

test("flac and wav are made of the same fragments", () => {
  expect(encodingsOf(["flac", "mp3_64", "wav"])).toEqual(["pcm", "mp3_64"]);
});

test("a format's id is known, its other names are none", () => {
  expect(["mp3_128", "aac_64", "wav"].filter(isFormatId)).toHaveLength(3);
  expect(["mp3", "m4a", "m4a_64", "json", "waveform"].filter(isFormatId)).toEqual([]);
});

test("a timeline is made longer by less than a frame, so that its last one is full", () => {
  for (const [sampleRate, frame] of [
    [24_000, 576],
    [48_000, 1152],
  ] as const) {
    for (const samples of [0, 1, 47, 48, 1199, 1200, 100_000, 86_400_000]) {
      const length = timelineLength(samples, sampleRate);
      expect(length).toBeGreaterThanOrEqual(samples);
      expect(length - samples).toBeLessThan(frame);
      expect((length + 1105) % frame).toBe(0);
      expect(timelineLength(length, sampleRate)).toBe(length);
    }
  }
});
