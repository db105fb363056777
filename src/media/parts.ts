/** The parts of a block, spoken segments each with the pause behind it, and their places in the mastered PCM. */
import type { MasterRate } from "./formats.ts";

/** A segment as it was spoken. */
export type Sound = {
  path: string;
  /** Headerless mono, 16 bits a sample, little-endian. */
  encoding: "s16le";
  /** Hz, as it was spoken. */
  sampleRate: number;
  /** Length in samples at `sampleRate`; 0 makes the part a mere pause. */
  samples: number;
};

export type Part = Sound & {
  /** Silence behind it, in samples at the master rate. */
  pauseAfter: number;
};

export type Place = { start: number; samples: number };

/** Length in samples at `to` Hz of `samples` at `from` Hz: what mastering gives, so that a plan knows it beforehand. */
export function resampledLength(samples: number, from: number, to: number): number {
  return from === to ? samples : Math.round((samples * to) / from);
}

/** Where each part begins and how long it is, in samples at the master rate; `samples` is the whole, last pause included. */
export function layParts(parts: Part[], sampleRate: MasterRate): { places: Place[]; samples: number } {
  let at = 0;
  const places = parts.map((part, index) => {
    checkPart(part, index);
    const place = { start: at, samples: resampledLength(part.samples, part.sampleRate, sampleRate) };
    at += place.samples + part.pauseAfter;
    return place;
  });
  return { places, samples: at };
}

function checkPart(part: Part, index: number): void {
  const fail = (what: string) => {
    throw new Error(`Part ${index} of the block: ${what}. Its file is ${part.path}.`);
  };
  if (part.encoding !== "s16le") fail(`encoding must be "s16le", got ${JSON.stringify(part.encoding)}`);
  for (const key of ["samples", "pauseAfter"] as const) {
    if (!Number.isSafeInteger(part[key]) || part[key] < 0) fail(`${key} must be whole samples ≥ 0, got ${part[key]}`);
  }
  const { sampleRate } = part;
  if (!Number.isSafeInteger(sampleRate) || sampleRate < 4000 || sampleRate > 384_000) {
    fail(`sampleRate must be 4000 to 384000 Hz, got ${sampleRate}`);
  }
}
