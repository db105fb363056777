/**
 * The encodings that we publish. One row a format id; what a family needs beyond its row stands in a file of its own
 * (mp3.ts).
 */
import type { FFDecoderCodec, FFEncoderCodec } from "node-av/constants";

export type FormatId = "mp3_128";

/** Rates of the mastered PCM in Hz: speech at 24 kHz, 48 kHz where a voice delivers more. */
export type MasterRate = 24_000 | 48_000;

export type Format = {
  id: FormatId;
  family: "mp3";
  extension: string;
  mediaType: string;
  /** FFmpeg's names and options. */
  encoder: FFEncoderCodec;
  decoder: FFDecoderCodec;
  options: Record<string, string>;
  /** Bits a second. */
  bitRate: number;
  /**
   * What the encoder multiplies its input by. LAME's table for constant and average rates has 0.95 for 128 kbit/s (its
   * `apply_abr_preset`), which would make a narration 0.45 LU too quiet; FFmpeg has no option for it.
   */
  scale: number;
  /**
   * How much a frame's true peak, decoded, may exceed its largest sample, dB. Over 12,000 frames of limited speech it was
   * at most 1.1 in loud vowels and 3.5 in hisses.
   */
  overshootDb: number;
};

export const FORMATS: Record<FormatId, Format> = {
  mp3_128: {
    id: "mp3_128",
    family: "mp3",
    extension: "mp3",
    mediaType: "audio/mpeg",
    encoder: "libmp3lame" as FFEncoderCodec,
    decoder: "mp3float" as FFDecoderCodec,
    options: { reservoir: "0" }, // no frame borrows bits from another, so that frames can be cut and joined
    bitRate: 128_000,
    scale: 0.95,
    overshootDb: 3.6,
  },
};

/** A bare family is its default rate: `mp3` means `mp3_128`. */
const DEFAULT_RATES: Record<string, FormatId> = { mp3: "mp3_128" };

export class UnknownFormat extends Error {
  override name = "UnknownFormat";
}

/** The format that a person named. Throws with the names that exist. */
export function formatOf(name: string): Format {
  const id = DEFAULT_RATES[name] ?? name;
  if (!Object.hasOwn(FORMATS, id)) {
    const known = [...Object.keys(DEFAULT_RATES), ...Object.keys(FORMATS)].join(", ");
    throw new UnknownFormat(`Audio format ${JSON.stringify(name)} is not known. Known formats: ${known}.`);
  }
  return FORMATS[id as FormatId];
}

/** Samples that one packet of a format holds at the given rate (mp3: one granule in MPEG-2, two in MPEG-1). */
export function frameSize(format: Format, sampleRate: MasterRate): number {
  switch (format.family) {
    case "mp3":
      return sampleRate === 24_000 ? 576 : 1152;
  }
}

/** Samples before the first that an mp3 decodes to: LAME's 576, and 529 of every decoder. Players know and cut both. */
export const MP3_DELAY = 1105;

/**
 * The length to give a timeline that must hold `samples`: the least that ends where an mp3's last frame ends. So even
 * programs that count frames and know nothing of the delay find the duration within 46 ms (ffprobe 5, for one; 70 ms otherwise).
 */
export function timelineLength(samples: number, sampleRate: MasterRate): number {
  const size = frameSize(FORMATS.mp3_128, sampleRate);
  return Math.ceil((samples + MP3_DELAY) / size) * size - MP3_DELAY;
}
