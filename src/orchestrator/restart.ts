/**
 * A person restarts a run from a step: that step and all after it run again in the same run, on what the steps before it
 * gave. Their rows are put aside with their outputs, attempts and child runs; the new ones count the attempts on.
 */
import { sql } from "kysely";
import { transact, type Database, type Tx } from "../database/connect.ts";
import { runShaped, type Slot } from "../database/statement.ts";
import { failpoint } from "../failpoint.ts";
import { advance, type Advance, type RunView, type Variables } from "./advance.ts";
import { appendEvent } from "./child-run.ts";
import { definitionsOf, type Definition } from "./definition.ts";
import { cancelBelow } from "./end-runs.ts";
import type { RunStatus } from "./find.ts";
import { mayCall } from "./lease.ts";
import { unlessHeld } from "./reopen.ts";
import { attemptsBefore, haveItems, newSteps, shapeOf, source, stepColumns, stepValues, valuesOf } from "./rows.ts";
import { lockWhole, RunConflict, wakeWorkers, type Reason } from "./tree.ts";
import type { Context } from "./settle.ts";
import type { Timeouts } from "./timeouts.ts";
import type { ValueStore } from "./values.ts";
import { FENCED } from "./wake.ts";

export class UnknownStep extends Error {
  override name = "UnknownStep";
}

/** What steps are opened with. */
export type Opening = Pick<Context, "store" | "timeouts">;

export type Restarted = { status: RunStatus; step: number; name: string };

/** `restartRun` in the hands of who has a database and a context. */
export type Restart = (executionId: string, from: string | number, reason: Reason) => Promise<Restarted>;

/**
 * `from` is a step's name or its number, from 1. An active run goes back to it, and what runs of the steps from there on
 * is stopped; a paused one stays paused. Throws `RunNotFound`, `UnknownStep`, and `RunConflict` where the run has not come
 * to that step, belongs to another, or another active run does the same.
 */
export async function restartRun(
  db: Database,
  context: Opening,
  executionId: string,
  from: string | number,
  reason: Reason,
): Promise<Restarted> {
  const restarted = await unlessHeld(executionId, () =>
    transact(db, async (tx) => {
      const gone = await restart(tx, context, executionId, from, reason);
      failpoint("restart.before");
      return gone;
    }),
  );
  failpoint("restart.after");
  return restarted;
}

async function restart(
  tx: Tx,
  { store, timeouts }: Opening,
  executionId: string,
  from: string | number,
  reason: Reason,
): Promise<Restarted> {
  await lockWhole(tx, executionId, "Restart");
  const { view, currentStep, restarts } = await viewOf(tx, executionId, timeouts);
  const step = numberOf(view.definition, from);
  const { name } = view.definition.steps[step - 1]!;
  if (step > currentStep + 1) {
    const done = `it has completed ${currentStep} of ${view.definition.steps.length} steps`;
    throw new RunConflict(`The run ${executionId} has not come to the step ${step} ("${name}"): ${done}.`);
  }
  await cancelBelow(tx, executionId, `was restarted from the step "${name}"`);
  await putAside(tx, executionId, step, restarts + 1);
  const plan = await planFrom(store, view, step);
  if (plan.error) throw new RunConflict(`The step "${plan.error.step}" cannot be opened: ${plan.error.message}`);
  const status = await goBack(tx, view, step, plan);
  await openSteps(tx, executionId, plan);
  const data = { ...reason, step, name, restart: restarts + 1, opened: plan.opened, status };
  await appendEvent(tx, executionId, "run.restarted", data);
  if (plan.status) await complete(tx, executionId);
  await wakeWorkers(tx);
  await sql`select pg_notify(${FENCED}, '')`.execute(tx);
  return { status: plan.status ?? status, step, name };
}

async function viewOf(tx: Tx, executionId: string, timeouts: Timeouts): Promise<Place> {
  const { rows } = await sql<RunRow>`
    select workflow_id, root_id, priority, variables, current_step, restarts
    from lector.workflow_instances where execution_id = ${executionId}`.execute(tx);
  const { workflow_id, root_id: rootId, priority, variables, current_step: currentStep, restarts } = rows[0]!;
  const definition = await definitionsOf(tx)(workflow_id);
  return { view: { executionId, rootId, priority, definition, variables, timeouts }, currentStep, restarts };
}

type Place = { view: RunView; currentStep: number; restarts: number };

type RunRow = {
  workflow_id: number;
  root_id: string;
  priority: number;
  variables: Variables;
  current_step: number;
  restarts: number;
};

function numberOf({ name, steps }: Definition, from: string | number): number {
  const index = typeof from === "number" ? from - 1 : steps.findIndex((step) => step.name === from);
  if (steps[index]) return index + 1;
  const there = steps.map((step, at) => `${at + 1} ${step.name}`).join(", ");
  throw new UnknownStep(`The workflow "${name}" has no step ${JSON.stringify(from)}. Its steps: ${there}.`);
}

/** From here on the attempts that run in them are fenced off. */
async function putAside(tx: Tx, executionId: string, step: number, restart: number): Promise<void> {
  await sql`
    update lector.workflow_steps s set discarded = ${restart}, held = s.held or ${mayCall}, lease_expires_at = null,
      due_at = null, state = case when s.state in ('ready', 'running', 'waiting') then 'cancelled' else s.state end,
      ended_at = coalesce(s.ended_at, now())
    where s.execution_id = ${executionId} and s.step >= ${step} and s.discarded = 0`.execute(tx);
}

/** What opens: as if the step before had just ended. */
function planFrom(store: ValueStore, view: RunView, step: number): Promise<Advance> {
  const { definition, variables } = view;
  const kept = definition.steps.slice(0, step - 1).map(({ name }) => [name, variables.steps[name]]);
  const before = kept.at(-1);
  const steps = Object.fromEntries(kept);
  const output = before ? JSON.stringify(before[1]) : null;
  return advance(store, { ...view, variables: { input: variables.input, steps } }, step - 1, output);
}

/**
 * The outputs from `step` on are dropped, but for those that are there at once. All its time begins anew, and a run that
 * had ended must be admitted again.
 */
async function goBack(tx: Tx, { executionId, definition }: RunView, step: number, plan: Advance): Promise<RunStatus> {
  const dropped = definition.steps.slice(step - 1).map(({ name }) => name);
  const fresh = Object.entries(plan.outputs).filter(([name]) => dropped.includes(name));
  const outputs = `{${fresh.map(([name, text]) => `${JSON.stringify(name)}:${text}`)}}`;
  const { rows } = await sql<{ status: RunStatus }>`
    update lector.workflow_instances set restarts = restarts + 1, current_step = ${plan.currentStep}, error = null,
      superseded_by = null, deadline_at = now() + timeout_ms * interval '1 ms',
      paused_at = case when status = 'PAUSED' then now() end, admitted_at = case when ended_at is null then admitted_at end, ended_at = null,
      variables = jsonb_set(variables, '{steps}', ((variables -> 'steps') - ${dropped}::text[]) || ${outputs}::jsonb),
      status = case when status = 'PAUSED' then 'PAUSED' when started_at is null then 'PENDING' else 'RUNNING' end
    where execution_id = ${executionId} returning status`.execute(tx);
  return rows[0]!.status;
}

async function openSteps(tx: Tx, executionId: string, plan: Advance): Promise<void> {
  const steps = plan.steps.map((step) => ({ step, after: null, handover: null }));
  const items = haveItems(steps);
  const build = (slot: Slot) => sql`
    insert into lector.workflow_steps ${stepColumns}
    select ${stepValues({ items })} from (
      select f.*, false as taken, ${attemptsBefore} as attempts, i.status = 'PAUSED' as resting, f.state = 'ready' and (
        i.status = 'PAUSED' or (i.admission_keys <> '{}' and i.admitted_at is null)) as parked
      from lector.workflow_instances i, ${source(newSteps, steps.length, slot)} where i.execution_id = ${slot("run", 0)}
    ) f`;
  const values = { run: [executionId], ...valuesOf(newSteps, steps) };
  await runShaped(tx, `restart ${shapeOf(steps)} ${items}`, build, values);
}

/** Nothing was left to do: the steps from there on are fan-outs of nothing. */
async function complete(tx: Tx, executionId: string): Promise<void> {
  await sql`update lector.workflow_instances set status = 'COMPLETED', ended_at = now()
    where execution_id = ${executionId}`.execute(tx);
  await appendEvent(tx, executionId, "run.completed", {});
}
