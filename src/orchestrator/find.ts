/** Questions about runs. */
import { sql, type RawBuilder } from "kysely";
import type { Queryable } from "../database/connect.ts";
import type { Variables } from "./advance.ts";
import type { StoredError } from "./task.ts";

export const RUN_STATUSES = ["PENDING", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

export type StepState = "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";

export type Run = {
  executionId: string;
  workflow: string;
  workflowId: number;
  version: number;
  status: RunStatus;
  currentStep: number;
  error: StoredError | null;
  dedupeKey: string | null;
  metadata: Record<string, unknown> | null;
  /** The run that took its place. */
  supersededBy: string | null;
  /** What started it, and the moment for which; null: somebody did. */
  scheduleId: string | null;
  scheduledFor: Date | null;
  admitted: boolean;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Whole milliseconds by Postgres's clock from the start of the first attempt to the end (or to now). */
  elapsedMs: number;
};

export type StepSummary = {
  workflow: string;
  step: number;
  name: string;
  state: StepState;
  attempt: number;
  failures: number;
  /** Part of the work that is done, 0 to 1; of a fan-out, the mean of its items. */
  progress: number;
  /** Items of a fan-out and how many of them are done; null for a single step. */
  items: { total: number; done: number; failed: number } | null;
  error: StoredError | null;
  startedAt: Date | null;
  endedAt: Date | null;
};

export class RunNotFound extends Error {
  override name = "RunNotFound";
  constructor(executionId: string) {
    super(`No run has the execution_id ${executionId}. "lector runs list" shows the runs there are.`);
  }
}

const runColumns = sql<Run>`i.execution_id as "executionId", w.name as workflow, i.workflow_id as "workflowId", w.version,
  i.status, i.current_step as "currentStep", i.error, i.dedupe_key as "dedupeKey", i.metadata,
  i.superseded_by as "supersededBy",
  i.schedule_id as "scheduleId", i.scheduled_for as "scheduledFor",
  (i.admission_keys = '{}' or i.admitted_at is not null) as admitted, i.created_at as "createdAt",
  i.updated_at as "updatedAt", i.started_at as "startedAt", i.ended_at as "endedAt",
  (extract(epoch from coalesce(i.ended_at, now()) - coalesce(i.started_at, i.created_at)) * 1000)::int as "elapsedMs"`;

export async function findRun(db: Queryable, executionId: string): Promise<Run> {
  const { rows } = await sql<Run>`select ${runColumns} from lector.workflow_instances i
    join lector.workflows w using (workflow_id) where i.execution_id = ${executionId}`.execute(db);
  if (!rows[0]) throw new RunNotFound(executionId);
  return rows[0];
}

/** The newest run under a dedupe key, whatever became of it. */
export async function findLastRun(db: Queryable, ownerId: string, dedupeKey: string): Promise<Run | null> {
  const { rows } = await sql<Run>`select ${runColumns} from lector.workflow_instances i
    join lector.workflows w using (workflow_id)
    where i.owner_id = ${ownerId} and i.dedupe_key = ${dedupeKey} order by i.created_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}

export type RunFilter = {
  status?: string | undefined;
  workflow?: string | undefined;
  /** `metadata.user_id`. */
  userId?: string | undefined;
  scheduleId?: string | undefined;
  /** Only runs created before this one: the last of the page before. */
  before?: string | undefined;
  limit: number;
};

/** Top-level runs, newest first (ids are UUIDv7, so their order is that of creation). */
export async function listRuns(db: Queryable, filter: RunFilter): Promise<Run[]> {
  const { status, workflow, userId, scheduleId, before } = filter;
  const conditions = [
    status === undefined ? null : sql`and i.status = ${status}`,
    workflow === undefined ? null : sql`and w.name = ${workflow}`,
    userId === undefined ? null : sql`and i.metadata ->> 'user_id' = ${userId}`,
    scheduleId === undefined ? null : sql`and i.schedule_id = ${scheduleId}::uuid`,
    before === undefined ? null : sql`and i.execution_id < ${before}::uuid`,
  ].filter((condition) => condition !== null);
  const { rows } = await sql<Run>`select ${runColumns} from lector.workflow_instances i
    join lector.workflows w using (workflow_id) where i.parent_step_id is null ${sql.join(conditions, sql` `)}
    order by i.execution_id desc limit ${filter.limit}`.execute(db);
  return rows;
}

/** A run's inputs and outputs as they stand in the row: large ones as references. */
export async function runVariables(db: Queryable, executionId: string): Promise<Variables> {
  const { rows } = await sql<{ variables: Variables }>`
    select variables from lector.workflow_instances where execution_id = ${executionId}`.execute(db);
  if (!rows[0]) throw new RunNotFound(executionId);
  return rows[0].variables;
}

/** One line a step, a fan-out's items counted. */
export function runSteps(db: Queryable, executionId: string): Promise<StepSummary[]> {
  return summaries(db, sql`= ${executionId}`);
}

/** The steps of a run and of all child runs below it, in the order in which they were opened. */
export function runTreeSteps(db: Queryable, executionId: string): Promise<StepSummary[]> {
  return summaries(
    db,
    sql`in (with recursive tree as (
      select execution_id from lector.workflow_instances where execution_id = ${executionId}
      union all select c.execution_id from tree t join lector.workflow_steps p using (execution_id)
        join lector.workflow_instances c on c.parent_step_id = p.task_id where p.discarded = 0
    ) select execution_id from tree)`,
  );
}

async function summaries(db: Queryable, runs: RawBuilder<unknown>): Promise<StepSummary[]> {
  const { rows } = await sql<StepRow>`
    select w.name as workflow, s.step, s.name, s.state, s.attempt, s.failures, s.error, s.started_at, s.ended_at, s.progress,
      n.total, n.done, n.failed, n.progress as items_progress, n.attempts, n.started_at as items_started_at
    from lector.workflow_steps s join lector.workflow_instances i using (execution_id)
      join lector.workflows w using (workflow_id) left join (
      select execution_id, step, count(*)::int as total, count(*) filter (where state = 'done')::int as done,
        count(*) filter (where state = 'failed')::int as failed, avg(progress) as progress,
        max(attempt) as attempts, min(started_at) as started_at
      from lector.workflow_steps where execution_id ${runs} and item is not null and discarded = 0
      group by execution_id, step
    ) n on n.execution_id = s.execution_id and n.step = s.step
    where s.execution_id ${runs} and s.item is null and s.discarded = 0 order by s.created_at, s.execution_id, s.step`.execute(
    db,
  );
  return rows.map(summaryOf);
}

type StepRow = {
  workflow: string;
  step: number;
  name: string;
  state: StepState;
  attempt: number;
  failures: number;
  error: StoredError | null;
  started_at: Date | null;
  ended_at: Date | null;
  progress: number;
  total: number | null;
  done: number;
  failed: number;
  items_progress: number;
  attempts: number;
  items_started_at: Date | null;
};

function summaryOf(row: StepRow): StepSummary {
  const fanOut = row.total !== null;
  return {
    workflow: row.workflow,
    step: row.step,
    name: row.name,
    state: row.state,
    attempt: fanOut ? row.attempts : row.attempt,
    failures: row.failures,
    progress: fanOut && row.state !== "done" ? row.items_progress : row.progress,
    items: row.total === null ? null : { total: row.total, done: row.done, failed: row.failed },
    error: row.error,
    startedAt: row.started_at ?? row.items_started_at,
    endedAt: row.ended_at,
  };
}
