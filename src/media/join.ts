/** Reads the parts of a block as one stream of PCM at the master rate. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import type { MasterRate } from "./formats.ts";
import { resampledLength } from "./parts.ts";
import type { Part, Sound } from "./parts.ts";
import { resampler } from "./resampler.ts";

/** A second at the highest master rate; never written to. */
const SILENCE = new Float32Array(48_000);

/**
 * The parts joined, full scale ±1, as chunks of up to about a second that are valid until the next one is asked for.
 * Throws where a file is missing or not as long as its part says.
 */
export function* joinParts(parts: Part[], sampleRate: MasterRate): Generator<Float32Array> {
  const buffer = Buffer.allocUnsafeSlow(64 * 1024);
  for (const part of parts) {
    if (part.samples > 0) yield* spoken(part, sampleRate, buffer);
    yield* silence(part.pauseAfter);
  }
}

function* spoken(part: Part, sampleRate: MasterRate, buffer: Buffer): Generator<Float32Array> {
  const converter = resampler(part.sampleRate, sampleRate);
  let left = resampledLength(part.samples, part.sampleRate, sampleRate);
  for (const chunk of readS16(part, buffer.subarray(0, part.sampleRate * 2))) {
    const converted = converter.convert(chunk).subarray(0, left);
    left -= converted.length;
    if (converted.length > 0) yield converted;
  }
  const rest = converter.flush().subarray(0, left);
  left -= rest.length;
  if (rest.length > 0) yield rest;
  yield* silence(left); // the resampler rounds down at times
}

function* silence(samples: number): Generator<Float32Array> {
  for (let left = samples; left > 0; left -= SILENCE.length) yield SILENCE.subarray(0, left);
}

/** The samples as they stand in the file, in pieces of up to `buffer`, which holds each until the next one is asked for. */
export function* readS16(part: Sound, buffer: Buffer): Generator<Buffer> {
  const file = openPart(part);
  try {
    const bytes = fstatSync(file).size;
    if (bytes !== part.samples * 2) {
      throw new Error(
        `${part.path} has ${bytes} bytes, but ${part.samples} samples of 16 bits need ${part.samples * 2}. ` +
          `Synthesise the segment again.`,
      );
    }
    for (let position = 0; position < bytes;) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, bytes - position), position);
      if (read === 0) throw new Error(`${part.path} became shorter while it was read.`);
      // A short read may end inside a sample: read its other half again.
      position += read & ~1;
      yield buffer.subarray(0, read & ~1);
    }
  } finally {
    closeSync(file);
  }
}

function openPart(part: Sound): number {
  try {
    return openSync(part.path, "r");
  } catch (cause) {
    throw new Error(`Cannot read the audio of a segment, ${part.path}: ${(cause as Error).message}`, { cause });
  }
}
