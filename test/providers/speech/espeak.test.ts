import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { espeakSpeech } from "../../../src/providers/speech/espeak.ts";
import { SPEECH_SAMPLES } from "../../../src/providers/speech/samples.ts";
import { SpeechError, VoiceError, type SpeechRequest } from "../../../src/providers/speech/speech.ts";

const espeak = espeakSpeech({ processes: 2 });
const folder = mkdtempSync(join(tmpdir(), "lector-espeak-"));
let files = 0;
afterAll(async () => {
  await espeak.close();
  rmSync(folder, { recursive: true });
});

const request = (text: string, voice = "en-us", settings: SpeechRequest["settings"] = {}): SpeechRequest => {
  return { voice, language: "en", text, settings, path: join(folder, `${files++}.s16`) };
};
const speak = async (requests: SpeechRequest[]) => {
  const speeches = await espeak.speak(requests);
  return speeches.map((speech, index) => ({ ...speech, audio: new Uint8Array(readFileSync(requests[index]!.path)) }));
};
const say = async (...given: Parameters<typeof request>) => (await speak([request(...given)]))[0]!;
const wordsOf = (text: string, { words }: { words: { start: number; end: number }[] }) =>
  words.map(({ start, end }) => text.slice(start, end));

test("speech is 16-bit mono at 22,050 Hz, cut close to the sound, at a human pace", async () => {
  const text = "The quick brown fox jumps over the lazy dog.";
  const { audio, samples, sampleRate, encoding, words } = await say(text);
  const values = new Int16Array(audio.slice().buffer);
  expect({ sampleRate, encoding, bytes: audio.length }).toEqual({
    sampleRate: 22_050,
    encoding: "s16le",
    bytes: samples * 2,
  });
  expect(values.findIndex((value) => value !== 0)).toBeLessThanOrEqual(441);
  expect(values.findLastIndex((value) => value !== 0)).toBeGreaterThanOrEqual(samples - 1 - 441);
  const wordsPerMinute = words.length / (samples / sampleRate / 60);
  expect(wordsPerMinute).toBeGreaterThan(120);
  expect(wordsPerMinute).toBeLessThan(260);
});

test.each([
  [
    "en-us",
    "In 1945 the café 👍 sold 3.5 naïve things.",
    ["In", "1945", "the", "café", "👍", "sold", "3.5", "naïve", "things"],
  ],
  ["en-us", `Don't — "e-mail" me@example.com; e.g. 12:30.`, ["Don't", "e-mail", "me@example.com", "e.g", "12:30"]],
  ["id", "Pada 1945, Indonesia merdeka — tak ternilai.", ["Pada", "1945", "Indonesia", "merdeka", "tak", "ternilai"]],
  ["fr", "C’est l\u2019e\u0301te\u0301 à Liège.", ["C’est", "l\u2019e\u0301te\u0301", "à", "Liège"]],
  ["ar", "مرحبا بالعالم، كيف حالك؟", ["مرحبا", "بالعالم", "كيف", "حالك"]],
])("%s: words are those of the text, each with its time: %s", async (voice, text, expected) => {
  const speech = await say(text, voice);
  expect(wordsOf(text, speech)).toEqual(expected);
  for (const { from, to } of speech.words) expect(to - from).toBeGreaterThan(500); // 23 ms
  expect(speech.words.at(-1)!.to).toBeLessThanOrEqual(speech.samples);
});

test("each word's time is where it sounds: a pause between words is silent", async () => {
  const text = "One, two. Three?";
  const { audio, words } = await say(text);
  const values = new Int16Array(audio.slice().buffer);
  expect(words).toHaveLength(3);
  for (const { from, to } of words) expect(energy(values.subarray(from, to))).toBeGreaterThan(100);
  for (const [index, { from }] of words.slice(1).entries()) {
    expect(from - words[index]!.to).toBeGreaterThan(2_000);
    expect(energy(values.subarray(words[index]!.to + 441, from))).toBeLessThan(5);
  }
});

test("a text in another language is spoken in that by the same speaker, or as well as the voice can", async () => {
  const text = "Le garçon chante.";
  const said = async (voice: string, other: Partial<SpeechRequest> = {}) =>
    (await speak([{ ...request(text, voice), ...other }]))[0]!.audio;
  expect(await said("en-us+f3", { language: "fr-CA", foreign: true })).toEqual(await said("fr+f3"));
  expect(await said("en-us+f3", { language: "su", foreign: true })).toEqual(await said("en-us+f3"));
  // A voice that is set up for another language's texts stays itself.
  expect(await said("en-us", { language: "fr" })).toEqual(await said("en-us"));
});

test.each(["", " ", "…", "—", ".", "\n\n", "\ud800", "\u200b", "\0"])(
  "text without a sound gives 0 samples: %j",
  async (text) => {
    expect(await say(text)).toMatchObject({ samples: 0, audio: new Uint8Array(0), words: [] });
  },
);

test("markup, phonemes and commands in the text are read, not obeyed", async () => {
  const plain = await say("Hello world.");
  const paused = await say(`Hello <break time="9s"/> world.`);
  expect(paused.samples).toBeLessThan(plain.samples + 4 * 22_050);
  expect(longestSilence(paused.audio)).toBeLessThan(0.6 * 22_050);
  const phonemes = `Hello [[w3:ld]].`;
  expect(wordsOf(phonemes, await say(phonemes))).toEqual(["Hello", "w3:ld"]);
  expect((await say("Hello [[w3:ld]].")).samples).toBeGreaterThan(plain.samples * 1.5); // spelled out
  expect((await say("Hello \u0001450S world.")).samples).toBeGreaterThan(plain.samples);
});

test.each(["a", "9", "<", "!", "ش", "👍", "\u0301", "[", "word "])(
  "%j over the whole length neither hangs nor crashes",
  async (unit) => {
    const text = unit.repeat(1_200 / unit.length);
    const { words, samples } = await say(text);
    expect(words.at(-1)?.to ?? 0).toBeLessThanOrEqual(samples);
  },
);

test("a batch is answered in order, the same as one by one, empty ones too", async () => {
  const batch = [request("One."), request("…"), request("Dua tiga.", "id"), request("One.")];
  const together = await speak(batch);
  const alone = (await Promise.all(batch.map((one) => speak([one])))).flat();
  expect(together).toEqual(alone);
  expect(await espeak.speak([])).toEqual([]);
});

test("rate, pitch and range change the sound; what only says the default is dropped", async () => {
  const plain = await say("Hello there, world.");
  expect((await say("Hello there, world.", "en-us", { rate: 300 })).samples).toBeLessThan(plain.samples * 0.8);
  expect((await say("Hello there, world.", "en-us", { pitch: 90 })).audio).not.toEqual(plain.audio);
  expect((await say("Hello there, world.", "en-us", { rate: 175, pitch: 50 })).audio).toEqual(plain.audio);
  expect(espeak.check("en-us+f3", { rate: 175, pitch: 60 })).toEqual({ pitch: 60 });
});

test.each([
  [0.5, 0],
  [0.8, -2],
  [1.3, 4],
  [2, 0],
  [1, -6],
  [1, 6],
])("a speed of %f and a pitch of %d semitones are what is heard", async (speed, pitch) => {
  const text = "Along alone a wall we owe on a low yellow moon rail, all alone away.";
  const plain = await say(text);
  const own = await say(text, "en-us", espeak.check("en-us", {}, { speed, pitch }));
  const faster = plain.samples / own.samples / speed;
  expect(faster).toBeGreaterThan(0.88);
  expect(faster).toBeLessThan(1.12);
  expect(Math.abs(12 * Math.log2(frequency(own) / frequency(plain)) - pitch)).toBeLessThan(0.7);
});

test("the voice's own way is no setting, so that it is the same sound", () => {
  expect(espeak.check("en-us", { range: 40 }, { speed: 1, pitch: 0 })).toEqual({ range: 40 });
  expect(espeak.check("en-us", {}, { speed: 1.2, pitch: 0 })).toEqual({ rate: 210 });
  expect(espeak.check("en-us", { pitch: 60 }, { speed: 1.2, pitch: 0 })).toEqual({ rate: 210, pitch: 60 });
});

test("a speed or pitch beside the engine's own setting of it is refused", () => {
  const both = () => espeak.check("en-us", { pitch: 60 }, { speed: 1, pitch: 2 });
  expect(both).toThrow(VoiceError);
  expect(both).toThrow("`pitch` 2 and espeak's own setting `pitch` 60. Leave one of them out.");
});

test.each([
  ["nobody", {}, `espeak has no voice "nobody". It has: af, am`],
  ["", {}, "espeak has no voice"],
  ["EN-US", {}, "espeak has no voice"],
  ["en-us+nobody", {}, "There are: "],
  ["en-us+f3+f4", {}, "There are: "],
  ["en-us", { speed: 2 }, `espeak has no setting "speed". It has: rate, pitch, range.`],
  ["en-us", { toString: 2 }, `espeak has no setting "toString"`],
  ["en-us", { rate: 500 }, "`rate` is a whole number from 80 to 450, got 500."],
  ["en-us", { rate: Number.NaN }, "`rate` is a whole number"],
  ["en-us", { pitch: "high" }, '`pitch` is a whole number from 0 to 99, got "high".'],
])("voice %j with %j is refused with what is right", async (voice, settings, message) => {
  expect(() => espeak.check(voice, settings)).toThrow(VoiceError);
  expect(() => espeak.check(voice, settings)).toThrow(message);
  await expect(say("Hello.", voice, settings)).rejects.toThrow(message);
});

test("a text over the limit is a bad request", async () => {
  const refused = say("a".repeat(espeak.maxCharacters + 1));
  await expect(refused).rejects.toMatchObject({ name: "SpeechError", failure: { kind: "bad-request" } });
  await expect(refused).rejects.toThrow("4001 characters is too long for espeak: split it at 4000");
});

test("its model, part of every fingerprint, names the installed engine", () => {
  const path = fileURLToPath(
    new URL("../../../node_modules/@echogarden/espeak-ng-emscripten/package.json", import.meta.url),
  );
  expect(espeak.model).toContain(JSON.parse(readFileSync(path, "utf8")).version);
});

test("without a process it would wait for ever, so it does not start", () => {
  expect(() => espeakSpeech({ processes: 0 })).toThrow("whole number from 1, got 0");
});

test("a file that cannot be written fails the call and says why", async () => {
  const nowhere = { ...request("Hello."), path: join(folder, "missing", "file") };
  await expect(espeak.speak([nowhere])).rejects.toMatchObject({
    failure: { kind: "transient" },
    message: expect.stringContaining("ENOENT"),
  });
  expect((await say("Hello.")).samples).toBeGreaterThan(0);
});

test("an abort rejects with its reason, and the voice speaks on", async () => {
  const abort = new AbortController();
  const long = espeak.speak([request("word ".repeat(800))], { signal: abort.signal });
  abort.abort(new Error("no longer wanted"));
  await expect(long).rejects.toThrow("no longer wanted");
  expect((await say("Hello.")).samples).toBeGreaterThan(0);
});

test("a call that takes too long is killed and says which", async () => {
  const impatient = espeakSpeech({ processes: 1, watchdogMs: -39_900 }); // 100 ms are left for 4,000 characters
  const slow = impatient.speak([request("你".repeat(4_000))]).finally(() => impatient.close());
  await expect(slow).rejects.toBeInstanceOf(SpeechError);
  await expect(slow).rejects.toMatchObject({
    failure: { kind: "transient" },
    message: expect.stringContaining("100 ms"),
  });
});

test.each(Object.entries(SPEECH_SAMPLES))(
  "the sample sentence of %s is spoken by its voice",
  async (_, { espeak: voice, text }) => {
    const { samples, words } = await say(text, voice);
    expect(samples / 22_050).toBeGreaterThan(3);
    expect(words).toHaveLength(text.split(" ").length);
  },
);

function energy(values: Int16Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));
}

function longestSilence(audio: Uint8Array): number {
  let longest = 0;
  let run = 0;
  for (const value of new Int16Array(audio.slice().buffer)) {
    run = Math.abs(value) < 3 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Hz: the median over voiced stretches of the lag at which the sound is most like itself. */
function frequency({ audio, sampleRate }: { audio: Uint8Array; sampleRate: number }): number {
  const pcm = new Int16Array(audio.slice().buffer);
  const window = 1024;
  const found: number[] = [];
  for (let at = 0; at + 2 * window < pcm.length; at += window) {
    const likeness = (lag: number) => {
      let [both, here, there] = [0, 0, 0];
      for (let i = at; i < at + window; i++) {
        both += pcm[i]! * pcm[i + lag]!;
        here += pcm[i]! ** 2;
        there += pcm[i + lag]! ** 2;
      }
      return here < window * 1e6 ? 0 : both / Math.sqrt(here * there + 1);
    };
    let best = { lag: 0, likeness: 0.8 };
    for (let lag = Math.floor(sampleRate / 400); lag < sampleRate / 40; lag++) {
      // An octave below is as much alike: the shortest lag wins, unless a longer one is clearly better.
      if (likeness(lag) > best.likeness + 0.01) best = { lag, likeness: likeness(lag) };
    }
    if (best.lag > 0) found.push(sampleRate / best.lag);
  }
  return found.sort((a, b) => a - b)[found.length >> 1]!;
}
