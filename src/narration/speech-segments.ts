/**
 * Segments are bought once. The right to buy one is a claim that holds exactly while its attempt is current:
 *
 *   T1  before the call: the claim and a reservation in the ledger; whoever else wants the segment waits for it
 *   T2  the audio's bytes are stored
 *   T3  the segment is `ready` and its ledger row `settled`, if the claim still holds: never bought again from here on
 *   T4  the step settles; a crash between T3 and T4 repeats the step, which finds everything there
 *
 * Whoever lost its claim meanwhile settles its own ledger row as `wasted` and changes nothing else.
 */
import { sql } from "kysely";
import { transact, unlessVictim, type Database, type Queryable, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { markUnknown, reservations, type Reservation } from "../ledger/ledger.ts";

export type Claimant = { taskId: string; attempt: number; executionId: string; ownerId: string };

export type WantedSegment = {
  fingerprint: string;
  provider: string;
  model: string;
  voice: string;
  language: string;
  /** Unicode code points of the text sent. */
  characters: number;
  pricePerCharacter: string;
};

export type ReadySegment = {
  fingerprint: string;
  audioSha256: string;
  encoding: "s16le";
  sampleRate: number;
  samples: number;
};

export type Claims = {
  ready: Map<string, ReadySegment>;
  /** Segments that are ours to buy now, with their ledger rows. */
  mine: Map<string, string>;
  /** Segments that another attempt is just buying. */
  busy: string[];
};

/** T1. Empty `mine` and all else `busy` where this attempt is no longer current. */
export async function claimSegments(db: Database, claimant: Claimant, wanted: WantedSegment[]): Promise<Claims> {
  const mine = await claimNew(db, claimant, wanted);
  const known = wanted.filter(({ fingerprint }) => !mine.has(fingerprint));
  if (known.length === 0) return { ready: new Map(), mine, busy: [] };
  const ready = await readySegments(db, fingerprintsOf(known));
  const missing = known.filter(({ fingerprint }) => !ready.has(fingerprint));
  if (missing.length === 0) return { ready, mine, busy: [] };
  const taken = await takeOver(db, claimant, missing);
  const others = fingerprintsOf(missing).filter((fingerprint) => !taken.has(fingerprint));
  const since = others.length > 0 ? await readySegments(db, others) : new Map<string, ReadySegment>();
  return {
    ready: new Map([...ready, ...since]),
    mine: new Map([...mine, ...taken]),
    busy: others.filter((fingerprint) => !since.has(fingerprint)),
  };
}

const fingerprintsOf = (segments: WantedSegment[]) => segments.map(({ fingerprint }) => fingerprint);
/** One order of locks for all. */
const inOrder = (a: WantedSegment, b: WantedSegment) => (a.fingerprint < b.fingerprint ? -1 : 1);

/** Those that nobody ever wanted, with their reservations: most of a new text. Answers their ledger rows. */
async function claimNew(db: Database, claimant: Claimant, wanted: WantedSegment[]): Promise<Map<string, string>> {
  const sorted = wanted.toSorted(inOrder);
  const column = <T>(value: (segment: WantedSegment) => T) => sorted.map(value);
  const { ids, insert } = reservations(sorted.map((segment) => reservationOf(claimant, segment)));
  const claim = sql<{ fingerprint: string }>`
    with claimed as (
      insert into lector.speech_segments (fingerprint, provider, model, voice, language, characters, state, claim_task_id,
        claim_attempt)
      select n.*, 'claimed', t.task_id, t.attempt
      from unnest(${fingerprintsOf(sorted)}::text[], ${column((s) => s.provider)}::text[], ${column((s) => s.model)}::text[],
          ${column((s) => s.voice)}::text[], ${column((s) => s.language)}::text[], ${column((s) => s.characters)}::int[])
          as n(fingerprint, provider, model, voice, language, characters),
        (select task_id, attempt from lector.workflow_steps
          where task_id = ${claimant.taskId} and attempt = ${claimant.attempt} and state = 'running') t
      on conflict (fingerprint) do nothing returning fingerprint
    ), reserved as (${insert} where r.fingerprint in (select fingerprint from claimed))
    select fingerprint from claimed`;
  failpoint("reserve.before");
  const { rows } = await unlessVictim(() => claim.execute(db));
  failpoint("reserve.after");
  return new Map(rows.map(({ fingerprint }) => [fingerprint, ids.get(fingerprint)!]));
}

function reservationOf({ taskId, attempt, executionId, ownerId }: Claimant, segment: WantedSegment): Reservation {
  const { fingerprint, provider, model, characters: quantity, pricePerCharacter } = segment;
  return { ownerId, executionId, taskId, attempt, fingerprint, provider, model, quantity, pricePerCharacter };
}

/** Claims whose attempt is no longer current pass to us; their open reservations become `unknown`. */
async function takeOver(db: Database, claimant: Claimant, wanted: WantedSegment[]): Promise<Map<string, string>> {
  const sorted = wanted.toSorted(inOrder);
  const ids = await transact(db, async (tx) => {
    const taken = await takeClaims(tx, claimant, fingerprintsOf(sorted));
    if (taken.size === 0) return new Map<string, string>();
    await markUnknown(tx, [...taken]);
    const bought = sorted.filter(({ fingerprint }) => taken.has(fingerprint));
    const reserved = reservations(bought.map((segment) => reservationOf(claimant, segment)));
    await reserved.insert.execute(tx);
    failpoint("take-over.before");
    return reserved.ids;
  });
  if (ids.size > 0) failpoint("take-over.after");
  return ids;
}

async function takeClaims(tx: Tx, claimant: Claimant, fingerprints: string[]): Promise<Set<string>> {
  // Lock first and look in the next statement, whose snapshot shows what was committed while we waited.
  await sql`select 1 from lector.speech_segments where fingerprint = any(${fingerprints}::text[]) and state = 'claimed'
    order by fingerprint for update`.execute(tx);
  const { rows } = await sql<{ fingerprint: string }>`
    update lector.speech_segments s set claim_task_id = t.task_id, claim_attempt = t.attempt
    from (select task_id, attempt from lector.workflow_steps
      where task_id = ${claimant.taskId} and attempt = ${claimant.attempt} and state = 'running') t
    where s.fingerprint = any(${fingerprints}::text[]) and s.state = 'claimed'
      and not (s.claim_task_id = t.task_id and s.claim_attempt = t.attempt)
      and not exists (select 1 from lector.workflow_steps w where w.task_id = s.claim_task_id
        and w.attempt = s.claim_attempt and w.state = 'running')
    returning s.fingerprint`.execute(tx);
  return new Set(rows.map((row) => row.fingerprint));
}

/**
 * Segments whose bytes are lost become claims of nobody, for whoever wants them next: their first purchase stays in the
 * ledger, and the next one stands beside it. One that was bought again meanwhile stays as it is.
 */
export async function forgetSegments(db: Database, lost: ReadySegment[]): Promise<void> {
  const sorted = lost.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const forget = sql`
    with lost as materialized (
      select s.fingerprint from lector.speech_segments s
        join unnest(${sorted.map((s) => s.fingerprint)}::text[], ${sorted.map((s) => s.audioSha256)}::text[])
          as l(fingerprint, audio_sha256) using (fingerprint, audio_sha256)
      where s.state = 'ready' order by s.fingerprint for update of s
    )
    update lector.speech_segments s set state = 'claimed', claim_task_id = ${NOBODY}, claim_attempt = 0,
      audio_sha256 = null, audio_bytes = null, encoding = null, sample_rate = null, samples = null, words = null,
      loudness = null, ready_at = null
    from lost where s.fingerprint = lost.fingerprint`;
  failpoint("forget.before");
  await unlessVictim(() => forget.execute(db));
  failpoint("forget.after");
}

/** No task has this id. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

export type BoughtSegment = {
  fingerprint: string;
  ledgerId: string;
  audioSha256: string;
  audioBytes: number;
  encoding: "s16le";
  sampleRate: number;
  samples: number;
  words: unknown;
  /** Powers of 100 ms before gain and limiter (media/loudness.ts). */
  loudness: Float32Array;
};

/** T3. Answers which segments were accepted; the others' ledger rows are `wasted` now. */
export async function finishSegments(db: Queryable, claimant: Claimant, bought: BoughtSegment[]): Promise<Set<string>> {
  const sorted = bought.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const column = <T>(value: (segment: BoughtSegment) => T) => sorted.map(value);
  const finish = sql<{ fingerprint: string }>`
    with bought as materialized (
      select * from unnest(${column((s) => s.fingerprint)}::text[], ${column((s) => s.ledgerId)}::uuid[],
        ${column((s) => s.audioSha256)}::text[], ${column((s) => s.audioBytes)}::bigint[],
        ${column((s) => s.encoding)}::text[], ${column((s) => s.sampleRate)}::int[], ${column((s) => s.samples)}::bigint[],
        ${column((s) => JSON.stringify(s.words))}::jsonb[], ${column((s) => bytesOf(s.loudness))}::bytea[])
        as b(fingerprint, ledger_id, audio_sha256, audio_bytes, encoding, sample_rate, samples, words, loudness)
    ), held as materialized (
      select s.fingerprint from lector.speech_segments s
      where s.fingerprint in (select fingerprint from bought) order by s.fingerprint for no key update
    ), ready as (
      update lector.speech_segments s set state = 'ready', claim_task_id = null, claim_attempt = null,
        audio_sha256 = b.audio_sha256, audio_bytes = b.audio_bytes, encoding = b.encoding, sample_rate = b.sample_rate,
        samples = b.samples, words = b.words, loudness = b.loudness, ready_at = now()
      from bought b join held h using (fingerprint) where s.fingerprint = b.fingerprint and s.state = 'claimed'
        and s.claim_task_id = ${claimant.taskId} and s.claim_attempt = ${claimant.attempt}
        and exists (select 1 from lector.workflow_steps w where w.task_id = s.claim_task_id
          and w.attempt = s.claim_attempt and w.state = 'running')
      returning s.fingerprint
    ), settled as (
      update lector.ledger l set settled_at = now(),
        state = case when r.fingerprint is null then 'wasted' else 'settled' end
      from bought b left join ready r using (fingerprint)
      where l.ledger_id = b.ledger_id and l.state in ('reserved', 'unknown')
    )
    select fingerprint from ready`;
  // locked in the order of takeOver; and a victim of anything else must not let go of what is paid
  failpoint("ready.before");
  const { rows } = await unlessVictim(() => finish.execute(db));
  failpoint("ready.after");
  return new Set(rows.map((row) => row.fingerprint));
}

/** The segments of these fingerprints that are there. */
export async function readySegments(db: Queryable, fingerprints: string[]): Promise<Map<string, ReadySegment>> {
  const { rows } = await sql<ReadySegment>`
    select fingerprint, audio_sha256 as "audioSha256", encoding, sample_rate as "sampleRate", samples
    from lector.speech_segments where fingerprint = any(${fingerprints}::text[]) and state = 'ready'`.execute(db);
  return new Map(rows.map((row) => [row.fingerprint, row]));
}

export type SegmentWords = { fingerprint: string; words: { start: number; end: number; from: number; to: number }[] };

/** The word events of ready segments. */
export async function segmentWords(db: Queryable, fingerprints: string[]): Promise<Map<string, SegmentWords["words"]>> {
  const { rows } = await sql<SegmentWords>`
    select fingerprint, words from lector.speech_segments
    where fingerprint = any(${fingerprints}::text[]) and state = 'ready'`.execute(db);
  return new Map(rows.map((row) => [row.fingerprint, row.words]));
}

export function bytesOf(powers: Float32Array): Buffer {
  return Buffer.from(powers.buffer, powers.byteOffset, powers.byteLength);
}

export function powersOf(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer); // a copy, since a row's bytes may stand unaligned
}
