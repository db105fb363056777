/** The child process of espeak.ts: one engine, one batch of texts at a time. */
import { writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { serveJobs } from "../../children/serve.ts";
import { startEngine, type Engine, type EngineSettings } from "./espeak-engine.ts";
import { engineText, MAX_CHARACTERS } from "./espeak-text.ts";
import { spokenWords, type WordEvent } from "./espeak-words.ts";
import type { Speech } from "./speech.ts";

const BYTES_PER_CHARACTER = 3; // UTF-8 for one UTF-16 code unit, at most

export type EspeakJob = { texts: { voice: string; settings: EngineSettings; text: string; path: string }[] };

/** Started at once: whoever forks this wants to speak. */
let engine: Promise<Engine> | null = newEngine();

serveJobs(async ({ texts }: EspeakJob): Promise<Speech[]> => {
  const { say, sampleRate } = await (engine ??= newEngine());
  try {
    const spoken: Speech[] = [];
    for (const text of texts) {
      spoken.push(speak({ say, sampleRate }, text));
      await setImmediate(); // lets the process see that its parent is gone
    }
    return spoken;
  } catch (error) {
    engine = null; // its stack and open files may be anywhere
    throw error;
  }
});

const KEPT_SILENCE_S = 0.02;

function newEngine(): Promise<Engine> {
  const started = startEngine(MAX_CHARACTERS * BYTES_PER_CHARACTER);
  started.catch(() => {}); // told to the job that awaits it
  return started;
}

function speak({ say, sampleRate }: Engine, { voice, settings, text, path }: EspeakJob["texts"][number]): Speech {
  const { text: readable, offsets } = engineText(text);
  const said = say(voice, settings, readable);
  const [from, to] = soundOf(said.audio, KEPT_SILENCE_S * sampleRate);
  const audio = said.audio.subarray(from, to);
  writeFileSync(path, new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength));
  const events = said.events.map(({ position, sample }): WordEvent => {
    return { offset: offsets[position - 1] ?? text.length, sample: sample - from };
  });
  return {
    encoding: "s16le",
    sampleRate,
    samples: audio.length,
    words: audio.length > 0 ? spokenWords(text, events, audio) : [],
  };
}

/** First and last sample of the sound with at most `keep` samples of digital silence around it. */
function soundOf(audio: Int16Array, keep: number): [from: number, to: number] {
  const first = audio.findIndex((value) => value !== 0);
  if (first < 0) return [0, 0];
  const last = audio.findLastIndex((value) => value !== 0);
  return [Math.max(0, first - keep), Math.min(audio.length, last + 1 + keep)];
}
