/** Fragments of PCM, 16 bits a sample, little-endian: what flac and wav are written from. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { createByteFile } from "./bytefile.ts";
import type { FragmentWriter } from "./fragment.ts";
import { truePeakMeter } from "./truepeak.ts";

const SAMPLES_AT_A_TIME = 32_768;

export function pcmFragmentWriter(path: string): FragmentWriter {
  const file = createByteFile(path);
  const meter = truePeakMeter();
  let samples = 0;
  return {
    push(chunk) {
      samples += chunk.length;
      meter.push(chunk);
      file.write(s16le(chunk));
    },
    end() {
      meter.push(new Float32Array(32)); // what was pushed last counts only with what follows it
      return { frames: samples, bytes: file.end(), truePeakDbtp: meter.dbtp() };
    },
    close: () => file.close(),
  };
}

function s16le(chunk: Float32Array): Uint8Array {
  const result = new Int16Array(chunk.length);
  for (let i = 0; i < chunk.length; i++) {
    result[i] = Math.max(-32_768, Math.min(32_767, Math.round(chunk[i]! * 32_768)));
  }
  return new Uint8Array(result.buffer);
}

/** A fragment's place on a timeline, in samples. */
export type PcmPlace = { path: string; start: number; samples: number };

/**
 * All samples of a timeline, in order, as chunks that are valid until the next is asked for: fragments at their places,
 * silence between them. Throws where a fragment is missing or of another length.
 */
export function* timelinePcm(places: PcmPlace[], samples: number): Generator<Buffer> {
  const buffer = Buffer.alloc(SAMPLES_AT_A_TIME * 2);
  let at = 0;
  for (const place of places) {
    yield* silence(place.start - at, buffer);
    yield* fragment(place, buffer);
    at = place.start + place.samples;
  }
  yield* silence(samples - at, buffer);
}

function* silence(samples: number, buffer: Buffer): Generator<Buffer> {
  buffer.fill(0);
  for (let left = samples; left > 0; left -= SAMPLES_AT_A_TIME) {
    yield buffer.subarray(0, Math.min(left, SAMPLES_AT_A_TIME) * 2);
  }
}

function* fragment({ path, samples }: PcmPlace, buffer: Buffer): Generator<Buffer> {
  const file = open(path);
  try {
    const { size } = fstatSync(file);
    if (size !== samples * 2) throw damaged(path, size, samples);
    for (let position = 0; position < size;) {
      const length = Math.min(buffer.length, size - position);
      let filled = 0;
      while (filled < length) {
        const read = readSync(file, buffer, filled, length - filled, position + filled);
        if (read === 0) throw damaged(path, position + filled, samples);
        filled += read;
      }
      position += length;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

function damaged(path: string, bytes: number, samples: number): Error {
  return new Error(`The fragment ${path} is damaged: ${bytes} bytes for ${samples} samples. Master it again.`);
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new Error(`Cannot read a fragment, ${path}: ${(cause as Error).message}`, { cause });
  }
}
