/** The length of a FLAC file, by finding its frames (RFC 9639). */
import { setImmediate } from "node:timers/promises";

import type { Counted, ReadFile } from "./recount.ts";

const LAST_BLOCK = 0x80;
const PIECE = 1 << 20;
/** Behind 0xff: the rest of the sync, and blocks of a fixed size. */
const FIXED_SIZES = 0xf8;
/** Sync, sizes, number, two extra fields, checksum. */
const LONGEST_HEADER = 16;

export async function countFlac(file: ReadFile): Promise<Counted> {
  if (file.read(0, 4).toString("latin1") !== "fLaC") throw file.broken("it does not begin as FLAC");
  const info = file.read(8, 34);
  const rate = info.readUIntBE(10, 3) >> 4;
  const promised = (info[13]! & 0xf) * 2 ** 32 + info.readUInt32BE(14);
  const samples = await countFrames(file, firstFrame(file));
  if (samples !== promised) throw file.broken(`its frames hold ${samples} samples, but it says ${promised}`);
  return { samples, rate };
}

function firstFrame(file: ReadFile): number {
  for (let at = 4; at + 4 <= file.size;) {
    const head = file.read(at, 4);
    const isLast = (head[0]! & LAST_BLOCK) !== 0;
    at += 4 + head.readUIntBE(1, 3);
    if (isLast) return at;
  }
  throw file.broken("its description has no end");
}

/** Frames do not tell their length: the next one is where a header with the next number and a right checksum stands. */
async function countFrames(file: ReadFile, from: number): Promise<number> {
  let [samples, wanted] = [0, 0];
  for (let at = from; at < file.size; at += PIECE) {
    const piece = file.read(at, PIECE + LONGEST_HEADER);
    for (let sync = piece.indexOf(0xff); sync >= 0 && sync < PIECE; sync = piece.indexOf(0xff, sync + 1)) {
      if (piece[sync + 1] !== FIXED_SIZES) continue; // most are inside a frame
      const header = readHeader(piece.subarray(sync, sync + LONGEST_HEADER));
      if (header?.number !== wanted) continue;
      samples += header.samples;
      wanted++;
    }
    await setImmediate(); // lets the parent's end be noticed
  }
  return samples;
}

function readHeader(bytes: Buffer): { number: number; samples: number } | null {
  if (bytes.length < 6) return null;
  const size = bytes[2]! >> 4;
  const number = readNumber(bytes, 4);
  if (!number || size === 0) return null;
  const extra = size === 6 ? 1 : size === 7 ? 2 : 0;
  const rateCode = bytes[2]! & 0xf;
  const end = number.end + extra + (rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0);
  if (end >= bytes.length || crc8(bytes.subarray(0, end)) !== bytes[end]) return null;
  return { number: number.value, samples: blockSize(size, bytes, number.end) };
}

function blockSize(code: number, bytes: Buffer, at: number): number {
  if (code === 1) return 192;
  if (code < 6) return 576 << (code - 2);
  if (code === 6) return bytes[at]! + 1;
  if (code === 7) return bytes.readUInt16BE(at) + 1;
  return 256 << (code - 8);
}

/** Coded as UTF-8 codes characters, up to seven bytes. */
function readNumber(bytes: Buffer, at: number): { value: number; end: number } | null {
  const first = bytes[at]!;
  if (first < 0x80) return { value: first, end: at + 1 };
  const more = Math.clz32(~(first << 24)) - 1;
  if (more < 1 || more > 6) return null;
  let value = first & (0x3f >> more);
  for (let index = 1; index <= more; index++) {
    const next = bytes[at + index];
    if (next === undefined || next >> 6 !== 2) return null;
    value = value * 64 + (next & 0x3f);
  }
  return { value, end: at + 1 + more };
}

function crc8(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}
