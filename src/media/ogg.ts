/** Ogg pages (RFC 3533). One logical stream, whose packets of sound never cross a page. */
import type { ByteFile } from "./bytefile.ts";
import { crc32ogg } from "./crc32ogg.ts";

export type OggWriter = {
  /** A packet of any length on pages of its own. */
  header(packet: Buffer): void;
  /** The next packet of sound, of at most 64 KiB; `end` is the position behind it. */
  packet(bytes: Buffer, end: number): void;
  /** Writes the last page; `end` may lie before the position behind its last packet, which cuts the sound there. */
  end(end: number): void;
};

const HEAD_BYTES = 27;
const MOST_SEGMENTS = 255;
/** RFC 7845, 6: a second at most, so that a player that seeks has not far to read. */
const PACKETS_ON_A_PAGE = 50;
const NO_POSITION = 0xffff_ffff_ffff_ffffn;
const CONTINUED = 0b001;
const BEGINS = 0b010;
const ENDS = 0b100;

/** `serial` tells streams apart that somebody puts one behind the other. */
export function oggWriter(file: ByteFile, serial: number): OggWriter {
  const buffer = Buffer.alloc(HEAD_BYTES + MOST_SEGMENTS + MOST_SEGMENTS * 255);
  const body = Buffer.alloc(MOST_SEGMENTS * 255);
  const segments = Buffer.alloc(MOST_SEGMENTS);
  let pages = 0;
  let count = 0; // segments of the page
  let length = 0; // bytes of its body
  let packets = 0;
  let position = 0n;

  function flush(flags: number, granule: bigint): void {
    const start = HEAD_BYTES + count;
    buffer.write("OggS", 0, "latin1");
    buffer[4] = 0; // version
    buffer[5] = flags;
    buffer.writeBigUInt64LE(granule, 6);
    buffer.writeUInt32LE(serial, 14);
    buffer.writeUInt32LE(pages++, 18);
    buffer.writeUInt32LE(0, 22);
    buffer[26] = count;
    segments.copy(buffer, HEAD_BYTES, 0, count);
    body.copy(buffer, start, 0, length);
    const page = buffer.subarray(0, start + length);
    buffer.writeUInt32LE(crc32ogg(page), 22);
    file.write(page);
    count = length = packets = 0;
  }

  function add(bytes: Buffer): void {
    bytes.copy(body, length);
    length += bytes.length;
  }

  return {
    header(packet) {
      const lacing = packet.length / 255;
      for (let at = 0; at <= lacing; at++) {
        const segment = packet.subarray(at * 255, (at + 1) * 255);
        add(segment);
        segments[count++] = segment.length;
        const isLast = at + 1 > lacing;
        if (!isLast && count < MOST_SEGMENTS) continue;
        const flags = (pages === 0 ? BEGINS : 0) | (at >= MOST_SEGMENTS ? CONTINUED : 0);
        flush(flags, isLast ? 0n : NO_POSITION);
      }
    },
    packet(bytes, end) {
      const full = Math.floor(bytes.length / 255);
      if (packets === PACKETS_ON_A_PAGE || count + full + 1 > MOST_SEGMENTS) flush(0, position);
      segments.fill(255, count, count + full);
      segments[count + full] = bytes.length % 255;
      count += full + 1;
      add(bytes);
      packets++;
      position = BigInt(end);
    },
    end: (end) => flush(ENDS, BigInt(end)),
  };
}
