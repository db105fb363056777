/**
 * Removes runs that ended long ago, whole: the run with its child runs, their steps, their history and their idempotency
 * keys. The ledger, segments, fragments, publications and audio stay, and a content's audio forgets which run made it.
 * Any process does it, a batch at a time, each batch in a transaction; who is killed in between leaves no half of a run.
 */
import { sql, type RawBuilder } from "kysely";
import { transact, type Queryable, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";

/** Of a batch: so many runs with their child runs, and fewer where they have more events than this in all. */
const MOST_RUNS = 100;
const MOST_EVENTS = 10_000;

/** `days`: how long ago a run must have ended, all of it. `more`: there may be others. */
export async function removeEnded(db: Queryable, days: number): Promise<{ removed: number; more: boolean }> {
  const removed = await transact(db, async (tx) => {
    const old = await oldRuns(tx, days);
    let events = 0;
    const batch = old.filter((run, n) => (events += run.events) <= MOST_EVENTS || n === 0);
    const ids = batch.flatMap((run) => run.ids);
    if (ids.length > 0) await remove(tx, ids);
    failpoint("remove.before");
    return { removed: batch.length, more: batch.length < old.length || old.length === MOST_RUNS };
  });
  failpoint("remove.after");
  return removed;
}

type OldRun = { ids: string[]; events: number };

/**
 * Locks them, so that nobody reopens one meanwhile: whoever does locks the run at the top, too. Runs are found by when
 * they were created, which no run is after it ended, since an index of ended ones would cost each run that ends.
 */
async function oldRuns(tx: Tx, days: number): Promise<OldRun[]> {
  const { rows } = await sql<{ execution_id: string }>`${oldest(days)}`.execute(tx);
  const roots = rows.map((row) => row.execution_id);
  const trees = await sql<OldRun>`
    select array_agg(execution_id) as ids, sum(event_seq)::int as events from (
      select execution_id, root_id, event_seq from lector.workflow_instances where execution_id = any(${roots}::uuid[])
      union all
      select execution_id, root_id, event_seq from lector.workflow_instances
      where root_id = any(${roots}::uuid[]) and parent_step_id is not null
    ) tree group by root_id order by root_id`.execute(tx);
  return trees.rows;
}

/** The question alone. */
export function oldest(days: number): RawBuilder<unknown> {
  const before = sql`now() - ${days}::int * interval '1 day'`;
  return sql`select i.execution_id from lector.workflow_instances i
    where i.created_at < ${before} and i.ended_at < ${before} and i.parent_step_id is null and not exists (
      select 1 from lector.workflow_instances c
      where c.root_id = i.execution_id and c.parent_step_id is not null and c.ended_at is null)
    order by i.created_at limit ${MOST_RUNS} for update skip locked`;
}

/** One statement, since runs and steps point at each other: what points where is looked at when all of it is gone. */
async function remove(tx: Tx, ids: string[]): Promise<void> {
  const those = sql`any(${ids}::uuid[])`;
  await sql`
    with keys as (delete from lector.idempotency_keys where execution_id = ${those}),
      made as (update lector.content_audios set execution_id = null where execution_id = ${those}),
      before as (update lector.workflow_instances set superseded_by = null
        where superseded_by = ${those} and execution_id <> all(${ids}::uuid[])),
      history as (delete from lector.workflow_events where execution_id = ${those}),
      steps as (delete from lector.workflow_steps where execution_id = ${those})
    delete from lector.workflow_instances where execution_id = ${those}`.execute(tx);
}
