/**
 * Admission: how many runs of a kind, a user or an API key are under way at once.
 *
 * A run with `admission_keys` starts with its steps parked. It is admitted when each of its keys has room, in the
 * order of `order_at = created_at - priority * ageing`: high first, and who has waited one `ageing` (1 min unless
 * LECTOR_AGEING_MS says otherwise) longer stands beside those of the class above. It holds its place until it ends, or
 * until no process works on it any more (its last worker handed back its steps or died, or it was paused and its last
 * attempt has ended): then it queues for admission again, where it stood before, so that such runs block nobody.
 */
import { sql, type RawBuilder } from "kysely";
import { transact, type Database, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { lockTree } from "./tree.ts";

/** How many runs under `key` may be under way at once. */
export type AdmissionLimit = (key: string) => number;

/** Admits what has room; only the run `rootId` where one is given. Answers how many. */
export async function admit(db: Database, limitOf: AdmissionLimit, rootId: string | null): Promise<number> {
  // in order, since Postgres may else read the whole table for the first that it meets
  const { rows } = await sql`select 1 from lector.workflow_instances where ${waiting(rootId)}
    order by order_at limit 1`.execute(db);
  if (rows.length === 0) return 0;
  const admitted = await transact(db, async (tx) => {
    // One admitter at a time: it counts what the one before it committed.
    await sql`select pg_advisory_xact_lock(hashtextextended('lector.admission', 0))`.execute(tx);
    await releasePaused(tx);
    const live = await countsByKey(tx);
    const isFull = (key: string) => (live.get(key) ?? 0) >= limitOf(key);
    const countAlso = (keys: string[], n: 1 | -1) => keys.forEach((key) => live.set(key, (live.get(key) ?? 0) + n));
    let count = 0;
    while (count < MOST) {
      const candidates = await candidatesBeside(tx, [...live.keys()].filter(isFull), rootId);
      const next = candidates.filter(({ admission_keys: keys }) => {
        if (keys.some(isFull)) return false;
        countAlso(keys, 1);
        return true;
      });
      if (next.length === 0) break;
      const unparked = await unpark(tx, next);
      for (const run of next) if (!unparked.has(run.execution_id)) countAlso(run.admission_keys, -1);
      count += unparked.size;
    }
    failpoint("admit.before");
    return count;
  });
  failpoint("admit.after");
  return admitted;
}

/** In one transaction; the next look finds the rest. */
const MOST = 200;
const PAGE = 20;

/**
 * The next in line, without those of full keys, in order. Mostly they stand among the first. Where these are all of full
 * keys, it is asked by lanes (runs with the same keys, one after the other), so that nothing is read for the rest of them.
 */
async function candidatesBeside(tx: Tx, full: string[], rootId: string | null): Promise<Candidate[]> {
  const first = await sql<Candidate & { full: boolean }>`
    select execution_id, admission_keys, admission_keys && ${full}::text[] as full from lector.workflow_instances
    where ${waiting(rootId)} order by order_at, execution_id limit ${PAGE}`.execute(tx);
  const beside = first.rows.filter((run) => !run.full);
  if (beside.length > 0 || first.rows.length < PAGE) return beside;
  return (await firstOfLanes(full).execute(tx)).rows;
}

/**
 * The first `PAGE` runs of lanes without a full key. They are those of the `PAGE` lanes whose first run is the earliest.
 * From lane to lane by the index: behind a lane come the lists that go on where it ends; behind one with a full key, those
 * that have a greater key in its place, so that all lanes below that key are one step. Exported for its test.
 */
export function firstOfLanes(full: string[]): RawBuilder<Candidate> {
  const fullAt = (keys: string) => sql`(select min(at) from unnest(${sql.raw(keys)}) with ordinality as k(key, at)
        where key = any(${full}::text[]))`;
  const first = (from: RawBuilder<unknown>) => sql`(select i.admission_keys as keys, i.order_at, i.execution_id,
        ${fullAt("i.admission_keys")} as full_at
      from lector.workflow_instances i where ${waiting(null)} ${from}
      order by i.admission_keys collate "C", i.order_at, i.execution_id limit 1)`;
  const behind = sql`case when l.full_at is null then l.keys || ''::text
        else l.keys[:l.full_at - 1] || (l.keys[l.full_at] || chr(1)) end`;
  return sql<Candidate>`
    with recursive lane as (
      ${first(sql``)}
      union all
      select n.* from lane l cross join lateral ${first(sql`and i.admission_keys collate "C" >= ${behind}`)} n
    ), open as (
      select keys from lane where full_at is null order by order_at, execution_id limit ${PAGE}
    )
    select r.execution_id, r.admission_keys from open cross join lateral (
      select i.execution_id, i.admission_keys, i.order_at from lector.workflow_instances i
      where ${waiting(null)} and i.admission_keys collate "C" >= open.keys
        and i.admission_keys collate "C" < open.keys || ''::text
      order by i.admission_keys collate "C", i.order_at, i.execution_id limit ${PAGE}) r
    order by r.order_at, r.execution_id limit ${PAGE}`;
}

type Candidate = { execution_id: string; admission_keys: string[] };

function waiting(rootId: string | null) {
  const one = rootId === null ? sql`` : sql`and execution_id = ${rootId}`;
  return sql`status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is null ${one}`;
}

/** A paused run holds its place until the last of its attempts has ended. */
async function releasePaused(tx: Tx): Promise<void> {
  await sql`update lector.workflow_instances set admitted_at = null where execution_id in (
    select i.execution_id from lector.workflow_instances i
    where i.status = 'PAUSED' and i.admission_keys <> '{}' and i.admitted_at is not null and not exists (
      select 1 from lector.workflow_steps s where s.root_id = i.execution_id and s.state = 'running')
    order by i.execution_id for no key update)`.execute(tx);
}

async function countsByKey(tx: Tx): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; live: number }>`
    select key, count(*)::int as live from lector.workflow_instances, unnest(admission_keys) as key
    where status in ('PENDING', 'RUNNING', 'PAUSED') and admission_keys <> '{}' and admitted_at is not null
    group by key`.execute(tx);
  return new Map(rows.map((row) => [row.key, row.live]));
}

/** Without those that were paused or ended since we looked: they are not admitted, and their steps stay parked. */
async function unpark(tx: Tx, candidates: Candidate[]): Promise<Set<string>> {
  const runs = candidates.map((run) => run.execution_id);
  const { rows } = await sql<{ execution_id: string }>`
    update lector.workflow_instances set admitted_at = now(), updated_at = now() where execution_id in (
      select execution_id from lector.workflow_instances where execution_id = any(${runs}::uuid[]) and ${waiting(null)}
      order by execution_id for no key update) returning execution_id`.execute(tx);
  // of a child run that failed and was put aside by a restart nothing starts any more: unparked, it would head the queue for ever
  await sql`update lector.workflow_steps s set parked = false,
      due_at = coalesce(s.due_at, least(greatest(s.run_at, now()) + s.queue_ms * interval '1 ms', s.deadline_at))
    from lector.workflow_instances i
    where s.root_id = any(${rows.map((run) => run.execution_id)}::uuid[]) and s.state = 'ready'
      and i.execution_id = s.execution_id and i.status in ('PENDING', 'RUNNING')`.execute(tx);
  return new Set(rows.map((run) => run.execution_id));
}

/**
 * Gives the admission of these runs back where nobody works on them any more; it is no queue that they wait in. Their own
 * rows are locked by the caller. A claim holds the run of its step alone, which may be a child run: only when all of the tree
 * are held, too, is seen what is being claimed.
 */
export async function releaseAbandoned(tx: Tx, rootIds: string[]): Promise<void> {
  const held = sql`i.execution_id = any(${rootIds}::uuid[]) and i.admission_keys <> '{}' and i.admitted_at is not null
      and i.status in ('PENDING', 'RUNNING')`;
  const { rows: admitted } = await sql<{ execution_id: string }>`
    select i.execution_id from lector.workflow_instances i where ${held} order by i.execution_id`.execute(tx);
  for (const run of admitted) await lockTree(tx, run.execution_id);
  const { rows } = await sql<{ execution_id: string }>`
    update lector.workflow_instances i set admitted_at = null
    where ${held} and not exists (
        select 1 from lector.workflow_steps s where s.root_id = i.execution_id and s.state = 'running')
    returning i.execution_id`.execute(tx);
  await sql`update lector.workflow_steps set parked = true, due_at = null
    where root_id = any(${rows.map((row) => row.execution_id)}::uuid[]) and state = 'ready'`.execute(tx);
}
