/** The length of an mp3, by walking its frames (ISO/IEC 11172-3 and 13818-3). */
import { setImmediate } from "node:timers/promises";

import type { Counted, ReadFile } from "./recount.ts";

// kbit/s and Hz by the header's indexes.
const BIT_RATES = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = { mpeg1: [44_100, 48_000, 32_000], mpeg2: [22_050, 24_000, 16_000] };

type Header = { bytes: number; samples: number; rate: number; sideInfo: number };

/** Null where no frame of layer III begins. */
function readHeader(bytes: Buffer, at: number): Header | null {
  if (bytes[at] !== 0xff || (bytes[at + 1]! & 0xe6) !== 0xe2) return null; // sync, layer III
  const version = (bytes[at + 1]! >> 3) & 3;
  if (version !== 2 && version !== 3) return null; // MPEG-2 and MPEG-1
  const name = version === 3 ? "mpeg1" : "mpeg2";
  const bitRate = BIT_RATES[name][bytes[at + 2]! >> 4];
  const sampleRate = SAMPLE_RATES[name][(bytes[at + 2]! >> 2) & 3];
  if (!bitRate || !sampleRate) return null;
  const samples = version === 3 ? 1152 : 576;
  const padding = (bytes[at + 2]! >> 1) & 1;
  const mono = bytes[at + 3]! >> 6 === 3;
  const sideInfo = version === 3 ? (mono ? 17 : 32) : mono ? 9 : 17;
  return {
    bytes: Math.floor((samples / 8) * ((bitRate * 1000) / sampleRate)) + padding,
    samples,
    rate: sampleRate,
    sideInfo,
  };
}

export async function countMp3(file: ReadFile): Promise<Counted> {
  const head = file.read(0, 10);
  const start = head.toString("latin1", 0, 3) === "ID3" ? 10 + synchsafe(head) : 0;
  const info = readInfo(file, start);
  const { frames, samples } = await walk(file, start + info.bytes);
  if (frames !== info.frames) throw file.broken(`it has ${frames} frames, but says that it has ${info.frames}`);
  return { samples: samples - info.delay - info.padding, rate: info.rate };
}

function synchsafe(head: Buffer): number {
  return (head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!;
}

/** The frame that describes the others (Xing's, as LAME extends it): how many, and what to cut off at either end. */
function readInfo(file: ReadFile, at: number) {
  const frame = file.read(at, 256);
  const header = frame.length >= 200 ? readHeader(frame, 0) : null;
  const xing = 4 + (header?.sideInfo ?? 0);
  if (!header || !/^(?:Info|Xing)$/.test(frame.toString("latin1", xing, xing + 4))) {
    throw file.broken(`the frame that tells its length is not at byte ${at}`);
  }
  const cut = frame.readUIntBE(xing + 120 + 21, 3);
  const { bytes, rate } = header;
  return { bytes, rate, frames: frame.readUInt32BE(xing + 8), delay: cut >> 12, padding: cut & 0xfff };
}

const PIECE = 1 << 20;

async function walk(file: ReadFile, from: number): Promise<{ frames: number; samples: number }> {
  let [frames, samples] = [0, 0];
  for (let at = from; at < file.size;) {
    const piece = file.read(at, PIECE);
    let offset = 0;
    while (offset + 4 <= piece.length) {
      const header = readHeader(piece, offset);
      if (!header || at + offset + header.bytes > file.size)
        throw file.broken(`no frame is whole at byte ${at + offset}`);
      frames++;
      samples += header.samples;
      offset += header.bytes;
    }
    if (offset === 0) throw file.broken(`no frame is whole at byte ${at}`);
    at += offset;
    await setImmediate(); // lets the parent's end be noticed
  }
  return { frames, samples };
}
