/** Boxes of the ISO base media file format (ISO/IEC 14496-12), and numbers as they stand in them. */

export function box(type: string, ...content: Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(length), Buffer.from(type, "latin1"), ...content], length);
}

/** A box with version and flags. */
export function fullBox(type: string, { version = 0, flags = 0 }, ...content: Buffer[]): Buffer {
  return box(type, u32((version << 24) | flags), ...content);
}

export function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
}

export function u64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64BE(BigInt(value), index * 8));
  return bytes;
}

export function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

export const MOST_U32 = 0xffff_ffff;
