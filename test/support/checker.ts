/** Rebuilds runs and their steps from the history alone, and says where the rows differ. */
import { sql } from "kysely";
import type { Database, Queryable } from "../../src/database/connect.ts";

type Step = { state: string; attempt: number; failures: number; lost: number };
type Run = {
  status: string;
  currentStep: number;
  supersededBy: string | null;
  /** By `keyOf`; those that a restart put aside by that and its number. */
  steps: Map<string, Step>;
  children: Set<string>;
  /** How many attempts a step has had, over all restarts. */
  attempts: Map<string, number>;
};
type Opened = { step: number; items?: number; failed?: boolean };
type Event = { run: string; seq: number; kind: string; data: any };

const isFinal = ({ state }: Step) => ["done", "failed", "cancelled"].includes(state);
const keyOf = (step: number, item: number | null) => `${step}.${item ?? "-"}`;
const aside = (key: string, restart: number) => (restart > 0 ? `${key}#${restart}` : key);

/** Throws where the rows are not what the events tell. */
export async function checkHistory(db: Database): Promise<void> {
  const wrong = await differences(db);
  if (wrong.length > 0) throw new Error(`The rows and the history do not agree:\n${wrong.join("\n")}`);
}

/** One line for each difference between the rows and what the events tell; none where they agree. */
export async function differences(db: Database): Promise<string[]> {
  // as of one moment: runs may go on meanwhile
  return db.transaction().setIsolationLevel("repeatable read").execute(differencesIn);
}

async function differencesIn(db: Queryable): Promise<string[]> {
  const events = await sql<Event>`select execution_id as run, seq, kind, data from lector.workflow_events
    order by execution_id, seq`.execute(db);
  const { runs, wrong } = rebuild(events.rows);
  const rows = await sql<{ run: string; status: string; at: number; successor: string | null }>`
    select execution_id as run, status, current_step as at, superseded_by as successor
    from lector.workflow_instances`.execute(db);
  for (const row of rows.rows) {
    const told = runs.get(row.run);
    // one that was removed since is named by nobody
    const successor = runs.has(told?.supersededBy ?? "") ? told!.supersededBy : null;
    if (successor !== row.successor)
      wrong.push(`run ${row.run} is superseded by ${row.successor}; its events say ${successor}`);
    const [want, have] = [`${told?.status} at step ${told?.currentStep}`, `${row.status} at step ${row.at}`];
    if (want !== have) wrong.push(`run ${row.run} is ${have}; its events say ${want}`);
  }
  const steps = await sql<Step & { run: string; step: number; item: number | null; discarded: number }>`
    select execution_id as run, step, item, discarded, state, attempt, failures, lost
    from lector.workflow_steps`.execute(db);
  for (const { run, step, item, discarded, ...row } of steps.rows) {
    const key = aside(keyOf(step, item), discarded);
    const told = runs.get(run)?.steps.get(key);
    runs.get(run)?.steps.delete(key);
    const same =
      told && (["state", "attempt", "failures", "lost"] as const).every((field) => told[field] === row[field]);
    if (!same) wrong.push(`step ${key} of ${run} is ${text(row)}; its events say ${text(told)}`);
  }
  for (const [run, { steps: left }] of runs) {
    for (const key of left.keys()) wrong.push(`the events of ${run} tell of a step ${key} that has no row`);
  }
  return wrong;
}

const text = (step?: Step) =>
  step ? `${step.state}, attempt ${step.attempt}, ${step.failures} failures, ${step.lost} lost` : "nothing";

function rebuild(events: Event[]): { runs: Map<string, Run>; wrong: string[] } {
  const runs = new Map<string, Run>();
  const wrong: string[] = [];
  let seq = 0;
  for (const event of events) {
    if (event.kind === "run.created") {
      const nothing = { steps: new Map(), children: new Set<string>(), attempts: new Map() };
      runs.set(event.run, { status: "PENDING", currentStep: 0, supersededBy: null, ...nothing });
      seq = 0;
    }
    if (event.seq !== ++seq) wrong.push(`run ${event.run} has the event ${event.seq} where ${seq} should be`);
    const run = runs.get(event.run);
    if (!run) wrong.push(`run ${event.run} begins with ${event.kind}`);
    else if (event.kind.startsWith("step.")) tellOfStep(run, event, wrong);
    else tellOfRun(run, event, wrong);
  }
  return { runs, wrong };
}

function tellOfRun(run: Run, { run: id, kind, data }: Event, wrong: string[]): void {
  const ended = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"].includes(run.status);
  if (ended && kind !== "run.reopened" && kind !== "run.restarted")
    wrong.push(`run ${id} was ${run.status} before ${kind}`);
  run.supersededBy = data.superseded_by ?? null;
  if (kind === "run.created") open(run, data.opened);
  else if (kind === "run.reopened") {
    run.status = data.status;
    for (const [key, step] of run.steps) {
      if (!key.includes("#") && isFinal(step) && step.state !== "done") reopen(run, key, step);
    }
  } else if (kind === "run.resumed") run.status = data.status;
  else if (kind === "run.restarted") restart(run, data);
  else {
    run.status = kind.slice("run.".length).toUpperCase();
    if (kind === "run.cancelled" || kind === "run.timed_out") {
      for (const step of run.steps.values()) if (!isFinal(step)) step.state = "cancelled";
    }
  }
}

function restart(run: Run, { step: from, restart: number, opened, status }: any): void {
  for (const [key, step] of run.steps) {
    if (key.includes("#") || parseInt(key) < from) continue;
    run.steps.delete(key);
    run.children.delete(key);
    run.steps.set(aside(key, number), isFinal(step) ? step : { ...step, state: "cancelled" });
  }
  Object.assign(run, { status, currentStep: from - 1 });
  open(run, opened);
}

function reopen(run: Run, key: string, step: Step): void {
  const hasItems = key.endsWith("-") && run.steps.has(key.replace("-", "0"));
  Object.assign(step, { state: hasItems || run.children.has(key) ? "waiting" : "ready", failures: 0, lost: 0 });
}

/** A step that nobody took in time fails without having run. */
const fromOf: Record<string, string[]> = { "step.started": ["ready"], "step.failed": ["ready", "running", "waiting"] };

function tellOfStep(run: Run, { run: id, kind, data }: Event, wrong: string[]): void {
  const key = keyOf(data.step, data.item);
  const step = run.steps.get(key);
  const from = fromOf[kind] ?? ["running", "waiting"];
  if (!step || !from.includes(step.state)) {
    wrong.push(`run ${id}: ${kind} of step ${key}, which is ${text(step)}`);
    return;
  }
  step.failures += data.failures ?? 0;
  step.lost += data.lost ?? 0;
  if (kind === "step.started") {
    if (data.attempt !== step.attempt + 1)
      wrong.push(`run ${id}: attempt ${data.attempt} of step ${key} after ${step.attempt}`);
    Object.assign(step, { state: "running", attempt: data.attempt });
    run.attempts.set(key, data.attempt);
  }
  if (kind === "step.retried") step.state = "ready";
  if (kind === "step.waiting") run.children.add(key);
  if (kind === "step.waiting") step.state = "waiting";
  if (kind === "step.failed") fail(run, data.step, step);
  if (kind === "step.done") step.state = "done";
  if (kind === "step.started" && run.status === "PENDING") run.status = "RUNNING";
  if (kind === "step.done" && data.opened) run.currentStep = data.step;
  if (kind === "step.done" && data.opened) open(run, data.opened);
}

/** An item that failed for good takes its fan-out along. */
function fail(run: Run, number: number, step: Step): void {
  step.state = "failed";
  const parent = run.steps.get(keyOf(number, null));
  if (parent?.state === "waiting") parent.state = "failed";
}

function open(run: Run, opened: Opened[]): void {
  const fresh = (key: string, state: string) => {
    run.steps.set(key, { state, attempt: run.attempts.get(key) ?? 0, failures: 0, lost: 0 });
  };
  for (const { step, items, failed } of opened) {
    const state = failed ? "failed" : items === 0 ? "done" : items ? "waiting" : "ready";
    fresh(keyOf(step, null), state);
    if (items === 0) run.currentStep = step;
    for (let item = 0; item < (items ?? 0); item++) fresh(keyOf(step, item), "ready");
  }
}
