/** Small whole pictures, made here byte by byte. */
import { crc32, deflateSync } from "node:zlib";

/** RGB, all black. */
export function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8); // bits a sample, colour type RGB
  const rows = Buffer.alloc(height * (1 + width * 3));
  const chunks = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks]);
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** The head of a JPEG with a frame header of this size, and its end: no decoder would take it. */
export function jpegOutline(width: number, height: number, marker = 0xc0): Buffer {
  const frame = Buffer.from([0xff, marker, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const app0 = Buffer.from("ffe000104a46494600010100000100010000", "hex");
  const huffman = Buffer.from("ffc400030f", "hex"); // a table, whose marker is among those of frames
  return Buffer.concat([Buffer.from("ffd8", "hex"), app0, huffman, frame, Buffer.from("ffda0002ffd9", "hex")]);
}
