/** A step that starts a run of another workflow and waits for it, without holding a slot. */
import { sql } from "kysely";
import { transact, type Queryable, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import type { Claimed } from "./claim.ts";
import { newestDefinition } from "./definition.ts";
import type { Settled } from "./outcome.ts";
import { RetryLater } from "./task.ts";
import { lockRuns, settleParent, type Context } from "./settle.ts";
import { startChild } from "./start.ts";

/**
 * running → waiting, with the child's first rows. A child that ends the moment it starts (nothing to do, or its first
 * step cannot be opened) ends the step too: what that brought is the answer. Null where the attempt is no longer
 * current, or the child is under way.
 */
export async function openChildRun(
  db: Queryable,
  context: Context,
  step: Claimed,
  workflowName: string,
): Promise<Settled | null> {
  const settled = await transact(db, async (tx) => {
    const opened = await open(tx, context, step, workflowName);
    failpoint("child-start.before");
    return opened;
  });
  failpoint("child-start.after");
  return settled;
}

async function open(tx: Tx, context: Context, step: Claimed, workflowName: string): Promise<Settled | null> {
  await lockRuns(tx, [step.executionId]);
  const run = await sql<{ status: string }>`select status from lector.workflow_instances
    where execution_id = ${step.executionId}`.execute(tx);
  const { status } = run.rows[0]!;
  // parked, until somebody retries or resumes it
  if (status === "FAILED" || status === "PAUSED") throw new RetryLater(0, `The run is ${status} meanwhile.`);
  const { rows } = await sql`
    update lector.workflow_steps set state = 'waiting', lease_expires_at = null, due_at = deadline_at
    where task_id = ${step.taskId} and attempt = ${step.attempt} and state = 'running' returning 1`.execute(tx);
  if (rows.length === 0) return null;
  const workflow = await newestDefinition(tx, workflowName);
  const child = await startChild(tx, context.store, workflow, step.input, {
    parentStepId: step.taskId,
    rootId: step.rootId,
    ownerId: step.ownerId,
    priority: step.priority,
    traceparent: step.traceparent,
    timeouts: context.timeouts,
  });
  const data = { step: step.step, item: step.item, attempt: step.attempt, child: child.executionId };
  await appendEvent(tx, step.executionId, "step.waiting", data);
  return child.ended ? settleParent(tx, context, step.taskId, child.executionId) : null;
}

/** One more line of a run's history; the caller holds the run's row lock. */
export async function appendEvent(tx: Tx, executionId: string, kind: string, data: unknown): Promise<void> {
  await sql`
    with run as (
      update lector.workflow_instances set event_seq = event_seq + 1, updated_at = now()
      where execution_id = ${executionId} returning event_seq
    )
    insert into lector.workflow_events (execution_id, seq, kind, data)
    select ${executionId}, run.event_seq, ${kind}, ${JSON.stringify(data)}::jsonb from run`.execute(tx);
}
