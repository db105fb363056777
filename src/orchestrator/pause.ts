/**
 * Pausing a run with all its child runs: nothing of it is claimed any more, what runs may end. What ends opens what
 * follows, parked, and may even end the run. Delays go on counting, and the dedupe key stays held. The deadlines of the
 * run and of its steps stand still, except that of an attempt.
 */
import { sql } from "kysely";
import { transact, type Database, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { isActive } from "./cancel.ts";
import { lockWhole, RunConflict, wakeWorkers, type Changed, type Reason } from "./tree.ts";

/** Idempotent. Throws `RunNotFound`, and `RunConflict` for a run that has ended, or belongs to another. */
export async function pauseRun(db: Database, executionId: string, reason: Reason): Promise<Changed> {
  const paused = await transact(db, async (tx): Promise<Changed> => {
    const { top, ids } = await lockWhole(tx, executionId, "Pause");
    if (!isActive(top.status)) {
      throw new RunConflict(`The run ${executionId} has ended as ${top.status}: there is nothing to pause.`);
    }
    if (top.status === "PAUSED") return { status: "PAUSED", changed: false };
    await pause(tx, ids, reason);
    failpoint("pause.before");
    return { status: "PAUSED", changed: true };
  });
  failpoint("pause.after");
  return paused;
}

async function pause(tx: Tx, runs: string[], reason: Reason): Promise<void> {
  await sql`
    with run as (
      update lector.workflow_instances set status = 'PAUSED', paused_at = now(),
        event_seq = event_seq + 1, updated_at = now()
      where execution_id = any(${runs}::uuid[]) and status in ('PENDING', 'RUNNING')
      returning execution_id, event_seq
    ), step as (
      update lector.workflow_steps s set parked = s.state = 'ready', due_at = null from run
      where s.execution_id = run.execution_id and s.state in ('ready', 'waiting')
    )
    insert into lector.workflow_events (execution_id, seq, kind, data)
    select execution_id, event_seq, 'run.paused', ${JSON.stringify(reason)}::jsonb from run`.execute(tx);
}

/** Idempotent. Throws `RunNotFound`, and `RunConflict` for a run that has ended, or belongs to another. */
export async function resumeRun(db: Database, executionId: string, reason: Reason): Promise<Changed> {
  const resumed = await transact(db, async (tx) => {
    const { top, ids } = await lockWhole(tx, executionId, "Resume");
    if (!isActive(top.status)) {
      throw new RunConflict(`The run ${executionId} has ended as ${top.status}: "retry" or "restart" goes on with it.`);
    }
    if (top.status !== "PAUSED") return { status: top.status, changed: false };
    const status = await resume(tx, ids, executionId, reason);
    await wakeWorkers(tx);
    failpoint("resume.before");
    return { status, changed: true };
  });
  failpoint("resume.after");
  return resumed;
}

/** A run that gave its place back while it was paused (admit.ts) stays parked until it is admitted again. */
async function resume(tx: Tx, runs: string[], rootId: string, reason: Reason): Promise<Changed["status"]> {
  const { rows } = await sql<{ execution_id: string; status: Changed["status"] }>`
    with run as (
      update lector.workflow_instances
      set status = case when started_at is null then 'PENDING' else 'RUNNING' end,
        deadline_at = deadline_at + (now() - paused_at), event_seq = event_seq + 1, updated_at = now()
      where execution_id = any(${runs}::uuid[]) and status = 'PAUSED'
      returning execution_id, event_seq, status, paused_at
    ), later as (
      select s.task_id, s.deadline_at + (now() - greatest(run.paused_at, s.created_at)) as deadline_at
      from run join lector.workflow_steps s using (execution_id) where s.state in ('ready', 'running', 'waiting')
    ), step as (
      update lector.workflow_steps s set deadline_at = l.deadline_at, due_at = case s.state
          when 'ready' then least(greatest(s.run_at, now()) + s.queue_ms * interval '1 ms', l.deadline_at)
          when 'waiting' then l.deadline_at end,
        parked = s.state = 'ready' and not exists (
          select 1 from lector.workflow_instances r where r.execution_id = ${rootId}
            and (r.admission_keys = '{}' or r.admitted_at is not null))
      from later l where s.task_id = l.task_id and s.state in ('ready', 'running', 'waiting')
    ), told as (
      insert into lector.workflow_events (execution_id, seq, kind, data)
      select execution_id, event_seq, 'run.resumed', ${JSON.stringify(reason)}::jsonb || jsonb_build_object('status', status)
      from run
    )
    select execution_id, status from run`.execute(tx);
  return rows.find((row) => row.execution_id === rootId)!.status;
}
