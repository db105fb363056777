/** FLAC (RFC 9639): FFmpeg's encoder, and what a file has before its frames. */
import type { FFEncoderCodec } from "node-av/constants";

import type { ByteFile } from "./bytefile.ts";
import { openEncoder } from "./codec.ts";
import type { PcmStream } from "./stitch.ts";
import type { Tags } from "./tags.ts";
import { pictureBlock, vorbisComment } from "./vorbiscomment.ts";

const STREAMINFO = 0;
const VORBIS_COMMENT = 4;
const PICTURE = 6;
const LAST = 0x80;
/** Behind the file's name and the block's head. */
const STREAMINFO_AT = 8;

export async function writeFlac(file: ByteFile, { rate, pcm }: PcmStream, tags: Tags): Promise<void> {
  const encoder = openEncoder({
    encoder: "flac" as FFEncoderCodec,
    options: { compression_level: "5" },
    sampleFormat: "s16",
    sampleRate: rate,
  });
  try {
    file.write(Buffer.from("fLaC"));
    file.write(block(STREAMINFO, encoder.description()));
    file.write(block(VORBIS_COMMENT | (tags.cover ? 0 : LAST), vorbisComment(tags)));
    if (tags.cover) file.write(block(PICTURE | LAST, pictureBlock(tags.cover)));
    for await (const frame of framesOf(pcm(), encoder.frame)) {
      const packet = encoder.encode(frame);
      if (packet) file.write(packet);
    }
    for (const packet of encoder.flush()) file.write(packet);
    file.rewrite(encoder.description(), STREAMINFO_AT); // now with length, checksum and sizes of frames
  } finally {
    encoder.close();
  }
}

async function* framesOf(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Int16Array> {
  const frame = new Int16Array(size);
  const bytes = Buffer.from(frame.buffer);
  let filled = 0; // bytes
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const count = chunk.copy(bytes, filled, at);
      filled += count;
      at += count;
      if (filled === bytes.length) {
        yield frame;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield frame.subarray(0, filled / 2);
}

function block(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head[0] = type;
  head.writeUIntBE(content.length, 1, 3);
  return Buffer.concat([head, content]);
}
