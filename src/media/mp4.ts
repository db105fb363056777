/**
 * AAC in MP4 (ISO/IEC 14496-12 and -14), with its index before the sound, so that it plays while it is fetched. An edit
 * list tells players what to cut from either end; so does Apple's older note (mp4-tags.ts).
 */
import type { ByteFile } from "./bytefile.ts";
import { box, MOST_U32, u32, u64 } from "./mp4-boxes.ts";
import { chapterSamples, chapterTrack } from "./mp4-chapters.ts";
import type { TextSample } from "./mp4-chapters.ts";
import { movieHeader, soundTrack } from "./mp4-sound.ts";
import type { SoundTable } from "./mp4-sound.ts";
import { userData } from "./mp4-tags.ts";
import type { Stream } from "./stitch.ts";
import type { Tags } from "./tags.ts";

export async function writeM4a(file: ByteFile, stream: Stream, tags: Tags): Promise<void> {
  const texts = chapterSamples(tags);
  const table = tableOf(stream);
  const head = mdatHead(bytesOf(texts) + table.bytes);
  const fileType = box("ftyp", Buffer.from("M4A "), u32(0), Buffer.from("M4A mp42isom"));
  // An index is as long wherever its sound begins, so the first tells where that is.
  const start = fileType.length + movie(stream, tags, { texts, table, start: 0 }).length + head.length;
  const index = movie(stream, tags, { texts, table, start });
  for (const part of [fileType, index, head, ...texts.map(({ bytes }) => bytes)]) file.write(part);
  for await (const { bytes } of stream.packets()) file.write(bytes);
}

/** `start`: the place of the chapters' texts; the sound follows them. */
type Layout = { texts: TextSample[]; table: SoundTable; start: number };

function movie(stream: Stream, tags: Tags, { texts, table, start }: Layout): Buffer {
  const hasChapters = texts.length > 0;
  const sound = { table, start: start + bytesOf(texts), language: tags.language, hasChapters };
  return box(
    "moov",
    movieHeader(stream),
    soundTrack(stream, sound),
    ...(hasChapters ? [chapterTrack(stream, { texts, start })] : []),
    userData(stream, tags),
  );
}

function mdatHead(bytes: number): Buffer {
  const name = Buffer.from("mdat");
  const isLarge = bytes + 8 > MOST_U32;
  return isLarge ? Buffer.concat([u32(1), name, u64(bytes + 16)]) : Buffer.concat([u32(bytes + 8), name]);
}

/** The packets in chunks of about a second: players read a chunk at a time. */
function tableOf({ frames, frame, rate, sizes }: Stream): SoundTable {
  const packetsInChunk = Math.round(rate / frame);
  const lengths = Buffer.alloc(frames * 4);
  const chunks = new Float64Array(Math.ceil(frames / packetsInChunk));
  let packet = 0;
  let bytes = 0;
  for (const run of sizes()) {
    for (const size of run) {
      if (packet % packetsInChunk === 0) chunks[packet / packetsInChunk] = bytes;
      lengths.writeUInt32BE(size, packet * 4);
      bytes += size;
      packet++;
    }
  }
  return { lengths, chunks, packetsInChunk, bytes };
}

function bytesOf(texts: TextSample[]): number {
  return texts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
