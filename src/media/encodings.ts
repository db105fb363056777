/** How each lossy family is encoded, and the grid on which its packets lie. */
import type { FFDecoderCodec, FFEncoderCodec } from "node-av/constants";

import type { EncodingId, LossyFamily, LossyId, MasterRate } from "./formats.ts";

export type Encoding = {
  id: LossyId;
  family: LossyFamily;
  /** FFmpeg's names and options. */
  encoder: FFEncoderCodec;
  decoder: FFDecoderCodec;
  options: Record<string, string>;
  sampleFormat: "flt" | "fltp";
  /** Bits a second. */
  bitRate: number;
  /** What the encoder multiplies its input by; it gets its samples that much louder. */
  scale: number;
  /**
   * How much a frame's true peak, decoded, may exceed its largest sample, dB. Over 12,000 frames of limited speech as mp3 at
   * 128 kbit/s it was at most 1.1 in loud vowels and 3.5 in hisses, and less as aac at 96. Infinity where nobody measured, and for Opus, each of
   * whose packets tells its energies as differences to those before: then every packet is decoded.
   */
  overshootDb: number;
  /**
   * How much lower than asked it is limited from the start, dB. A block of speech as Opus at 48 kbit/s peaks 1.0 to 1.5 dB
   * above its limit once it is decoded, and about one more with each halving of the rate: most blocks would be encoded twice.
   */
  headroomDb: number;
};

export type Grid = {
  /** Hz at which it is encoded; the master rate, or twice that. */
  rate: MasterRate;
  /** Samples of a packet, at `rate`. */
  frame: number;
  /** Samples at `rate` that decoders give before the first real one; players know and cut them. */
  delay: number;
};

/**
 * LAME's table for constant and average rates scales the input (its `apply_abr_preset`; measured again), which would make
 * a narration 0.45 LU too quiet; FFmpeg has no option for it.
 */
const LAME_SCALES: Record<number, number> = { 192: 0.97, 224: 0.98, 256: 1, 320: 1 };
const LAME_SCALE = 0.95;

/** The others lose 0.05 to 0.15 LU of speech to what they leave out (measured with three voices). */
function scaleOf(family: LossyFamily, kbits: number): number {
  switch (family) {
    case "mp3":
      return LAME_SCALES[kbits] ?? LAME_SCALE;
    case "opus":
      return 0.993;
    case "aac":
      return kbits < 64 ? 0.985 : 0.996;
  }
}

const FAMILIES: Record<
  LossyFamily,
  Omit<Encoding, "id" | "family" | "bitRate" | "scale" | "overshootDb" | "headroomDb">
> = {
  mp3: {
    encoder: "libmp3lame" as FFEncoderCodec,
    decoder: "mp3float" as FFDecoderCodec,
    options: { reservoir: "0" }, // no frame borrows bits from another, so that frames can be cut and joined
    sampleFormat: "fltp",
  },
  opus: {
    encoder: "libopus" as FFEncoderCodec,
    decoder: "opus" as FFDecoderCodec,
    // Without a constraint it takes half as much again as it was asked for, for a voice of clear pitch.
    options: { compression_level: "5", vbr: "constrained", application: "audio", dtx: "0" },
    sampleFormat: "flt",
  },
  aac: {
    encoder: "aac" as FFEncoderCodec,
    decoder: "aac" as FFDecoderCodec,
    options: { aac_coder: "fast" },
    sampleFormat: "fltp",
  },
};

/** Throws where there is no such encoding: ids are checked by `formatOf` before. */
export function encodingOf(id: EncodingId): Encoding {
  const [family, rate] = id.split("_") as [LossyFamily, string];
  if (id === "pcm" || !Object.hasOwn(FAMILIES, family)) throw new Error(`${id} has no packets`);
  const kbits = Number(rate);
  const isMeasured = (family === "mp3" && kbits >= 128) || (family === "aac" && kbits >= 96);
  const overshootDb = isMeasured ? 3.6 : Infinity;
  const headroomDb = family === "opus" ? Math.max(0, 0.3 + Math.log2(48 / kbits)) : 0;
  const rated = { bitRate: kbits * 1000, scale: scaleOf(family, kbits), overshootDb, headroomDb };
  return { id, family, ...rated, ...FAMILIES[family] };
}

/** All that shapes the bytes of a fragment beside its sound, for its name. */
export function encodingSettings(id: EncodingId): unknown[] {
  if (id === "pcm") return ["pcm", "s16le"];
  const { encoder, options, bitRate, scale, headroomDb } = encodingOf(id);
  return [id, encoder, options, bitRate, scale, headroomDb];
}

export function gridOf({ family, bitRate }: Encoding, sampleRate: MasterRate): Grid {
  switch (family) {
    case "mp3": {
      const rate = bitRate > 160_000 ? 48_000 : sampleRate; // MPEG-2, which has 24 kHz, ends at 160 kbit/s
      return { rate, frame: rate === 24_000 ? 576 : 1152, delay: MP3_DELAY };
    }
    case "opus":
      // Frames of 20 ms. The encoder looks 6.5 ms ahead, and decoders always answer at 48 kHz: 312 samples there.
      return { rate: sampleRate, frame: sampleRate / 50, delay: (sampleRate * 65) / 10_000 };
    case "aac": {
      // A frame holds 6144 bits at most: 144 kbit/s at 24 kHz, of which speech takes 110.
      const rate = bitRate > 112_000 ? 48_000 : sampleRate;
      return { rate, frame: 1024, delay: 1024 };
    }
  }
}

/** Samples of the mastered PCM that a packet stands for. */
export function frameSize(encoding: Encoding, sampleRate: MasterRate): number {
  const { rate, frame } = gridOf(encoding, sampleRate);
  return (frame * sampleRate) / rate;
}

/** Packets that decode to `samples` of the mastered PCM and the codec's delay. */
export function framesFor(encoding: Encoding, sampleRate: MasterRate, samples: number): number {
  const { rate, frame, delay } = gridOf(encoding, sampleRate);
  return Math.ceil(((samples * rate) / sampleRate + delay) / frame);
}

/** LAME's 576, and 529 of every decoder. */
export const MP3_DELAY = 1105;

/**
 * The length to give a timeline that must hold `samples`: the least that ends where an mp3's last frame ends. So even
 * programs that count frames and know nothing of the delay find the duration within 46 ms (ffprobe 5, for one; 70 ms
 * otherwise). It is the same whichever formats are asked for, so that one more moves nothing.
 */
export function timelineLength(samples: number, sampleRate: MasterRate): number {
  const size = frameSize(encodingOf("mp3_128"), sampleRate);
  return Math.ceil((samples + MP3_DELAY) / size) * size - MP3_DELAY;
}
