/**
 * What an mp3 file has around its frames: an ID3 tag, and a first, silent frame that tells players how much to cut from
 * either end and where to seek. Written after the public descriptions of the Xing header, as Gabriel Bouvigne's "mp3 info
 * tag revision 1" extends it for LAME.
 */
import type { ByteFile } from "./bytefile.ts";
import { crc16 } from "./crc16.ts";
import { id3 } from "./id3.ts";
import type { Stream } from "./stitch.ts";
import type { Tags } from "./tags.ts";

/** The part of the delay that the header names; the rest is the decoder's own. */
const ENCODER_DELAY = 576;

/** All packets of a constant bit rate have the length of the silent one. */
export async function writeMp3(file: ByteFile, stream: Stream, tags: Tags): Promise<void> {
  const head = id3(tags);
  const info = emptyInfo(stream);
  file.write(head);
  file.write(info); // once the checksum is known, it is filled in
  let crc = 0;
  for await (const { bytes } of stream.packets()) {
    crc = crc16(bytes, crc);
    file.write(bytes);
  }
  fillInfo(info, stream, crc);
  file.rewrite(info, head.length);
}

const XING_BYTES = 120;
const LAME_BYTES = 36;
const HAS_FRAMES_BYTES_TOC_QUALITY = 0b1111;

/**
 * A frame of silence like any other; below 64 kbit/s, where it would be too short for all that it must tell, one of 64
 * kbit/s.
 */
function emptyInfo({ silence, encoding, rate }: Stream): Buffer {
  if (encoding.bitRate >= 64_000) return Buffer.alloc(silence.length).fill(silence.subarray(0, 4), 0, 4);
  const index = rate === 24_000 ? 8 : 5; // of 64 kbit/s in the tables of MPEG-2 and MPEG-1
  const [first, second, third, fourth] = silence;
  const info = Buffer.alloc(192);
  info.set([first!, second!, (third! & 0x0f) | (index << 4), fourth!]);
  return info;
}

/** The "Info" frame: Xing's name where the bit rate is constant. */
function fillInfo(info: Buffer, stream: Stream, crc: number): void {
  const xing = 4 + (stream.rate === 24_000 ? 9 : 17); // header and side information of a mono frame
  const bytes = info.length + stream.frames * stream.silence.length;
  info.write("Info", xing, "latin1");
  info.writeUInt32BE(HAS_FRAMES_BYTES_TOC_QUALITY, xing + 4);
  info.writeUInt32BE(stream.frames, xing + 8);
  info.writeUInt32BE(bytes, xing + 12);
  for (let percent = 0; percent < 100; percent++) info[xing + 16 + percent] = Math.floor((percent * 256) / 100);
  writeLame(info.subarray(xing + XING_BYTES), stream, bytes, crc);
  const end = xing + XING_BYTES + LAME_BYTES - 2;
  info.writeUInt16BE(crc16(info.subarray(0, end)), end);
}

function writeLame(lame: Buffer, stream: Stream, bytes: number, crc: number): void {
  const { frames, frame, samples, rate, encoding } = stream;
  const padding = frames * frame - ENCODER_DELAY - samples;
  lame.write("LAME3.100", 0, "latin1");
  lame[9] = 0x01; // revision 0, constant bit rate
  lame[20] = Math.min(255, encoding.bitRate / 1000);
  lame.writeUIntBE((ENCODER_DELAY << 12) | padding, 21, 3);
  lame[24] = rate === 48_000 ? 0b10_000000 : 0; // rate of the source: 48 kHz, or up to 32; mono
  lame.writeUInt32BE(bytes, 28);
  lame.writeUInt16BE(crc, 32);
}
