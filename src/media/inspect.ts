/** What a spoken segment is like, before gain and limiter: for its loudness, and to tell speech from broken audio. */
import { setImmediate } from "node:timers/promises";

import { readS16 } from "./join.ts";
import { powerMeter } from "./loudness.ts";
import type { Sound } from "./parts.ts";

export type InspectJob = { sounds: Sound[] };

export type Inspected = {
  /** Mean square of the K-weighted signal, full scale 1, each 100 ms (loudness.ts). */
  powers: Float32Array;
  /** The largest absolute sample, full scale 1. */
  peak: number;
  /** How many samples stand at either end of the scale: many in a row are clipping. */
  atFullScale: number;
};

/** Throws where a file is missing or not as long as its sound says. */
export async function inspect({ sounds }: InspectJob): Promise<Inspected[]> {
  const inspected: Inspected[] = [];
  for (const sound of sounds) {
    inspected.push(inspectSound(sound));
    await setImmediate(); // lets the parent's end be noticed
  }
  return inspected;
}

/** One piece of a file at a time. */
const bytes = Buffer.allocUnsafeSlow(64 * 1024);
const pcm = new Float32Array(bytes.length / 2);

function inspectSound(sound: Sound): Inspected {
  const meter = powerMeter(sound.sampleRate);
  const seen = { largest: 0, atFullScale: 0 };
  for (const chunk of readS16(sound, bytes)) {
    const s16 = new Int16Array(chunk.buffer, chunk.byteOffset, chunk.length / 2);
    look(s16, seen);
    meter.push(pcm.subarray(0, s16.length));
  }
  return { powers: meter.powers(), peak: seen.largest / 32_768, atFullScale: seen.atFullScale };
}

/** Also leaves the samples in `pcm`. A hot loop, so by index. */
function look(s16: Int16Array, seen: { largest: number; atFullScale: number }): void {
  let { largest, atFullScale } = seen;
  const { length } = s16;
  for (let i = 0; i < length; i++) {
    const sample = s16[i]!;
    const size = sample < 0 ? -sample : sample;
    if (size > largest) largest = size;
    if (size >= 32_767) atFullScale++;
    pcm[i] = sample / 32_768;
  }
  seen.largest = largest;
  seen.atFullScale = atFullScale;
}
