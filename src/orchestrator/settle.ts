/**
 * How steps end, and what their end lets begin.
 *
 * A step is `ready` (it waits for a worker, from `run_at` on; until then it is `delayed`), `running` (an attempt holds its
 * lease), `waiting` (for its items or its child run), and in the end `done`, `failed` (the dead letter, with its cause) or `cancelled`.
 *
 *   ready   → running    a worker claims it: attempt + 1, a lease is set (claim.ts)
 *   running → done       its result is accepted; the next step opens, or the run is COMPLETED
 *   running → ready      it failed and may heal (failures + 1, after a backoff), it asked to be run later or was handed
 *                        back (no count), or its lease ran out (lost + 1)
 *   running → waiting    it started a child run (child-run.ts)
 *   –       → waiting    a fan-out opens: its items are `ready` beside it, `remaining` counts those not done
 *   waiting → done       the last item or the child run is done
 *   any     → failed     it failed for good, or an item or child run of it did: the run is FAILED, its ready steps are
 *                        parked, and its other child runs are cancelled
 *   ready, running, waiting → failed   it took too long in the queue or in all (timeouts.ts, overdue.ts); an attempt
 *                        that took too long or was silent is a failure as any other. The running items of a fan-out
 *                        that took too long are ready again, and parked
 *   any     → cancelled  the run was cancelled, or timed out (cancel.ts)
 *   failed, cancelled → ready or waiting   a person retries (reopen.ts)
 *
 * While a run is PAUSED its `ready` steps are parked, and what follows from attempts that end is parked too (pause.ts).
 * A restart from a step puts the rows from there on aside (`discarded`), as cancelled where they had not ended, and opens
 * that step anew (restart.ts): all else that is said of steps is said of those that are not aside.
 *
 * An attempt is known by its token (task_id, attempt). Every change compares it, in the statement that writes: a result
 * that comes late, twice or from a process that was frozen finds nothing to change. Where another than its worker ends
 * an attempt that holds a place in a group, the step is `held` until that worker lets go of it (lease.ts). A change,
 * its history event and the rows that follow from it commit together, under the run's row lock, so there is no moment
 * at which a crash strands a run. Results of one moment share a transaction. Locks are taken in one order: runs by id,
 * then their steps.
 */
import { sql } from "kysely";
import type { Queryable, Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { advance, type RunView, type Variables } from "./advance.ts";
import type { Definition } from "./definition.ts";
import { cancelBelow } from "./end-runs.ts";
import { hold } from "./lease.ts";
import type { Outcome, Settled } from "./outcome.ts";
import { writeOutcomes, type Written } from "./settle-write.ts";
import type { StoredError } from "./task.ts";
import type { Timeouts } from "./timeouts.ts";
import { toRow, type ValueStore } from "./values.ts";

export type Context = {
  store: ValueStore;
  definitionOf(workflowId: number): Promise<Definition>;
  /** For what definitions leave open. */
  timeouts: Timeouts;
};

/**
 * Settles outcomes (at most one of a task) within the caller's transaction, with everything that follows: joins, parents of child runs.
 * `reachesOtherRuns`: child runs are among them, so that the runs of their parents are locked first.
 */
export async function settle(
  tx: Tx,
  context: Context,
  outcomes: Outcome[],
  { reachesOtherRuns }: { reachesOtherRuns: boolean },
): Promise<Settled> {
  const all: Settled = { accepted: new Set(), taken: [], opened: false, ended: [], admits: false };
  if (reachesOtherRuns) await lockRuns(tx, [...new Set(outcomes.map((outcome) => outcome.executionId))]);
  let pending = outcomes;
  while (pending.length > 0) {
    const written = await writeOutcomes(tx, pending);
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
  failpoint("settle-alone.before");
  const written = await writeOutcomes(db, outcomes);
  failpoint("settle-alone.after");
  return { ...written, ended: written.ended.map((run) => run.executionId) };
}

/**
 * Runs and all runs above them, in order of id, before anything else: two settlers of the same runs wait for, and never
 * deadlock, each other.
 */
export async function lockRuns(tx: Tx, runs: string[]): Promise<void> {
  await sql`
    with recursive line as (
      select execution_id, parent_step_id from lector.workflow_instances where execution_id = any(${runs}::uuid[])
      union
      select i.execution_id, i.parent_step_id from line l join lector.workflow_steps s on s.task_id = l.parent_step_id
        join lector.workflow_instances i on i.execution_id = s.execution_id
    )
    select 1 from lector.workflow_instances i where i.execution_id in (select execution_id from line)
    order by i.execution_id for no key update`.execute(tx);
}

/** A child run has ended outside of `settle`: so does the step that waits for it, with all that follows. */
export async function settleParent(tx: Tx, context: Context, parentStepId: string, child: string): Promise<Settled> {
  const outcome = await endWaiting(tx, context, parentStepId, child);
  return settle(tx, context, [outcome], { reachesOtherRuns: true });
}

/** What the written outcomes make true: a fan-out whose last item is done, a step whose child run ended, a failed item. */
async function consequences(tx: Tx, context: Context, outcomes: Outcome[], written: Written): Promise<Outcome[]> {
  const following: Outcome[] = [];
  for (const outcome of outcomes) {
    if (outcome.ending.to !== "failed" || !written.accepted.has(outcome.taskId)) continue;
    await parkReady(tx, outcome.executionId);
    await cancelBelow(tx, outcome.executionId, "has failed");
    if (outcome.item !== null) await failFanOut(tx, outcome, outcome.ending.error);
    else if (outcome.from === "waiting") following.push(...(await itemsTakenBack(tx, outcome, outcome.ending.error)));
  }
  for (const { taskId } of written.joined) {
    failpoint("join.before");
    following.push(await endWaiting(tx, context, taskId, null));
  }
  for (const run of written.ended) {
    if (!run.parentStepId) continue;
    failpoint("child-end.before");
    following.push(await endWaiting(tx, context, run.parentStepId, run.executionId));
  }
  return following;
}

/** What waits in a run that failed is not claimed, and no time counts against it, until a person retries. */
async function parkReady(tx: Tx, executionId: string): Promise<void> {
  await sql`update lector.workflow_steps set parked = state = 'ready', due_at = null
    where execution_id = ${executionId} and state in ('ready', 'waiting')`.execute(tx);
}

async function failFanOut(tx: Tx, { executionId, step }: Outcome, error: StoredError): Promise<void> {
  await sql`update lector.workflow_steps set state = 'failed', error = ${JSON.stringify(error)}::jsonb, ended_at = now()
    where execution_id = ${executionId} and step = ${step} and item is null and state = 'waiting'`.execute(tx);
}

/**
 * A fan-out that took too long in all: what runs of it is stopped. So a failed fan-out has an item that is not done, and
 * a retry something that joins it.
 */
async function itemsTakenBack(tx: Tx, { executionId, step }: Outcome, error: StoredError): Promise<Outcome[]> {
  const { rows } = await sql<{ taskId: string; item: number; attempt: number }>`
    select task_id as "taskId", item, attempt from lector.workflow_steps
    where execution_id = ${executionId} and step = ${step} and item is not null and state = 'running'`.execute(tx);
  await hold(
    tx,
    rows.map((row) => row.taskId),
  );
  const ending = { to: "ready", delayMs: 0, failures: 0, lost: 0, why: "fan-out failed", error } as const;
  return rows.map((row) => ({ ...row, executionId, step, from: "running", ending }));
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
    timeouts: context.timeouts,
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
    where execution_id = ${row.execution_id} and step = ${row.step} and item is not null and discarded = 0
    order by item`.execute(tx);
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
  return { code: error?.code ?? `child_${status.toLowerCase()}`, message, ...(error ? { cause: error } : {}) };
}
