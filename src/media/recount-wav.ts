/** The length of a WAV file, by its chunks; RF64 too (EBU Tech 3306). */
import type { Counted, ReadFile } from "./recount.ts";

const IN_DS64 = 0xffff_ffff;

export function countWav(file: ReadFile): Counted {
  const [head, kind] = [file.read(0, 12).toString("latin1"), "WAVE"];
  if (!/^(?:RIFF|RF64)/.test(head) || head.slice(8) !== kind) throw file.broken("it does not begin as WAV");
  let [rate, frame, large] = [0, 0, 0];
  for (let at = 12; at + 8 <= file.size;) {
    const chunk = file.read(at, 36);
    const [name, size] = [chunk.toString("latin1", 0, 4), chunk.readUInt32LE(4)];
    if (name === "fmt ") [rate, frame] = [chunk.readUInt32LE(12), chunk.readUInt16LE(20)];
    if (name === "ds64") large = Number(chunk.readBigUInt64LE(16));
    if (name === "data") {
      const bytes = size === IN_DS64 ? large : size;
      if (at + 8 + bytes !== file.size) throw file.broken(`its samples have ${bytes} bytes from byte ${at + 8} on`);
      return { samples: bytes / frame, rate };
    }
    at += 8 + size + (size % 2);
  }
  throw file.broken("it has no samples");
}
