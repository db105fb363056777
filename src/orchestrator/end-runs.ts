/** Runs that end before their last step: what waits in them is cancelled, and what runs is fenced off. */
import { sql } from "kysely";
import type { Tx } from "../database/connect.ts";
import type { StoredError } from "./task.ts";
import { mayCall } from "./lease.ts";
import { FENCED } from "./wake.ts";

/** Each with its event, whose data is `reason`. The caller holds the locks of these runs; ended ones stay as they are. */
export async function cancelRuns(tx: Tx, executionIds: string[], reason: object): Promise<void> {
  await endRuns(tx, executionIds, { status: "CANCELLED", error: null, data: reason });
}

export type EarlyEnd = { status: "CANCELLED" | "TIMED_OUT"; error: StoredError | null; data: object };

export async function endRuns(tx: Tx, executionIds: string[], { status, error, data }: EarlyEnd): Promise<void> {
  await sql`
    with run as (
      update lector.workflow_instances set status = ${status}, error = ${error && JSON.stringify(error)}::jsonb,
        event_seq = event_seq + 1, ended_at = now(), updated_at = now()
      where execution_id = any(${executionIds}::uuid[]) and status in ('PENDING', 'RUNNING', 'PAUSED')
      returning execution_id, event_seq
    ), step as (
      update lector.workflow_steps s set state = 'cancelled', held = s.held or ${mayCall}, lease_expires_at = null,
        due_at = null, ended_at = now()
      from run where s.execution_id = run.execution_id and s.state in ('ready', 'running', 'waiting')
    )
    insert into lector.workflow_events (execution_id, seq, kind, data)
    select execution_id, event_seq, ${`run.${status.toLowerCase()}`}, ${JSON.stringify(data)}::jsonb from run`.execute(
    tx,
  );
}

/** Ends the child runs that are still under way below a run, which failed or goes back to a step of before. */
export async function cancelBelow(tx: Tx, executionId: string, why: string): Promise<void> {
  const { rows } = await sql<{ execution_id: string }>`
    with recursive below as (
      select c.execution_id from lector.workflow_steps s join lector.workflow_instances c on c.parent_step_id = s.task_id
      where s.execution_id = ${executionId}
      union
      select c.execution_id from below b join lector.workflow_steps s using (execution_id)
        join lector.workflow_instances c on c.parent_step_id = s.task_id
    )
    select i.execution_id from lector.workflow_instances i
    where i.execution_id in (select execution_id from below) and i.status in ('PENDING', 'RUNNING', 'PAUSED')
    order by i.execution_id for no key update`.execute(tx);
  if (rows.length === 0) return;
  const reason = { by: "orchestrator", why: `the run ${executionId}, to which it belongs, ${why}` };
  const below = rows.map((row) => row.execution_id);
  await cancelRuns(tx, below, reason);
  await sql`select pg_notify(${FENCED}, '')`.execute(tx); // sent with the commit; without it, the next heartbeat tells
}
