/** What each command does to the model, and which answers of the orchestrator it allows. */
import { tokenKey, type RunningStep } from "../../src/orchestrator/lease.ts";
import {
  abandon,
  cancelBelow,
  childEnded,
  claim,
  deadLetters,
  done,
  endEarly,
  fail,
  isActive,
  isOpen,
  kindOf,
  newRun,
  openChild,
  pause,
  reopen,
  restart,
  resume,
  retry,
  rootOf,
  takeAway,
  treeOf,
  type Run,
  type State,
  type Step,
} from "./model.ts";
import { GROUP_LIMIT, MAX_FAILURES, timed } from "./model-workflows.ts";
import type { Done, Overdue } from "./model-commands.ts";
import { everyRun, everyStep, stepAt, pathOf, type Rows } from "./model-rows.ts";

export class Impossible extends Error {
  override name = "Impossible";
}

function expect(what: string, have: unknown, want: unknown): void {
  if (have !== want) throw new Impossible(`${what}: ${String(have)}, where the model says ${String(want)}`);
}

/** `crowded`: other commands were under way, so that a claim may have passed over what they held. */
export function judge(state: State, answer: Done, rows: Rows, crowded: boolean): void {
  switch (answer.do) {
    case "start":
      return judgeStart(state, answer);
    case "claim":
      return judgeClaim(state, answer, rows, crowded);
    case "end":
      return judgeEnd(state, answer);
    case "beat":
      return judgeBeat(state, answer, crowded);
    case "look":
      return crowded ? undefined : expect("running steps", answer.running, running(state).length + held(state).length);
    case "lose":
      return judgeLoss(state, answer);
    case "letGo":
      return letGo(state, answer.claimed);
    case "overdue":
      return endOverdue(state, answer);
    case "admit":
      return admit(state, answer.limit, rows, crowded);
    case "wait":
      return everyStep(state).forEach((step) => step.state === "ready" && (step.late = false));
    case "replay":
      return judgeReplay(state, answer);
    default:
      return judgeControl(state, answer);
  }
}

const running = (state: State) => everyStep(state).filter((step) => step.state === "running");
const held = (state: State) => everyStep(state).filter((step) => step.held);
const current = (state: State, { taskId, attempt }: { taskId: string; attempt: number }) =>
  running(state).find((step) => step.taskId === taskId && step.attempt === attempt);
const holds = (state: State, dedupe: string) => state.roots.find((run) => run.dedupe === dedupe && isActive(run));

function judgeStart(state: State, { command, id, joined }: Done & { do: "start" }): void {
  const { workflow, list, dedupe, hash, keyed, idem, take } = command;
  const before = idem && state.accepted["once"];
  if (before && before.hash !== idem) return expect("a start with a key of another request", id, null);
  const run = newRun({ id, workflow, list, dedupe: dedupe ? "same" : null, hash, keyed, above: null });
  // a run that has ended with its start is no second active one, and joins none
  const held = dedupe && isActive(run) ? holds(state, "same") : undefined;
  const differs = hash !== null && held?.hash !== hash;
  const met = (before && before.id) ?? (differs ? undefined : held?.id);
  expect("whether the start joined", joined, met !== undefined);
  if (met) expect("the run that was joined", id, met);
  if (!met) {
    if (held) {
      endTree(held, "CANCELLED");
      held.successor = id;
    }
    state.roots.push(run);
    const [first, ...others] = run.steps;
    if (take && !keyed && others.length === 0 && first!.state === "ready" && !kindOf(first!).grouped) claim(first!);
  }
  if (idem) state.accepted["once"] = { hash: idem, id: id! };
}

function judgeClaim(state: State, answer: Done & { do: "claim" }, { paths }: Rows, crowded: boolean): void {
  const { limit, grouped } = answer.command;
  const inGroup = (step: Step) => Boolean(kindOf(step).grouped) === grouped;
  const free = grouped ? GROUP_LIMIT - running(state).filter(inGroup).length - held(state).length : limit;
  const ready = everyStep(state).filter((s) => s.state === "ready" && !s.parked && !s.late && !s.held && inGroup(s));
  const want = Math.max(0, Math.min(limit, free, ready.length));
  const have = answer.claimed.length;
  if (crowded ? have > want : have !== want) expect("claimed steps", have, want);
  for (const claimed of answer.claimed) {
    const path = `${paths.get(claimed.executionId)}/${pathOf(claimed)}`;
    const step = stepAt(state, path);
    if (!step || !ready.includes(step)) throw new Impossible(`${path} was claimed and is not to be had`);
    claim(step);
    expect(`the attempt of ${path}`, claimed.attempt, step.attempt);
  }
}

function judgeEnd(state: State, answer: Done & { do: "end" }): void {
  const { claimed, how, take, accepted } = answer;
  const step = current(state, claimed);
  if (accepted !== null) expect(`whether ${tokenKey(claimed)} was accepted`, accepted, step !== undefined);
  if (!step) return letGo(state, claimed);
  const { run } = step;
  if (how === "done" && kindOf(step).workflow) {
    if (run.status !== "FAILED" && run.status !== "PAUSED") return openChild(step);
    retry(step);
    return abandon(run);
  }
  if (how === "done") return done(step, { n: step.attempt }, take);
  if (how === "bad") return fail(step, { failures: 1 });
  if (how === "fail") return failOnce(step);
  retry(step, { late: how === "later" });
  abandon(run);
}

function letGo(state: State, { taskId, attempt }: { taskId: string; attempt: number }): void {
  for (const step of held(state)) if (step.taskId === taskId && step.attempt === attempt) step.held = false;
}

function failOnce(step: Step): void {
  if (step.failures + 1 >= MAX_FAILURES) return fail(step, { failures: 1 });
  retry(step, { late: true, failures: 1 });
}

/** Crowded: it passes over what another command holds at that moment. */
function judgeBeat(state: State, { tokens, renewed }: Done & { do: "beat" }, crowded: boolean): void {
  const live = tokens.filter((token) => current(state, token));
  const beaten = crowded ? live.filter((token) => renewed.includes(tokenKey(token))) : live;
  expect("renewed leases", renewed.toSorted().join(), beaten.map(tokenKey).toSorted().join());
  for (const token of beaten) current(state, token)!.beats++;
}

function judgeLoss(state: State, { seen, last, accepted }: Done & { do: "lose" }): void {
  if (seen.held) return letGo(state, seen);
  const step = current(state, seen);
  const silent = step?.beats === (seen as RunningStep).heartbeatSeq ? step : undefined;
  expect(`whether ${tokenKey(seen)} was taken back`, accepted, silent !== undefined);
  if (!silent) return;
  if (last) return fail(silent, { lost: 1 });
  retry(silent, { lost: 1 });
  abandon(silent.run);
}

function endOverdue(state: State, { what, target }: { what: Overdue; target: string }): void {
  const run = everyRun(state).find((each) => each.id === target);
  if (what === "run") return run && timeOut(run);
  const step = everyStep(state).find((each) => each.taskId === target)!;
  const waits = step.timed && (step.state === "ready" || (step.state === "waiting" && what === "step"));
  if (what === "attempt") {
    if (step.state !== "running") return;
    takeAway(step);
    failOnce(step);
    if (step.state !== ("failed" as Step["state"])) abandon(step.run);
  } else if (waits || (what === "step" && step.state === "running" && step.run.status !== "PAUSED")) {
    takeAway(step);
    fail(step);
  }
}

function timeOut(run: Run): void {
  const hasDeadline = run.above === null || timed.has(run.workflow);
  if (!isOpen(run) || !hasDeadline) return;
  endTree(run, "TIMED_OUT");
}

function endTree(run: Run, status: "CANCELLED" | "TIMED_OUT"): void {
  endEarly(run, status);
  cancelBelow(run);
  if (run.above) childEnded(run.above);
}

/** Paused runs leave their places to who waits. Crowded: also to one that was paused or ended before it could take any. */
function admit(state: State, limit: number, rows: Rows, crowded: boolean): void {
  const waiting = state.roots.filter((run) => run.keyed && isOpen(run) && !run.admitted);
  const left = ({ id }: Run) =>
    crowded && rows.lines.some((line) => line.startsWith(`${id} PAUSED`) && line.includes(", not admitted"));
  for (const run of state.roots.filter(({ status, admitted }) => status === "PAUSED" && admitted)) {
    const works = treeOf(run, true).some((each) => each.steps.some((step) => step.state === "running"));
    if (!works && (waiting.length > 0 || left(run))) run.admitted = false;
  }
  const live = state.roots.filter((run) => isActive(run) && run.admitted).length;
  for (const run of waiting.slice(0, Math.max(0, limit - live))) {
    run.admitted = true;
    const open = treeOf(run, true).filter(isOpen);
    const ready = open.flatMap((each) => each.steps.filter((step) => step.state === "ready"));
    for (const step of ready) Object.assign(step, { parked: false, timed: true });
  }
}

function judgeReplay(state: State, { taskId, refused, changed }: Done & { do: "replay" }): void {
  const letter = deadLetters(state).find((step) => step.taskId === taskId);
  const root = letter && rootOf(letter.run);
  const possible = root?.status === "FAILED" && mayReopen(state, root);
  expect(`whether the replay of ${taskId} changed something`, changed, possible);
  if (root?.status === "FAILED") expect(`whether the replay of ${taskId} was refused`, refused, !possible);
  if (possible) reopen(root);
}

function mayReopen(state: State, run: Run): boolean {
  if (run.above || isActive(run) || run.status === "COMPLETED") return false;
  const ended = treeOf(run).filter((each) => !isActive(each) && each.status !== "COMPLETED");
  if (ended.some((each) => each.steps.some((step) => step.unopened && step.aside === 0))) return false;
  return run.dedupe === null || holds(state, run.dedupe) === undefined;
}

function judgeControl(state: State, answer: Done & { id: string; refused: boolean }): void {
  const run = everyRun(state).find(({ id }) => id === answer.id)!;
  const changes: Record<string, () => boolean> = {
    cancel() {
      if (isActive(run)) endTree(run, "CANCELLED");
      return true;
    },
    pause() {
      if (run.above || !isActive(run)) return false;
      if (run.status !== "PAUSED") pause(run);
      return true;
    },
    resume() {
      if (run.above || !isActive(run)) return false;
      if (run.status === "PAUSED") resume(run);
      return true;
    },
    reopen() {
      if (!mayReopen(state, run)) return false;
      reopen(run);
      return true;
    },
    restart() {
      const { from } = answer as Done & { do: "restart" };
      const other = run.dedupe === null ? undefined : holds(state, run.dedupe);
      if (from > run.current + 1 || (other && other !== run)) return false;
      return restart(run, from);
    },
  };
  expect(`whether to ${answer.do} ${answer.id} was refused`, answer.refused, !changes[answer.do]!());
}
