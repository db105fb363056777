/** Cover pictures: what kind they are, by their content, and what containers want to know of them. */

export type Picture = {
  mediaType: "image/png" | "image/jpeg";
  /** Pixels. */
  width: number;
  height: number;
  /** Bits a pixel. */
  depth: number;
};

/** Every format carries it, some in text a third larger, and a player loads it before it plays. */
const MOST_BYTES = 8 * 1024 * 1024;

export class UnusableCover extends Error {
  override name = "UnusableCover";
}

/** Throws `UnusableCover` where it is no whole PNG or JPEG, or larger than 8 MiB. */
export function readPicture(bytes: Uint8Array): Picture {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > MOST_BYTES) {
    throw new UnusableCover("The cover is larger than 8 MiB. Save it smaller, or as JPEG.");
  }
  const picture = png(buffer) ?? jpeg(buffer);
  if (!picture) {
    const start = buffer.subarray(0, 8).toString("hex");
    const found = buffer.length === 0 ? "an empty file" : `a file that begins with ${start}`;
    throw new UnusableCover(`The cover must be a PNG or JPEG picture, got ${found}.`);
  }
  if (picture.width === 0 || picture.height === 0) throw new UnusableCover("The cover has no pixels.");
  return picture;
}

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"); // signature, then the head of IHDR
const PNG_END = Buffer.from("0000000049454e44ae426082", "hex");
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }; // by colour type (PNG, 11.2.2)

function png(bytes: Buffer): Picture | null {
  if (!bytes.subarray(0, 8).equals(PNG.subarray(0, 8))) return null;
  const isWhole = bytes.length >= 45 && bytes.subarray(0, 16).equals(PNG) && bytes.lastIndexOf(PNG_END) >= 33;
  if (!isWhole) throw cutShort("PNG");
  const depth = bytes[24]! * (CHANNELS[bytes[25]!] ?? 1);
  return { mediaType: "image/png", width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), depth };
}

const JPEG_END = Buffer.from("ffd9", "hex");

/** The size stands in the first frame header (ITU-T T.81, B.2.2): markers C0 to CF save C4, C8 and CC. */
function jpeg(bytes: Buffer): Picture | null {
  if (bytes.length < 3 || bytes.readUIntBE(0, 3) !== 0xffd8ff) return null;
  for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // fill bytes
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (bytes.lastIndexOf(JPEG_END) <= at) break;
      const depth = bytes[at + 4]! * bytes[at + 9]!;
      return { mediaType: "image/jpeg", width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5), depth };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw cutShort("JPEG");
}

function cutShort(kind: string): UnusableCover {
  return new UnusableCover(`The cover begins as a ${kind} picture, but is damaged or cut short.`);
}
