/** CRC-32 as Ogg pages have it (RFC 3533, 6): polynomial 0x04c11db7, highest bit first, from 0. Eight bytes a step. */
const TABLES = makeTables();

function makeTables(): Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  const [first] = tables as [Int32Array];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    first[byte] = crc;
  }
  for (let k = 1; k < 8; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = tables[k - 1]![byte]!;
      tables[k]![byte] = (crc << 8) ^ first[crc >>> 24]!;
    }
  }
  return tables;
}

export function crc32ogg(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let crc = 0;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc =
      t7[bytes[i]! ^ (crc >>> 24)]! ^
      t6[bytes[i + 1]! ^ ((crc >>> 16) & 0xff)]! ^
      t5[bytes[i + 2]! ^ ((crc >>> 8) & 0xff)]! ^
      t4[bytes[i + 3]! ^ (crc & 0xff)]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc << 8) ^ t0[(crc >>> 24) ^ bytes[i]!]!;
  return crc >>> 0;
}
