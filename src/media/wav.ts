/**
 * WAV, and RF64 where 4 GiB do not suffice (EBU Tech 3306): 24 hours at 24 kHz. Tags are a RIFF INFO list, in UTF-8 as is
 * usual now.
 */
import type { ByteFile } from "./bytefile.ts";
import type { PcmStream } from "./stitch.ts";
import { line } from "./tags.ts";
import type { Tags } from "./tags.ts";

export async function writeWav(file: ByteFile, { rate, samples, pcm }: PcmStream, tags: Tags): Promise<void> {
  file.write(wavHead(samples, rate, tags));
  for await (const bytes of pcm()) file.write(bytes);
}

const PCM = 1;
const BYTES_A_SAMPLE = 2;
const ELSEWHERE = 0xffff_ffff; // in ds64

/** All that stands before the samples. */
export function wavHead(samples: number, rate: number, tags: Tags): Buffer {
  const data = samples * BYTES_A_SAMPLE;
  const chunks = Buffer.concat([chunk("fmt ", format(rate)), info(tags)]);
  const riff = 4 + chunks.length + 8 + data; // all behind its own length
  const isLarge = riff > ELSEWHERE - 1;
  const head = (name: string, length: number) =>
    Buffer.concat([Buffer.from(name), uint32(isLarge ? ELSEWHERE : length)]);
  const sizes = isLarge ? chunk("ds64", ds64(riff + DS64_BYTES + 8, data, samples)) : Buffer.alloc(0);
  return Buffer.concat([head(isLarge ? "RF64" : "RIFF", riff), Buffer.from("WAVE"), sizes, chunks, head("data", data)]);
}

function format(rate: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(PCM, 0);
  bytes.writeUInt16LE(1, 2); // channel
  bytes.writeUInt32LE(rate, 4);
  bytes.writeUInt32LE(rate * BYTES_A_SAMPLE, 8);
  bytes.writeUInt16LE(BYTES_A_SAMPLE, 12);
  bytes.writeUInt16LE(BYTES_A_SAMPLE * 8, 14);
  return bytes;
}

const DS64_BYTES = 28;

function ds64(riff: number, data: number, samples: number): Buffer {
  const bytes = Buffer.alloc(DS64_BYTES);
  for (const [index, value] of [riff, data, samples].entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
  return bytes;
}

function info({ title, author, language, date, comment, encoder }: Tags): Buffer {
  const named = { INAM: title, IART: author, ILNG: language, ICRD: date, ICMT: comment, ISFT: encoder };
  const entries = Object.entries(named)
    .filter(([, text]) => text)
    .map(([name, text]) => chunk(name, Buffer.from(`${line(text!)}\0`)));
  return entries.length === 0 ? Buffer.alloc(0) : chunk("LIST", Buffer.concat([Buffer.from("INFO"), ...entries]));
}

/** Chunks begin at even places. */
function chunk(name: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(name), uint32(content.length), content, Buffer.alloc(content.length % 2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
