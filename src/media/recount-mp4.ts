/** The length of sound in MP4, by its boxes (ISO/IEC 14496-12). */
import type { Counted, ReadFile } from "./recount.ts";

type Box = { type: string; /** Of its content. */ start: number; end: number };

export function countMp4(file: ReadFile): Counted {
  const boxes = [...boxesOf(file, 0, file.size)];
  const movie = find(file, boxes, "moov");
  const data = find(file, boxes, "mdat");
  const scale = header(file, inside(file, movie, "mvhd"), 12, 20);
  const sound = [...boxesOf(file, movie.start, movie.end)].find((box) => box.type === "trak" && isSound(file, box));
  if (!sound) throw file.broken("it has no track of sound");
  const media = inside(file, sound, "mdia");
  const rate = header(file, inside(file, media, "mdhd"), 12, 20);
  const table = inside(file, inside(file, media, "minf"), "stbl");
  const { samples, delay } = edit(file, inside(file, inside(file, sound, "edts"), "elst"));
  const { count, length } = times(file, inside(file, table, "stts"));
  const stored = sizes(file, inside(file, table, "stsz"));
  if (stored.count !== count) throw file.broken(`it has ${stored.count} packets, but times for ${count}`);
  if (stored.bytes > data.end - data.start)
    throw file.broken(`its packets have ${stored.bytes} bytes, and there are fewer`);
  const heard = (samples * rate) / scale;
  if (length < delay + heard) throw file.broken(`its packets hold ${length} samples, but ${delay + heard} are wanted`);
  return { samples: heard, rate };
}

function* boxesOf(file: ReadFile, from: number, to: number): Generator<Box> {
  for (let at = from; at < to;) {
    const head = Buffer.from(file.read(at, 16));
    if (head.length < 8) throw file.broken(`no box is whole at byte ${at}`);
    const short = head.readUInt32BE(0);
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8 || at + size > to) throw file.broken(`the box at byte ${at} is not whole`);
    yield { type: head.toString("latin1", 4, 8), start: at + (short === 1 ? 16 : 8), end: at + size };
    at += size;
  }
}

function find(file: ReadFile, boxes: Box[], type: string): Box {
  const found = boxes.find((box) => box.type === type);
  if (!found) throw file.broken(`it has no box "${type}"`);
  return found;
}

function inside(file: ReadFile, { start, end }: Box, type: string): Box {
  return find(file, [...boxesOf(file, start, end)], type);
}

function contentOf(file: ReadFile, { start, end }: Box): Buffer {
  return file.read(start, end - start);
}

/** A field of 32 bits whose place depends on the box's version. */
function header(file: ReadFile, box: Box, short: number, long: number): number {
  const content = contentOf(file, box);
  return content.readUInt32BE(content[0] === 1 ? long : short);
}

function isSound(file: ReadFile, track: Box): boolean {
  const handler = contentOf(file, inside(file, inside(file, track, "mdia"), "hdlr"));
  return handler.toString("latin1", 8, 12) === "soun";
}

function edit(file: ReadFile, box: Box): { samples: number; delay: number } {
  const content = contentOf(file, box);
  if (content.readUInt32BE(4) !== 1) throw file.broken("its sound is not one piece");
  if (content[0] !== 1) return { samples: content.readUInt32BE(8), delay: content.readUInt32BE(12) };
  return { samples: Number(content.readBigUInt64BE(8)), delay: Number(content.readBigUInt64BE(16)) };
}

function times(file: ReadFile, box: Box): { count: number; length: number } {
  const content = contentOf(file, box);
  let [count, length] = [0, 0];
  for (let run = 0; run < content.readUInt32BE(4); run++) {
    const packets = content.readUInt32BE(8 + run * 8);
    count += packets;
    length += packets * content.readUInt32BE(12 + run * 8);
  }
  return { count, length };
}

function sizes(file: ReadFile, box: Box): { count: number; bytes: number } {
  const content = contentOf(file, box);
  const count = content.readUInt32BE(8);
  const same = content.readUInt32BE(4);
  if (same > 0) return { count, bytes: same * count };
  let bytes = 0;
  for (let index = 0; index < count; index++) bytes += content.readUInt32BE(12 + index * 4);
  return { count, bytes };
}
