/**
 * An hour in each of two languages, narrated by the program and held against the engine's own sample positions. The
 * way to what is expected shares no code with the program's: raw events of one engine, plain sums of lengths and pauses.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toCardinal as english } from "n2words/en-US";
import { toCardinal as indonesian } from "n2words/id-ID";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine, type Engine } from "../../src/providers/speech/espeak-engine.ts";
import { dataFolder, lector } from "./lector.ts";

type Word = { display: string; spoken?: string; start: number; end: number; origin: string };
/** A token as the script gives it. */
type Said = { display: string; spoken: string };

const data = dataFolder();
let engine: Engine;
beforeAll(async () => void (engine = await startEngine(4000)));
afterAll(() => data.remove());

const kept = 441; // samples of silence that the voice keeps at either end
const [rate, pause] = [24_000, { start: 4800, sentence: 7200, paragraph: 15_600 }];
const frame = 576; // of mp3 at 24 kHz

const languages = [
  {
    locale: "en",
    voice: "en-us",
    number: english,
    parts: [
      ["The old keeper", "Dr. Ames", "Her brother's clerk", "Nobody's neighbour", "The so-called pilot"],
      ["counted", "didn't remember", "wrote down", "sold", "carried up"],
      ["lamps,", "boats", "narrow doors", "letters;", "“new” maps"],
      ["by the river", "before 9 o'clock", "with e-mail", "and nothing else", "at the well-known inn"],
    ],
  },
  {
    locale: "id",
    voice: "id",
    number: indonesian,
    parts: [
      ["Penjaga tua itu", "Ibu guru", "Saudara laki-lakinya", "Tetangga kami", "Seorang juru tulis"],
      ["menghitung", "tidak mengingat", "mencatat", "menjual", "membawa"],
      ["lampu,", "perahu-perahu", "pintu sempit", "surat;", "peta “baru”"],
      ["di tepi sungai", "sebelum pukul 9", "dengan surel", "dan bukan yang lain", "di pasar terapung"],
    ],
  },
];

/** The n-th sentence: no two are alike, and each holds a number that is said in several words. */
function sentence(n: number, { parts, number }: (typeof languages)[number]): Said[] {
  let rest = n;
  const texts = parts.map((choices) => {
    const chosen = choices[rest % choices.length]!;
    rest = Math.floor(rest / choices.length);
    return chosen;
  });
  const plain = (text: string) => text.split(" ").map((display) => ({ display, spoken: display }));
  const counted = { display: String(21 + 7 * n), spoken: number(21 + 7 * n) };
  return [...plain(`${texts[0]} ${texts[1]}`), counted, ...plain(`${texts[2]} ${texts[3]}.`)];
}

/** Where the engine begins each word, in samples of the master from the sentence's start; null where it does not say. */
function positions(said: Said[], voice: string): { samples: number; starts: (number | null)[] } {
  const text = said.map(({ spoken }) => spoken).join(" ");
  const { audio, events } = engine.say(voice, { rate: 175, pitch: 50, range: 50 }, text);
  const first = Math.max(0, audio.findIndex((value) => value !== 0) - kept);
  const last = Math.min(audio.length, audio.findLastIndex((value) => value !== 0) + 1 + kept);
  const resampled = (samples: number) => (samples * rate) / engine.sampleRate;
  let offset = 0;
  const starts = said.map(({ spoken }) => {
    const [from, to] = [offset, offset + spoken.length];
    offset = to + 1;
    const event = events.find(({ position }) => position - 1 >= from && position - 1 < to);
    // A p begins with silence, of which all but 20 ms are cut off: its event may lie in what is no longer there.
    return event ? resampled(Math.max(0, event.sample - first)) : null;
  });
  return { samples: Math.round(resampled(last - first)), starts };
}

describe.each(languages)("an hour in $locale", (language) => {
  const paragraphs = Array.from({ length: 320 }, (_, paragraph) =>
    [0, 1, 2].map((index) => sentence(3 * paragraph + index, language)),
  );
  let words: Word[];
  let seconds: number;

  beforeAll(async () => {
    const token = ({ display, spoken }: Said) => (display === spoken ? display : `{${display}|${spoken}}`);
    const blocks = paragraphs.map((each) => `[paragraph]\n${each.flat().map(token).join(" ")}`);
    const script = join(data.path, `${language.locale}.script`);
    writeFileSync(script, `lector script 1\nlocale: ${language.locale}\n\n${blocks.join("\n\n")}\n`);
    const out = join(data.path, language.locale);
    const { code, stderr } = await lector(data.path, ["narrate", "--", "--script", script, "--out", out, "--json"]);
    expect(stderr).toContain("publish");
    expect(code).toBe(0);
    words = JSON.parse(readFileSync(join(out, "words.json"), "utf8")).words;
    seconds = JSON.parse(readFileSync(join(out, "narration.json"), "utf8")).duration_s;
  });

  test("has every word once, in order, and none goes back", () => {
    expect(seconds).toBeGreaterThan(3600);
    const said = paragraphs.flat(2).map(({ display }) => display);
    expect(words.map(({ display }) => display)).toEqual(said);
    for (const [index, { start, end }] of words.entries()) {
      expect(start).toBeGreaterThanOrEqual(index === 0 ? 0 : words[index - 1]!.end);
      expect(end).toBeGreaterThan(start);
    }
  });

  test("has each word within 20 ms of where the engine says it, in the timeline and in the mp3, 99 of 100 times", () => {
    const [errors, published]: [number[], number[]] = [[], []];
    let [at, word] = [pause.start, 0];
    for (const paragraph of paragraphs) {
      const shift = Math.round(at / frame) * frame - at;
      for (const [index, said] of paragraph.entries()) {
        const { samples, starts } = positions(said, language.voice);
        for (const start of starts) {
          const error = words[word++]!.start * rate - at - (start ?? 0);
          if (start === null) continue;
          errors.push(Math.abs(error) / rate);
          published.push(Math.abs(error - shift) / rate);
        }
        at += samples + (index < paragraph.length - 1 ? pause.sentence : pause.paragraph);
      }
    }
    expect(errors.length / words.length).toBeGreaterThan(0.95); // of so many words the engine says when
    const p99 = (values: number[]) => values.sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!;
    expect(p99(errors)).toBeLessThan(0.002);
    expect(p99(published)).toBeLessThan(0.02);
  });
});
