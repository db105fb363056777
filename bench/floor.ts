/**
 * The least that a narration could cost: the bare engine in one instance that is never reset, one text after the other,
 * and one FFmpeg pass over the whole (resampler, gain, limiter, meter with true peak, encoder). Each in a process of its
 * own, whose processor time counts from where its libraries are loaded.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readDocument } from "../src/narration/document.ts";
import { planNarration, type Plan } from "../src/narration/plan.ts";
import { verbatimScript } from "../src/narration/script.ts";

/** A segment's text and the silence behind it, in samples at `MASTER_RATE`. */
export type Spoken = { text: string; pause: number };
export type SpeechFloor = { cpuS: number; samples: number; sampleRate: number };
export type EncodeFloor = { cpuS: number; wallS: number; bytes: number };

export const MASTER_RATE = 24_000;

const child = fileURLToPath(new URL("floor-child.ts", import.meta.url));
const run = promisify(execFile);

/** Speaks a Markdown text with the bare engine into `folder`, as one file of headerless 16-bit PCM. */
export async function speakBare(body: string, folder: string): Promise<SpeechFloor & { pcm: string }> {
  const texts = join(folder, "texts.json");
  const pcm = join(folder, "whole.pcm");
  writeFileSync(texts, JSON.stringify(spokenOf(body)));
  return { ...(await inChild<SpeechFloor>("speak", texts, pcm)), pcm };
}

/** Encodes that file as one mp3 with the limiter's, encoder's and meter's settings of a narration. */
export function encodeWhole(pcm: string, sampleRate: number, gainDb: number): Promise<EncodeFloor> {
  return inChild<EncodeFloor>("encode", pcm, String(sampleRate), String(gainDb), `${pcm}.mp3`);
}

async function inChild<Result>(...args: string[]): Promise<Result> {
  const { stdout } = await run(process.execPath, ["--disable-warning=ExperimentalWarning", child, ...args]);
  return JSON.parse(stdout) as Result;
}

function spokenOf(body: string): Spoken[] {
  const script = verbatimScript(readDocument(body, { format: "markdown", locale: "en" }), "en");
  const speaker = { provider: "espeak", model: "", voice: "en-us", language: "en", settings: {} };
  const plan = planNarration(script, { ...speaker, maxCharacters: 4000, unit: "sentence" }, MASTER_RATE);
  return [{ text: "", pause: plan.lead }, ...plan.fragments.flatMap(spokenOfFragment), { text: "", pause: plan.tail }];
}

function spokenOfFragment({ pauseBefore, segments }: Plan["fragments"][number]): Spoken[] {
  return [{ text: "", pause: pauseBefore }, ...segments.map(({ text, pauseAfter }) => ({ text, pause: pauseAfter }))];
}
