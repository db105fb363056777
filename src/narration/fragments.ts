/** Fragments and published files that are there already, by what shaped their bytes. */
import { sql } from "kysely";
import type { Queryable } from "../database/connect.ts";
import { FORMATS, type FormatId } from "../media/formats.ts";
import { fragmentKey } from "./fingerprint.ts";
import { bytesOf, powersOf } from "./speech-segments.ts";

/** The limiter's ceiling, dBTP. */
export const CEILING_DBTP = -2;
/** The loudness that is delivered, LUFS, and how far a narration may lie from it, LU. */
export const TARGET_LUFS = -16;
export const TOLERANCE_LU = 0.5;

/** Raised when mastering or encoding gives other bytes for the same settings. */
const MASTERING_VERSION = 1;

export type Fragment = {
  key: string;
  format: FormatId;
  base: string;
  gainDb: number;
  audioSha256: string;
  bytes: number;
  frames: number;
  samples: number;
  /** Powers of 100 ms after gain and limiter. */
  loudness: Float32Array;
};

/** The name of a fragment in one format at one gain. */
export function keyOfFragment(base: string, gainDb: number, format: FormatId): string {
  const { encoder, options, bitRate } = FORMATS[format];
  const settings = JSON.stringify([MASTERING_VERSION, format, encoder, options, bitRate]);
  return fragmentKey({ base, gainDb, ceilingDbtp: CEILING_DBTP, encoder: settings });
}

/** The fragments of these bases at this gain that are there, by base and format: `BASE FORMAT`. */
export async function findFragments(
  db: Queryable,
  bases: string[],
  gainDb: number,
  formats: FormatId[],
): Promise<Map<string, Fragment>> {
  const keys = formats.flatMap((format) => bases.map((base) => keyOfFragment(base, gainDb, format)));
  const { rows } = await sql<Omit<Fragment, "loudness" | "gainDb"> & { gainDb: string; loudness: Buffer }>`
    select fragment_key as key, format_id as format, base_key as base, gain_db as "gainDb",
      audio_sha256 as "audioSha256", bytes, frames, samples, loudness
    from lector.fragments where fragment_key = any(${keys}::text[])`.execute(db);
  const fragments = rows.map((row) => ({ ...row, gainDb: Number(row.gainDb), loudness: powersOf(row.loudness) }));
  return new Map(fragments.map((fragment) => [`${fragment.base} ${fragment.format}`, fragment]));
}

/** Bases of which every format is there at this gain, with the hashes of their bytes. */
export async function completeBases(
  db: Queryable,
  bases: string[],
  gainDb: number,
  formats: FormatId[],
): Promise<Map<string, string[]>> {
  const keys = formats.flatMap((format) => bases.map((base) => keyOfFragment(base, gainDb, format)));
  const { rows } = await sql<{ base: string; hashes: string[] }>`
    select base_key as base, array_agg(audio_sha256) as hashes
    from lector.fragments where fragment_key = any(${keys}::text[])
    group by base_key having count(*) = ${formats.length}`.execute(db);
  return new Map(rows.map((row) => [row.base, row.hashes]));
}

/** They are made again when they are wanted. */
export async function forgetFragments(db: Queryable, by: "audio_sha256" | "base_key", values: string[]): Promise<void> {
  await sql`delete from lector.fragments where ${sql.ref(by)} = any(${values}::text[])`.execute(db);
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
export async function saveFragments(db: Queryable, fragments: Fragment[]): Promise<void> {
  const column = <T>(value: (fragment: Fragment) => T) => fragments.map(value);
  await sql`
    insert into lector.fragments (fragment_key, format_id, base_key, gain_db, audio_sha256, bytes, frames, samples, loudness)
    select * from unnest(${column((f) => f.key)}::text[], ${column((f) => f.format)}::text[], ${column((f) => f.base)}::text[],
      ${column((f) => f.gainDb)}::numeric[], ${column((f) => f.audioSha256)}::text[], ${column((f) => f.bytes)}::bigint[],
      ${column((f) => f.frames)}::int[], ${column((f) => f.samples)}::bigint[],
      ${column((f) => bytesOf(f.loudness))}::bytea[])
    on conflict do nothing`.execute(db);
}

export type Publication = {
  key: string;
  format: FormatId;
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
  await sql`insert into lector.publications (publication_key, format_id, audio_sha256, bytes, frames, samples)
    values (${p.key}, ${p.format}, ${p.audioSha256}, ${p.bytes}, ${p.frames}, ${p.samples})
    on conflict (publication_key) do update set format_id = excluded.format_id, audio_sha256 = excluded.audio_sha256,
      bytes = excluded.bytes, frames = excluded.frames, samples = excluded.samples`.execute(db);
}
