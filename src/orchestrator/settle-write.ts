/** The statement that settles: compare and set, history and following rows in one, for any number of outcomes. */
import { sql, type RawBuilder } from "kysely";
import type { Queryable } from "../database/connect.ts";
import { runShaped, type Slot } from "../database/statement.ts";
import type { Advance, NewStep } from "./advance.ts";
import type { Ending, Outcome, Settled } from "./outcome.ts";
import {
  attemptsBefore,
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
  type NewEvent,
  type OpeningStep,
  type Rows,
} from "./rows.ts";

export type Written = Omit<Settled, "ended"> & {
  joined: { taskId: string; executionId: string; step: number }[];
  ended: { executionId: string; status: string; parentStepId: string | null }[];
};

export async function writeOutcomes(db: Queryable, outcomes: Outcome[]): Promise<Written> {
  const steps = outcomes.flatMap(newStepsOf);
  const events = inOrder(outcomes.flatMap(eventsOf));
  const shape: Shape = {
    outcomes: outcomes.length,
    steps: steps.length,
    events: events.length,
    settlesItems: outcomes.some((outcome) => outcome.item !== null),
    opensItems: haveItems(steps),
  };
  const runs = [...new Set(outcomes.map((outcome) => outcome.executionId))];
  const values = {
    runs: outcomes.length === 1 ? runs : [runs],
    ...valuesOf(outcomeRows, outcomes),
    ...valuesOf(newSteps, steps),
    ...valuesOf(newEvents, events),
  };
  const name = `settle ${shapeOf(outcomes)} ${steps.length > 0 && shapeOf(steps)} ${shapeOf(events)} ${shape.settlesItems} ${shape.opensItems}`;
  return read(await runShaped<Row>(db, name, (slot) => settleStatement(shape, slot), values), steps);
}

type Shape = { outcomes: number; steps: number; events: number; settlesItems: boolean; opensItems: boolean };

function settleStatement({ outcomes, steps, events, settlesItems, opensItems }: Shape, slot: Slot): RawBuilder<Row> {
  // an idle system settles one outcome at a time: it needs no sorting and grouping by run
  const alone = outcomes === 1;
  return sql<Row>`
    with outcome as materialized (
      select * from ${source(outcomeRows, outcomes, slot)}
    ), run as materialized (
      select i.execution_id, i.event_seq, i.restarts, i.status in ('PENDING', 'RUNNING') as open, ${isAdmitted} as admitted,
        i.status in ('PENDING', 'RUNNING', 'PAUSED') as active
      from lector.workflow_instances i where ${alone ? sql`i.execution_id = ${slot("runs", 0)}::uuid` : sql`i.execution_id = any(${slot("runs", 0)}::uuid[]) order by i.execution_id`}
      for no key update
    ), settled as (
      update lector.workflow_steps s set state = o.state, output = o.output, error = o.error,
        failures = s.failures + o.failures, lost = s.lost + o.lost,
        run_at = case when o.state = 'ready' then now() + o.delay_ms * interval '1 ms' else s.run_at end,
        delayed = o.state = 'ready' and o.delay_ms > 0,
        due_at = case when o.state = 'ready' and r.open
          then least(now() + (o.delay_ms + s.queue_ms) * interval '1 ms', s.deadline_at) end,
        parked = o.state = 'ready' and not (r.open and r.admitted), lease_expires_at = null,
        progress = case when o.state = 'done' then 1 else 0 end,
        ended_at = case when o.state in ('done', 'failed') then now() end
      from outcome o join run r on r.execution_id = o.execution_id
      where s.task_id = o.task_id and s.state = o.from_state and (s.attempt = o.attempt or o.from_state = 'waiting')
        and (o.heartbeat_seq is null or s.heartbeat_seq = o.heartbeat_seq)
      returning s.task_id, s.execution_id, s.step, s.item, s.state, r.open, r.open and r.admitted as goes, r.active, r.restarts, r.event_seq,
        o.current_step, o.status, o.outputs, o.run_error
    )${settlesItems ? joined : sql``}
    ${steps > 0 ? openedOf(source(newSteps, steps, slot), opensItems) : sql``}, event as (
      select e.execution_id, e.kind, e.data, t.event_seq,
        ${alone ? sql`e.ord` : sql`row_number() over (partition by e.execution_id order by e.ord)`} as place
      from ${source(newEvents, events, slot)} join settled t on t.task_id = e.after
      where case when e.kind = 'step.started' then t.goes and t.restarts = 0
        else t.active or e.kind not in ('run.completed', 'run.failed') end
    ), history as (
      insert into lector.workflow_events (execution_id, seq, kind, data)
      select e.execution_id, e.event_seq + e.place, e.kind, e.data from event e
    ), changed as (
      update lector.workflow_instances i set event_seq = i.event_seq + n.events, updated_at = now(),
        current_step = coalesce(t.current_step, i.current_step),
        status = coalesce(case when t.active then t.status end, i.status),
        error = coalesce(case when t.active then t.run_error end, i.error),
        ended_at = case when t.active and t.status is not null then now() else i.ended_at end,
        variables = case when t.outputs is null then i.variables
          else jsonb_set(i.variables, '{steps}', (i.variables -> 'steps') || t.outputs) end
      from ${alone ? ofOne : ofEach}
      where i.execution_id = t.execution_id and n.events > 0
      returning i.execution_id, i.parent_step_id, i.status, t.active and t.status is not null as ended,
        i.admission_keys <> '{}' as keyed
    )
    select 'accepted' as what, task_id as id, null::uuid as execution_id, null::int as step, null::int as remaining,
      null::text as state, null::uuid as parent_step_id, false as keyed from settled
    union all select 'ended', execution_id, execution_id, null, null, status, parent_step_id, keyed from changed where ended
    ${settlesItems ? joinedRows : sql``} ${steps > 0 ? openedRows : sql``}`;
}

const outcomeRows: Rows<Outcome> = {
  alias: "o",
  columns: [
    { name: "task_id", type: "uuid", value: (o) => o.taskId },
    { name: "execution_id", type: "uuid", value: (o) => o.executionId },
    { name: "attempt", type: "int", value: (o) => o.attempt },
    { name: "from_state", type: "text", value: (o) => o.from },
    { name: "state", type: "text", value: (o) => o.ending.to },
    { name: "output", type: "jsonb", value: (o) => (o.ending.to === "done" ? o.ending.output : null) },
    { name: "error", type: "jsonb", value: (o) => errorOf(o.ending) },
    { name: "failures", type: "int", value: (o) => (o.ending.to === "done" ? 0 : o.ending.failures) },
    { name: "lost", type: "int", value: (o) => (o.ending.to === "done" ? 0 : o.ending.lost) },
    { name: "delay_ms", type: "float8", value: (o) => (o.ending.to === "ready" ? o.ending.delayMs : 0) },
    { name: "heartbeat_seq", type: "int", value: (o) => o.heartbeatSeq ?? null },
    { name: "current_step", type: "int", value: (o) => nextOf(o)?.currentStep ?? null },
    { name: "status", type: "text", value: statusOf },
    { name: "outputs", type: "jsonb", value: outputsOf },
    { name: "run_error", type: "jsonb", value: runErrorOf },
  ],
};

/** Attempts go on in a run that was reopened and waits for its admission: what follows from them waits with it. */
const isAdmitted = sql`case when i.parent_step_id is null then i.admission_keys = '{}' or i.admitted_at is not null
        else exists (select 1 from lector.workflow_instances top where top.execution_id = i.root_id
          and (top.admission_keys = '{}' or top.admitted_at is not null)) end`;

/** What changes a run: its events counted, and the outcome that says most of it. */
const ofOne = sql`settled t, (select count(*) as events from event) n`;
const ofEach = sql`(select execution_id, count(*) as events from event group by execution_id) n
        join (select distinct on (execution_id) * from settled order by execution_id, current_step desc nulls last, status) t
          using (execution_id)`;

/** Counts a fan-out's items down; which of them was the last is known by the row that comes back. */
const joined = sql`, joined as (
      update lector.workflow_steps p set remaining = p.remaining - n.done from (
        select execution_id, step, count(*)::int as done from settled where item is not null and state = 'done'
        group by execution_id, step
      ) n
      where p.execution_id = n.execution_id and p.step = n.step and p.item is null and p.discarded = 0
      returning p.task_id, p.execution_id, p.step, p.remaining, p.state
    )`;
const joinedRows = sql`union all select 'joined', task_id, execution_id, step, remaining, state, null, false from joined
      where remaining = 0 and state = 'waiting'`;

/** A step that was there before a restart counts its attempts on; whoever takes a step over takes it for a first one. */
const openedOf = (steps: RawBuilder<unknown>, items: boolean) => sql`, opened as (
      insert into lector.workflow_steps ${stepColumns}
      select ${stepValues({ items })} from (
        select f.*, f.worker is not null and t.goes and t.restarts = 0 as taken, f.state = 'ready' and not t.goes as parked,
          not t.open as resting, case when t.restarts = 0 then 0 else ${attemptsBefore} end as attempts
        from ${steps} join settled t on t.task_id = f.after
      ) f
      returning task_id, state
    )`;
const openedRows = sql`union all select 'opened', task_id, null, null, null, state, null, false from opened
      where state = 'running'
    union all select 'left', null, null, null, null, null, null, false
      where exists (select 1 from opened where state = 'ready')`;

type Row = {
  what: "accepted" | "joined" | "opened" | "ended" | "left";
  id: string;
  execution_id: string;
  step: number;
  state: string;
  parent_step_id: string | null;
  keyed: boolean;
};

function read(rows: Row[], steps: { step: NewStep }[]): Written {
  const of = (what: Row["what"]) => rows.filter((row) => row.what === what);
  const running = new Set(of("opened").map((row) => row.id));
  return {
    accepted: new Set(of("accepted").map((row) => row.id)),
    joined: of("joined").map((row) => ({ taskId: row.id, executionId: row.execution_id, step: row.step })),
    taken: running.size > 0 ? steps.filter(({ step }) => running.has(step.taskId)).map(({ step }) => step) : [],
    ended: of("ended").map((row) => ({ executionId: row.id, status: row.state, parentStepId: row.parent_step_id })),
    opened: of("left").length > 0,
    admits: of("ended").some((row) => row.keyed),
  };
}

function nextOf({ ending }: Outcome): Advance | null {
  return ending.to === "done" ? ending.next : null;
}

function newStepsOf(outcome: Outcome): OpeningStep[] {
  const steps = nextOf(outcome)?.steps ?? [];
  // only a step that stands alone is handed over: items are left to all workers
  const handover = steps.length === 1 ? (outcome.handover ?? null) : null;
  return steps.map((step) => ({ step, after: outcome.taskId, handover }));
}

function statusOf(outcome: Outcome): string | null {
  return outcome.ending.to === "failed" ? "FAILED" : (nextOf(outcome)?.status ?? null);
}

function outputsOf(outcome: Outcome): string | null {
  const next = nextOf(outcome);
  if (!next) return null;
  return `{${Object.entries(next.outputs).map(([name, text]) => `${JSON.stringify(name)}:${text}`)}}`;
}

function errorOf(ending: Ending): string | null {
  return ending.to !== "done" && ending.error ? JSON.stringify(ending.error) : null;
}

function runErrorOf({ ending }: Outcome): string | null {
  const error = ending.to === "failed" ? ending.error : ending.to === "done" ? ending.next?.error : null;
  return error ? JSON.stringify(error) : null;
}

function eventsOf(outcome: Outcome): NewEvent[] {
  const { taskId: after, executionId, step, item, attempt, ending } = outcome;
  const at = { step, item, attempt };
  if (ending.to === "ready") {
    const { failures, lost, error, why } = ending;
    return [{ after, executionId, kind: "step.retried", data: { ...at, why, failures, lost, error } }];
  }
  if (ending.to === "failed") {
    const failed = { ...at, failures: ending.failures, lost: ending.lost, error: ending.error };
    return [
      { after, executionId, kind: "step.failed", data: failed },
      { after, executionId, kind: "run.failed", data: { error: ending.error } },
    ];
  }
  const { next } = ending;
  const events: NewEvent[] = [
    { after, executionId, kind: "step.done", data: next ? { ...at, opened: next.opened } : at },
  ];
  const [taken] = newStepsOf(outcome).filter((each) => each.handover);
  if (taken) events.push(startedEvent(after, taken.step, taken.handover!));
  if (next?.status) {
    const data = next.error ? { error: next.error } : {};
    events.push({ after, executionId, kind: `run.${next.status.toLowerCase()}`, data });
  }
  return events;
}
