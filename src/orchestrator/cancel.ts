/** Cancelling a run with all its child runs: nothing new starts, and what runs is fenced off and signalled. */
import { sql } from "kysely";
import { transact, type Database, type Tx } from "../database/connect.ts";
import { appendEvent } from "./child-run.ts";
import { RunNotFound } from "./find.ts";
import { FENCED } from "./wake.ts";

export type Cancelled = { status: string; /** False where the run had ended before. */ changed: boolean };

/** Idempotent: a run that has ended stays as it is. `by` and `why` go into the history. */
export async function cancelRun(
  db: Database,
  executionId: string,
  { by, why }: { by: string; why?: string },
): Promise<Cancelled> {
  const cancelled = await transact(db, (tx) => cancelTree(tx, executionId, why ? { by, why } : { by }));
  // Whoever works on it looks at its tokens now; without this hint, at its next heartbeat.
  if (cancelled.changed) await sql`select pg_notify(${FENCED}, '')`.execute(db);
  return cancelled;
}

async function cancelTree(tx: Tx, executionId: string, reason: object): Promise<Cancelled> {
  const runs = await lockTree(tx, executionId);
  const top = runs.find((run) => run.execution_id === executionId);
  if (!top) throw new RunNotFound(executionId);
  if (!isActive(top.status)) return { status: top.status, changed: false };
  for (const run of runs.filter(({ status }) => isActive(status))) {
    await sql`update lector.workflow_instances set status = 'CANCELLED', ended_at = now(), updated_at = now()
      where execution_id = ${run.execution_id}`.execute(tx);
    await sql`update lector.workflow_steps set state = 'cancelled', lease_expires_at = null, ended_at = now()
      where execution_id = ${run.execution_id} and state in ('ready', 'running', 'waiting')`.execute(tx);
    await appendEvent(tx, run.execution_id, "run.cancelled", reason);
  }
  if (top.parent_step_id) await failParent(tx, top.parent_step_id, executionId);
  return { status: "CANCELLED", changed: true };
}

type TreeRow = { execution_id: string; status: string; parent_step_id: string | null };

export function isActive(status: string): boolean {
  return status === "PENDING" || status === "RUNNING" || status === "PAUSED";
}

/** The run and all runs below it, locked, in order of id. */
export async function lockTree(tx: Tx, executionId: string): Promise<TreeRow[]> {
  const { rows } = await sql<TreeRow>`
    with recursive tree as (
      select execution_id from lector.workflow_instances where execution_id = ${executionId}
      union
      select c.execution_id from tree t join lector.workflow_steps s using (execution_id)
        join lector.workflow_instances c on c.parent_step_id = s.task_id
    )
    select i.execution_id, i.status, i.parent_step_id from lector.workflow_instances i
    where i.execution_id in (select execution_id from tree) order by i.execution_id for no key update`.execute(tx);
  return rows;
}

/** A child that a person cancelled by itself leaves its parent without what it waited for. */
async function failParent(tx: Tx, parentStepId: string, child: string): Promise<void> {
  const error = JSON.stringify({ code: "child_cancelled", message: `The child run ${child} was cancelled.` });
  const { rows } = await sql<{ execution_id: string; step: number; item: number | null; attempt: number }>`
    update lector.workflow_steps set state = 'failed', error = ${error}::jsonb, ended_at = now()
    where task_id = ${parentStepId} and state = 'waiting' returning execution_id, step, item, attempt`.execute(tx);
  const parent = rows[0];
  if (!parent) return;
  await sql`update lector.workflow_instances set status = 'FAILED', error = ${error}::jsonb, ended_at = now()
    where execution_id = ${parent.execution_id} and status in ('PENDING', 'RUNNING', 'PAUSED')`.execute(tx);
  const { step, item, attempt } = parent;
  await appendEvent(tx, parent.execution_id, "step.failed", { step, item, attempt, error: JSON.parse(error) });
  await appendEvent(tx, parent.execution_id, "run.failed", { error: JSON.parse(error) });
}
