/** Signals to test with: the same numbers on every run. */
import { writeFileSync } from "node:fs";

/** Evenly distributed in −1 … 1. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Something like a voice: pulses at 110 to 150 Hz through two resonances, in syllables, with breath. Peak near `peak`. */
export function voice(samples: number, { sampleRate = 24_000, peak = 0.5, seed = 1 } = {}): Float32Array {
  const random = noise(seed);
  const resonate = [resonance(520, sampleRate), resonance(1450, sampleRate)];
  const result = new Float32Array(samples);
  let phase = 0;
  for (let i = 0; i < samples; i++) {
    const t = i / sampleRate;
    phase += (130 + 20 * Math.sin(2 * Math.PI * 0.7 * t + seed)) / sampleRate;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.1 * t)) ** 0.5;
    const excitation = syllable * (pulse + 0.02 * random());
    result[i] = resonate[0]!(excitation) + 0.7 * resonate[1]!(excitation);
  }
  const largest = result.reduce((max, x) => Math.max(max, Math.abs(x)), 1e-9);
  return result.map((x) => (x / largest) * peak);
}

function resonance(hertz: number, sampleRate: number): (x: number) => number {
  const r = Math.exp((-Math.PI * 90) / sampleRate);
  const a1 = -2 * r * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let y1 = 0;
  let y2 = 0;
  return (x) => {
    const y = x - a1 * y1 - r * r * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

export function sine(
  samples: number,
  { hertz, sampleRate, peak = 1, phase = 0 }: Record<string, number>,
): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, i) => peak! * Math.sin((2 * Math.PI * hertz! * i) / sampleRate! + phase!),
  );
}

export function writeS16(path: string, samples: Float32Array): string {
  writeFileSync(
    path,
    Int16Array.from(samples, (x) => Math.round(x * 32_767)),
  );
  return path;
}

/** Signal to noise of `actual` against `wanted`, in dB. */
export function snr(wanted: Float32Array, actual: Float32Array): number {
  let signal = 0;
  let error = 0;
  for (let i = 0; i < wanted.length; i++) {
    signal += wanted[i]! ** 2;
    error += (wanted[i]! - actual[i]!) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

/** The shift of `actual` behind `wanted`, in samples, at which they agree best. */
export function lag(wanted: Float32Array, actual: Float32Array, most: number): number {
  let best = -Infinity;
  let at = 0;
  for (let shift = -most; shift <= most; shift++) {
    let sum = 0;
    for (let i = most; i < wanted.length - most; i++) sum += wanted[i]! * actual[i + shift]!;
    if (sum > best) [best, at] = [sum, shift];
  }
  return at;
}
