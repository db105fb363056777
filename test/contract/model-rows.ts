/** The model and the rows in the same words, one line for each run and step, so that they can be held side by side. */
import { sql } from "kysely";
import type { Database } from "../../src/database/connect.ts";
import { listDeadLetters } from "../../src/orchestrator/dead-letters.ts";
import { deadLetters, isActive, treeOf, type Run, type State, type Step } from "./model.ts";

/** `paths`: where each run lies, by its id; of what was put aside, where it lay. */
export type Rows = {
  lines: string[];
  paths: Map<string, string>;
  taskIds: Map<string, string>;
  ids: Map<string, string>;
};

type RunRow = Pick<Run, "status" | "current" | "restarts" | "outputs" | "keyed" | "admitted" | "successor"> & {
  id: string;
  above: string | null;
};
type StepRow = Omit<Step, "run" | "child" | "unopened" | "taskId"> & { task_id: string; run: string };

export async function readRows(db: Database): Promise<Rows> {
  const runs = await sql<RunRow>`select execution_id as id, parent_step_id as above, status, current_step as current,
    restarts, variables -> 'steps' as outputs, admission_keys <> '{}' as keyed, admitted_at is not null as admitted,
    superseded_by as successor
    from lector.workflow_instances order by execution_id`.execute(db);
  const steps = await sql<StepRow>`select task_id, execution_id as run, step, item, discarded as aside, state, attempt,
    failures, lost, heartbeat_seq as beats, parked, held, due_at is not null as timed, run_at > now() + interval '1 min' as late,
    remaining, output from lector.workflow_steps order by step, item nulls first, discarded`.execute(db);
  const { letters } = await listDeadLetters(db, { limit: 1000 });
  const rows: Rows = { lines: [], paths: new Map(), taskIds: new Map(), ids: new Map() };
  const stepsOfRun = Map.groupBy(steps.rows, (step) => step.run);
  const childOf = new Map(runs.rows.map((run) => [run.above, run]));
  const tell = (run: RunRow, place: string, path: string) => {
    rows.paths.set(run.id, path);
    rows.ids.set(place, run.id);
    rows.lines.push(runLine(run, place));
    for (const step of stepsOfRun.get(run.id) ?? []) {
      const at = `${place}/${nameOf(step)}`;
      rows.taskIds.set(at, step.task_id);
      rows.lines.push(stepLine(step, at));
      if (letters.some((letter) => letter.taskId === step.task_id)) rows.lines.push(`${at} is a dead letter`);
      const child = childOf.get(step.task_id);
      if (child) tell(child, at, `${path}/${pathOf(step)}`);
    }
  };
  for (const run of runs.rows.filter(({ above }) => above === null)) tell(run, run.id, run.id);
  return rows;
}

/** Where a step lay before any restart put it aside. */
export const pathOf = ({ step, item }: { step: number; item: number | null }) => `${step}.${item ?? "-"}`;
const nameOf = (step: Pick<Step, "step" | "item" | "aside">) => `${pathOf(step)}${step.aside ? `#${step.aside}` : ""}`;

function runLine(run: Omit<RunRow, "above">, place: string): string {
  const { status, current, restarts, outputs, keyed, admitted, successor } = run;
  const holds = keyed && isActive(run as Run) ? (admitted ? ", admitted" : ", not admitted") : "";
  const given = Object.entries(outputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const gaveWay = successor ? `, superseded by ${successor}` : "";
  return `${place} ${status}${gaveWay} at ${current}${holds}, restarts ${restarts}, gave ${JSON.stringify(given)}`;
}

function stepLine(step: Omit<StepRow, "task_id" | "run">, at: string): string {
  const { state, attempt, failures, lost, beats, output } = step;
  const flags = [
    ...(step.held ? ["held"] : []),
    ...(state === "ready" && step.parked ? ["parked"] : []),
    ...(state === "ready" && step.late ? ["late"] : []),
    ...((state === "ready" || state === "waiting") && step.timed ? ["timed"] : []),
    ...(state === "waiting" && step.item === null && step.remaining ? [`${step.remaining} remain`] : []),
  ];
  return `${at} ${[state, ...flags].join(" ")}, attempt ${attempt}, ${failures} failures, ${lost} lost, ${beats} beats, gave ${JSON.stringify(output)}`;
}

export function linesOf(state: State): string[] {
  const lines: string[] = [];
  const letters = new Set(deadLetters(state));
  visit(state, (run, place) => {
    lines.push(runLine(run as Run & { id: string }, place));
    return (step, at) => {
      lines.push(stepLine(step, at));
      if (letters.has(step)) lines.push(`${at} is a dead letter`);
    };
  });
  return lines;
}

/** Tells the model the ids of what was opened. */
export function learnIds(state: State, { ids, taskIds }: Rows): void {
  visit(state, (run, place) => {
    run.id = ids.get(place)!;
    return (step, at) => void (step.taskId = taskIds.get(at)!);
  });
}

function visit({ roots }: State, onRun: (run: Run, place: string) => (step: Step, at: string) => void): void {
  const tell = (run: Run, place: string) => {
    const onStep = onRun(run, place);
    for (const step of run.steps.toSorted(inOrder)) {
      const at = `${place}/${nameOf(step)}`;
      onStep(step, at);
      if (step.child) tell(step.child, at);
    }
  };
  for (const run of roots.toSorted((a, b) => (a.id! < b.id! ? -1 : 1))) tell(run, run.id!);
}

function inOrder(a: Step, b: Step): number {
  return a.step - b.step || (a.item ?? -1) - (b.item ?? -1) || a.aside - b.aside;
}

/** The step that lies at `path` and was not put aside. */
export function stepAt({ roots }: State, path: string): Step | undefined {
  const [id, ...parts] = path.split("/");
  let run = roots.find((root) => root.id === id) ?? null;
  let found: Step | undefined;
  for (const part of parts) {
    found = run?.steps.find((step) => step.aside === 0 && pathOf(step) === part);
    run = found?.child ?? null;
  }
  return found;
}

export const everyRun = ({ roots }: State) => roots.flatMap((root) => treeOf(root, true));
export const everyStep = (state: State) => everyRun(state).flatMap((run) => run.steps);
