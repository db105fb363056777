/** Rows of steps and events as SQL sources: many rows in a few array parameters, one plan for any number of them. */
import { sql, type RawBuilder } from "kysely";
import type { Slot } from "../database/statement.ts";
import type { NewStep } from "./advance.ts";

/** A new step that this process runs itself: it is inserted as `running`, which spares a claim. */
export type Handover = { workerId: string; leaseMs: number };

export const stepColumns =
  sql.raw(`(task_id, execution_id, root_id, step, item, name, task_type, state, attempt, priority,
  order_at, parked, group_key, lease_expires_at, worker_id, remaining, input, output, error, progress, started_at, ended_at,
  queue_ms, attempt_ms, heartbeat_ms, step_ms, deadline_at, due_at)`);

/** Since when the first of a queue has waited, as if it were the first item of its fan-out (claim.ts). */
const headOf = (group: string) => `(select s.order_at + s.priority * f.ageing_ms * interval '1 ms'
      from lector.workflow_steps s where s.state = 'ready' and not s.parked and not s.delayed and s.group_key ${group}
      order by s.order_at, s.run_at limit 1)`;

/** Where an item stands in its queue; a step that stands alone comes when it comes. */
const sinceOfItem = `case when f.item is null then now() else least(now(), greatest(now() - f.ageing_ms * interval '1 ms',
    coalesce(case when f.group_key is null then ${headOf("is null")} else ${headOf("= f.group_key")} end, now()))) end
    + (coalesce(f.item, 0) / 60.0 - f.priority) * f.ageing_ms * interval '1 ms'`;
const sinceOfStep = "now() - f.priority * f.ageing_ms * interval '1 ms'";

/**
 * `select` list over `newSteps()`; `f.taken` says whether the step is handed over, `f.attempts` how many it has had,
 * `f.resting` whether its run does not go on, so that no time is counted against it. Without `items` the queues are not
 * asked: Postgres prepares for a question also where it is not put.
 */
export const stepValues = ({ items }: { items: boolean }) =>
  sql.raw(`f.task_id, f.execution_id, f.root_id, f.step, f.item, f.name, f.task_type,
  case when f.taken then 'running' else f.state end, f.attempts + case when f.taken then 1 else 0 end, f.priority,
  ${items ? sinceOfItem : sinceOfStep},
  f.parked, f.group_key, case when f.taken then now() + f.lease_ms * interval '1 ms' end,
  case when f.taken then f.worker end, f.remaining, f.input, f.output, f.error,
  case when f.state = 'done' then 1 else 0 end, case when f.taken then now() end,
  case when f.state in ('done', 'failed') then now() end, f.queue_ms, f.attempt_ms, f.heartbeat_ms, f.step_ms,
  now() + f.step_ms * interval '1 ms', case when f.taken or f.resting then null
    when f.state = 'ready' then now() + least(f.queue_ms, f.step_ms) * interval '1 ms'
    when f.state = 'waiting' then now() + f.step_ms * interval '1 ms' end`);

export const haveItems = (steps: { step: NewStep }[]) => steps.some(({ step }) => step.item !== null);

/** Attempts of the step's rows that restarts have put aside. */
export const attemptsBefore = sql.raw("lector.attempts_before(f.execution_id, f.step, f.item)");

/** Rows as a source of a statement that is built once (database/statement.ts), and their values as it wants them. */
export type Rows<Row> = { alias: string; columns: Column<Row>[] };

export type Column<Row> = { name: string; type: string; value: (row: Row) => unknown };

/** Each number of rows up to this is a statement of its own. */
const FEW = 3;

/** What the text depends on. */
export const shapeOf = (rows: unknown[]): string => (areFew(rows.length) ? String(rows.length) : "n");

const areFew = (count: number) => count >= 1 && count <= FEW;

/** A few stand as they are: unnesting keeps a store for each array, which a lone statement feels. */
export function source<Row>({ alias, columns }: Rows<Row>, count: number, slot: Slot): RawBuilder<unknown> {
  const names = sql.raw(columns.map(({ name }) => name).join(", "));
  if (areFew(count)) {
    const row = (index: number) => {
      const values = columns.map(({ type }, at) => sql`${slot(alias, index * columns.length + at)}::${sql.raw(type)}`);
      return sql`(${sql.join(values)})`;
    };
    return sql`(values ${sql.join(Array.from({ length: count }, (_, index) => row(index)))}) as ${sql.raw(alias)}(${names})`;
  }
  const arrays = columns.map(({ type }, at) => sql`${slot(alias, at)}::${sql.raw(type)}[]`);
  return sql`unnest(${sql.join(arrays)}) as ${sql.raw(alias)}(${names})`;
}

/** By the source's alias. */
export function valuesOf<Row>({ alias, columns }: Rows<Row>, rows: Row[]): Record<string, unknown[]> {
  if (areFew(rows.length)) return { [alias]: rows.flatMap((row) => columns.map(({ value }) => value(row))) };
  return { [alias]: columns.map(({ value }) => rows.map(value)) };
}

/** A step to be written. `after` is the task whose end opens it. */
export type OpeningStep = { step: NewStep; after: string | null; handover: Handover | null };

export const newSteps: Rows<OpeningStep> = {
  alias: "f",
  columns: [
    { name: "after", type: "uuid", value: (n) => n.after },
    { name: "task_id", type: "uuid", value: (n) => n.step.taskId },
    { name: "execution_id", type: "uuid", value: (n) => n.step.executionId },
    { name: "root_id", type: "uuid", value: (n) => n.step.rootId },
    { name: "step", type: "int", value: (n) => n.step.step },
    { name: "item", type: "int", value: (n) => n.step.item },
    { name: "name", type: "text", value: (n) => n.step.name },
    { name: "task_type", type: "text", value: (n) => n.step.taskType },
    { name: "state", type: "text", value: (n) => n.step.state },
    { name: "priority", type: "smallint", value: (n) => n.step.priority },
    { name: "group_key", type: "text", value: (n) => n.step.groupKey },
    { name: "remaining", type: "int", value: (n) => n.step.remaining },
    { name: "input", type: "jsonb", value: (n) => n.step.input },
    { name: "output", type: "jsonb", value: (n) => n.step.output },
    { name: "error", type: "jsonb", value: (n) => n.step.error && JSON.stringify(n.step.error) },
    { name: "worker", type: "text", value: (n) => n.handover?.workerId ?? null },
    { name: "lease_ms", type: "float8", value: (n) => n.handover?.leaseMs ?? null },
    { name: "queue_ms", type: "int", value: (n) => n.step.timeouts.queueMs },
    { name: "attempt_ms", type: "int", value: (n) => n.step.timeouts.attemptMs },
    { name: "heartbeat_ms", type: "int", value: (n) => n.step.timeouts.heartbeatMs },
    { name: "step_ms", type: "int", value: (n) => n.step.timeouts.stepMs },
    { name: "ageing_ms", type: "float8", value: (n) => n.step.ageingMs },
  ],
};

/** One line of a run's history. `after` is the task whose acceptance writes it; without one it is always written. */
export type NewEvent = { after: string | null; executionId: string; kind: string; data: unknown };

export const newEvents: Rows<NewEvent & { ord: number }> = {
  alias: "e",
  columns: [
    { name: "after", type: "uuid", value: (event) => event.after },
    { name: "execution_id", type: "uuid", value: (event) => event.executionId },
    { name: "kind", type: "text", value: (event) => event.kind },
    { name: "data", type: "jsonb", value: (event) => JSON.stringify(event.data) },
    { name: "ord", type: "int", value: (event) => event.ord },
  ],
};

export const inOrder = (events: NewEvent[]) => events.map((event, index) => ({ ...event, ord: index + 1 }));

export function startedEvent(after: string | null, step: NewStep, handover: Handover): NewEvent {
  const { executionId, step: number, item } = step;
  return {
    after,
    executionId,
    kind: "step.started",
    data: { step: number, item, attempt: 1, worker: handover.workerId },
  };
}
