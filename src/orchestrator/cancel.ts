/** Cancelling a run with all its child runs: nothing new starts, and what runs is fenced off and signalled. */
import { sql } from "kysely";
import { transact, type Database, type Tx } from "../database/connect.ts";
import { cancelRuns } from "./end-runs.ts";
import { RunNotFound } from "./find.ts";
import { settleParent, type Context } from "./settle.ts";
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
  if (cancelled.changed) await sql`select pg_notify(${FENCED}, '')`.execute(db).catch(() => {});
  return cancelled;
}

async function cancelTree(tx: Tx, executionId: string, reason: object): Promise<Cancelled> {
  const runs = await lockTree(tx, executionId);
  const top = runs.find((run) => run.execution_id === executionId);
  if (!top) throw new RunNotFound(executionId);
  if (!isActive(top.status)) return { status: top.status, changed: false };
  await cancelRuns(
    tx,
    runs.map((run) => run.execution_id),
    reason,
  );
  // a child that a person cancelled by itself leaves its parent without what it waited for
  if (top.parent_step_id) await settleParent(tx, noContext, top.parent_step_id, executionId);
  return { status: "CANCELLED", changed: true };
}

type TreeRow = { execution_id: string; status: string; parent_step_id: string | null };

export function isActive(status: string): boolean {
  return status === "PENDING" || status === "RUNNING" || status === "PAUSED";
}

/** What fails asks neither store nor definition. */
const noContext: Context = {
  store: { put: () => Promise.reject(new Error("unused")), get: () => Promise.reject(new Error("unused")) },
  definitionOf: () => Promise.reject(new Error("unused")),
};

/**
 * The run and all runs below it, locked, in order of id. A child run that was opened while we waited for its parent is
 * not in the first answer, so it is asked for again.
 */
export async function lockTree(tx: Tx, executionId: string): Promise<TreeRow[]> {
  for (let known = 0; ;) {
    const { rows } = await sql<TreeRow>`
      with recursive tree as (
        select execution_id from lector.workflow_instances where execution_id = ${executionId}
        union
        select c.execution_id from tree t join lector.workflow_steps s using (execution_id)
          join lector.workflow_instances c on c.parent_step_id = s.task_id
      )
      select i.execution_id, i.status, i.parent_step_id from lector.workflow_instances i
      where i.execution_id in (select execution_id from tree) order by i.execution_id for no key update`.execute(tx);
    if (rows.length === known) return rows;
    known = rows.length;
  }
}
