/**
 * The formats that we publish, by the names that people use. A lossy one is a family and its rate, and is stitched from
 * packets of that encoding (encodings.ts); flac and wav are written from the mastered PCM.
 */

/** Rates of the mastered PCM in Hz: speech at 24 kHz, 48 kHz where a voice delivers more. */
export type MasterRate = 24_000 | 48_000;

export type LossyFamily = "mp3" | "opus" | "aac";
export type Family = LossyFamily | "flac" | "wav";
/** `mp3_128`: the number is kbit/s. */
export type LossyId = `${LossyFamily}_${number}`;
export type FormatId = LossyId | "flac" | "wav";
/** What a fragment holds: packets of one encoding, or PCM. */
export type EncodingId = LossyId | "pcm";

export type Format = {
  id: FormatId;
  family: Family;
  encoding: EncodingId;
  /** The name under which it is published. */
  fileName: string;
};

/** The rates of a family in kbit/s: those that are listed, or all whole numbers between two. */
type Rates = { usual: number } & ({ listed: number[] } | { from: number; to: number });

const RATES: Record<LossyFamily, Rates> = {
  // those that MPEG-1 and, up to 160, MPEG-2 have
  mp3: { usual: 128, listed: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] },
  // below 24, libopus codes speech another way (SILK), whose packets remember more than we leave silence for
  opus: { usual: 48, from: 24, to: 256 },
  // FFmpeg's encoder finds no use for more than about 170 in one channel
  aac: { usual: 96, from: 32, to: 192 },
};

const EXTENSIONS: Record<Family, string> = { mp3: "mp3", opus: "opus", aac: "m4a", flac: "flac", wav: "wav" };

export class UnknownFormat extends Error {
  override name = "UnknownFormat";
}

/**
 * The format that a person named: `mp3_64`; `mp3` for its usual rate; `m4a` names aac by its file. Throws `UnknownFormat`
 * with what there is.
 */
export function formatOf(name: string): Format {
  const [, family, rate] = /^(mp3|opus|aac|m4a|flac|wav)(?:_([1-9]\d{0,2}))?$/.exec(name) ?? [];
  if (family === "flac" || family === "wav") {
    if (rate === undefined) return { id: family, family, encoding: "pcm", fileName: `audio.${family}` };
  } else if (family !== undefined) return lossyFormat(name, family === "m4a" ? "aac" : (family as LossyFamily), rate);
  throw new UnknownFormat(
    `Audio format ${JSON.stringify(name)} is not known. Known formats: mp3, opus, m4a (aac), flac, wav; ` +
      `the first three also with a rate in kbit/s, such as mp3_64, opus_32, m4a_128.`,
  );
}

export function isFormatId(name: string): name is FormatId {
  try {
    return formatOf(name).id === name;
  } catch {
    return false;
  }
}

/** What must be made of each fragment for these formats. */
export function encodingsOf(formats: FormatId[]): EncodingId[] {
  return [...new Set(formats.map((id) => formatOf(id).encoding))];
}

function lossyFormat(name: string, family: LossyFamily, rate: string | undefined): Format {
  const rates = RATES[family];
  const wanted = rate === undefined ? rates.usual : Number(rate);
  const has = "listed" in rates ? rates.listed.includes(wanted) : wanted >= rates.from && wanted <= rates.to;
  if (!has) {
    const range = "listed" in rates ? rates.listed.join(", ") : `${rates.from} to ${rates.to}`;
    throw new UnknownFormat(
      `Audio format ${JSON.stringify(name)} is not known: ${family} has no ${wanted} kbit/s. Its rates: ${range}.`,
    );
  }
  const id: LossyId = `${family}_${wanted}`;
  const extension = EXTENSIONS[family];
  return { id, family, encoding: id, fileName: `audio${wanted === rates.usual ? "" : `_${id}`}.${extension}` };
}
