/** The length of Opus in Ogg, by walking its pages and packets (RFC 3533, 6716 and 7845). */
import { setImmediate } from "node:timers/promises";

import type { Counted, ReadFile } from "./recount.ts";

const RATE = 48_000;
const PAGE_HEAD = 27;
const END_OF_STREAM = 4;
/** OpusHead and OpusTags. */
const HEADERS = 2;

type Page = { sequence: number; isLast: boolean; position: number; lacing: Buffer; body: Buffer; bytes: number };

export async function countOgg(file: ReadFile): Promise<Counted> {
  let [preSkip, heard, packets] = [0, 0, 0];
  let last: Page | null = null;
  let inside = false; // a packet that goes on in this page
  for (let at = 0; at < file.size; at += last.bytes) {
    const page = readPage(file, at);
    if (page.sequence !== (last ? last.sequence + 1 : 0))
      throw file.broken(`page ${page.sequence} stands at byte ${at}`);
    if (!last) preSkip = readHead(file, page.body);
    last = page;
    let offset = 0;
    for (const length of page.lacing) {
      if (!inside && packets++ >= HEADERS) heard += packetSamples(page.body.subarray(offset));
      inside = length === 255;
      offset += length;
    }
    if (page.sequence % 64 === 0) await setImmediate(); // lets the parent's end be noticed
  }
  if (!last?.isLast) throw file.broken("its last page is missing");
  // The last packet may be longer than what is left to hear.
  if (heard < last.position || heard - last.position >= 2 * packetSamples(last.body)) {
    throw file.broken(`its packets hold ${heard} samples, but its last position is ${last.position}`);
  }
  return { samples: last.position - preSkip, rate: RATE };
}

function readPage(file: ReadFile, at: number): Page {
  const head = file.read(at, PAGE_HEAD + 255);
  const start = PAGE_HEAD + (head[PAGE_HEAD - 1] ?? 0);
  const length = head.subarray(PAGE_HEAD, start).reduce((sum, each) => sum + each, start);
  const isPage = head.toString("latin1", 0, 4) === "OggS";
  const bytes = file.read(at, length);
  if (!isPage || bytes.length < length) throw file.broken(`no page is whole at byte ${at}`);
  return {
    sequence: bytes.readUInt32LE(18),
    isLast: (bytes[5]! & END_OF_STREAM) !== 0,
    position: Number(bytes.readBigInt64LE(6)),
    lacing: bytes.subarray(PAGE_HEAD, start),
    body: bytes.subarray(start),
    bytes: length,
  };
}

function readHead(file: ReadFile, body: Buffer): number {
  if (body.toString("latin1", 0, 8) !== "OpusHead") throw file.broken("it does not begin as Opus");
  return body.readUInt16LE(10);
}

/** At 48 kHz, by a packet's first two bytes (RFC 6716, 3.1 and 3.2). */
function packetSamples(packet: Buffer): number {
  const [toc = 0, count = 0] = packet;
  const configuration = toc >> 3;
  const [silk, celt] = [
    [480, 960, 1920, 2880],
    [120, 240, 480, 960],
  ];
  const frame =
    configuration < 12
      ? silk![configuration & 3]!
      : configuration < 16
        ? silk![configuration & 1]!
        : celt![configuration & 3]!;
  const code = toc & 3;
  return frame * (code === 0 ? 1 : code === 3 ? count & 0x3f : 2);
}
