/**
 * Publishing: the packets of fragments put on one frame grid, with packets of silence between them; nothing is decoded.
 *
 * A fragment's block begins at the frame nearest its place on the timeline, each rounded on its own, so that nothing
 * drifts. Its LEAD packets of silence stand before that frame. Where pauses are too short for the silence of both
 * neighbours, a block's lead gives way to the tail of the block before it, and that tail to the block itself.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

import { createByteFile } from "./bytefile.ts";
import { crc16 } from "./crc16.ts";
import { formatOf, frameSize } from "./formats.ts";
import type { FormatId, MasterRate } from "./formats.ts";
import { fragmentFrames, LEAD_FRAMES, silentPacket } from "./fragment.ts";
import { id3, mp3Frames, mp3InfoFrame } from "./mp3.ts";

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
  /** `language` is a BCP 47 tag. */
  tags: { title?: string | undefined; language?: string | undefined };
  path: string;
};

export type Stitched = {
  /** Of the decoded file, codec delay removed. */
  samples: number;
  /** Audio frames, without the one that describes the file. */
  frames: number;
  bytes: number;
};

/** Packets `from` up to `to` of a fragment, behind `silence` packets of silence. */
export type Run = { silence: number; fragment: FragmentPlace | null; from: number; to: number };

/** Writes the published file and syncs it. Throws where a fragment is missing, damaged or out of order. */
export async function stitch(job: StitchJob): Promise<Stitched> {
  const format = formatOf(job.format);
  const size = frameSize(format, job.sampleRate);
  checkFragments(job);
  const frames = mp3Frames(job.samples, size);
  const silence = silentPacket(format, job.sampleRate);
  const file = createByteFile(job.path);
  try {
    const head = id3(job.tags);
    file.write(head);
    file.write(Buffer.alloc(silence.length)); // the Info frame, once the checksum is known
    let crc = 0;
    for (const run of layRuns(job.fragments, frames, size)) {
      for (const bytes of packets(run, silence)) {
        crc = crc16(bytes, crc);
        file.write(bytes);
      }
      await setImmediate(); // lets the parent's end be noticed
    }
    const info = { ...job, bitRate: format.bitRate, frame: silence, frames, frameSamples: size, crc };
    file.rewrite(mp3InfoFrame(info), head.length);
    return { samples: job.samples, frames, bytes: file.end({ sync: true }) };
  } finally {
    file.close();
  }
}

function checkFragments({ fragments, samples, sampleRate, format: id }: StitchJob): void {
  const format = formatOf(id);
  let end = 0;
  for (const { path, start, samples: length, frames: given } of fragments) {
    if (!(Number.isSafeInteger(start) && Number.isSafeInteger(length) && length >= 0 && start >= end)) {
      throw new Error(
        `The fragment ${path} at sample ${start} (${length} long) overlaps the one before, which ends at ${end}`,
      );
    }
    const expected = fragmentFrames(format, sampleRate, length);
    if (given !== expected)
      throw new Error(`The fragment ${path} has ${given} frames, expected ${expected}. Encode it again.`);
    end = start + length;
  }
  if (!(Number.isSafeInteger(samples) && samples >= end)) {
    throw new Error(`The timeline is ${samples} samples long, but its last fragment ends at ${end}`);
  }
}

/** What stands on the frame grid, from frame 0 up to `frames`. */
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

function* packets({ silence, fragment, from, to }: Run, silent: Buffer): Generator<Buffer> {
  const pause = Buffer.alloc(Math.min(silence, PACKETS_AT_A_TIME) * silent.length, silent);
  for (let left = silence; left > 0; left -= PACKETS_AT_A_TIME) yield pause.subarray(0, left * silent.length);
  if (fragment) yield* fragmentPackets(fragment, from, to, silent);
}

/** All packets of a constant bit rate have the length of the silent one. */
function* fragmentPackets(fragment: FragmentPlace, from: number, to: number, silent: Buffer): Generator<Buffer> {
  const file = openFragment(fragment, silent);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(to - from, PACKETS_AT_A_TIME) * silent.length);
    const end = to * silent.length;
    for (let position = from * silent.length; position < end;) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, end - position), position);
      if (read === 0)
        throw new Error(`The fragment ${fragment.path} became shorter while it was read. Encode it again.`);
      position += read;
      yield buffer.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}

function openFragment({ path, frames }: FragmentPlace, silent: Buffer): number {
  const file = open(path);
  const bytes = fstatSync(file).size;
  const header = Buffer.alloc(3);
  readSync(file, header, 0, 3, 0);
  if (bytes === frames * silent.length && header.equals(silent.subarray(0, 3))) return file;
  closeSync(file);
  throw new Error(`The fragment ${path} is damaged: ${bytes} bytes for ${frames} frames. Encode it again.`);
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new Error(`Cannot read a fragment, ${path}: ${(cause as Error).message}`, { cause });
  }
}
