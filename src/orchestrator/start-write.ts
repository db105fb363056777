/** The statement that starts runs: their rows, their first steps, their history and an idempotency key in one. */
import { sql, type RawBuilder } from "kysely";
import { sqlState, type Queryable } from "../database/connect.ts";
import { runShaped, type Slot } from "../database/statement.ts";
import type { Advance } from "./advance.ts";
import {
  haveItems,
  inOrder,
  newEvents,
  newSteps,
  shapeOf,
  source,
  startedEvent,
  stepColumns,
  stepValues,
  valuesOf,
  type Handover,
  type NewEvent,
  type Rows,
} from "./rows.ts";

export type NewRun = {
  executionId: string;
  rootId: string;
  workflowId: number;
  ownerId: string;
  dedupeKey: string | null;
  contentHash: string | null;
  priority: number;
  admissionKeys: string[];
  parentStepId: string | null;
  traceparent: string | null;
  metadata: string | null;
  idempotency: { key: string; requestHash: string } | null;
  inputText: string;
  timeoutMs: number | null;
  ageingMs: number;
  plan: Advance;
};

/** A run to be written, and who takes its first step, if anybody does. */
export type Start = { run: NewRun; handover: Handover | null };

/**
 * One statement, so one round trip and one commit. An idempotency key comes last: a taken one undoes all. Gives the ids of
 * those that began: not where an active run holds the dedupe key. At most one of `starts` has an idempotency key.
 */
export async function writeRuns(db: Queryable, starts: Start[]): Promise<Set<string>> {
  const written = starts.map((start) => ({ ...start, events: eventsOf(start) }));
  const events = written.flatMap((one) => inOrder(one.events));
  const steps = starts.flatMap(({ run, handover }) => run.plan.steps.map((step) => ({ step, after: null, handover })));
  const key = starts.find(({ run }) => run.idempotency)?.run.idempotency;
  const shape = {
    runs: starts.length,
    steps: steps.length,
    events: events.length,
    items: haveItems(steps),
    keyed: key !== undefined,
  };
  const name = `start ${shapeOf(starts)} ${shapeOf(steps)} ${shapeOf(events)} ${shape.items} ${shape.keyed}`;
  const values = {
    ...valuesOf(runRow, written),
    key: key ? [key.key, key.requestHash] : [],
    ...valuesOf(newSteps, steps),
    ...valuesOf(newEvents, events),
  };
  const rows = await runShaped<{ execution_id: string }>(db, name, (slot) => startStatement(shape, slot), values);
  return new Set(rows.map((row) => row.execution_id));
}

/** False where the idempotency key of `run` was taken meanwhile, and nothing was written. */
export async function unlessTaken(run: NewRun, write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (run.idempotency && sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

const UNIQUE_VIOLATION = "23505";

function eventsOf({ run, handover }: Start): NewEvent[] {
  const { plan, executionId } = run;
  const created = { workflow_id: run.workflowId, opened: plan.opened };
  const events: NewEvent[] = [{ after: null, executionId, kind: "run.created", data: created }];
  if (handover) events.push(startedEvent(null, plan.steps[0]!, handover));
  if (plan.status) {
    const data = plan.error ? { error: plan.error } : {};
    events.push({ after: null, executionId, kind: `run.${plan.status.toLowerCase()}`, data });
  }
  return events;
}

type WrittenRun = Start & { events: NewEvent[] };

const runRow: Rows<WrittenRun> = {
  alias: "r",
  columns: [
    { name: "execution_id", type: "uuid", value: ({ run }) => run.executionId },
    { name: "root_id", type: "uuid", value: ({ run }) => run.rootId },
    { name: "workflow_id", type: "int", value: ({ run }) => run.workflowId },
    { name: "owner_id", type: "text", value: ({ run }) => run.ownerId },
    { name: "dedupe_key", type: "text", value: ({ run }) => run.dedupeKey },
    { name: "content_hash", type: "text", value: ({ run }) => run.contentHash },
    {
      name: "status",
      type: "text",
      value: ({ run, handover }) => run.plan.status ?? (handover ? "RUNNING" : "PENDING"),
    },
    { name: "current_step", type: "int", value: ({ run }) => run.plan.currentStep },
    { name: "priority", type: "smallint", value: ({ run }) => run.priority },
    { name: "variables", type: "jsonb", value: variablesOf },
    { name: "metadata", type: "jsonb", value: ({ run }) => run.metadata },
    { name: "admission_keys", type: "text", value: ({ run }) => arrayOf(run.admissionKeys) },
    { name: "parent_step_id", type: "uuid", value: ({ run }) => run.parentStepId },
    { name: "traceparent", type: "text", value: ({ run }) => run.traceparent },
    { name: "error", type: "jsonb", value: ({ run }) => run.plan.error && JSON.stringify(run.plan.error) },
    { name: "event_seq", type: "int", value: ({ events }) => events.length },
    { name: "timeout_ms", type: "int", value: ({ run }) => run.timeoutMs },
    { name: "ahead_ms", type: "float8", value: ({ run }) => run.priority * run.ageingMs },
    { name: "has_ended", type: "bool", value: ({ run }) => run.plan.status !== null },
  ],
};

/** As Postgres writes arrays: one within an array of them would have to be as long as all others. */
function arrayOf(texts: string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

function variablesOf({ run: { plan, inputText } }: WrittenRun): string {
  const outputs = Object.entries(plan.outputs).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{"input":${inputText},"steps":{${outputs.join(",")}}}`;
}

type Shape = { runs: number; steps: number; events: number; items: boolean; keyed: boolean };

/** A child run is admitted with the run at the top, whose row is locked. */
const waitsForAdmission = sql.raw(`case when parent_step_id is null then admission_keys <> '{}' else exists (
    select 1 from lector.workflow_instances top where top.execution_id = workflow_instances.root_id
      and top.admission_keys <> '{}' and top.admitted_at is null) end`);

function startStatement(
  { runs, steps, events, items, keyed }: Shape,
  slot: Slot,
): RawBuilder<{ execution_id: string }> {
  const keepKey = keyed
    ? sql`, accepted as (
      insert into lector.idempotency_keys (owner_id, key, request_hash, execution_id)
      select owner_id, ${slot("key", 0)}::text, ${slot("key", 1)}::text, execution_id from run
    )`
    : sql``;
  return sql`
    with run as (
      insert into lector.workflow_instances (execution_id, root_id, workflow_id, owner_id, dedupe_key, content_hash, status,
        current_step, priority, variables, metadata, admission_keys, parent_step_id, traceparent, error, event_seq,
        timeout_ms, deadline_at, order_at, started_at, ended_at)
      select r.execution_id, r.root_id, r.workflow_id, r.owner_id, r.dedupe_key, r.content_hash, r.status, r.current_step,
        r.priority, r.variables, r.metadata, r.admission_keys::text[], r.parent_step_id, r.traceparent, r.error,
        r.event_seq, r.timeout_ms, now() + r.timeout_ms * interval '1 ms', now() - r.ahead_ms * interval '1 ms',
        case when r.status <> 'PENDING' then now() end, case when r.has_ended then now() end
      from ${source(runRow, runs, slot)}
      on conflict (owner_id, dedupe_key) where status in ('PENDING', 'RUNNING', 'PAUSED') do nothing
      returning execution_id, owner_id, ${waitsForAdmission} as parked
    )${keepKey}, steps as (
      insert into lector.workflow_steps ${stepColumns}
      select ${stepValues({ items })} from (
        select f.*, f.worker is not null as taken, run.parked, false as resting, 0 as attempts
        from ${source(newSteps, steps, slot)} join run using (execution_id)
      ) f
    ), history as (
      insert into lector.workflow_events (execution_id, seq, kind, data)
      select execution_id, e.ord, e.kind, e.data from ${source(newEvents, events, slot)} join run using (execution_id)
    )
    select execution_id from run`;
}
