/** True peak by ITU-R BS.1770-4, annex 2: the signal is oversampled four times, and the largest value taken. */

/** The 48-tap interpolator of annex 2, first two phases; the others are these two reversed. */
const TAPS = 12;
const T0 = Float64Array.of(
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
const T1 = Float64Array.of(
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
 * No interpolated value exceeds NEAR times the larger of the two samples around it, plus FAR times the largest of the
 * others under the filter: the sums of phase 1's taps, which are the largest.
 */
const NEAR = 0.4650878906 + 0.7797851563;
const FAR = T1.reduce((sum, tap) => sum + Math.abs(tap), 0) - NEAR;
/** Samples that are looked at together; at least the filter's history. */
const GROUP = 16;

export type TruePeakMeter = {
  /** Samples of full scale ±1, any number. */
  push(samples: Float32Array): void;
  /** Largest value so far in dBTP; −Infinity in silence. Samples pushed last may count only with what follows them. */
  dbtp(): number;
};

export function truePeakMeter(): TruePeakMeter {
  let peak = 0;
  let before = 0; // largest sample of the group before
  let window = new Float32Array(GROUP);
  let waiting = 0; // samples behind the history, in window[GROUP …]

  /** Groups that cannot reach the peak so far are passed over: most of them. */
  function measure(at: number): void {
    let largest = 0;
    for (let i = at; i < at + GROUP; i++) largest = Math.max(largest, Math.abs(window[i]!));
    const loudest = Math.max(largest, before);
    before = largest;
    if (largest > peak) peak = largest;
    if (loudest * (NEAR + FAR) > peak) peak = interpolated(window, at, peak, loudest);
  }

  return {
    push(samples) {
      const length = GROUP + waiting + samples.length;
      if (window.length < length) window = grown(window, length);
      window.set(samples, GROUP + waiting);
      let at = GROUP;
      for (; at + GROUP <= length; at += GROUP) measure(at);
      window.copyWithin(0, at - GROUP, length);
      waiting = length - at;
    },
    dbtp: () => 20 * Math.log10(peak),
  };
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
    const near = Math.max(Math.abs(window[i - 5]!), Math.abs(window[i - 6]!));
    if (near * NEAR + loudest * FAR <= largest) continue;
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
