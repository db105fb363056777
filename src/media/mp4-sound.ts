/** The movie's head and its track of sound. Times are samples of the sound, so that they are exact. */
import { iso639_2 } from "./iso639.ts";
import { box, fullBox, MOST_U32, u16, u32, u64, zeros } from "./mp4-boxes.ts";
import { IDENTITY, timedBox, track } from "./mp4-track.ts";
import type { Stream } from "./stitch.ts";

export type SoundTable = {
  /** Bytes of each packet, 32 bits each. */
  lengths: Buffer;
  /** Where each chunk begins, counted from the first. */
  chunks: Float64Array;
  packetsInChunk: number;
  bytes: number;
};

export const SOUND = 1;
export const CHAPTERS = 2;

export function movieHeader({ rate, samples }: Stream): Buffer {
  const volume = Buffer.concat([u32(0x10000), u16(0x100), zeros(10)]);
  const rest = [volume, IDENTITY, zeros(24), u32(CHAPTERS + 1)];
  return timedBox("mvhd", { between: u32(rate), duration: samples }, ...rest);
}

/** `start`: the place of its first chunk in the file. */
export function soundTrack(
  stream: Stream,
  o: { table: SoundTable; start: number; language: string | undefined; hasChapters: boolean },
): Buffer {
  const { rate, frame, frames, samples } = stream;
  const { lengths, chunks, packetsInChunk } = o.table;
  const chapters = o.hasChapters ? [box("tref", box("chap", u32(CHAPTERS)))] : [];
  return track({
    id: SOUND,
    isEnabled: true,
    duration: samples,
    relations: [...chapters, edit(stream)],
    handler: "soun",
    media: {
      scale: rate,
      duration: frames * frame,
      language: (o.language && iso639_2(o.language)) || "und",
      head: fullBox("smhd", {}, u32(0)),
    },
    samples: {
      entry: sampleEntry(stream, o.table),
      times: [[frames, frame]],
      lengths,
      inChunk: packetsInChunk,
      chunks,
      start: o.start,
    },
  });
}

/** What is heard: `samples`, from behind the delay on. */
function edit({ samples, delay }: Stream): Buffer {
  const version = samples > MOST_U32 ? 1 : 0;
  const number = version === 1 ? u64 : u32;
  return box("edts", fullBox("elst", { version }, u32(1), number(samples), number(delay), u16(1, 0)));
}

function sampleEntry({ rate, frame, description, encoding, frames }: Stream, { bytes, lengths }: SoundTable): Buffer {
  let largest = 0;
  for (let at = 0; at < lengths.length; at += 4) largest = Math.max(largest, lengths.readUInt32BE(at));
  const average = frames === 0 ? encoding.bitRate : Math.round((bytes * 8 * rate) / (frames * frame));
  const most = Math.round((largest * 8 * rate) / frame);
  const DATA_REFERENCE = 1;
  const sound = [zeros(6), u16(DATA_REFERENCE), zeros(8), u16(1, 16), zeros(4), u32(rate * 0x10000)];
  return box("mp4a", ...sound, fullBox("esds", {}, elementaryStream(description, { largest, most, average })));
}

const AAC = 0x40;
const AUDIO_STREAM = 0x15;

/** ISO/IEC 14496-1, 7.2.6. */
function elementaryStream(
  description: Buffer,
  { largest, most, average }: { largest: number; most: number; average: number },
): Buffer {
  const rates = Buffer.concat([u32(largest).subarray(1), u32(most, average)]);
  const config = descriptor(4, Buffer.of(AAC, AUDIO_STREAM), rates, descriptor(5, description));
  return descriptor(3, u16(SOUND), zeros(1), config, descriptor(6, Buffer.of(2)));
}

function descriptor(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, body.length), body]); // all of ours are below 128 bytes
}
