/** Reads what clients were told, the provider's own books and the ledger, and says what cannot be. */
import { sql } from "kysely";
import type { Database } from "../../src/database/connect.ts";
import { differences } from "../support/checker.ts";
import { mostAtOnce, type VoiceCall } from "../support/voice-server.ts";
import type { Told } from "./load.ts";

export type Facts = { told: Told; calls: VoiceCall[]; speechCalls: number; leaseMs: number; leastCompleted: number };

/** A line for each thing that is wrong; none where all promises were kept. */
export async function violations(db: Database, facts: Facts): Promise<string[]> {
  return [
    ...(await lostRuns(db, facts)),
    ...overLimit(facts),
    ...(await purchases(db, facts.calls)),
    ...(await unexplained(db)),
    ...(await brokenAudio(db)),
    ...(await differences(db)),
  ];
}

/** Accepted is kept, each ends once, and as the API told; a run in which everything failed proves nothing. */
async function lostRuns(db: Database, { told, leastCompleted }: Facts): Promise<string[]> {
  const { rows } = await sql<{ id: string; status: string; parent: string | null }>`
    select execution_id as id, status, parent_step_id as parent from lector.workflow_instances`.execute(db);
  const status = new Map(rows.map((row) => [row.id, row.status]));
  const wrong = [...told.accepted].flatMap((id) => {
    if (!told.ended.has(id)) return [`run ${id} was accepted and has not ended: it is ${status.get(id) ?? "nowhere"}`];
    if (status.get(id) !== told.ended.get(id))
      return [`run ${id} was told as ${told.ended.get(id)}, and is ${status.get(id)}`];
    return [];
  });
  for (const { id, status: now } of rows) {
    if (["PENDING", "RUNNING", "PAUSED"].includes(now)) wrong.push(`run ${id} is still ${now}`);
  }
  for (const id of told.cancelled) {
    if (told.ended.get(id) !== "CANCELLED") wrong.push(`run ${id} was cancelled, and is ${told.ended.get(id)}`);
  }
  const completed = [...told.ended.values()].filter((each) => each === "COMPLETED").length;
  if (completed < leastCompleted)
    wrong.push(`only ${completed} runs completed, where at least ${leastCompleted} should`);
  return wrong;
}

/** The voice notices that a caller hung up when its event loop comes to it, which may be after the next call. */
const NOTICED_MS = 25;

/** A call counts as long as its lease can live at most: a frozen process cannot hang up. */
function overLimit({ calls, speechCalls, leaseMs }: Facts): string[] {
  const spans = calls.map(({ began, ended, hungUp }) => {
    const until = (ended ?? Infinity) - (hungUp ? NOTICED_MS : 0);
    return { began, ended: Math.max(began, Math.min(until, began + leaseMs)) };
  });
  const most = mostAtOnce(spans);
  return most > speechCalls ? [`${most} calls were under way at once, where ${speechCalls} may be`] : [];
}

type Bought = { fingerprint: string; text: string; settled: number; others: number; reserved: number; late: number };

/** Every call has its row; what was ready was not bought again; what was bought again has a row that says why. */
async function purchases(db: Database, calls: VoiceCall[]): Promise<string[]> {
  const { rows } = await sql<Bought>`
    with spoken as (
      select distinct segment ->> 'fingerprint' as fingerprint, segment ->> 'text' as text
      from lector.workflow_steps s, jsonb_array_elements(s.input -> 'fragment' -> 'segments') as segment
      where s.task_type in ('speak_fragment', 'master_fragment')
    )
    select l.fingerprint, spoken.text, count(*) filter (where l.state = 'settled')::int as settled,
      count(*) filter (where l.state in ('wasted', 'unknown'))::int as others,
      count(*) filter (where l.state = 'reserved')::int as reserved,
      count(*) filter (where l.at > g.ready_at)::int as late
    from lector.ledger l join spoken using (fingerprint) join lector.speech_segments g using (fingerprint)
    group by l.fingerprint, spoken.text`.execute(db);
  const called = Map.groupBy(calls, ({ text }) => text);
  const known = new Set(rows.map(({ text }) => text));
  const wrong = rows.flatMap(({ text, settled, others, reserved, late }) => {
    const n = called.get(text)?.length ?? 0;
    return [
      ...(settled > 1 ? [`"${text}" was bought ${settled} times`] : []),
      ...(late > 0 ? [`"${text}" was bought again after it was there`] : []),
      ...(reserved > 0 ? [`"${text}" has ${reserved} reservations that nobody settled`] : []),
      ...(n > settled + others ? [`"${text}" was called ${n} times, and the ledger has ${settled + others}`] : []),
      ...(n === 0 && settled > 0 ? [`"${text}" was paid, and the voice was never asked`] : []),
    ];
  });
  const unknown = [...called.keys()].filter((text) => !known.has(text));
  return [...wrong, ...unknown.map((text) => `"${text}" was called, and no ledger row is there`)];
}

/**
 * A call that came to nothing belongs to an attempt that ended by a fault, or to a run that was ended. That its right
 * passed to another while it was current, so that it could still say so, is no fault but a broken lock.
 */
async function unexplained(db: Database): Promise<string[]> {
  const { rows } = await sql<{ ledger_id: string; state: string }>`
    select l.ledger_id, l.state from lector.ledger l join lector.workflow_steps s using (task_id)
    where l.state in ('wasted', 'unknown') and not exists (
      select 1 from lector.workflow_events e where e.execution_id = l.execution_id and (
        (e.kind in ('step.retried', 'step.failed') and (e.data ->> 'attempt')::int = l.attempt
          and coalesce(e.data -> 'error' ->> 'message', '') not like 'The right to buy%'
          and (e.data ->> 'step')::int = s.step and (e.data ->> 'item')::int is not distinct from s.item)
        or e.kind in ('run.cancelled', 'run.timed_out')))`.execute(db);
  return rows.map(({ ledger_id: id, state }) => `the ledger row ${id} is ${state}, and its attempt has no fault`);
}

/** What the voice delivers as silence lasts a second, whatever the text. */
async function brokenAudio(db: Database): Promise<string[]> {
  const { rows } = await sql<{ fingerprint: string }>`
    select fingerprint from lector.speech_segments where state = 'ready' and samples = 24000`.execute(db);
  return rows.map(({ fingerprint }) => `the segment ${fingerprint} is ready, and is silence`);
}
