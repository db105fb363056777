/** Fragments and published files that are there already, by what shaped their bytes. */
import { sql } from "kysely";
import type { Queryable } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { encodingSettings } from "../media/encodings.ts";
import type { EncodingId } from "../media/formats.ts";
import { fragmentKey } from "./fingerprint.ts";
import { bytesOf, powersOf } from "./speech-segments.ts";

/** The limiter's ceiling, dBTP. */
export const CEILING_DBTP = -2;
/** The loudness that is delivered, LUFS, and how far a narration may lie from it, LU: half a unit, of which encoding takes up to a tenth or two. */
export const TARGET_LUFS = -16;
export const TOLERANCE_LU = 0.4;

/** Raised when mastering or encoding gives other bytes for the same settings, or a fragment is kept otherwise. */
const MASTERING_VERSION = 2;

export type Fragment = {
  key: string;
  encoding: EncodingId;
  base: string;
  gainDb: number;
  audioSha256: string;
  bytes: number;
  frames: number;
  samples: number;
  /** Powers of 100 ms after gain and limiter. */
  loudness: Float32Array;
};

/** `peaks`: lowest and highest sample of each 5 ms (peaks.ts). */
export type MadeFragment = Fragment & { peaks: Int8Array };

/** The name of a fragment in one encoding at one gain. */
export function keyOfFragment(base: string, gainDb: number, encoding: EncodingId): string {
  const settings = JSON.stringify([MASTERING_VERSION, ...encodingSettings(encoding)]);
  return fragmentKey({ base, gainDb, ceilingDbtp: CEILING_DBTP, encoder: settings });
}

/** The fragments of these bases at this gain that are there, by base and encoding: `BASE ENCODING`. */
export async function findFragments(
  db: Queryable,
  bases: string[],
  gainDb: number,
  encodings: EncodingId[],
): Promise<Map<string, Fragment>> {
  const keys = encodings.flatMap((encoding) => bases.map((base) => keyOfFragment(base, gainDb, encoding)));
  const { rows } = await sql<Omit<Fragment, "loudness" | "gainDb"> & { gainDb: string; loudness: Buffer }>`
    select fragment_key as key, format_id as encoding, base_key as base, gain_db as "gainDb",
      audio_sha256 as "audioSha256", bytes, frames, samples, loudness
    from lector.fragments where fragment_key = any(${keys}::text[])`.execute(db);
  const fragments = rows.map((row) => ({ ...row, gainDb: Number(row.gainDb), loudness: powersOf(row.loudness) }));
  return new Map(fragments.map((fragment) => [`${fragment.base} ${fragment.encoding}`, fragment]));
}

/** What the waveform is drawn from (peaks.ts), by base. */
export async function findPeaks(
  db: Queryable,
  bases: string[],
  gainDb: number,
  encoding: EncodingId,
): Promise<Map<string, Int8Array>> {
  const keys = bases.map((base) => keyOfFragment(base, gainDb, encoding));
  const { rows } = await sql<{ base: string; peaks: Buffer }>`
    select base_key as base, peaks from lector.fragments where fragment_key = any(${keys}::text[])`.execute(db);
  return new Map(rows.map(({ base, peaks }) => [base, Int8Array.from(peaks)]));
}

/** Bases of which every encoding is there at this gain, with the hashes of their bytes. */
export async function completeBases(
  db: Queryable,
  bases: string[],
  gainDb: number,
  encodings: EncodingId[],
): Promise<Map<string, string[]>> {
  const keys = encodings.flatMap((encoding) => bases.map((base) => keyOfFragment(base, gainDb, encoding)));
  const { rows } = await sql<{ base: string; hashes: string[] }>`
    select base_key as base, array_agg(audio_sha256) as hashes
    from lector.fragments where fragment_key = any(${keys}::text[])
    group by base_key having count(*) = ${encodings.length}`.execute(db);
  return new Map(rows.map((row) => [row.base, row.hashes]));
}

/** They are made again when they are wanted. */
export async function forgetFragments(db: Queryable, hashes: string[]): Promise<void> {
  await sql`delete from lector.fragments where audio_sha256 = any(${hashes}::text[])`.execute(db);
}

/**
 * The gain at which most of these bases are there, so that an edited narration keeps the gain of its other fragments;
 * the voice's own where fewer than half are there at any.
 */
export async function usualGain(db: Queryable, bases: string[], voiceGainDb: number): Promise<number> {
  const { rows } = await sql<{ gain: string; there: number }>`
    select gain_db as gain, count(distinct base_key)::int as there from lector.fragments
    where base_key = any(${bases}::text[]) group by gain_db order by there desc, gain_db = ${voiceGainDb} desc limit 1`.execute(
    db,
  );
  const best = rows[0];
  return best && best.there * 2 >= new Set(bases).size ? Number(best.gain) : voiceGainDb;
}

/** Keeps fragments; one that another process made in the same moment is the same. */
export async function saveFragments(db: Queryable, fragments: MadeFragment[]): Promise<void> {
  const column = <T>(value: (fragment: MadeFragment) => T) => fragments.map(value);
  failpoint("fragments.before");
  await sql`
    insert into lector.fragments (fragment_key, format_id, base_key, gain_db, audio_sha256, bytes, frames, samples, loudness,
      peaks)
    select * from unnest(${column((f) => f.key)}::text[], ${column((f) => f.encoding)}::text[], ${column((f) => f.base)}::text[],
      ${column((f) => f.gainDb)}::numeric[], ${column((f) => f.audioSha256)}::text[], ${column((f) => f.bytes)}::bigint[],
      ${column((f) => f.frames)}::int[], ${column((f) => f.samples)}::bigint[],
      ${column((f) => bytesOf(f.loudness))}::bytea[], ${column((f) => Buffer.from(f.peaks))}::bytea[])
    on conflict do nothing`.execute(db);
  failpoint("fragments.after");
}

export type Publication = {
  key: string;
  /** A format id, or `waveform`. */
  format: string;
  audioSha256: string;
  bytes: number;
  frames: number;
  samples: number;
};

export async function findPublication(db: Queryable, key: string): Promise<Publication | null> {
  const { rows } = await sql<Publication>`
    select publication_key as key, format_id as format, audio_sha256 as "audioSha256", bytes, frames, samples
    from lector.publications where publication_key = ${key}`.execute(db);
  return rows[0] ?? null;
}

/** Over an earlier one, whose bytes are lost or are the same. */
export async function savePublication(db: Queryable, p: Publication): Promise<void> {
  failpoint("publication.before");
  await sql`insert into lector.publications (publication_key, format_id, audio_sha256, bytes, frames, samples)
    values (${p.key}, ${p.format}, ${p.audioSha256}, ${p.bytes}, ${p.frames}, ${p.samples})
    on conflict (publication_key) do update set format_id = excluded.format_id, audio_sha256 = excluded.audio_sha256,
      bytes = excluded.bytes, frames = excluded.frames, samples = excluded.samples`.execute(db);
  failpoint("publication.after");
}
