/**
 * Loudness by ITU-R BS.1770-4 of one channel: K-weighted powers of 100 ms blocks, which are stored, and the gated
 * loudness of any sequence of them. Arithmetic only: no audio library.
 */

/** Seconds of one power: a gating block is four of them, and begins with each. */
export const POWER_BLOCK_S = 0.1;
const POWERS_IN_A_GATING_BLOCK = 4;
const ABSOLUTE_GATE_LUFS = -70;
const RELATIVE_GATE_LU = -10;

type Biquad = { b0: number; b1: number; b2: number; a1: number; a2: number };

/**
 * The two stages of the K filter at any rate. BS.1770 gives numbers for 48 kHz only; these are the analogue filters
 * behind them, taken by the bilinear transform, with the constants that libebur128 (MIT) and B. De Man, "Evaluation of
 * Implementations of the EBU R128 Loudness Measurement" (AES 145, 2018) published.
 */
export function kWeighting(sampleRate: number): { shelf: Biquad; highPass: Biquad } {
  return { shelf: shelf(sampleRate), highPass: highPass(sampleRate) };
}

function shelf(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function highPass(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

export type PowerMeter = {
  /** Samples of full scale ±1, any number. */
  push(samples: Float32Array): void;
  /**
   * Mean square of each 100 ms. A last partial block counts as if silence followed, as a pause does in a narration, so
   * that no energy is lost.
   */
  powers(): Float32Array;
};

export function powerMeter(sampleRate: number): PowerMeter {
  const coefficients = kWeighting(sampleRate);
  const block = Math.round(sampleRate * POWER_BLOCK_S);
  const powers: number[] = [];
  const state = new Float64Array(4); // two of each stage (transposed direct form II)
  let filled = 0;
  let energy = 0;

  return {
    push(samples) {
      for (let at = 0; at < samples.length;) {
        const end = Math.min(samples.length, at + block - filled);
        energy += weightedEnergy(samples, at, end, coefficients, state);
        filled += end - at;
        at = end;
        if (filled === block) {
          powers.push(energy / block);
          filled = energy = 0;
        }
      }
    },
    powers: () => Float32Array.from(filled > 0 ? [...powers, energy / block] : powers),
  };
}

/**
 * Sum of squares of `samples[from … to)`, K-weighted. The hot loop: all that it touches is local, and two samples are taken
 * at once. The second one's outputs are written out by the state from before the first, so that the processor need not
 * wait for the first, which takes less than half the time. It is no closure of the meter, since V8 throws the compiled
 * code of a closure away with it, and each segment has a meter of its own.
 */
function weightedEnergy(
  samples: Float32Array,
  from: number,
  to: number,
  { shelf: { b0, b1, b2, a1, a2 }, highPass: { a1: c1, a2: c2 } }: ReturnType<typeof kWeighting>,
  state: Float64Array,
): number {
  let s1 = state[0]!;
  let s2 = state[1]!;
  let h1 = state[2]!;
  let h2 = state[3]!;
  let sum = 0;
  const d1 = b1 - a1 * b0;
  const paired = to - ((to - from) % 2);
  for (let i = from; i < paired; i += 2) {
    const x = samples[i]!;
    const next = samples[i + 1]!;
    const y = b0 * x + s1;
    const yNext = b0 * next + d1 * x + (s2 - a1 * s1);
    s1 = b1 * next + b2 * x - a2 * y - a1 * yNext;
    s2 = b2 * next - a2 * yNext;
    const z = y + h1;
    const zNext = yNext - 2 * y - c1 * y + (h2 - c1 * h1);
    h1 = y - 2 * yNext - c2 * z - c1 * zNext;
    h2 = yNext - c2 * zNext;
    sum += z * z + zNext * zNext;
  }
  if (paired < to) {
    const x = samples[paired]!;
    const y = b0 * x + s1;
    s1 = b1 * x + s2 - a1 * y;
    s2 = b2 * x - a2 * y;
    const z = y + h1;
    h1 = h2 - 2 * y - c1 * z;
    h2 = y - c2 * z;
    sum += z * z;
  }
  state[0] = settle(s1);
  state[1] = settle(s2);
  state[2] = settle(h1);
  state[3] = settle(h2);
  return sum;
}

/** In silence the filters fade towards numbers so small that processors compute them slowly. */
function settle(state: number): number {
  return Math.abs(state) < 1e-30 ? 0 : state;
}

/**
 * Powers of the whole, `samples` long, from those of its pieces, each put at the 100 ms block nearest its start; the rest
 * is silence. A block that the end cuts is not counted, as BS.1770 has it.
 */
export function timelinePowers(
  pieces: Iterable<{ start: number; powers: Float32Array }>,
  { samples, sampleRate }: { samples: number; sampleRate: number },
): Float32Array {
  const block = Math.round(sampleRate * POWER_BLOCK_S);
  const whole = new Float32Array(Math.floor(samples / block));
  for (const { start, powers } of pieces) {
    const first = Math.round(start / block);
    const end = Math.min(powers.length, whole.length - first);
    for (let i = 0; i < end; i++) whole[first + i]! += powers[i]!;
  }
  return whole;
}

/**
 * Integrated loudness in LUFS of complete 100 ms powers in their order (one channel; no dual-mono correction). Null where
 * there are fewer than four (0.4 s, one gating block), or where the gates leave nothing.
 */
export function integratedLoudness(powers: Iterable<number>): number | null {
  const blocks = gatingBlocks(powers);
  const audible = blocks.filter((power) => power > powerOf(ABSOLUTE_GATE_LUFS));
  if (audible.length === 0) return null;
  const gate = powerOf(loudnessOf(mean(audible)) + RELATIVE_GATE_LU);
  return loudnessOf(mean(audible.filter((power) => power > gate)));
}

function gatingBlocks(powers: Iterable<number>): number[] {
  const blocks: number[] = [];
  const last: number[] = [];
  for (const power of powers) {
    last.push(power);
    if (last.length > POWERS_IN_A_GATING_BLOCK) last.shift();
    if (last.length === POWERS_IN_A_GATING_BLOCK) blocks.push(mean(last));
  }
  return blocks;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const loudnessOf = (power: number): number => -0.691 + 10 * Math.log10(power);
const powerOf = (lufs: number): number => 10 ** ((lufs + 0.691) / 10);
