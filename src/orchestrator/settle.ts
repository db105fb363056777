/**
 * How steps end, and what their end lets begin.
 *
 * A step is `ready` (it waits for a worker, from `run_at` on), `running` (an attempt holds its lease), `waiting` (for
 * its items or its child run), and in the end `done`, `failed` (the dead letter, with its cause) or `cancelled`.
 *
 *   ready   → running    a worker claims it: attempt + 1, a lease is set (claim.ts)
 *   running → done       its result is accepted; the next step opens, or the run is COMPLETED
 *   running → ready      it failed and may heal (failures + 1, after a backoff), it asked to be run later or was handed
 *                        back (no count), or its lease ran out (lost + 1)
 *   running → waiting    it started a child run
 *   –       → waiting    a fan-out opens: its items are `ready` beside it, `remaining` counts those not done
 *   waiting → done       the last item or the child run is done
 *   any     → failed     it failed for good, or an item or child run of it did: the run is FAILED
 *   any     → cancelled  the run was cancelled (cancel.ts)
 *   failed, cancelled → ready or waiting   a person retries (reopen.ts)
 *
 * An attempt is known by its token (task_id, attempt). Every change compares it, in the statement that writes: a result
 * that comes late, twice or from a process that was frozen finds nothing to change. A change, its history event and the
 * rows that follow from it commit together, under the run's row lock, so there is no moment at which a crash strands a
 * run. Results of one moment share a transaction. Locks are taken in one order: runs by id, then their steps.
 */
import { sql } from "kysely";
import type { Queryable, Tx } from "../database/connect.ts";
import { advance, type Advance, type NewStep, type RunView, type Variables } from "./advance.ts";
import { newEvents, newSteps, startedEvent, stepColumns, stepValues, type Handover, type NewEvent } from "./rows.ts";
import type { StoredError } from "./task.ts";
import { toRow, type ValueStore } from "./values.ts";
import type { Definition } from "./definition.ts";

/** What became of an attempt, or of a waiting step. */
export type Ending =
  | { to: "done"; output: string; next: Advance | null }
  | { to: "ready"; delayMs: number; failures: 0 | 1; lost: 0 | 1; why: string; error: StoredError | null }
  | { to: "failed"; error: StoredError; failures: 0 | 1; lost: 0 | 1 };

export type Outcome = {
  taskId: string;
  executionId: string;
  step: number;
  item: number | null;
  /** The state it ends from; a running one is fenced by its attempt. */
  from: "running" | "waiting";
  attempt: number;
  /** Only if no heartbeat came since: the reaper's condition. */
  heartbeatSeq?: number;
  ending: Ending;
  /** Steps of `next` that this process takes over. */
  handover?: Handover | null;
};

export type Settled = {
  /** Tasks whose outcome was accepted; the others were refused and changed nothing. */
  accepted: Set<string>;
  /** Steps that run in this process now. */
  taken: NewStep[];
  /** Whether steps were left for any worker to claim. */
  opened: boolean;
  /** Runs that ended. */
  ended: string[];
  /** A run that held an admission ended: another may have room. */
  admits: boolean;
};

export type Context = { store: ValueStore; definitionOf(workflowId: number): Promise<Definition> };

/**
 * Settles outcomes within the caller's transaction, with everything that follows: joins, parents of child runs.
 * `reachesOtherRuns`: child runs are among them, so that the runs of their parents are locked first.
 */
export async function settle(
  tx: Tx,
  context: Context,
  outcomes: Outcome[],
  { reachesOtherRuns }: { reachesOtherRuns: boolean },
): Promise<Settled> {
  const all: Settled = { accepted: new Set(), taken: [], opened: false, ended: [], admits: false };
  if (reachesOtherRuns) await lockRuns(tx, outcomes);
  let pending = outcomes;
  while (pending.length > 0) {
    const written = await write(tx, pending);
    written.accepted.forEach((taskId) => all.accepted.add(taskId));
    all.taken.push(...written.taken);
    all.opened ||= written.opened;
    all.admits ||= written.admits;
    all.ended.push(...written.ended.map((run) => run.executionId));
    pending = await consequences(tx, context, pending, written);
  }
  return all;
}

/** Settles outcomes that are known to have no consequence beyond their own rows, in one statement of its own. */
export async function settleAlone(db: Queryable, outcomes: Outcome[]): Promise<Settled> {
  const written = await write(db, outcomes);
  return { ...written, ended: written.ended.map((run) => run.executionId) };
}

/** Runs in order of id, before anything else: two settlers of the same runs wait for, and never deadlock, each other. */
async function lockRuns(tx: Tx, outcomes: Outcome[]): Promise<void> {
  const runs = [...new Set(outcomes.map((outcome) => outcome.executionId))];
  await sql`select 1 from lector.workflow_instances i where i.execution_id = any(${runs}::uuid[])
    or i.execution_id in (select s.execution_id from lector.workflow_steps s join lector.workflow_instances c
      on c.parent_step_id = s.task_id where c.execution_id = any(${runs}::uuid[]))
    order by i.execution_id for no key update`.execute(tx);
}

type Written = Omit<Settled, "ended"> & {
  joined: { taskId: string; executionId: string; step: number }[];
  ended: { executionId: string; status: string; parentStepId: string | null }[];
};

async function write(db: Queryable, outcomes: Outcome[]): Promise<Written> {
  const column = <T>(value: (outcome: Outcome) => T) => outcomes.map(value);
  const steps = outcomes.flatMap(newStepsOf);
  const runs = [...new Set(column((outcome) => outcome.executionId))];
  const { rows } = await sql<Row>`
    with outcome as materialized (
      select * from unnest(${column((o) => o.taskId)}::uuid[], ${column((o) => o.executionId)}::uuid[],
        ${column((o) => o.attempt)}::int[], ${column((o) => o.from)}::text[], ${column((o) => o.ending.to)}::text[],
        ${column((o) => (o.ending.to === "done" ? o.ending.output : null))}::jsonb[],
        ${column((o) => errorOf(o.ending))}::jsonb[],
        ${column((o) => (o.ending.to === "done" ? 0 : o.ending.failures))}::int[],
        ${column((o) => (o.ending.to === "done" ? 0 : o.ending.lost))}::int[],
        ${column((o) => (o.ending.to === "ready" ? o.ending.delayMs : 0))}::float8[],
        ${column((o) => o.heartbeatSeq ?? null)}::int[], ${column((o) => nextOf(o)?.currentStep ?? null)}::int[],
        ${column(statusOf)}::text[], ${column(outputsOf)}::jsonb[], ${column(runErrorOf)}::jsonb[])
      as o(task_id, execution_id, attempt, from_state, state, output, error, failures, lost, delay_ms, heartbeat_seq,
        current_step, status, outputs, run_error)
    ), run as materialized (
      select i.execution_id, i.event_seq, i.status in ('PENDING', 'RUNNING') as active
      from lector.workflow_instances i where i.execution_id = any(${runs}::uuid[])
      order by i.execution_id for no key update
    ), settled as (
      update lector.workflow_steps s set state = o.state, output = o.output, error = o.error,
        failures = s.failures + o.failures, lost = s.lost + o.lost,
        run_at = case when o.state = 'ready' then now() + o.delay_ms * interval '1 ms' else s.run_at end,
        parked = o.state = 'ready' and not r.active, lease_expires_at = null,
        progress = case when o.state = 'done' then 1 else 0 end,
        ended_at = case when o.state in ('done', 'failed') then now() end
      from outcome o join run r on r.execution_id = o.execution_id
      where s.task_id = o.task_id and s.state = o.from_state and (s.attempt = o.attempt or o.from_state = 'waiting')
        and (o.heartbeat_seq is null or s.heartbeat_seq = o.heartbeat_seq)
      returning s.task_id, s.execution_id, s.step, s.item, s.state, r.active, r.event_seq, o.current_step, o.status,
        o.outputs, o.run_error
    )${outcomes.some((outcome) => outcome.item !== null) ? joined : sql``}
    ${steps.length > 0 ? openedOf(steps) : sql``}, event as (
      select e.execution_id, e.kind, e.data, t.event_seq,
        row_number() over (partition by e.execution_id order by e.ord) as place
      from ${newEvents(outcomes.flatMap(eventsOf))} join settled t on t.task_id = e.after
      where t.active or e.kind not in ('run.completed', 'run.failed', 'step.started')
    ), history as (
      insert into lector.workflow_events (execution_id, seq, kind, data)
      select e.execution_id, e.event_seq + e.place, e.kind, e.data from event e
    ), changed as (
      update lector.workflow_instances i set event_seq = i.event_seq + n.events, updated_at = now(),
        current_step = coalesce(t.current_step, i.current_step),
        status = coalesce(case when t.active then t.status end, i.status),
        error = coalesce(case when t.active then t.run_error end, i.error),
        ended_at = case when t.active and t.status is not null then now() else i.ended_at end,
        variables = case when t.outputs is null then i.variables
          else jsonb_set(i.variables, '{steps}', (i.variables -> 'steps') || t.outputs) end
      from (select execution_id, count(*) as events from event group by execution_id) n
        join (select distinct on (execution_id) * from settled order by execution_id, current_step desc nulls last, status) t
          using (execution_id)
      where i.execution_id = n.execution_id
      returning i.execution_id, i.parent_step_id, i.status, t.active and t.status is not null as ended,
        i.admission_keys <> '{}' as keyed
    )
    select 'accepted' as what, task_id as id, null::uuid as execution_id, null::int as step, null::int as remaining,
      null::text as state, null::uuid as parent_step_id, false as keyed from settled
    union all select 'ended', execution_id, execution_id, null, null, status, parent_step_id, keyed from changed where ended
    ${outcomes.some((outcome) => outcome.item !== null) ? joinedRows : sql``} ${steps.length > 0 ? openedRows : sql``}
  `.execute(db);
  return read(rows, steps);
}

/** Counts a fan-out's items down; which of them was the last is known by the row that comes back. */
const joined = sql`, joined as (
      update lector.workflow_steps p set remaining = p.remaining - n.done from (
        select execution_id, step, count(*)::int as done from settled where item is not null and state = 'done'
        group by execution_id, step
      ) n
      where p.execution_id = n.execution_id and p.step = n.step and p.item is null
      returning p.task_id, p.execution_id, p.step, p.remaining, p.state
    )`;
const joinedRows = sql`union all select 'joined', task_id, execution_id, step, remaining, state, null, false from joined
      where remaining = 0 and state = 'waiting'`;

const openedOf = (steps: ReturnType<typeof newStepsOf>) => sql`, opened as (
      insert into lector.workflow_steps ${stepColumns}
      select ${stepValues} from (
        select f.*, f.worker is not null and t.active as taken, f.state = 'ready' and not t.active as parked
        from ${newSteps(steps)} join settled t on t.task_id = f.after
      ) f
      returning task_id, state
    )`;
const openedRows = sql`union all select 'opened', task_id, null, null, null, state, null, false from opened
      where state = 'running'
    union all select 'left', null, null, null, null, null, null, false
      where exists (select 1 from opened where state = 'ready')`;

type Row = {
  what: "accepted" | "joined" | "opened" | "ended" | "left";
  id: string;
  execution_id: string;
  step: number;
  state: string;
  parent_step_id: string | null;
  keyed: boolean;
};

function read(rows: Row[], steps: { step: NewStep }[]): Written {
  const of = (what: Row["what"]) => rows.filter((row) => row.what === what);
  const running = new Set(of("opened").map((row) => row.id));
  return {
    accepted: new Set(of("accepted").map((row) => row.id)),
    joined: of("joined").map((row) => ({ taskId: row.id, executionId: row.execution_id, step: row.step })),
    taken: running.size > 0 ? steps.filter(({ step }) => running.has(step.taskId)).map(({ step }) => step) : [],
    ended: of("ended").map((row) => ({ executionId: row.id, status: row.state, parentStepId: row.parent_step_id })),
    opened: of("left").length > 0,
    admits: of("ended").some((row) => row.keyed),
  };
}

function nextOf({ ending }: Outcome): Advance | null {
  return ending.to === "done" ? ending.next : null;
}

function newStepsOf(outcome: Outcome) {
  const steps = nextOf(outcome)?.steps ?? [];
  // only a step that stands alone is handed over: items are left to all workers
  const handover = steps.length === 1 ? (outcome.handover ?? null) : null;
  return steps.map((step) => ({ step, after: outcome.taskId, handover }));
}

function statusOf(outcome: Outcome): string | null {
  return outcome.ending.to === "failed" ? "FAILED" : (nextOf(outcome)?.status ?? null);
}

function outputsOf(outcome: Outcome): string | null {
  const next = nextOf(outcome);
  if (!next) return null;
  return `{${Object.entries(next.outputs).map(([name, text]) => `${JSON.stringify(name)}:${text}`)}}`;
}

function errorOf(ending: Ending): string | null {
  return ending.to !== "done" && ending.error ? JSON.stringify(ending.error) : null;
}

function runErrorOf({ ending }: Outcome): string | null {
  const error = ending.to === "failed" ? ending.error : ending.to === "done" ? ending.next?.error : null;
  return error ? JSON.stringify(error) : null;
}

function eventsOf(outcome: Outcome): NewEvent[] {
  const { taskId: after, executionId, step, item, attempt, ending } = outcome;
  const at = { step, item, attempt };
  if (ending.to === "ready") {
    const { failures, lost, error, why } = ending;
    return [{ after, executionId, kind: "step.retried", data: { ...at, why, failures, lost, error } }];
  }
  if (ending.to === "failed") {
    const failed = { ...at, failures: ending.failures, lost: ending.lost, error: ending.error };
    return [
      { after, executionId, kind: "step.failed", data: failed },
      { after, executionId, kind: "run.failed", data: { error: ending.error } },
    ];
  }
  const { next } = ending;
  const events: NewEvent[] = [
    { after, executionId, kind: "step.done", data: next ? { ...at, opened: next.opened } : at },
  ];
  const [taken] = newStepsOf(outcome).filter((each) => each.handover);
  if (taken) events.push(startedEvent(after, taken.step, taken.handover!));
  if (next?.status) {
    const data = next.error ? { error: next.error } : {};
    events.push({ after, executionId, kind: `run.${next.status.toLowerCase()}`, data });
  }
  return events;
}

/** What the written outcomes make true: a fan-out whose last item is done, a step whose child run ended, a failed item. */
async function consequences(tx: Tx, context: Context, outcomes: Outcome[], written: Written): Promise<Outcome[]> {
  const following: Outcome[] = [];
  for (const outcome of outcomes) {
    if (outcome.ending.to !== "failed" || !written.accepted.has(outcome.taskId)) continue;
    await parkReady(tx, outcome.executionId);
    if (outcome.item !== null) await failFanOut(tx, outcome, outcome.ending.error);
  }
  for (const { taskId } of written.joined) following.push(await endWaiting(tx, context, taskId, null));
  for (const run of written.ended) {
    if (run.parentStepId) following.push(await endWaiting(tx, context, run.parentStepId, run.executionId));
  }
  return following;
}

/** What waits in a run that failed is not claimed until a person retries. */
export async function parkReady(tx: Tx, executionId: string): Promise<void> {
  await sql`update lector.workflow_steps set parked = true
    where execution_id = ${executionId} and state = 'ready'`.execute(tx);
}

async function failFanOut(tx: Tx, { executionId, step }: Outcome, error: StoredError): Promise<void> {
  await sql`update lector.workflow_steps set state = 'failed', error = ${JSON.stringify(error)}::jsonb, ended_at = now()
    where execution_id = ${executionId} and step = ${step} and item is null and state = 'waiting'`.execute(tx);
}

/** The outcome of a step that waited: for its items (`child` null), or for a child run that ended. */
async function endWaiting(tx: Tx, context: Context, taskId: string, child: string | null): Promise<Outcome> {
  const { rows } = await sql<WaitingRow>`
    select s.task_id, s.execution_id, s.step, s.item, s.name, s.attempt, i.root_id, i.priority, i.workflow_id, i.variables
    from lector.workflow_steps s join lector.workflow_instances i using (execution_id)
    where s.task_id = ${taskId}`.execute(tx);
  const row = rows[0]!;
  const outcome = {
    taskId,
    executionId: row.execution_id,
    step: row.step,
    item: row.item,
    from: "waiting" as const,
    attempt: row.attempt,
  };
  const result = child ? await childResult(tx, child) : await joinedItems(tx, context, row);
  if (typeof result !== "string") {
    return { ...outcome, ending: { to: "failed", error: { ...result, step: row.name }, failures: 0, lost: 0 } };
  }
  if (row.item !== null) return { ...outcome, ending: { to: "done", output: result, next: null } };
  const view: RunView = {
    executionId: row.execution_id,
    rootId: row.root_id,
    priority: row.priority,
    definition: await context.definitionOf(row.workflow_id),
    variables: row.variables,
  };
  const next = await advance(context.store, view, row.step, result);
  return { ...outcome, ending: { to: "done", output: result, next } };
}

type WaitingRow = {
  task_id: string;
  execution_id: string;
  step: number;
  item: number | null;
  name: string;
  attempt: number;
  root_id: string;
  priority: number;
  workflow_id: number;
  variables: Variables;
};

/** `{ items: […] }` in order, as JSON text; the items' outputs are not parsed. */
async function joinedItems(tx: Tx, { store }: Context, row: WaitingRow): Promise<string> {
  const { rows } = await sql<{ output: string }>`
    select output::text as output from lector.workflow_steps
    where execution_id = ${row.execution_id} and step = ${row.step} and item is not null order by item`.execute(tx);
  return toRow(store, { items: rows.map(({ output }) => JSON.parse(output)) });
}

/** The child's last output as JSON text, or why it gave none. */
async function childResult(tx: Tx, executionId: string): Promise<string | StoredError> {
  const { rows } = await sql<{ status: string; error: StoredError | null; output: string | null }>`
    select i.status, i.error, (select s.output::text from lector.workflow_steps s
      where s.execution_id = i.execution_id and s.item is null order by s.step desc limit 1) as output
    from lector.workflow_instances i where i.execution_id = ${executionId}`.execute(tx);
  const { status, error, output } = rows[0]!;
  if (status === "COMPLETED") return output!;
  const message = `The child run ${executionId} ended as ${status}${error ? `: ${error.message}` : "."}`;
  return { code: error?.code ?? "child_run", message, ...(error ? { cause: error } : {}) };
}
