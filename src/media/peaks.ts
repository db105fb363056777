/**
 * What a waveform is drawn from: the lowest and the highest sample of each 5 ms of a fragment, stored with it, and those of
 * each 20 ms of a timeline, put together from them as audiowaveform's JSON (version 2 of its data format).
 */

/** Samples of one stored pair, and of one pixel, at the master rate. */
const PAIRS_A_SECOND = 200;
const PIXELS_A_SECOND = 50;

export type PeakMeter = {
  /** Samples of full scale ±1, any number. */
  push(samples: Float32Array): void;
  /** Pairs of lowest and highest, −128 to 127; a last partial one counts. */
  peaks(): Int8Array;
};

export function peakMeter(sampleRate: number): PeakMeter {
  const size = sampleRate / PAIRS_A_SECOND;
  let pairs = new Int8Array(1024);
  let length = 0;
  let filled = 0;
  const seen = { lowest: 1, highest: -1 };

  function close(): void {
    if (length === pairs.length) pairs = grown(pairs);
    pairs[length++] = eighth(seen.lowest);
    pairs[length++] = eighth(seen.highest);
    filled = 0;
    seen.lowest = 1;
    seen.highest = -1;
  }

  return {
    push(samples) {
      for (let at = 0; at < samples.length;) {
        const end = Math.min(samples.length, at + size - filled);
        look(samples, at, end, seen);
        filled += end - at;
        at = end;
        if (filled === size) close();
      }
    },
    peaks() {
      if (filled > 0) close();
      return pairs.slice(0, length);
    },
  };
}

/** A hot loop, so no closure: V8 would throw its compiled code away with each fragment. */
function look(samples: Float32Array, from: number, to: number, seen: { lowest: number; highest: number }): void {
  let { lowest, highest } = seen;
  for (let i = from; i < to; i++) {
    const sample = samples[i]!;
    if (sample < lowest) lowest = sample;
    if (sample > highest) highest = sample;
  }
  seen.lowest = lowest;
  seen.highest = highest;
}

/** As audiowaveform has it: the upper eight of sixteen bits. */
function eighth(sample: number): number {
  return Math.max(-128, Math.min(127, Math.floor(sample * 128)));
}

function grown(pairs: Int8Array): Int8Array<ArrayBuffer> {
  const larger = new Int8Array(pairs.length * 2);
  larger.set(pairs);
  return larger;
}

export type Waveform = {
  /** Pixels. */
  length: number;
  /** A fragment's pairs, from its place on the timeline in samples on. */
  add(start: number, peaks: Int8Array): void;
  /** The file, piece by piece. */
  json(): Generator<string>;
};

const PIXELS_AT_A_TIME = 10_000;

/**
 * `waveform.json`: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md. A fragment's pair counts for the
 * pixel that holds its middle, so a pixel may show what sounds 2.5 ms beside it.
 */
export function waveform({ samples, sampleRate }: { samples: number; sampleRate: number }): Waveform {
  const perPixel = sampleRate / PIXELS_A_SECOND;
  const perPair = sampleRate / PAIRS_A_SECOND;
  const length = Math.ceil(samples / perPixel);
  const data = new Int8Array(length * 2);
  const isSet = new Uint8Array(length); // a pixel of silence alone is 0; one with sound need not touch it
  return {
    length,
    add(start, peaks) {
      for (let pair = 0; pair * 2 < peaks.length; pair++) {
        const pixel = Math.min(length - 1, Math.floor((start + (pair + 0.5) * perPair) / perPixel));
        const [low, high] = [peaks[pair * 2]!, peaks[pair * 2 + 1]!];
        data[pixel * 2] = isSet[pixel] ? Math.min(data[pixel * 2]!, low) : low;
        data[pixel * 2 + 1] = isSet[pixel] ? Math.max(data[pixel * 2 + 1]!, high) : high;
        isSet[pixel] = 1;
      }
    },
    *json() {
      const head = { version: 2, channels: 1, sample_rate: sampleRate, samples_per_pixel: perPixel, bits: 8, length };
      yield `${JSON.stringify(head).slice(0, -1)},"data":[`;
      for (let at = 0; at < data.length; at += PIXELS_AT_A_TIME) {
        yield `${at > 0 ? "," : ""}${data.subarray(at, at + PIXELS_AT_A_TIME).join(",")}`;
      }
      yield "]}\n";
    },
  };
}
