/** Rows of steps and events as SQL sources: many rows in a few array parameters, one plan for any number of them. */
import { sql, type RawBuilder } from "kysely";
import type { NewStep } from "./advance.ts";

/** A new step that this process runs itself: it is inserted as `running`, which spares a claim. */
export type Handover = { workerId: string; leaseMs: number };

export const stepColumns =
  sql.raw(`(task_id, execution_id, root_id, step, item, name, task_type, state, attempt, priority,
  order_at, parked, group_key, lease_expires_at, worker_id, remaining, input, output, error, progress, started_at, ended_at,
  queue_ms, attempt_ms, heartbeat_ms, step_ms, deadline_at, due_at)`);

/** Since when the first of a queue has waited, as if it were the first item of its fan-out (claim.ts). */
const headOf = (group: string) => `(select s.order_at + s.priority * f.ageing_ms * interval '1 ms'
      from lector.workflow_steps s where s.state = 'ready' and not s.parked and s.group_key ${group}
      order by s.order_at, s.run_at limit 1)`;

/**
 * `select` list over `newSteps()`; `f.taken` says whether the step is handed over, `f.attempts` how many it has had,
 * `f.resting` whether its run does not go on, so that no time is counted against it.
 */
export const stepValues = sql.raw(`f.task_id, f.execution_id, f.root_id, f.step, f.item, f.name, f.task_type,
  case when f.taken then 'running' else f.state end, f.attempts + case when f.taken then 1 else 0 end, f.priority,
  case when f.item is null then now() else least(now(), greatest(now() - f.ageing_ms * interval '1 ms',
    coalesce(case when f.group_key is null then ${headOf("is null")} else ${headOf("= f.group_key")} end, now()))) end
    + (coalesce(f.item, 0) / 60.0 - f.priority) * f.ageing_ms * interval '1 ms',
  f.parked, f.group_key, case when f.taken then now() + f.lease_ms * interval '1 ms' end,
  case when f.taken then f.worker end, f.remaining, f.input, f.output, f.error,
  case when f.state = 'done' then 1 else 0 end, case when f.taken then now() end,
  case when f.state in ('done', 'failed') then now() end, f.queue_ms, f.attempt_ms, f.heartbeat_ms, f.step_ms,
  now() + f.step_ms * interval '1 ms', case when f.taken or f.resting then null
    when f.state = 'ready' then now() + least(f.queue_ms, f.step_ms) * interval '1 ms'
    when f.state = 'waiting' then now() + f.step_ms * interval '1 ms' end`);

/** Attempts of the step's rows that restarts have put aside; in two questions, so that each has its index. */
export const attemptsBefore = sql.raw(`coalesce(case when f.item is null
    then (select max(d.attempt) from lector.workflow_steps d
      where d.execution_id = f.execution_id and d.step = f.step and d.item is null)
    else (select max(d.attempt) from lector.workflow_steps d
      where d.execution_id = f.execution_id and d.step = f.step and d.item = f.item) end, 0)`);

/** The rows' values, one array a column. `after` is the task whose end opens them. */
export function newSteps(
  steps: { step: NewStep; after: string | null; handover: Handover | null }[],
): RawBuilder<unknown> {
  const column = (name: string, type: string, value: (each: (typeof steps)[number]) => unknown): Column => {
    return { name, type, values: steps.map(value) };
  };
  return rowsOf("f", [
    column("after", "uuid", (n) => n.after),
    column("task_id", "uuid", (n) => n.step.taskId),
    column("execution_id", "uuid", (n) => n.step.executionId),
    column("root_id", "uuid", (n) => n.step.rootId),
    column("step", "int", (n) => n.step.step),
    column("item", "int", (n) => n.step.item),
    column("name", "text", (n) => n.step.name),
    column("task_type", "text", (n) => n.step.taskType),
    column("state", "text", (n) => n.step.state),
    column("priority", "smallint", (n) => n.step.priority),
    column("group_key", "text", (n) => n.step.groupKey),
    column("remaining", "int", (n) => n.step.remaining),
    column("input", "jsonb", (n) => n.step.input),
    column("output", "jsonb", (n) => n.step.output),
    column("error", "jsonb", (n) => n.step.error && JSON.stringify(n.step.error)),
    column("worker", "text", (n) => n.handover?.workerId ?? null),
    column("lease_ms", "float8", (n) => n.handover?.leaseMs ?? null),
    column("queue_ms", "int", (n) => n.step.timeouts.queueMs),
    column("attempt_ms", "int", (n) => n.step.timeouts.attemptMs),
    column("heartbeat_ms", "int", (n) => n.step.timeouts.heartbeatMs),
    column("step_ms", "int", (n) => n.step.timeouts.stepMs),
    column("ageing_ms", "float8", (n) => n.step.ageingMs),
  ]);
}

/** Each number of rows up to this is a statement of its own. */
const FEW = 3;

export type Column = { name: string; type: string; values: unknown[] };

/**
 * Rows from columns. A few stand as they are: unnesting keeps a store for each array, which a lone statement feels.
 */
export function rowsOf(alias: string, columns: Column[]): RawBuilder<unknown> {
  const count = columns[0]!.values.length;
  const names = sql.raw(columns.map(({ name }) => name).join(", "));
  if (count >= 1 && count <= FEW) {
    const row = (index: number) => {
      return sql`(${sql.join(columns.map(({ type, values }) => sql`${values[index]}::${sql.raw(type)}`))})`;
    };
    return sql`(values ${sql.join(Array.from({ length: count }, (_, index) => row(index)))}) as ${sql.raw(alias)}(${names})`;
  }
  const arrays = columns.map(({ type, values }) => sql`${values}::${sql.raw(type)}[]`);
  return sql`unnest(${sql.join(arrays)}) as ${sql.raw(alias)}(${names})`;
}

/** One line of a run's history. `after` is the task whose acceptance writes it; without one it is always written. */
export type NewEvent = { after: string | null; executionId: string; kind: string; data: unknown };

export function newEvents(events: NewEvent[]): RawBuilder<unknown> {
  const rows = [
    { name: "after", type: "uuid", values: events.map((event) => event.after) },
    { name: "execution_id", type: "uuid", values: events.map((event) => event.executionId) },
    { name: "kind", type: "text", values: events.map((event) => event.kind) },
    { name: "data", type: "jsonb", values: events.map((event) => JSON.stringify(event.data)) },
    { name: "ord", type: "int", values: events.map((_, index) => index + 1) },
  ];
  return rowsOf("e", rows);
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
