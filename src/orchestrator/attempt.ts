/** One attempt: a claimed step is run to an outcome. */
import { performance } from "node:perf_hooks";
import { z } from "zod";
import { advance, type NewStep, type RunView, type Variables } from "./advance.ts";
import type { Claimed } from "./claim.ts";
import type { StepDefinition } from "./definition.ts";
import type { Ending, Outcome } from "./outcome.ts";
import type { Context } from "./settle.ts";
import { PermanentError, RetryLater, storedError, type StoredError, type Task, type TaskContext } from "./task.ts";
import { TimedOut } from "./timeouts.ts";
import { resolveInput, toRow, UnstorableValue } from "./values.ts";

/** Why a signal was aborted. */
export class Stopped extends Error {
  override name = "Stopped";
  constructor() {
    super("The process stops and hands its work back.");
  }
}

export class LeaseLost extends Error {
  override name = "LeaseLost";
  constructor() {
    super("This attempt is no longer current: the run was cancelled, or the lease ran out.");
  }
}

/** An attempt under way. */
export type Attempt = {
  claimed: Claimed;
  controller: AbortController;
  /** Monotonic ms from which the lease counts. */
  leasedAt: number;
  startedAt: number;
  /** When its task was last heard of. */
  heardAt: number;
  progress: { done: number; written: number };
};

export type Finished = {
  outcome: Outcome;
  apply: ((tx: never) => Promise<void>) | null;
  /** How the attempt ends where its outcome could not be written (`apply` threw, the store is away). */
  failed(error: unknown): Ending;
} | null;

const MAX_LOST = 10;

/**
 * Null where the attempt is no longer current, so that nothing is left to say. `abortStale` looks at the clock for all
 * attempts of this process (upkeep.ts).
 */
export async function runAttempt(
  attempt: Attempt,
  task: Task | undefined,
  context: Context,
  { random, abortStale }: { random(): number; abortStale(): void },
): Promise<Finished> {
  const { claimed, controller } = attempt;
  const outcome = (ending: Ending): Outcome => ({ ...outcomeOf(claimed), ending });
  let step: StepDefinition | null = null;
  const failed = (error: unknown) => endingOf(error, claimed, step, random);
  try {
    const definition = await context.definitionOf(claimed.workflowId);
    step = definition.steps[claimed.step - 1]!;
    controller.signal.throwIfAborted();
    if (!task) throw new PermanentError(`This program has no task "${claimed.taskType}".`, { code: "unknown_task" });
    const input = parse(task.input, await resolveInput(context.store, claimed.input), `input of ${claimed.name}`);
    const output = parse(
      task.output,
      await unlessTimedOut(task.run(input, taskContext(attempt, abortStale)), controller.signal),
      `output of ${claimed.name}`,
    );
    controller.signal.throwIfAborted();
    const text = await toRow(context.store, output, { outside: true });
    const next = claimed.variables
      ? await advance(context.store, viewOf(claimed, definition, context), claimed.step, text)
      : null;
    const apply = task.apply && ((tx: never) => task.apply!(tx, input, output));
    return { outcome: outcome({ to: "done", output: text, next }), apply: apply ?? null, failed };
  } catch (error) {
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
    if (reason instanceof LeaseLost) return null;
    return { outcome: outcome(failed(reason)), apply: null, failed };
  }
}

/** A task that ignores its signal is not waited for: whatever it still gives would be refused. */
function unlessTimedOut<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    const tooLong = () => void (signal.reason instanceof TimedOut && reject(signal.reason));
    signal.addEventListener("abort", tooLong, { once: true });
  });
}

export function outcomeOf(claimed: Claimed): Omit<Outcome, "ending"> {
  const { taskId, executionId, step, item, attempt } = claimed;
  return { taskId, executionId, step, item, from: "running", attempt };
}

function viewOf(claimed: Claimed, definition: RunView["definition"], { timeouts }: Context): RunView {
  const { executionId, rootId, priority, variables } = claimed;
  return { executionId, rootId, priority, definition, variables: variables!, timeouts };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PermanentError(`The ${what} is not what it should be: ${z.prettifyError(parsed.error)}`, {
    code: "bad_value",
  });
}

function taskContext(attempt: Attempt, abortStale: () => void): TaskContext {
  const { claimed, controller } = attempt;
  return {
    token: { taskId: claimed.taskId, attempt: claimed.attempt },
    executionId: claimed.executionId,
    ownerId: claimed.ownerId,
    attempt: claimed.attempt,
    signal: controller.signal,
    assertLeased() {
      abortStale();
      controller.signal.throwIfAborted();
    },
    progress(done: number) {
      attempt.heardAt = monotonicMs();
      attempt.progress.done = Math.min(1, Math.max(0, done));
    },
  };
}

/**
 * How an attempt that threw ends: by hand-back, later, again after a backoff, or for good. A full disk is no failure of the
 * step: whoever makes space need not look for what died of it. `step` is null where the
 * database was away before anything was tried, which is no failure of the step.
 */
export function endingOf(
  error: unknown,
  claimed: Pick<Claimed, "name" | "failures">,
  step: StepDefinition | null,
  random: () => number,
): Ending {
  if (error instanceof Stopped) {
    return { to: "ready", delayMs: 0, failures: 0, lost: 0, why: "handed back", error: null };
  }
  const stored: StoredError = { ...storedError(error), step: claimed.name };
  if (step === null) return { to: "ready", delayMs: 1000, failures: 0, lost: 0, why: "later", error: stored };
  const { retry } = step;
  if (error instanceof RetryLater) {
    return { to: "ready", delayMs: error.ms, failures: 0, lost: 0, why: "later", error: stored };
  }
  if (isDiskFull(stored)) {
    const message = `No space is left on the disk: the step waits until there is. ${stored.message}`;
    const waiting = { ...stored, code: "disk_full", message };
    return { to: "ready", delayMs: DISK_FULL_MS, failures: 0, lost: 0, why: "later", error: waiting };
  }
  const failures = claimed.failures + 1;
  if (error instanceof PermanentError || error instanceof UnstorableValue || failures >= retry.failures) {
    return { to: "failed", error: stored, failures: 1, lost: 0 };
  }
  // full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  const delayMs = random() * Math.min(retry.max_ms, retry.initial_ms * retry.factor ** claimed.failures);
  return { to: "ready", delayMs, failures: 1, lost: 0, why: "failed", error: stored };
}

/** How soon a step looks again whether there is space, ms. */
const DISK_FULL_MS = 5000;

function isDiskFull({ code, cause }: StoredError): boolean {
  return code === "ENOSPC" || code === "EDQUOT" || (cause !== undefined && isDiskFull(cause));
}

/** How a step whose lease ran out ends: ready again, and failed for good where it has killed its workers too often. */
export function lostEnding(lost: number, name: string): Ending {
  const message = `The worker of this step died or froze (${lost + 1} times).`;
  const error: StoredError = { code: "worker_lost", message, step: name };
  if (lost + 1 >= MAX_LOST) return { to: "failed", error, failures: 0, lost: 1 };
  return { to: "ready", delayMs: 0, failures: 0, lost: 1, why: "lease lost", error };
}

/** What an attempt needs to know of its run. */
export type RunOfStep = Pick<Claimed, "ownerId" | "workflowId" | "inChildRun" | "traceparent"> & {
  variables: Variables;
};

/** A step that was inserted as running for this process, as if it had been claimed. */
export function claimedOf(step: NewStep, run: RunOfStep): Claimed {
  return {
    taskId: step.taskId,
    attempt: 1,
    executionId: step.executionId,
    rootId: step.rootId,
    ownerId: run.ownerId,
    step: step.step,
    item: null,
    name: step.name,
    taskType: step.taskType,
    priority: step.priority,
    failures: 0,
    lost: 0,
    groupKey: null,
    attemptMs: step.timeouts.attemptMs,
    heartbeatMs: step.timeouts.heartbeatMs,
    input: JSON.parse(step.input ?? "null"),
    inChildRun: run.inChildRun,
    workflowId: run.workflowId,
    traceparent: run.traceparent,
    variables: run.variables,
  };
}

export function newAttempt(claimed: Claimed, leasedAt: number): Attempt {
  const controller = new AbortController();
  return { claimed, controller, leasedAt, startedAt: leasedAt, heardAt: leasedAt, progress: { done: 0, written: 0 } };
}

export const monotonicMs = () => performance.now();

/** Whether what follows stands alone, and a process with these tasks can go on with it at once. */
export function canTake(ending: Ending, taskTypes: string[]): boolean {
  const [next] = ending.to === "done" ? (ending.next?.steps ?? []) : [];
  return next?.groupKey === null && next.state === "ready" && taskTypes.includes(next.taskType);
}

/** The run's variables after this step, for the step that follows in this process. */
export function variablesAfter({ claimed }: Attempt, ending: Ending): Variables | null {
  const next = ending.to === "done" ? ending.next : null;
  if (!claimed.variables || !next) return null;
  const outputs = Object.entries(next.outputs).map(([name, text]) => [name, JSON.parse(text)]);
  return { input: claimed.variables.input, steps: { ...claimed.variables.steps, ...Object.fromEntries(outputs) } };
}
