/** Leases: kept by heartbeats, ended by the reaper of any process when the heart stands still. */
import { sql } from "kysely";
import type { Queryable, Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import type { Token } from "./task.ts";

/**
 * How long a worker waits for an answer of the database, ms: a connection that became silent must be given up in time
 * for another try within the lease.
 */
export function answerMs(leaseMs: number): number {
  return Math.max(1000, leaseMs / 3);
}

/** An attempt in one word. */
export function tokenKey({ taskId, attempt }: Token): string {
  return `${taskId}.${attempt}`;
}

/** Keys of attempts. One that is in neither set was being settled, and is asked again with the next heartbeat. */
export type Renewal = { renewed: Set<string>; lost: Set<string> };

/**
 * Renews the leases of attempts that are still current. A step whose row is locked is being settled, reaped or
 * cancelled: to wait for it, while holding others, could only end in a deadlock.
 */
export async function renew(db: Queryable, tokens: Token[], leaseMs: number): Promise<Renewal> {
  const { rows } = await sql<{ what: string; key: string }>`
    with current as materialized (
      select s.task_id, s.attempt from lector.workflow_steps s
        join unnest(${tokens.map((token) => token.taskId)}::uuid[], ${tokens.map((token) => token.attempt)}::int[])
          as t(task_id, attempt) on s.task_id = t.task_id and s.attempt = t.attempt
      where s.state = 'running'
    ), held as (
      select s.task_id from lector.workflow_steps s join current c on s.task_id = c.task_id and s.attempt = c.attempt
      where s.state = 'running' for no key update of s skip locked
    ), renewed as (
      update lector.workflow_steps s set heartbeat_seq = s.heartbeat_seq + 1,
        lease_expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
      from held where s.task_id = held.task_id
      returning s.task_id, s.attempt
    )
    select 'current' as what, task_id || '.' || attempt as key from current
    union all select 'renewed', task_id || '.' || attempt from renewed`.execute(db);
  const keys = (what: string) => new Set(rows.filter((row) => row.what === what).map((row) => row.key));
  return { renewed: keys("renewed"), lost: new Set(tokens.map(tokenKey)).difference(keys("current")) };
}

/** Keys of the attempts that are no longer current, without renewing. */
export async function refused(db: Queryable, tokens: Token[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select s.task_id || '.' || s.attempt as key from lector.workflow_steps s
      join unnest(${tokens.map((token) => token.taskId)}::uuid[], ${tokens.map((token) => token.attempt)}::int[])
        as t(task_id, attempt) on s.task_id = t.task_id and s.attempt = t.attempt
    where s.state = 'running'`.execute(db);
  return new Set(tokens.map(tokenKey)).difference(new Set(rows.map((row) => row.key)));
}

/** Overwrites the progress (0 to 1) of attempts that are still current, except of those that are being settled. */
export async function writeProgress(db: Queryable, reports: (Token & { done: number })[]): Promise<void> {
  await sql`update lector.workflow_steps s set progress = p.done
    from unnest(${reports.map((report) => report.taskId)}::uuid[], ${reports.map((report) => report.attempt)}::int[],
      ${reports.map((report) => report.done)}::float8[]) as p(task_id, attempt, done)
    where s.task_id = p.task_id and s.attempt = p.attempt and s.state = 'running' and s.task_id in (
      select task_id from lector.workflow_steps where task_id = any(${reports.map((report) => report.taskId)}::uuid[])
        and state = 'running' for no key update skip locked)`.execute(db);
}

/** Of a step `s` that is taken from its worker: it may be calling, so it keeps its place in its group (`held`). */
export const mayCall = sql`(s.state = 'running' and s.group_key is not null)`;

/** Running steps that are about to be ended by another than their workers keep their places, until `letGo`. */
export async function hold(tx: Tx, taskIds: string[]): Promise<void> {
  await sql`update lector.workflow_steps s set held = true
    where s.task_id = any(${taskIds}::uuid[]) and ${mayCall}`.execute(tx);
}

/** The worker of an attempt that was taken from it calls no more, or is dead: its place is free. */
export async function letGo(db: Queryable, { taskId, attempt }: Token): Promise<void> {
  failpoint("let-go.before");
  await sql`update lector.workflow_steps set held = false
    where task_id = ${taskId} and attempt = ${attempt} and held`.execute(db);
  failpoint("let-go.after");
}

export type RunningStep = {
  taskId: string;
  executionId: string;
  rootId: string;
  step: number;
  item: number | null;
  name: string;
  attempt: number;
  heartbeatSeq: number;
  lost: number;
  workerId: string;
  inChildRun: boolean;
  /** It runs no more, and its worker has not let go of it. */
  held: boolean;
};

/** Every step that a worker may be at work on. */
export async function runningSteps(db: Queryable): Promise<RunningStep[]> {
  const columns = sql`task_id as "taskId", execution_id as "executionId", root_id as "rootId", step, item, name, attempt,
    heartbeat_seq as "heartbeatSeq", lost, worker_id as "workerId", execution_id <> root_id as "inChildRun", held`;
  const { rows } = await sql<RunningStep>`
    select ${columns} from lector.workflow_steps where state = 'running'
    union all select ${columns} from lector.workflow_steps where held`.execute(db);
  return rows;
}

/**
 * Watches running steps by this process's own monotonic clock: a step is dead when its (attempt, heartbeat_seq) has
 * not moved for one lease. No wall clock is compared, so a wrong one delays and kills nothing.
 */
export function leaseWatch(leaseMs: number): (steps: RunningStep[], nowMs: number) => RunningStep[] {
  let seen = new Map<string, { mark: string; since: number }>();
  return (steps, nowMs) => {
    const next = new Map<string, { mark: string; since: number }>();
    const dead = steps.filter((step) => {
      const mark = `${step.attempt}.${step.heartbeatSeq}`;
      const before = seen.get(step.taskId);
      const since = before?.mark === mark ? before.since : nowMs;
      next.set(step.taskId, { mark, since });
      return nowMs - since >= leaseMs;
    });
    seen = next;
    return dead;
  };
}
