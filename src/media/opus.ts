/** Opus in Ogg (RFC 7845). Positions count samples at 48 kHz, the pre-skip among them. */
import type { ByteFile } from "./bytefile.ts";
import { crc32ogg } from "./crc32ogg.ts";
import { oggWriter } from "./ogg.ts";
import type { Stream } from "./stitch.ts";
import type { Tags } from "./tags.ts";
import { pictureBlock, vorbisComment } from "./vorbiscomment.ts";

export async function writeOpus(file: ByteFile, stream: Stream, tags: Tags): Promise<void> {
  const { description, frame, delay, samples, rate } = stream;
  const at48k = 48_000 / rate;
  const comments = opusTags(tags);
  // Not random: the same narration is the same bytes.
  const ogg = oggWriter(file, crc32ogg(Buffer.concat([comments, Buffer.from(String(samples))])));
  ogg.header(description); // libopus' own OpusHead, with its pre-skip
  ogg.header(comments);
  let packets = 0;
  for await (const { bytes, sizes } of stream.packets()) {
    let at = 0;
    for (const size of sizes) ogg.packet(bytes.subarray(at, (at += size)), ++packets * frame * at48k);
  }
  ogg.end((delay + samples) * at48k);
}

function opusTags(tags: Tags): Buffer {
  const cover = tags.cover && [`METADATA_BLOCK_PICTURE=${pictureBlock(tags.cover).toString("base64")}`];
  return Buffer.concat([Buffer.from("OpusTags"), vorbisComment(tags, cover)]);
}
