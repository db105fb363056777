/** The file of a lossy fragment: its packets one after the other, then the length of each as 16 bits, little-endian. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import type { ByteFile } from "./bytefile.ts";

const PACKETS_AT_A_TIME = 512;

/** Packets that follow each other. */
export type Packets = {
  bytes: Buffer;
  /** Bytes of each. */
  sizes: Uint16Array;
};

export type PacketWriter = {
  write(packet: Buffer): void;
  /** What the file ends with; answers how many packets it has. */
  end(): number;
};

export function packetWriter(file: ByteFile): PacketWriter {
  const sizes: number[] = [];
  return {
    write(packet) {
      file.write(packet);
      sizes.push(packet.length);
    },
    end() {
      const index = Buffer.alloc(sizes.length * 2);
      for (const [at, size] of sizes.entries()) index.writeUInt16LE(size, at * 2);
      file.write(index);
      return sizes.length;
    },
  };
}

/** The lengths of packets `from` up to `to`. Throws, naming the file, where it is not what was written. */
export function packetSizes(file: PacketFile, from: number, to: number): Uint16Array {
  return withFile(file, (handle) => readIndex(file, handle).subarray(from, to));
}

/** Packets `from` up to `to`, some hundred at a time, each time in a new buffer. */
export function* readPackets(file: PacketFile, from: number, to: number): Generator<Packets> {
  const handle = open(file.path);
  try {
    const all = readIndex(file, handle);
    let position = sum(all.subarray(0, from));
    for (let at = from; at < to; at += PACKETS_AT_A_TIME) {
      const sizes = all.subarray(at, Math.min(to, at + PACKETS_AT_A_TIME));
      const bytes = readWhole(file, handle, sum(sizes), position);
      position += bytes.length;
      yield { bytes, sizes };
    }
  } finally {
    closeSync(handle);
  }
}

export type PacketFile = {
  path: string;
  /** Packets that it should have. */
  frames: number;
};

function readIndex(file: PacketFile, handle: number): Uint16Array {
  const { frames, path } = file;
  const { size } = fstatSync(handle);
  const start = size - frames * 2;
  if (start >= 0) {
    const index = readWhole(file, handle, frames * 2, start);
    const sizes = Uint16Array.from({ length: frames }, (_, at) => index.readUInt16LE(at * 2));
    if (sum(sizes) === start && !sizes.includes(0)) return sizes;
  }
  throw new Error(`The fragment ${path} is damaged: ${size} bytes for ${frames} frames. Encode it again.`);
}

function readWhole({ path }: PacketFile, handle: number, length: number, position: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const read = readSync(handle, bytes, at, length - at, position + at);
    if (read === 0) throw new Error(`The fragment ${path} became shorter while it was read. Encode it again.`);
    at += read;
  }
  return bytes;
}

function withFile<T>({ path }: PacketFile, use: (handle: number) => T): T {
  const handle = open(path);
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new Error(`Cannot read a fragment, ${path}: ${(cause as Error).message}`, { cause });
  }
}

function sum(sizes: Uint16Array): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
