/** A run with the child runs below it, locked for a change that a person asks for. */
import { sql } from "kysely";
import type { Tx } from "../database/connect.ts";
import { RunNotFound, type RunStatus } from "./find.ts";
import { WORK } from "./wake.ts";

/** Who changes a run, and why: it goes into the history. */
export type Reason = { by: string; why?: string | undefined };

/** What a change that a person asked for left behind; not `changed`: it was so already. */
export type Changed = { status: RunStatus; changed: boolean };

/** The run is not in a state in which this can be done. */
export class RunConflict extends Error {
  override name = "RunConflict";
}

export type TreeRow = { execution_id: string; root_id: string; status: RunStatus; parent_step_id: string | null };

/**
 * The run and all runs below it, locked, in order of id, without those that a restart put aside. A child run that was
 * opened while we waited for its parent is not in the first answer, so it is asked for again. Throws `RunNotFound`.
 */
export async function lockTree(tx: Tx, executionId: string): Promise<{ top: TreeRow; runs: TreeRow[] }> {
  for (let known = 0; ;) {
    const { rows } = await sql<TreeRow>`
      with recursive tree as (
        select execution_id from lector.workflow_instances where execution_id = ${executionId}
        union
        select c.execution_id from tree t join lector.workflow_steps s using (execution_id)
          join lector.workflow_instances c on c.parent_step_id = s.task_id
        where s.discarded = 0
      )
      select i.execution_id, i.root_id, i.status, i.parent_step_id from lector.workflow_instances i
      where i.execution_id in (select execution_id from tree) order by i.execution_id for no key update`.execute(tx);
    const top = rows.find((run) => run.execution_id === executionId);
    if (!top) throw new RunNotFound(executionId);
    if (rows.length === known) return { top, runs: rows };
    known = rows.length;
  }
}

/** The same for what is done to a whole tree only: throws `RunConflict` for a child run. `verb`: what is wanted. */
export async function lockWhole(
  tx: Tx,
  executionId: string,
  verb: string,
): Promise<{ top: TreeRow; runs: TreeRow[]; ids: string[] }> {
  const { top, runs } = await lockTree(tx, executionId);
  if (top.parent_step_id) {
    throw new RunConflict(
      `The run ${executionId} belongs to the run ${top.root_id}. ${verb} that one: it takes this one along.`,
    );
  }
  return { top, runs, ids: runs.map((run) => run.execution_id) };
}

/** Tells all workers, with the commit, that there may be work. Without it they find out by looking. */
export async function wakeWorkers(tx: Tx): Promise<void> {
  await sql`select pg_notify(${WORK}, '')`.execute(tx);
}
