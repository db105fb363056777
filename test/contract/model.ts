/**
 * What runs and steps should do, said once more and simply: no rows, no locks, no leases, one thing after the other. The
 * model-based test (model.test.ts) holds the orchestrator against it, command by command.
 */

import { workflows } from "./model-workflows.ts";

export type Step = {
  run: Run;
  /** Known once the rows were read. */
  taskId: string | null;
  step: number;
  item: number | null;
  /** 0, or the restart that put it aside. */
  aside: number;
  state: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
  attempt: number;
  failures: number;
  lost: number;
  beats: number;
  parked: boolean;
  /** Its last attempt was taken from its worker, who has not let go of it. */
  held: boolean;
  /** The clock of its queue, or of the whole step where it waits, is running. */
  timed: boolean;
  /** A delay holds it back. */
  late: boolean;
  remaining: number;
  output: unknown;
  unopened: boolean;
  child: Run | null;
};

export type Run = {
  /** Known once the rows were read; of a run at the top from its start. */
  id: string | null;
  workflow: string;
  /** How long its list is; null: there is none. */
  list: number | null;
  dedupe: string | null;
  hash: string | null;
  /** The run that took its place. */
  successor: string | null;
  keyed: boolean;
  above: Step | null;
  status: "PENDING" | "RUNNING" | "PAUSED" | "COMPLETED" | "FAILED" | "CANCELLED" | "TIMED_OUT";
  started: boolean;
  admitted: boolean;
  current: number;
  restarts: number;
  outputs: Record<string, unknown>;
  steps: Step[];
};

/** `roots` in the order of their starts. */
export type State = { roots: Run[]; accepted: Record<string, { hash: string; id: string }> };

export const isActive = ({ status }: Run) => status === "PENDING" || status === "RUNNING" || status === "PAUSED";
export const isOpen = ({ status }: Run) => status === "PENDING" || status === "RUNNING";
export const isUnderWay = ({ state }: Step) => state === "ready" || state === "running" || state === "waiting";
export const kindOf = (step: Step) => workflows[step.run.workflow]![step.step - 1]!;

export function rootOf(run: Run): Run {
  return run.above ? rootOf(run.above.run) : run;
}

/** The run and those below it; `all`: also below what was put aside. */
export function treeOf(run: Run, all = false): Run[] {
  return [run, ...run.steps.flatMap((s) => (s.child && (all || s.aside === 0) ? treeOf(s.child, all) : []))];
}

export const stepsOf = (run: Run) => treeOf(run, true).flatMap((each) => each.steps);
const mayGo = (run: Run) => !rootOf(run).keyed || rootOf(run).admitted;

export function newRun(given: Pick<Run, "id" | "workflow" | "list" | "dedupe" | "hash" | "keyed" | "above">): Run {
  const run: Run = {
    ...given,
    successor: null,
    status: "PENDING",
    started: false,
    admitted: false,
    current: 0,
    restarts: 0,
    outputs: {},
    steps: [],
  };
  run.status = openNext(run) ?? "PENDING";
  run.started = run.status !== "PENDING";
  return run;
}

/** Opens what follows the current step; answers how the run ends where nothing can follow. */
function openNext(run: Run): "COMPLETED" | "FAILED" | null {
  for (;;) {
    const kind = workflows[run.workflow]![run.current];
    if (!kind) return "COMPLETED";
    const number = run.current + 1;
    if (!kind.forEach) {
      openStep(run, number, null, "ready");
      return null;
    }
    if (run.list === null) {
      openStep(run, number, null, "failed").unopened = true;
      return "FAILED";
    }
    if (run.list > 0) {
      openStep(run, number, null, "waiting").remaining = run.list;
      for (let item = 0; item < run.list; item++) openStep(run, number, item, "ready");
      return null;
    }
    const none = openStep(run, number, null, "done");
    none.output = run.outputs[kind.name] = { items: [] };
    run.current = number;
  }
}

function openStep(run: Run, step: number, item: number | null, state: Step["state"]): Step {
  const before = run.steps.filter((each) => each.step === step && each.item === item);
  const opened: Step = {
    run,
    taskId: null,
    step,
    item,
    aside: 0,
    state,
    attempt: Math.max(0, ...before.map((each) => each.attempt)),
    failures: 0,
    lost: 0,
    beats: 0,
    parked: state === "ready" && (!isOpen(run) || !mayGo(run)),
    held: false,
    timed: isOpen(run),
    late: false,
    remaining: 0,
    output: null,
    unopened: false,
    child: null,
  };
  run.steps.push(opened);
  return opened;
}

/** Before it is ended by another than its worker. */
export function takeAway(step: Step): void {
  step.held ||= step.state === "running" && kindOf(step).grouped === true;
}

export function claim(step: Step): void {
  step.state = "running";
  step.attempt++;
  step.run.status = "RUNNING";
  step.run.started = true;
}

/** `take`: whoever ends the step takes over what follows, where it stands alone. */
export function done(step: Step, output: unknown, take = false): void {
  const { run } = step;
  Object.assign(step, { state: "done", output });
  if (step.item !== null) {
    const fan = fanOf(step);
    fan.remaining--;
    const items = itemsOf(fan).map((each) => each.output);
    if (fan.state === "waiting" && fan.remaining === 0) done(fan, { items });
    return;
  }
  run.outputs[kindOf(step).name] = output;
  run.current = step.step;
  const before = run.steps.length;
  const end = openNext(run);
  const [next, ...others] = run.steps.slice(before);
  const takes = take && next?.state === "ready" && others.length === 0 && !kindOf(next).grouped;
  if (takes && isOpen(run) && mayGo(run) && run.restarts === 0) claim(next);
  if (end && isActive(run)) endRun(run, end);
}

const itemsOf = (fan: Step) =>
  fan.run.steps.filter((each) => each.step === fan.step && each.item !== null && each.aside === fan.aside);
const fanOf = ({ run, step, aside }: Step) =>
  run.steps.find((each) => each.step === step && each.item === null && each.aside === aside)!;

export function fail(step: Step, { failures = 0, lost = 0 } = {}): void {
  const { run } = step;
  step.state = "failed";
  step.failures += failures;
  step.lost += lost;
  const ends = isActive(run);
  if (ends) run.status = "FAILED";
  if (step.item !== null && fanOf(step).state === "waiting") fanOf(step).state = "failed";
  for (const other of run.steps.filter(isUnderWay)) {
    other.timed = false;
    other.parked = true;
  }
  for (const item of step.item === null ? itemsOf(step).filter(({ state }) => state === "running") : []) {
    takeAway(item);
    retry(item);
  }
  cancelBelow(run);
  if (ends) endRun(run, "FAILED");
}

function endRun(run: Run, status: "COMPLETED" | "FAILED"): void {
  run.status = status;
  if (run.above) childEnded(run.above);
}

export function childEnded(step: Step): void {
  if (step.state !== "waiting") return;
  const child = step.child!;
  if (child.status !== "COMPLETED") return fail(step);
  const steps = workflows[child.workflow]!;
  done(step, child.outputs[steps.at(-1)!.name]);
}

export function retry(step: Step, { late = false, failures = 0, lost = 0 } = {}): void {
  Object.assign(step, { state: "ready", late, timed: isOpen(step.run) });
  step.parked = !isOpen(step.run) || !mayGo(step.run);
  step.failures += failures;
  step.lost += lost;
}

/** A run that nobody works on gives its place back. */
export function abandon(run: Run): void {
  const root = rootOf(run);
  const steps = stepsOf(root);
  if (!root.admitted || !isOpen(root) || steps.some((step) => step.state === "running")) return;
  root.admitted = false;
  for (const step of steps.filter((each) => each.state === "ready"))
    Object.assign(step, { parked: true, timed: false });
}

export function openChild(step: Step): void {
  const list = step.item === null ? step.run.list : null;
  const workflow = kindOf(step).workflow!;
  Object.assign(step, { state: "waiting", timed: true });
  step.child = newRun({ id: null, workflow, list, dedupe: null, hash: null, keyed: false, above: step });
  if (!isActive(step.child)) childEnded(step);
}

export function endEarly(run: Run, status: "CANCELLED" | "TIMED_OUT"): void {
  run.status = status;
  for (const step of run.steps.filter(isUnderWay)) {
    takeAway(step);
    step.state = "cancelled";
  }
}

export function cancelBelow(run: Run): void {
  const below = treeOf(run, true).slice(1);
  for (const each of below.filter(isActive)) endEarly(each, "CANCELLED");
}

export function pause(root: Run): void {
  for (const run of treeOf(root).filter(isOpen)) {
    run.status = "PAUSED";
    for (const step of run.steps.filter(isUnderWay)) Object.assign(step, { parked: true, timed: false });
  }
}

export function resume(root: Run): void {
  for (const run of treeOf(root).filter(({ status }) => status === "PAUSED")) {
    run.status = run.started ? "RUNNING" : "PENDING";
    for (const step of run.steps.filter(isUnderWay)) Object.assign(step, { parked: !mayGo(run), timed: true });
  }
}

/** The run goes on with what is not done; what completed stays. */
export function reopen(root: Run): void {
  const ended = treeOf(root).filter((run) => !isActive(run) && run.status !== "COMPLETED");
  for (const run of ended) {
    run.status = run.started ? "RUNNING" : "PENDING";
    run.admitted = false;
    run.successor = null;
    for (const step of run.steps.filter((each) => each.aside === 0)) reopenStep(step);
  }
}

function reopenStep(step: Step): void {
  const items = step.item === null ? itemsOf(step) : [];
  if (step.state === "failed" || step.state === "cancelled") {
    Object.assign(step, { failures: 0, lost: 0, late: false });
    step.state = items.length > 0 || step.child ? "waiting" : "ready";
  }
  step.parked = step.state === "ready" && rootOf(step.run).keyed;
  step.timed = true;
  step.remaining = items.filter((item) => item.state !== "done").length;
}

/** False where the step cannot be opened, and nothing has happened. */
export function restart(root: Run, from: number): boolean {
  if (workflows[root.workflow]![from - 1]!.forEach && root.list === null) return false;
  cancelBelow(root);
  root.restarts++;
  for (const step of root.steps.filter((each) => each.step >= from && each.aside === 0)) {
    step.aside = root.restarts;
    takeAway(step);
    if (isUnderWay(step)) step.state = "cancelled";
  }
  for (const { name } of workflows[root.workflow]!.slice(from - 1)) delete root.outputs[name];
  if (!isActive(root)) root.admitted = false;
  if (root.status !== "PAUSED") root.status = root.started ? "RUNNING" : "PENDING";
  root.current = from - 1;
  root.successor = null;
  root.status = openNext(root) ?? root.status;
  return true;
}

const hasFailed = ({ state }: Step) => state === "failed";

/** Steps that failed by themselves, and that no restart has put aside with all around them. */
export function deadLetters({ roots }: State): Step[] {
  return roots.flatMap((root) =>
    treeOf(root)
      .flatMap((run) => run.steps.filter((step) => hasFailed(step) && step.aside === 0))
      .filter((step) => step.child?.status !== "FAILED" && !(step.item === null && itemsOf(step).some(hasFailed))),
  );
}
