/** The parts that tracks of sound and of chapters share (ISO/IEC 14496-12). */
import { box, fullBox, MOST_U32, u16, u32, u64, zeros } from "./mp4-boxes.ts";

export type Track = {
  id: number;
  isEnabled: boolean;
  /** In units of the movie: samples of the sound. */
  duration: number;
  /** Boxes between the track's head and its media. */
  relations: Buffer[];
  handler: "soun" | "text";
  media: {
    /** Units a second, and their number. */
    scale: number;
    duration: number;
    /** ISO 639-2. */
    language: string;
    head: Buffer;
  };
  samples: {
    entry: Buffer;
    /** How many samples of which length, in units of the media. */
    times: [count: number, length: number][];
    /** Bytes of each, 32 bits each. */
    lengths: Buffer;
    inChunk: number;
    chunks: ArrayLike<number>;
    /** What each chunk's place is counted from. */
    start: number;
  };
};

const ENABLED_IN_MOVIE = 0b11;
const SELF_CONTAINED = fullBox("dref", {}, u32(1), fullBox("url ", { flags: 1 }));

export function track({ id, isEnabled, duration, relations, handler, media, samples }: Track): Buffer {
  const volume = u16(0, 0, handler === "soun" ? 0x100 : 0, 0);
  const rest = [zeros(8), volume, IDENTITY, zeros(8)];
  const flags = isEnabled ? ENABLED_IN_MOVIE : 0;
  return box(
    "trak",
    timedBox("tkhd", { flags, between: u32(id, 0), duration }, ...rest),
    ...relations,
    box(
      "mdia",
      timedBox("mdhd", { between: u32(media.scale), duration: media.duration }, packed(media.language), u16(0)),
      fullBox("hdlr", {}, u32(0), Buffer.from(handler), zeros(12), Buffer.from("\0")),
      box("minf", media.head, box("dinf", SELF_CONTAINED), sampleTable(samples)),
    ),
  );
}

function sampleTable({ entry, times, lengths, inChunk, chunks, start }: Track["samples"]): Buffer {
  const count = lengths.length / 4;
  const last = count % inChunk;
  const runs = [...(count >= inChunk ? [u32(1, inChunk, 1)] : []), ...(last > 0 ? [u32(chunks.length, last, 1)] : [])];
  return box(
    "stbl",
    fullBox("stsd", {}, u32(1), entry),
    fullBox("stts", {}, u32(times.length), ...times.map((run) => u32(...run))),
    fullBox("stsc", {}, u32(runs.length), ...runs),
    fullBox("stsz", {}, u32(0, count), lengths),
    offsets(chunks, start),
  );
}

/** In 64 bits always, so that an index is as long whatever its places are. */
function offsets(chunks: ArrayLike<number>, start: number): Buffer {
  const bytes = Buffer.alloc(chunks.length * 8);
  for (let index = 0; index < chunks.length; index++) bytes.writeBigUInt64BE(BigInt(start + chunks[index]!), index * 8);
  return fullBox("co64", {}, u32(chunks.length), bytes);
}

export const IDENTITY = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** A head with times: creation and change, which are left at 0 so that the same narration is the same bytes. */
export function timedBox(
  type: string,
  { flags = 0, between, duration }: { flags?: number; between: Buffer; duration: number },
  ...rest: Buffer[]
): Buffer {
  const version = duration > MOST_U32 ? 1 : 0; // from 49 hours on at 24 kHz
  const number = version === 1 ? u64 : u32;
  return fullBox(type, { version, flags }, number(0, 0), between, number(duration), ...rest);
}

/** Three letters of five bits. */
function packed(language: string): Buffer {
  const [a, b, c] = Array.from(language, (letter) => letter.charCodeAt(0) - 0x60) as [number, number, number];
  return u16((a << 10) | (b << 5) | c);
}
