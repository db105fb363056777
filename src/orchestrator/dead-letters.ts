/**
 * Dead letters: steps that failed for good, each with every failure that led there, and their replay.
 *
 * A fan-out or a parent that failed along with what is below it is none: the cause is listed where it arose. A fan-out that
 * took too long in all failed by itself. A replay reopens the whole run, so it takes the run's other dead letters along, and
 * what is done is used again.
 */
import { sql, type RawBuilder } from "kysely";
import { transact, type Database, type Queryable } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import type { RunStatus } from "./find.ts";
import { reopenTree, unlessHeld } from "./reopen.ts";
import type { StoredError } from "./task.ts";
import { lockTree, type Changed, type Reason } from "./tree.ts";

export type DeadLetter = {
  taskId: string;
  /** The run to which the step belongs. */
  executionId: string;
  /** The run at the top, which a replay reopens, and its status. */
  rootId: string;
  runStatus: RunStatus;
  workflow: string;
  step: number;
  /** Its place in a fan-out. */
  item: number | null;
  name: string;
  taskType: string;
  /** `failed`: it is dead; `discarded`: a restart put it aside; else it was replayed, and this is what became of it. */
  state: string;
  attempt: number;
  failures: number;
  lost: number;
  error: StoredError | null;
  failedAt: Date | null;
  /** Its place in the list: microseconds, as Postgres keeps them, and the task. */
  cursor: string;
};

/** One failure, or lost lease, of an attempt. */
export type Failure = { attempt: number; at: Date; kind: "retried" | "failed"; error: StoredError | null };

/** Somebody reopened or restarted the run. */
export type Revival = { at: Date; kind: "reopened" | "restarted"; data: Record<string, unknown> };

export type Autopsy = DeadLetter & { input: unknown; causes: Failure[]; revivals: Revival[] };

export class DeadLetterNotFound extends Error {
  override name = "DeadLetterNotFound";
  constructor(taskId: string) {
    super(`No dead letter has the task_id ${taskId}. "lector dead-letters list" shows those there are.`);
  }
}

export type DeadLetterFilter = {
  workflow?: string | undefined;
  taskType?: string | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  limit: number;
};

export class InvalidDeadLetterCursor extends Error {
  override name = "InvalidDeadLetterCursor";
}

/** A restart put it aside, or the step to whose child run it belongs, however far above. */
const isAside = sql`(s.discarded > 0 or (i.parent_step_id is not null and exists (
  with recursive above as (
    select p.execution_id, p.discarded from lector.workflow_steps p where p.task_id = i.parent_step_id
    union all
    select p.execution_id, p.discarded from above a join lector.workflow_instances c using (execution_id)
      join lector.workflow_steps p on p.task_id = c.parent_step_id
  )
  select 1 from above where discarded > 0)))`;

const columns = sql<DeadLetter>`s.task_id as "taskId", s.execution_id as "executionId", s.root_id as "rootId",
  r.status as "runStatus", w.name as workflow, s.step, s.item, s.name, s.task_type as "taskType",
  case when ${isAside} then 'discarded' else s.state end as state, s.attempt, s.failures, s.lost, s.error, s.ended_at as "failedAt",
  (extract(epoch from s.ended_at) * 1000000)::bigint || '.' || s.task_id as cursor`;

const from = sql`lector.workflow_steps s join lector.workflow_instances i using (execution_id)
  join lector.workflow_instances r on r.execution_id = s.root_id
  join lector.workflows w on w.workflow_id = i.workflow_id`;

/** It did not only fail because something below it did. */
const isCause = sql`not exists (select 1 from lector.workflow_instances c
    where c.parent_step_id = s.task_id and c.status = 'FAILED')
  and not (s.item is null and exists (select 1 from lector.workflow_steps n
    where n.execution_id = s.execution_id and n.step = s.step and n.item is not null and n.discarded = s.discarded
      and n.state = 'failed'))`;

/** Newest first. `nextCursor` null: this was the last page. Throws `InvalidDeadLetterCursor`. */
export async function listDeadLetters(
  db: Queryable,
  { workflow, taskType, cursor, limit }: DeadLetterFilter,
): Promise<{ letters: DeadLetter[]; nextCursor: string | null }> {
  const conditions: RawBuilder<unknown>[] = [
    ...(workflow === undefined ? [] : [sql`and w.name = ${workflow}`]),
    ...(taskType === undefined ? [] : [sql`and s.task_type = ${taskType}`]),
    ...(cursor === undefined ? [] : [after(cursor)]),
  ];
  const { rows } = await sql<DeadLetter>`
    select ${columns} from ${from} where s.state = 'failed' and s.discarded = 0 and not ${isAside} and ${isCause} ${sql.join(conditions, sql` `)}
    order by s.ended_at desc, s.task_id desc limit ${limit + 1}`.execute(db);
  const letters = rows.slice(0, limit);
  return { letters, nextCursor: rows.length > limit ? letters.at(-1)!.cursor : null };
}

function after(cursor: string): RawBuilder<unknown> {
  const place = /^(\d{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (!place) throw new InvalidDeadLetterCursor(`"${cursor.slice(0, 100)}" is no next_cursor of this list.`);
  return sql`and (s.ended_at, s.task_id)
    < (timestamptz 'epoch' + ${place[1]}::text::bigint * interval '1 microsecond', ${place[2]}::uuid)`;
}

/** A step that is dead, or was once. Throws `DeadLetterNotFound`. */
export async function findDeadLetter(db: Queryable, taskId: string): Promise<Autopsy> {
  const { rows } = await sql<DeadLetter & { input: unknown }>`
    select ${columns}, s.input from ${from} where s.task_id = ${taskId} and ${isCause} and (s.state = 'failed' or ${hasFailed})`.execute(
    db,
  );
  const [letter] = rows;
  if (!letter) throw new DeadLetterNotFound(taskId);
  const { executionId, step, item, rootId } = letter;
  const causes = await sql<Failure>`
    select (data ->> 'attempt')::int as attempt, at, substr(kind, 6) as kind, data -> 'error' as error
    from lector.workflow_events where execution_id = ${executionId} and kind in ('step.retried', 'step.failed')
      and (data ->> 'step')::int = ${step} and (data ->> 'item')::int is not distinct from ${item}::int
      and ((data ->> 'failures')::int > 0 or (data ->> 'lost')::int > 0 or kind = 'step.failed') order by seq`.execute(
    db,
  );
  // a step that could not be opened had no attempt that could have failed
  if (causes.rows.length === 0) {
    causes.rows.push({ attempt: letter.attempt, at: letter.failedAt!, kind: "failed", error: letter.error });
  }
  const revivals = await sql<Revival>`
    select at, substr(kind, 5) as kind, data from lector.workflow_events
    where execution_id = ${rootId} and kind in ('run.reopened', 'run.restarted') order by seq`.execute(db);
  return { ...letter, causes: causes.rows, revivals: revivals.rows };
}

/** Its history tells of its death: it is dead, or was replayed since. */
const hasFailed = sql`exists (select 1 from lector.workflow_events e where e.execution_id = s.execution_id
  and e.kind = 'step.failed' and (e.data ->> 'step')::int = s.step and (e.data ->> 'item')::int is not distinct from s.item)`;

export type Replayed = Changed & { executionId: string };

/**
 * Reopens the run in which the step failed, which goes on with it; the history says by whom, why and from which failure.
 * Not `changed`: it was replayed before. Throws `DeadLetterNotFound`, and `RunConflict` where another active run does the
 * same or the step cannot be opened.
 */
export async function replayDeadLetter(db: Database, taskId: string, reason: Reason): Promise<Replayed> {
  const replayed = await transact(db, async (tx) => {
    const { rootId: executionId } = await findDeadLetter(tx, taskId);
    const { top } = await lockTree(tx, executionId);
    const { state, executionId: run, step, item, name, attempt, error } = await findDeadLetter(tx, taskId);
    if (state !== "failed" || top.status !== "FAILED") return { executionId, status: top.status, changed: false };
    const failure = { task_id: taskId, execution_id: run, step, item, name, attempt, error };
    const status = await unlessHeld(executionId, () => reopenTree(tx, executionId, { ...reason, replay: failure }));
    failpoint("replay.before");
    return { executionId, status, changed: true };
  });
  failpoint("replay.after");
  return replayed;
}
