/**
 * What an mp3 file has around its frames: an ID3v2 tag with the title, and a first, silent frame that tells players how
 * much to cut from either end and where to seek. Written after the public descriptions of the Xing header (as Gabriel
 * Bouvigne's "mp3 info tag revision 1" extends it for LAME) and of ID3v2.4 (id3.org).
 */
import { crc16 } from "./crc16.ts";
import { MP3_DELAY } from "./formats.ts";
import type { MasterRate } from "./formats.ts";
import { iso639_2 } from "./iso639.ts";

/** The part of the delay that the header names; the rest is the decoder's own. */
const ENCODER_DELAY = 576;

/** Frames that decode to `samples` and the delays of both codecs. */
export function mp3Frames(samples: number, frameSamples: number): number {
  return Math.ceil((samples + MP3_DELAY) / frameSamples);
}

export type Mp3Info = {
  /** Any frame of the stream, for its header. */
  frame: Buffer;
  frames: number;
  frameSamples: number;
  sampleRate: MasterRate;
  bitRate: number;
  /** Length without delays. */
  samples: number;
  /** CRC-16 of all frames (crc16.ts). */
  crc: number;
};

const XING_BYTES = 120;
const LAME_BYTES = 36;
const HAS_FRAMES_BYTES_TOC_QUALITY = 0b1111;

/** The "Info" frame (Xing's name where the bit rate is constant), as long as any other. */
export function mp3InfoFrame(info: Mp3Info): Buffer {
  const frame = Buffer.alloc(info.frame.length);
  info.frame.copy(frame, 0, 0, 4);
  const xing = 4 + (info.sampleRate === 24_000 ? 9 : 17); // header and side information of a mono frame
  const bytes = (info.frames + 1) * frame.length;
  frame.write("Info", xing, "latin1");
  frame.writeUInt32BE(HAS_FRAMES_BYTES_TOC_QUALITY, xing + 4);
  frame.writeUInt32BE(info.frames, xing + 8);
  frame.writeUInt32BE(bytes, xing + 12);
  for (let percent = 0; percent < 100; percent++) frame[xing + 16 + percent] = Math.floor((percent * 256) / 100);
  writeLame(frame.subarray(xing + XING_BYTES), info, bytes);
  const end = xing + XING_BYTES + LAME_BYTES - 2;
  frame.writeUInt16BE(crc16(frame.subarray(0, end)), end);
  return frame;
}

function writeLame(lame: Buffer, { frames, frameSamples, samples, sampleRate, bitRate, crc }: Mp3Info, bytes: number) {
  const padding = frames * frameSamples - ENCODER_DELAY - samples;
  lame.write("LAME3.100", 0, "latin1");
  lame[9] = 0x01; // revision 0, constant bit rate
  lame[20] = bitRate / 1000;
  lame.writeUIntBE((ENCODER_DELAY << 12) | padding, 21, 3);
  lame[24] = sampleRate === 48_000 ? 0b10_000000 : 0; // rate of the source: 48 kHz, or up to 32; mono
  lame.writeUInt32BE(bytes, 28);
  lame.writeUInt16BE(crc, 32);
}

/** ID3v2.4 with what there is of title and language (BCP 47); empty without either. */
export function id3(tags: { title?: string | undefined; language?: string | undefined }): Buffer {
  const frames = Buffer.concat([
    textFrame("TIT2", tags.title),
    textFrame("TLAN", tags.language && iso639_2(tags.language)),
  ]);
  if (frames.length === 0) return frames;
  const head = Buffer.from("ID3\x04\x00\x00\0\0\0\0", "latin1");
  writeSynchsafe(head, frames.length, 6);
  return Buffer.concat([head, frames]);
}

const UTF_8 = 3;

function textFrame(name: string, text: string | undefined): Buffer {
  if (!text) return Buffer.alloc(0);
  const line = text.toWellFormed().replace(/\p{Cc}+/gu, " "); // a NUL would begin a second title
  const body = Buffer.concat([Buffer.of(UTF_8), Buffer.from(line, "utf8")]);
  const head = Buffer.alloc(10);
  head.write(name, "latin1");
  writeSynchsafe(head, body.length, 4);
  return Buffer.concat([head, body]);
}

/** 28 bits in four bytes whose first bit is 0, so that no player takes them for a frame. */
function writeSynchsafe(target: Buffer, value: number, at: number): void {
  for (let i = 0; i < 4; i++) target[at + i] = (value >>> (7 * (3 - i))) & 0x7f;
}
