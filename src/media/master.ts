/** Mastering one block: its parts joined, gain and limiter applied, measured, and encoded in each format at one go. */
import { setImmediate } from "node:timers/promises";

import { MOST_DECODED_DBTP } from "./decodedpeak.ts";
import { formatOf } from "./formats.ts";
import type { FormatId, MasterRate } from "./formats.ts";
import { fragmentWriter } from "./fragment.ts";
import type { Fragment, FragmentWriter } from "./fragment.ts";
import { joinParts } from "./join.ts";
import { limit } from "./limiter.ts";
import { powerMeter } from "./loudness.ts";
import { layParts } from "./parts.ts";
import type { Part } from "./parts.ts";

const ATTEMPTS = 6;

export type MeasureJob = {
  parts: Part[];
  sampleRate: MasterRate;
  gainDb: number;
  /** Peak of the mastered PCM in dBFS, −20 to 0: usually −2. */
  ceilingDbtp: number;
};
export type MasterJob = MeasureJob & { outputs: { format: FormatId; path: string }[] };

export type Measured = {
  /** Length of the mastered PCM: the resampled parts and their pauses. */
  samples: number;
  /** Mean square of the K-weighted, limited signal, full scale 1, each 100 ms from the block's start (loudness.ts). */
  powers: Float32Array;
};
export type Mastered = Measured & {
  /** Place of each part in the mastered PCM, in samples. */
  partStarts: number[];
  partSamples: number[];
  outputs: (Fragment & { format: FormatId })[];
};

/** Powers of the block at this gain, without encoding. */
export async function measure(job: MeasureJob): Promise<Measured> {
  const { samples, powers } = await pass(job, []);
  return { samples, powers };
}

/**
 * Writes a fragment for each output. One whose decoded result exceeds −1 dBTP is encoded again with a lower ceiling; the
 * powers are those of the asked ceiling, which peaks hardly change.
 */
export async function master(job: MasterJob): Promise<Mastered> {
  const { places } = layParts(job.parts, job.sampleRate);
  const { fragments, ...measured } = await pass(job, job.outputs);
  const outputs = [];
  for (const [index, output] of job.outputs.entries()) {
    outputs.push({ format: output.format, ...(await tamed(job, output, fragments[index]!)) });
  }
  return {
    ...measured,
    partStarts: places.map(({ start }) => start),
    partSamples: places.map(({ samples }) => samples),
    outputs,
  };
}

/** The same output, encoded again until it keeps the peak. */
async function tamed(job: MasterJob, output: MasterJob["outputs"][number], first: Fragment): Promise<Fragment> {
  let fragment = first;
  let { ceilingDbtp } = job;
  for (let attempt = 1; fragment.truePeakDbtp > MOST_DECODED_DBTP; attempt++) {
    if (attempt === ATTEMPTS) throw new Error(overshoots(output.format, fragment, ceilingDbtp));
    ceilingDbtp -= fragment.truePeakDbtp - MOST_DECODED_DBTP + 0.1 * attempt;
    const again = await pass({ ...job, ceilingDbtp }, [output]);
    fragment = again.fragments[0]!;
  }
  return fragment;
}

function overshoots(format: FormatId, { truePeakDbtp }: Fragment, ceilingDbtp: number): string {
  const peak = `${truePeakDbtp.toFixed(2)} dBTP, limited to ${ceilingDbtp.toFixed(2)} dBTP`;
  return `The block still peaks at ${peak}, after ${ATTEMPTS} encodings as ${format}. Choose a lower gain.`;
}

async function pass(job: MeasureJob, outputs: MasterJob["outputs"]): Promise<Measured & { fragments: Fragment[] }> {
  checkJob(job);
  const { sampleRate, gainDb, ceilingDbtp } = job;
  const { samples } = layParts(job.parts, sampleRate);
  const meter = powerMeter(sampleRate);
  const writers: FragmentWriter[] = [];
  try {
    for (const { format, path } of outputs) writers.push(fragmentWriter(formatOf(format), sampleRate, path));
    const joined = joinParts(job.parts, sampleRate);
    for (const chunk of limit(joined, { gainDb, ceilingDb: ceilingDbtp, sampleRate })) {
      meter.push(chunk);
      for (const writer of writers) writer.push(chunk);
      await setImmediate(); // lets freed frames go, and the parent's end be noticed
    }
    return { samples, powers: meter.powers(), fragments: writers.map((writer) => writer.end()) };
  } finally {
    for (const writer of writers) writer.close();
  }
}

function checkJob({ sampleRate, gainDb, ceilingDbtp }: MeasureJob): void {
  if (sampleRate !== 24_000 && sampleRate !== 48_000) {
    throw new Error(`The master rate must be 24000 or 48000 Hz, got ${String(sampleRate)}`);
  }
  if (!(gainDb >= -60 && gainDb <= 60)) throw new Error(`gainDb must be −60 to 60 dB, got ${gainDb}`);
  if (!(ceilingDbtp >= -20 && ceilingDbtp <= 0)) {
    throw new Error(`ceilingDbtp must be −20 to 0 dBTP, got ${ceilingDbtp}`);
  }
}
