/**
 * Publishing: fragments put on one timeline and written as a file of one format.
 *
 * Packets of a lossy format lie on one frame grid, with packets of silence between them; nothing is decoded. A fragment's
 * block begins at the frame nearest its place on the timeline, each rounded on its own, so that nothing drifts. Its LEAD
 * packets of silence stand before that frame. Where pauses are too short for the silence of both neighbours, a block's
 * lead gives way to the tail of the block before it, and that tail to the block itself.
 */
import { setImmediate } from "node:timers/promises";

import { createByteFile } from "./bytefile.ts";
import type { ByteFile } from "./bytefile.ts";
import { encodingOf, framesFor, frameSize, gridOf } from "./encodings.ts";
import type { Encoding } from "./encodings.ts";
import { writeFlac } from "./flac.ts";
import { formatOf } from "./formats.ts";
import type { FormatId, LossyFamily, MasterRate } from "./formats.ts";
import { fragmentFrames, LEAD_FRAMES, silenceOf } from "./fragment.ts";
import { writeMp3 } from "./mp3.ts";
import { writeM4a } from "./mp4.ts";
import { writeOpus } from "./opus.ts";
import { packetSizes, readPackets } from "./packetfile.ts";
import type { Packets } from "./packetfile.ts";
import { timelinePcm } from "./pcm.ts";
import type { Tags } from "./tags.ts";
import { writeWav } from "./wav.ts";

export type FragmentPlace = {
  path: string;
  /** First sample of the block on the timeline. */
  start: number;
  samples: number;
  frames: number;
};

export type StitchJob = {
  format: FormatId;
  sampleRate: MasterRate;
  /** In order of time. */
  fragments: FragmentPlace[];
  /** The whole timeline, silence at its end included. */
  samples: number;
  tags: Tags;
  path: string;
};

export type Stitched = {
  /** Of the decoded file at the master rate, codec delay removed. */
  samples: number;
  /** Packets, without what describes the file; of flac and wav, samples. */
  frames: number;
  bytes: number;
};

/** A stream of packets as the writer of its container gets it. */
export type Stream = {
  encoding: Encoding;
  /** Hz, of the packets. */
  rate: MasterRate;
  /** Samples of a packet, of the codec's delay, and of the whole without it, all at `rate`. */
  frame: number;
  delay: number;
  samples: number;
  frames: number;
  silence: Buffer;
  description: Buffer;
  /** Bytes of each packet. */
  sizes(): Iterable<Uint16Array>;
  packets(): AsyncIterable<Packets>;
};

/** A stream of PCM as the writer of its file gets it: 16 bits, little-endian. */
export type PcmStream = { rate: MasterRate; samples: number; pcm(): AsyncIterable<Buffer> };

/** Packets `from` up to `to` of a fragment, behind `silence` packets of silence. */
export type Run = { silence: number; fragment: FragmentPlace | null; from: number; to: number };

/** Writes the published file, which is not synced: who keeps it does that. Throws where a fragment is missing, damaged or out of order. */
export async function stitch(job: StitchJob): Promise<Stitched> {
  const { family, encoding } = formatOf(job.format);
  checkOrder(job);
  const file = createByteFile(job.path);
  try {
    const frames =
      encoding === "pcm"
        ? await writePcm(family as "flac" | "wav", file, job)
        : await writePackets(family as LossyFamily, file, job, encodingOf(encoding));
    return { samples: job.samples, frames, bytes: file.end() };
  } finally {
    file.close();
  }
}

async function writePcm(family: "flac" | "wav", file: ByteFile, job: StitchJob): Promise<number> {
  const { sampleRate: rate, samples, fragments, tags } = job;
  const stream = { rate, samples, pcm: () => unhurried(timelinePcm(fragments, samples)) };
  await (family === "flac" ? writeFlac : writeWav)(file, stream, tags);
  return samples;
}

const WRITERS = { mp3: writeMp3, opus: writeOpus, aac: writeM4a };

async function writePackets(family: LossyFamily, file: ByteFile, job: StitchJob, encoding: Encoding): Promise<number> {
  const stream = streamOf(job, encoding);
  await WRITERS[family](file, stream, job.tags);
  return stream.frames;
}

function streamOf({ sampleRate, fragments, samples }: StitchJob, encoding: Encoding): Stream {
  checkFrames(fragments, encoding, sampleRate);
  const { packet: silence, description } = silenceOf(encoding, sampleRate);
  const { rate, frame, delay } = gridOf(encoding, sampleRate);
  const frames = framesFor(encoding, sampleRate, samples);
  const runs = layRuns(fragments, frames, frameSize(encoding, sampleRate));
  return {
    encoding,
    rate,
    frame,
    delay,
    samples: (samples * rate) / sampleRate,
    frames,
    silence,
    description,
    sizes: () => sizesOf(runs, silence),
    packets: () => unhurried(packetsOf(runs, silence)),
  };
}

function checkOrder({ fragments, samples }: StitchJob): void {
  let end = 0;
  for (const { path, start, samples: length } of fragments) {
    if (!(Number.isSafeInteger(start) && Number.isSafeInteger(length) && length >= 0 && start >= end)) {
      throw new Error(
        `The fragment ${path} at sample ${start} (${length} long) overlaps the one before, which ends at ${end}`,
      );
    }
    end = start + length;
  }
  if (!(Number.isSafeInteger(samples) && samples >= end)) {
    throw new Error(`The timeline is ${samples} samples long, but its last fragment ends at ${end}`);
  }
}

function checkFrames(fragments: FragmentPlace[], encoding: Encoding, sampleRate: MasterRate): void {
  for (const { path, samples, frames } of fragments) {
    const expected = fragmentFrames(encoding, sampleRate, samples);
    if (frames === expected) continue;
    throw new Error(`The fragment ${path} has ${frames} frames, expected ${expected}. Encode it again.`);
  }
}

/** What stands on the frame grid, from frame 0 up to `frames`. `frameSamples`: at the master rate, as the places are. */
export function layRuns(fragments: FragmentPlace[], frames: number, frameSamples: number): Run[] {
  const runs: Run[] = [];
  let cursor = 0;
  for (const [index, fragment] of fragments.entries()) {
    const place = Math.round(fragment.start / frameSamples);
    const next = fragments[index + 1];
    const limit = next ? Math.round(next.start / frameSamples) : frames;
    const first = place - LEAD_FRAMES;
    const begin = Math.max(first, cursor);
    const end = Math.max(begin, Math.min(first + fragment.frames, limit));
    runs.push({ silence: begin - cursor, fragment, from: begin - first, to: end - first });
    cursor = end;
  }
  runs.push({ silence: frames - cursor, fragment: null, from: 0, to: 0 });
  return runs;
}

const PACKETS_AT_A_TIME = 512;

function* packetsOf(runs: Run[], silent: Buffer): Generator<Packets> {
  const pause = Buffer.alloc(PACKETS_AT_A_TIME * silent.length, silent);
  for (const { silence, fragment, from, to } of runs) {
    for (const sizes of silentSizes(silence, silent)) {
      yield { bytes: pause.subarray(0, sizes.length * silent.length), sizes };
    }
    if (fragment) yield* readPackets(fragment, from, to);
  }
}

function* sizesOf(runs: Run[], silent: Buffer): Generator<Uint16Array> {
  for (const { silence, fragment, from, to } of runs) {
    yield* silentSizes(silence, silent);
    if (fragment) yield packetSizes(fragment, from, to);
  }
}

function* silentSizes(count: number, silent: Buffer): Generator<Uint16Array> {
  const sizes = new Uint16Array(PACKETS_AT_A_TIME).fill(silent.length);
  for (let left = count; left > 0; left -= PACKETS_AT_A_TIME) yield sizes.subarray(0, left);
}

/** Lets the parent's end be noticed now and then. */
async function* unhurried<T>(chunks: Iterable<T>): AsyncGenerator<T> {
  let count = 0;
  for (const chunk of chunks) {
    yield chunk;
    if (++count % 8 === 0) await setImmediate();
  }
}
