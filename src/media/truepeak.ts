/** True peak by ITU-R BS.1770-4, annex 2: the signal is oversampled four times, and the largest value taken. */

/** The 48-tap interpolator of annex 2, first two phases; the others are these two reversed. */
const TAPS = 12;
export const T0 = Float64Array.of(
  0.001708984375,
  0.010986328125,
  -0.0196533203125,
  0.033203125,
  -0.0594482421875,
  0.1373291015625,
  0.97216796875,
  -0.102294921875,
  0.047607421875,
  -0.026611328125,
  0.014892578125,
  -0.00830078125,
);
export const T1 = Float64Array.of(
  -0.0291748046875,
  0.029296875,
  -0.0517578125,
  0.089111328125,
  -0.16650390625,
  0.465087890625,
  0.77978515625,
  -0.2003173828125,
  0.1015625,
  -0.0582275390625,
  0.0330810546875,
  -0.0189208984375,
);
/**
 * Bounds of what any phase can give, from its taps' sizes: of the two samples around it (both pairs of taps, 0.97 and 0.14,
 * 0.78 and 0.47, stay below HIGHER and LOWER), of the two pairs beyond, and of the largest of all others.
 */
const HIGHER = 0.97216796875;
const LOWER = 0.28;
const SECOND = 0.2003173828125;
const THIRD = 0.1015625;
const REST = sizeOf([0, 1, 2, 9, 10, 11]);
const FAR = REST + sizeOf([3, 4, 7, 8]);
/** Samples that are looked at together; at least the filter's history. */
const GROUP = 16;

export type TruePeakMeter = {
  /** Samples of full scale ±1, any number. */
  push(samples: Float32Array): void;
  /** Largest value so far in dBTP; −Infinity in silence. Samples pushed last may count only with what follows them. */
  dbtp(): number;
};

export function truePeakMeter(): TruePeakMeter {
  const seen: Seen = { peak: 0, before: 0 };
  let window = new Float32Array(GROUP);
  let waiting = 0; // samples behind the history, in window[GROUP …]

  return {
    push(samples) {
      const length = GROUP + waiting + samples.length;
      if (window.length < length) window = grown(window, length);
      window.set(samples, GROUP + waiting);
      const end = length - ((length - GROUP) % GROUP);
      lookAt(window, end, seen);
      window.copyWithin(0, end - GROUP, length);
      waiting = length - end;
    },
    dbtp: () => 20 * Math.log10(seen.peak),
  };
}

type Seen = {
  peak: number;
  /** The largest sample of the group before. */
  before: number;
};

/**
 * The whole groups of `window` behind the history. Those that cannot reach the peak so far are passed over: most of them.
 * A hot loop, so no closure of the meter: V8 would throw its compiled code away with each fragment.
 */
function lookAt(window: Float32Array, end: number, seen: Seen): void {
  let { peak, before } = seen;
  for (let at = GROUP; at < end; at += GROUP) {
    let largest = 0;
    for (let i = at; i < at + GROUP; i++) {
      const sample = window[i]!;
      const size = sample < 0 ? -sample : sample;
      if (size > largest) largest = size;
    }
    const loudest = largest > before ? largest : before;
    before = largest;
    if (largest > peak) peak = largest;
    if (loudest * (HIGHER + LOWER + FAR) > peak) peak = interpolated(window, at, peak, loudest);
  }
  seen.peak = peak;
  seen.before = before;
}

function grown(window: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(length);
  larger.set(window);
  return larger;
}

/** `peak`, or what exceeds it among the values that interpolate the group at `from`. */
function interpolated(window: Float32Array, from: number, peak: number, loudest: number): number {
  let largest = peak;
  for (let i = from; i < from + GROUP; i++) {
    const left = Math.abs(window[i - 6]!);
    const right = Math.abs(window[i - 5]!);
    const near = left > right ? left * HIGHER + right * LOWER : right * HIGHER + left * LOWER;
    if (near + loudest * FAR <= largest) continue;
    const around = (Math.abs(window[i - 4]!) + Math.abs(window[i - 7]!)) * SECOND;
    const beyond = (Math.abs(window[i - 3]!) + Math.abs(window[i - 8]!)) * THIRD;
    if (near + around + beyond + loudest * REST <= largest) continue;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let k = 0; k < TAPS; k++) {
      const forward = window[i - k]!;
      const backward = window[i - TAPS + 1 + k]!;
      a += forward * T0[k]!;
      b += forward * T1[k]!;
      c += backward * T1[k]!;
      d += backward * T0[k]!;
    }
    largest = Math.max(largest, Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  }
  return largest;
}

/** Of phase 1's taps, the largest beside the middle. */
function sizeOf(taps: number[]): number {
  return taps.reduce((sum, tap) => sum + Math.abs(T1[tap]!), 0);
}
