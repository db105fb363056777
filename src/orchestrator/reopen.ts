/** A person retries a run that failed, timed out or was cancelled: the same run goes on, and what is done stays done. */
import { sql } from "kysely";
import { sqlState, transact, type Database, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { isActive } from "./cancel.ts";
import { appendEvent } from "./child-run.ts";
import type { RunStatus } from "./find.ts";
import { lockWhole, RunConflict, wakeWorkers, type Reason } from "./tree.ts";

/**
 * Answers the run's new status. Throws `RunNotFound`, and `RunConflict` where the run completed, is active, cannot be
 * mended, belongs to another, or another active run does the same.
 */
export async function reopenRun(db: Database, executionId: string, reason: Reason): Promise<RunStatus> {
  const reopened = await unlessHeld(executionId, () =>
    transact(db, async (tx) => {
      const status = await reopenTree(tx, executionId, reason);
      failpoint("reopen.before");
      return status;
    }),
  );
  failpoint("reopen.after");
  return reopened;
}

/** Says so where another active run holds the dedupe key of the run that becomes active again. */
export async function unlessHeld<T>(executionId: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (cause) {
    if (sqlState(cause) !== "23505") throw cause;
    const detail = `Another run of the same kind is active. Wait for it, or cancel it, then try ${executionId} again.`;
    throw new RunConflict(detail, { cause });
  }
}

/** `reason` goes into the history of each run that is reopened. */
export async function reopenTree(tx: Tx, executionId: string, reason: object): Promise<RunStatus> {
  const { top, runs } = await lockWhole(tx, executionId, "Retry");
  if (top.status === "COMPLETED")
    throw new RunConflict(`The run ${executionId} has completed: there is nothing to retry.`);
  if (isActive(top.status))
    throw new RunConflict(`The run ${executionId} is ${top.status}: there is nothing to retry yet.`);
  const ended = runs.filter(({ status }) => status !== "COMPLETED" && !isActive(status));
  await refuseUnopened(tx, ended);
  let reopened: RunStatus = top.status;
  for (const run of ended) {
    const status = await reopenOne(tx, run.execution_id);
    await appendEvent(tx, run.execution_id, "run.reopened", { ...reason, status });
    if (run === top) reopened = status;
  }
  await wakeWorkers(tx);
  return reopened;
}

/** A step that could not be opened has no input to run with, and would fail again: its definition is pinned. */
async function refuseUnopened(tx: Tx, runs: { execution_id: string }[]): Promise<void> {
  const { rows } = await sql<{ execution_id: string; name: string; message: string }>`
    select s.execution_id, s.name, s.error ->> 'message' as message from lector.workflow_steps s
    where s.execution_id = any(${runs.map((run) => run.execution_id)}::uuid[]) and s.state = 'failed' and s.item is null
      and s.input is null and s.discarded = 0 and not exists (select 1 from lector.workflow_steps n
        where n.execution_id = s.execution_id and n.step = s.step and n.item is not null and n.discarded = 0) limit 1`.execute(
    tx,
  );
  const [found] = rows;
  if (!found) return;
  throw new RunConflict(
    `The step "${found.name}" of run ${found.execution_id} could not be opened: ${found.message} Restart it from an earlier step, or start a new one.`,
  );
}

async function reopenOne(tx: Tx, executionId: string): Promise<RunStatus> {
  const reopened = await sql<{ status: RunStatus }>`
    update lector.workflow_instances set ended_at = null, error = null, superseded_by = null, admitted_at = null,
      deadline_at = now() + timeout_ms * interval '1 ms', updated_at = now(),
      status = case when started_at is null then 'PENDING' else 'RUNNING' end
    where execution_id = ${executionId} returning status`.execute(tx);
  // A run that must be admitted (its root has keys) queues for that again.
  const parked = sql`exists (select 1 from lector.workflow_instances r
    where r.execution_id = s.root_id and r.admission_keys <> '{}')`;
  const hasItems = sql`exists (select 1 from lector.workflow_steps n
    where n.execution_id = s.execution_id and n.step = s.step and n.item is not null)`;
  const hasChild = sql`exists (select 1 from lector.workflow_instances c where c.parent_step_id = s.task_id)`;
  await sql`update lector.workflow_steps s set failures = 0, lost = 0, error = null, ended_at = null, progress = 0,
      run_at = now(), delayed = false, state = case when (s.item is null and ${hasItems}) or ${hasChild} then 'waiting' else 'ready' end
    where s.execution_id = ${executionId} and s.state in ('failed', 'cancelled') and s.discarded = 0`.execute(tx);
  // All its time begins anew.
  await sql`update lector.workflow_steps s set parked = s.state = 'ready' and ${parked},
      deadline_at = now() + s.step_ms * interval '1 ms', due_at = case s.state
        when 'ready' then now() + least(s.queue_ms, s.step_ms) * interval '1 ms'
        when 'waiting' then now() + s.step_ms * interval '1 ms' end
    where s.execution_id = ${executionId} and s.state in ('ready', 'running', 'waiting')`.execute(tx);
  await sql`update lector.workflow_steps s set remaining = (select count(*) from lector.workflow_steps n
      where n.execution_id = s.execution_id and n.step = s.step and n.item is not null and n.discarded = 0
        and n.state <> 'done')
    where s.execution_id = ${executionId} and s.item is null and s.state = 'waiting' and ${hasItems}`.execute(tx);
  return reopened.rows[0]!.status;
}
