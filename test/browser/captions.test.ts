/** Captions as a browser's own WebVTT parser reads them: cues, their text, and the time of each word inside. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webvtt } from "../../src/narration/captions-format.ts";
import { cues, type CaptionSentence } from "../../src/narration/captions.ts";
import { openBrowser } from "./browser.ts";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
});
afterAll(() => browser?.close());

const rate = 24_000;
const texts = [
  "We walked down to the harbour, and then we took the last boat home.",
  'A <b>bold</b> word & a --> "quoted" one, &amp; {\\an8} <00:00:01.000> too.',
  "Satu, dua, tiga! Empat?",
  `See https://lector.example.org/${"x".repeat(60)} now.`,
];

/** Each character takes 50 ms. */
function sentences(): CaptionSentence[] {
  let at = 4800;
  return texts.map((text) => {
    const tokens = text.split(" ").map((display) => {
      const start = at;
      at += (display.length + 1) * 1200;
      return { display, start, end: at };
    });
    return { start: tokens[0]!.start, end: tokens.at(-1)!.end, tokens };
  });
}

type Seen = { start: number; end: number; parts: (string | number)[] };

/** What `seen` uses of the page it runs in. */
declare const document: any;

/** Text as strings, inline times in ms. */
function seen(file: string): Promise<Seen[]> {
  return page.evaluate(async (text) => {
    const video = document.body.appendChild(document.createElement("video"));
    const track = Object.assign(document.createElement("track"), { default: true });
    const loaded = new Promise((resolve, reject) => Object.assign(track, { onload: resolve, onerror: reject }));
    track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
    video.append(track);
    await loaded;
    const units = [3_600_000, 60_000, 1000, 1];
    const ms = (clock: string) => clock.split(/[:.]/).reduce((sum, part, at) => sum + Number(part) * units[at]!, 0);
    return [...track.track.cues].map((cue) => ({
      start: cue.startTime,
      end: cue.endTime,
      parts: [...cue.getCueAsHTML().childNodes].map(({ nodeName, nodeValue, textContent }) => {
        return nodeName === "timestamp" ? ms(nodeValue) : textContent;
      }),
    }));
  }, file);
}

test("Chromium reads every cue, its text without markup, and the time of every word", async () => {
  const made = cues(sentences(), rate);
  const read = await seen([...webvtt(made, rate, { language: "en" })].join(""));
  expect(read).toHaveLength(made.length);
  for (const [index, { start, end, parts }] of read.entries()) {
    const cue = made[index]!;
    expect([start, end]).toEqual([cue.start, cue.end].map((samples) => Math.floor(samples / 24) / 1000));
    const text = parts.filter((part) => typeof part === "string").join("");
    expect(text).toBe(cue.lines.map((line) => line.text).join("\n"));
    const times = parts.filter((part) => typeof part === "number");
    const words = cue.lines.flatMap((line) => line.words);
    expect(times).toEqual(words.slice(1).map((word) => Math.floor(word.start / 24)));
  }
});
