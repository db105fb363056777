/**
 * Claiming: ready steps become running ones of this process, never more of a group than its limit. A step that is held
 * (its last attempt was ended by another than its worker, who may be calling still) counts as one of them.
 *
 * Who is next is a column that never changes, so that an index has the order and nobody must be promoted:
 *
 *   order_at = since + (item / 60 - priority) * ageing        ageing: 1 min unless LECTOR_AGEING_MS says otherwise
 *
 * A step comes one `ageing` earlier for each class of its priority (0 low, 1 normal, 2 high), so who has waited one
 * `ageing` longer stands beside those of the class above, and nobody is passed for ever. A retry keeps its place.
 *
 * `since` is when the step was opened. The items of a fan-out stand a sixtieth of `ageing` behind each other, so those
 * of two runs alternate, and a small run need not wait for a huge one that came before. The price is that the 60th item
 * has fallen one class behind. Where the first of the queue has waited for long, a fan-out opens beside it: its `since`
 * is that of the first, but at most one `ageing` back, so that a stream of them passes nobody for ever either.
 */
import { sql, type RawBuilder } from "kysely";
import { transact, type Database, type Queryable } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import type { Variables } from "./advance.ts";

/** A running attempt of this process. */
export type Claimed = {
  taskId: string;
  attempt: number;
  executionId: string;
  rootId: string;
  ownerId: string;
  step: number;
  item: number | null;
  name: string;
  taskType: string;
  priority: number;
  failures: number;
  lost: number;
  groupKey: string | null;
  /** Null: no limit. */
  attemptMs: number | null;
  heartbeatMs: number | null;
  input: unknown;
  /** The step belongs to a child run, whose end its parent waits for. */
  inChildRun: boolean;
  workflowId: number;
  /** W3C trace context of whoever started the run. */
  traceparent: string | null;
  /** Null for an item: what follows is planned when the last one is done. */
  variables: Variables | null;
};

export type ClaimRequest = {
  workerId: string;
  leaseMs: number;
  taskTypes: string[];
  /** Only steps of this run and its children. */
  rootId: string | null;
  limit: number;
};

/** `missed`: there was more, in runs whose rows somebody else held at that moment. */
export type Claims = { claimed: Claimed[]; missed: boolean };

/** Claims what belongs to no group. */
export async function claimUngrouped(db: Queryable, request: ClaimRequest): Promise<Claims> {
  failpoint("claim.before");
  const claims = await claim(db, request, null, sql`${request.limit}::int`);
  if (claims.claimed.length > 0) failpoint("claim.after");
  return claims;
}

/** The groups that have work for this process right now. */
export async function groupsWithWork(db: Queryable, request: ClaimRequest): Promise<string[]> {
  const inTree = request.rootId === null ? sql`` : sql`and s.root_id = ${request.rootId}`;
  // the first of each queue: as a mere `exists`, Postgres may read them all
  const { rows } = await sql<{ group_key: string }>`
    select g.group_key from lector.concurrency_groups g cross join lateral (
      select 1 from lector.workflow_steps s where s.state = 'ready' and not s.parked and not s.delayed
        and s.group_key = g.group_key and s.task_type = any(${request.taskTypes}::text[]) ${inTree}
      limit 1) first
    order by g.group_key`.execute(db);
  return rows.map((row) => row.group_key);
}

/** Claims within a group's limit, over all processes. */
export async function claimInGroup(db: Database, request: ClaimRequest, groupKey: string): Promise<Claims> {
  const claims = await transact(db, async (tx) => {
    // The group's row is locked first and counted in a statement of its own: one statement would count in a snapshot
    // from before the lock, and two processes could then both fill the same slots.
    const locked = await sql<{ max_running: number }>`
      select max_running from lector.concurrency_groups where group_key = ${groupKey} for no key update`.execute(tx);
    const limit = locked.rows[0]!.max_running;
    const free = sql`greatest(0, least(${request.limit}::int, ${limit}::int - (select count(*)::int
      from lector.workflow_steps r where r.state = 'running' and r.group_key = ${groupKey})
      - (select count(*)::int from lector.workflow_steps h where h.held and h.group_key = ${groupKey})))`;
    const found = await claim(tx, request, groupKey, free);
    failpoint("claim-group.before");
    return found;
  });
  failpoint("claim-group.after");
  return claims;
}

/** Sets a group's limit for all processes. Where it is that already, no claim of the group is waited for. */
export async function limitGroup(db: Queryable, groupKey: string, maxRunning: number): Promise<void> {
  await sql`insert into lector.concurrency_groups (group_key, max_running)
    select ${groupKey}, ${maxRunning}::int where not exists (
      select 1 from lector.concurrency_groups where group_key = ${groupKey} and max_running = ${maxRunning}::int)
    on conflict (group_key) do update set max_running = excluded.max_running
    where concurrency_groups.max_running <> excluded.max_running`.execute(db);
}

/**
 * Steps are locked first, then their runs, the other way round than everywhere else; so a claim never waits for either.
 * It skips what another process is just claiming, and misses runs that are just being settled or cancelled: their
 * holder may be waiting for one of the steps. (A lock that finds a changed row keeps it even where the row no longer
 * qualifies, so "a settler never touches a ready step" would not be enough.)
 */
async function claim(
  db: Queryable,
  request: ClaimRequest,
  groupKey: string | null,
  limit: RawBuilder<unknown>,
): Promise<Claims> {
  const inGroup = groupKey === null ? sql`s.group_key is null` : sql`s.group_key = ${groupKey} and not s.held`;
  const inTree = request.rootId === null ? sql`` : sql`and s.root_id = ${request.rootId}`;
  const { rows } = await sql<ClaimedRow>`
    with picked as materialized (
      select s.task_id, s.execution_id from lector.workflow_steps s
      where s.state = 'ready' and not s.parked and ${inGroup} and not s.delayed
        and s.task_type = any(${request.taskTypes}::text[]) ${inTree}
      order by s.order_at, s.run_at limit ${limit} for update skip locked
    ), run as materialized (
      select i.* from lector.workflow_instances i where i.execution_id in (select execution_id from picked)
      for no key update skip locked
    ), claimed as (
      update lector.workflow_steps s set state = 'running', attempt = s.attempt + 1, worker_id = ${request.workerId},
        lease_expires_at = now() + ${request.leaseMs}::float8 * interval '1 ms', started_at = now(), error = null
      from picked p join run r using (execution_id)
      where s.task_id = p.task_id and r.status in ('PENDING', 'RUNNING')
      returning s.*
    ), history as (
      insert into lector.workflow_events (execution_id, seq, kind, data)
      select c.execution_id, r.event_seq + row_number() over (partition by c.execution_id order by c.item), 'step.started',
        jsonb_build_object('step', c.step, 'item', c.item, 'attempt', c.attempt, 'worker', c.worker_id)
      from claimed c join run r using (execution_id)
    ), started as (
      update lector.workflow_instances i set status = 'RUNNING', started_at = coalesce(i.started_at, now()),
        updated_at = now(), event_seq = i.event_seq + n.claims
      from (select execution_id, count(*) as claims from claimed group by execution_id) n
      where i.execution_id = n.execution_id
    )
    select c.task_id, c.attempt, c.execution_id, c.root_id, r.owner_id, c.step, c.item, c.name, c.task_type, c.priority,
      c.failures, c.lost, c.group_key, c.attempt_ms, c.heartbeat_ms, c.input, r.parent_step_id is not null as in_child_run, r.workflow_id,
      r.traceparent,
      case when c.item is null then r.variables end as variables,
      exists (select 1 from picked p where p.execution_id not in (select execution_id from run)) as missed
    from (select) once left join (claimed c join run r using (execution_id)) on true
    order by c.order_at, c.run_at`.execute(db);
  return { claimed: rows.filter((row) => row.task_id !== null).map(claimedOf), missed: rows[0]!.missed };
}

type ClaimedRow = {
  task_id: string;
  attempt: number;
  execution_id: string;
  root_id: string;
  owner_id: string;
  step: number;
  item: number | null;
  name: string;
  task_type: string;
  priority: number;
  failures: number;
  lost: number;
  group_key: string | null;
  attempt_ms: number | null;
  heartbeat_ms: number | null;
  input: unknown;
  in_child_run: boolean;
  workflow_id: number;
  traceparent: string | null;
  variables: Variables | null;
  missed: boolean;
};

function claimedOf(row: ClaimedRow): Claimed {
  return {
    taskId: row.task_id,
    attempt: row.attempt,
    executionId: row.execution_id,
    rootId: row.root_id,
    ownerId: row.owner_id,
    step: row.step,
    item: row.item,
    name: row.name,
    taskType: row.task_type,
    priority: row.priority,
    failures: row.failures,
    lost: row.lost,
    groupKey: row.group_key,
    attemptMs: row.attempt_ms,
    heartbeatMs: row.heartbeat_ms,
    input: row.input,
    inChildRun: row.in_child_run,
    workflowId: row.workflow_id,
    traceparent: row.traceparent,
    variables: row.variables,
  };
}
