/**
 * How long a published file really is: counted from the file itself, by nothing that had a part in writing it. A file that
 * lost a piece on its way to the disk, or got one too many, must not be published.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { formatOf } from "./formats.ts";
import type { Family, FormatId } from "./formats.ts";
import { countFlac } from "./recount-flac.ts";
import { countMp3 } from "./recount-mp3.ts";
import { countMp4 } from "./recount-mp4.ts";
import { countOgg } from "./recount-ogg.ts";
import { countWav } from "./recount-wav.ts";

export type RecountJob = { path: string; format: FormatId };

/** `samples` at `rate` Hz, without what the codec adds at either end. */
export type Counted = { samples: number; rate: number };

export type ReadFile = {
  size: number;
  /** Fewer bytes at the end of the file; valid until the next call. */
  read(at: number, bytes: number): Buffer;
  /** An error that names the file. */
  broken(why: string): Error;
};

const COUNT: Record<Family, (file: ReadFile) => Counted | Promise<Counted>> = {
  mp3: countMp3,
  opus: countOgg,
  aac: countMp4,
  flac: countFlac,
  wav: countWav,
};

/** Throws where the file is not what its format says. */
export async function recount({ path, format }: RecountJob): Promise<Counted> {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    let buffer = Buffer.alloc(0);
    return await COUNT[formatOf(format).family]({
      size,
      read(at, bytes) {
        if (buffer.length < bytes) buffer = Buffer.allocUnsafe(bytes);
        return buffer.subarray(0, readSync(file, buffer, 0, bytes, at));
      },
      broken: (why) => new Error(`${path} is broken: ${why}. It has ${size} bytes.`),
    });
  } finally {
    closeSync(file);
  }
}
