/** Mastering one block: its parts joined, gain and limiter applied, measured, and encoded in each way at one go. */
import { setImmediate } from "node:timers/promises";

import { MOST_DECODED_DBTP } from "./decodedpeak.ts";
import { encodingOf } from "./encodings.ts";
import type { EncodingId, MasterRate } from "./formats.ts";
import { fragmentWriter } from "./fragment.ts";
import type { Fragment, FragmentWriter } from "./fragment.ts";
import { joinParts } from "./join.ts";
import { limit } from "./limiter.ts";
import { powerMeter } from "./loudness.ts";
import { layParts } from "./parts.ts";
import type { Part } from "./parts.ts";
import { peakMeter } from "./peaks.ts";

const ATTEMPTS = 6;
const MOST_GAIN_DB = 60;
const LOUDNESS_PASSES = 4;

export type MeasureJob = {
  parts: Part[];
  sampleRate: MasterRate;
  gainDb: number;
  /** Peak of the mastered PCM in dBFS, −20 to 0: usually −2. */
  ceilingDbtp: number;
};
export type MasterJob = MeasureJob & { outputs: { encoding: EncodingId; path: string }[] };

export type Measured = {
  /** Length of the mastered PCM: the resampled parts and their pauses. */
  samples: number;
  /** Mean square of the K-weighted, limited signal, full scale 1, each 100 ms from the block's start (loudness.ts). */
  powers: Float32Array;
};
export type Mastered = Measured & {
  /** What a waveform is drawn from (peaks.ts). */
  peaks: Int8Array;
  /** Place of each part in the mastered PCM, in samples. */
  partStarts: number[];
  partSamples: number[];
  outputs: (Fragment & { encoding: EncodingId })[];
};

/** Powers of the block at this gain, without encoding. */
export async function measure(job: MeasureJob): Promise<Measured> {
  const { samples, powers } = await pass(job, []);
  return { samples, powers };
}

/**
 * Writes a fragment for each output. One that would exceed −1 dBTP, decoded, is limited to a lower ceiling, with as much
 * gain as keeps it as loud; the powers and peaks are those of the asked ceiling.
 */
export async function master(job: MasterJob): Promise<Mastered> {
  const { places } = layParts(job.parts, job.sampleRate);
  const [usual, lowered] = [job.outputs.filter((one) => headroomOf(one) === 0), job.outputs.filter(headroomOf)];
  const { fragments, ...measured } = await pass(job, usual);
  const made = new Map(usual.map((output, index) => [output, fragments[index]!]));
  for (const output of lowered) {
    const ceilingDbtp = job.ceilingDbtp - headroomOf(output);
    made.set(output, await encodedBelow({ ...job, ceilingDbtp }, output, measured.powers));
  }
  const outputs = [];
  for (const output of job.outputs) {
    const kept = await tamed(job, output, made.get(output)!, measured.powers);
    outputs.push({ encoding: output.encoding, ...kept });
  }
  return {
    ...measured,
    partStarts: places.map(({ start }) => start),
    partSamples: places.map(({ samples }) => samples),
    outputs,
  };
}

type Output = MasterJob["outputs"][number];

function headroomOf({ encoding }: Output): number {
  return encoding === "pcm" ? 0 : encodingOf(encoding).headroomDb;
}

/** The same output, encoded again until it keeps the peak. */
async function tamed(job: MasterJob, output: Output, first: Fragment, powers: Float32Array): Promise<Fragment> {
  let fragment = first;
  let ceilingDbtp = job.ceilingDbtp - headroomOf(output);
  for (let attempt = 1; fragment.truePeakDbtp > MOST_DECODED_DBTP; attempt++) {
    if (attempt === ATTEMPTS) throw new Error(overshoots(output.encoding, fragment, ceilingDbtp));
    ceilingDbtp -= fragment.truePeakDbtp - MOST_DECODED_DBTP + 0.1 * attempt;
    fragment = await encodedBelow({ ...job, ceilingDbtp }, output, powers);
  }
  return fragment;
}

/** At the job's ceiling, with the gain that makes up for it. */
async function encodedBelow(job: MasterJob, output: Output, powers: Float32Array): Promise<Fragment> {
  const gainDb = await keepingLoud(job, powers);
  const { fragments } = await pass({ ...job, gainDb }, [output]);
  return fragments[0]!;
}

/** The gain with which the block is as loud below a lower ceiling, within a tenth. Low rates lost 0.8 LU without it. */
async function keepingLoud(job: MeasureJob, powers: Float32Array): Promise<number> {
  let { gainDb } = job;
  for (let attempt = 0; attempt < LOUDNESS_PASSES; attempt++) {
    const measured = await pass({ ...job, gainDb }, []);
    const lostDb = 10 * Math.log10(sum(powers) / sum(measured.powers));
    if (!(lostDb > 0.1)) break; // silence loses NaN
    gainDb = Math.min(MOST_GAIN_DB, gainDb + 1.5 * lostDb); // the limiter takes a part again
  }
  return gainDb;
}

function sum(powers: Float32Array): number {
  return powers.reduce((total, power) => total + power, 0);
}

function overshoots(encoding: EncodingId, { truePeakDbtp }: Fragment, ceilingDbtp: number): string {
  const peak = `${truePeakDbtp.toFixed(2)} dBTP, limited to ${ceilingDbtp.toFixed(2)} dBTP`;
  return `The block still peaks at ${peak}, after ${ATTEMPTS} encodings as ${encoding}. Choose a lower gain.`;
}

type Passed = Measured & { peaks: Int8Array; fragments: Fragment[] };

async function pass(job: MeasureJob, outputs: MasterJob["outputs"]): Promise<Passed> {
  checkJob(job);
  const { sampleRate, gainDb, ceilingDbtp } = job;
  const { samples } = layParts(job.parts, sampleRate);
  const meter = powerMeter(sampleRate);
  const extremes = peakMeter(sampleRate);
  const writers: FragmentWriter[] = [];
  try {
    for (const { encoding, path } of outputs) writers.push(fragmentWriter(encoding, sampleRate, path));
    const joined = joinParts(job.parts, sampleRate);
    for (const chunk of limit(joined, { gainDb, ceilingDb: ceilingDbtp, sampleRate })) {
      meter.push(chunk);
      extremes.push(chunk);
      for (const writer of writers) writer.push(chunk);
      await setImmediate(); // lets freed frames go, and the parent's end be noticed
    }
    const measured = { samples, powers: meter.powers(), peaks: extremes.peaks() };
    return { ...measured, fragments: writers.map((writer) => writer.end()) };
  } finally {
    for (const writer of writers) writer.close();
  }
}

function checkJob({ sampleRate, gainDb, ceilingDbtp }: MeasureJob): void {
  if (sampleRate !== 24_000 && sampleRate !== 48_000) {
    throw new Error(`The master rate must be 24000 or 48000 Hz, got ${String(sampleRate)}`);
  }
  if (!(Math.abs(gainDb) <= MOST_GAIN_DB)) throw new Error(`gainDb must be −60 to 60 dB, got ${gainDb}`);
  if (!(ceilingDbtp >= -20 && ceilingDbtp <= 0)) {
    throw new Error(`ceilingDbtp must be −20 to 0 dBTP, got ${ceilingDbtp}`);
  }
}
