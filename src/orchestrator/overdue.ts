/**
 * Ends what has taken too long: steps in the queue, attempts, steps in all, runs. Any process does it for all; who comes
 * second finds nothing to do. An index leads to what is due, so that nothing is read for those that wait in time.
 */
import { sql } from "kysely";
import { isConflict, transact, type Database, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { releaseAbandoned } from "./admit.ts";
import { endingOf } from "./attempt.ts";
import { tellFenced, timeOutRun } from "./cancel.ts";
import { hold } from "./lease.ts";
import type { Ending, Settled } from "./outcome.ts";
import { lockRuns, settle, type Context } from "./settle.ts";
import { storedError } from "./task.ts";
import { TimedOut } from "./timeouts.ts";

/** Of each kind at a time; the next look finds the rest. */
const BATCH = 100;

export type OverdueOptions = {
  context: Context;
  random(): number;
  /** After each step or run that was ended. */
  ended(settled: Pick<Settled, "ended" | "opened" | "admits">): void;
};

export async function endOverdue(db: Database, options: OverdueOptions): Promise<void> {
  const ended = await timeOutRuns(db);
  if (ended.length > 0) options.ended({ ended, opened: false, admits: true });
  for (const step of await overdueSteps(db)) {
    const settled = await transact(db, (tx) => endStep(tx, step, options)).catch(giveWay);
    failpoint("overdue.after");
    await tellFenced(db, settled?.accepted.has(step.taskId) ?? false);
    if (settled) options.ended(settled);
  }
}

/** Ends the runs whose deadline is over, and answers which. */
export async function timeOutRuns(db: Database): Promise<string[]> {
  const { rows } = await sql<{ execution_id: string }>`
    select execution_id from lector.workflow_instances
    where status in ('PENDING', 'RUNNING') and deadline_at <= now() order by deadline_at limit ${BATCH}`.execute(db);
  const ended: string[] = [];
  for (const { execution_id: executionId } of rows) {
    if ((await timeOutRun(db, executionId)).changed) ended.push(executionId);
  }
  return ended;
}

/** Somebody else settles it at this moment; what is then still overdue is found again. */
function giveWay(error: unknown): null {
  if (!isConflict(error)) throw error;
  return null;
}

type OverdueStep = { taskId: string; executionId: string };

/** While a run is paused, only its running attempts are timed. */
const isOverdue = sql`case s.state when 'running' then s.started_at + s.attempt_ms * interval '1 ms' <= now()
    or (s.deadline_at <= now() and not exists (select 1 from lector.workflow_instances i
      where i.execution_id = s.execution_id and i.status = 'PAUSED'))
  else s.due_at <= now() end`;

async function overdueSteps(db: Database): Promise<OverdueStep[]> {
  const { rows } = await sql<OverdueStep>`
    (select s.task_id as "taskId", s.execution_id as "executionId" from lector.workflow_steps s
      where s.state in ('ready', 'waiting') and s.due_at <= now() order by s.due_at limit ${BATCH})
    union all
    (select s.task_id, s.execution_id from lector.workflow_steps s where s.state = 'running' and ${isOverdue}
      limit ${BATCH})`.execute(db);
  return rows;
}

/** Looks again under the locks of its run, where nothing can happen to it any more; null: it is in time after all. */
async function endStep(tx: Tx, { taskId, executionId }: OverdueStep, o: OverdueOptions): Promise<Settled | null> {
  await lockRuns(tx, [executionId]);
  const { rows } = await sql<StepRow>`
    select s.root_id, s.step, s.item, s.name, s.state, s.attempt, s.failures, s.queue_ms, s.attempt_ms, s.step_ms, i.workflow_id,
      coalesce(s.deadline_at <= now(), false) as in_all
    from lector.workflow_steps s join lector.workflow_instances i using (execution_id)
    where s.task_id = ${taskId} and s.state in ('ready', 'running', 'waiting') and ${isOverdue}`.execute(tx);
  const [row] = rows;
  if (!row) return null;
  const { step, item, state: from, attempt } = row;
  const outcome = { taskId, executionId, step, item, from, attempt, ending: await endingFor(row, o) };
  await hold(tx, [taskId]);
  const settled = await settle(tx, o.context, [outcome], { reachesOtherRuns: false });
  if (outcome.ending.to === "ready") await releaseAbandoned(tx, [row.root_id]);
  failpoint("overdue.before");
  return settled;
}

type StepRow = {
  root_id: string;
  step: number;
  item: number | null;
  name: string;
  state: "ready" | "running" | "waiting";
  attempt: number;
  failures: number;
  queue_ms: number;
  attempt_ms: number;
  step_ms: number;
  workflow_id: number;
  in_all: boolean;
};

async function endingFor(row: StepRow, { context, random }: OverdueOptions): Promise<Ending> {
  if (!row.in_all && row.state === "running") {
    const { steps } = await context.definitionOf(row.workflow_id);
    return endingOf(new TimedOut("attempt", row.attempt_ms), row, steps[row.step - 1]!, random);
  }
  const why = row.in_all ? new TimedOut("step", row.step_ms) : new TimedOut("queue", row.queue_ms);
  return { to: "failed", error: { ...storedError(why), step: row.name }, failures: 0, lost: 0 };
}
