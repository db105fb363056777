/** Rows of steps and events as SQL sources: many rows in a few array parameters, one plan for any number of them. */
import { sql, type RawBuilder } from "kysely";
import type { NewStep } from "./advance.ts";

/** A new step that this process runs itself: it is inserted as `running`, which spares a claim. */
export type Handover = { workerId: string; leaseMs: number };

export const stepColumns =
  sql.raw(`(task_id, execution_id, root_id, step, item, name, task_type, state, attempt, priority,
  rank, parked, group_key, lease_expires_at, worker_id, remaining, input, output, error, progress, started_at, ended_at)`);

/** `select` list over `newSteps()`; `f.taken` says whether the step is handed over. */
export const stepValues = sql.raw(`f.task_id, f.execution_id, f.root_id, f.step, f.item, f.name, f.task_type,
  case when f.taken then 'running' else f.state end, case when f.taken then 1 else 0 end, f.priority,
  case when f.item is null then 0
    when f.group_key is null then f.item + coalesce((select s.rank from lector.workflow_steps s
      where s.state = 'ready' and not s.parked and s.group_key is null order by s.priority desc, s.rank limit 1), 0)
    else f.item + coalesce((select s.rank from lector.workflow_steps s
      where s.state = 'ready' and not s.parked and s.group_key = f.group_key order by s.priority desc, s.rank limit 1), 0)
  end,
  f.parked, f.group_key, case when f.taken then now() + f.lease_ms * interval '1 ms' end,
  case when f.taken then f.worker end, f.remaining, f.input, f.output, f.error,
  case when f.state = 'done' then 1 else 0 end, case when f.taken then now() end,
  case when f.state in ('done', 'failed') then now() end`);

/** The rows' values, one array a column. `after` is the task whose end opens them. */
export function newSteps(
  steps: { step: NewStep; after: string | null; handover: Handover | null }[],
): RawBuilder<unknown> {
  const column = <T>(value: (each: (typeof steps)[number]) => T) => steps.map(value);
  return sql`unnest(
    ${column((n) => n.after)}::uuid[], ${column((n) => n.step.taskId)}::uuid[], ${column((n) => n.step.executionId)}::uuid[],
    ${column((n) => n.step.rootId)}::uuid[], ${column((n) => n.step.step)}::int[], ${column((n) => n.step.item)}::int[],
    ${column((n) => n.step.name)}::text[], ${column((n) => n.step.taskType)}::text[], ${column((n) => n.step.state)}::text[],
    ${column((n) => n.step.priority)}::smallint[], ${column((n) => n.step.groupKey)}::text[],
    ${column((n) => n.step.remaining)}::int[], ${column((n) => n.step.input)}::jsonb[], ${column((n) => n.step.output)}::jsonb[],
    ${column((n) => n.step.error && JSON.stringify(n.step.error))}::jsonb[],
    ${column((n) => n.handover?.workerId ?? null)}::text[], ${column((n) => n.handover?.leaseMs ?? null)}::float8[]
  ) as f(after, task_id, execution_id, root_id, step, item, name, task_type, state, priority, group_key, remaining,
    input, output, error, worker, lease_ms)`;
}

/** One line of a run's history. `after` is the task whose acceptance writes it; without one it is always written. */
export type NewEvent = { after: string | null; executionId: string; kind: string; data: unknown };

export function newEvents(events: NewEvent[]): RawBuilder<unknown> {
  return sql`unnest(
    ${events.map((event) => event.after)}::uuid[], ${events.map((event) => event.executionId)}::uuid[],
    ${events.map((event) => event.kind)}::text[], ${events.map((event) => JSON.stringify(event.data))}::jsonb[]
  ) with ordinality as e(after, execution_id, kind, data, ord)`;
}

export function startedEvent(after: string | null, step: NewStep, handover: Handover): NewEvent {
  const { executionId, step: number, item } = step;
  return {
    after,
    executionId,
    kind: "step.started",
    data: { step: number, item, attempt: 1, worker: handover.workerId },
  };
}
