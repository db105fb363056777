/**
 * How long things may take, in ms. A definition says it, a setting for what the definition leaves open; the row of the
 * step or run keeps what was true when it was opened.
 *
 *   queue      from when a step could run (or waits for its run's admission) until a worker takes it     fails for good
 *   attempt    one attempt                                                                               is a failure
 *   heartbeat  from one `progress` of an attempt to the next: the task is silent                         is a failure
 *   step       a step in all, from when it is opened: waiting, attempts, backoffs, child run, items      fails for good
 *   run        a run in all                                                                              is TIMED_OUT
 *
 * Queue, step and run are deadlines in the rows by Postgres's clock, and any process ends what is overdue (overdue.ts).
 * An attempt is ended by its own process, by its monotonic clock; where that one fails to, by any other. A process that
 * is silent as a whole loses its lease long before.
 */
import type { StepDefinition } from "./definition.ts";

export type StepTimeouts = { queueMs: number; attemptMs: number; heartbeatMs: number; stepMs: number };
export type Timeouts = StepTimeouts & {
  runMs: number;
  /** Who waits this long has gained one class of priority (claim.ts). */
  ageingMs: number;
};

const HOUR = 3_600_000;

export const usualTimeouts: Timeouts = {
  queueMs: 72 * HOUR,
  attemptMs: HOUR,
  heartbeatMs: HOUR / 4,
  stepMs: 14 * 24 * HOUR,
  runMs: 14 * 24 * HOUR,
  ageingMs: HOUR / 60,
};

/** The longest, in ms: 23 days. Timers of Node and the columns have 31 bits. */
export const LONGEST_MS = 2_000_000_000;

export function stepTimeouts({ timeouts = {} }: StepDefinition, usual: StepTimeouts): StepTimeouts {
  return {
    queueMs: timeouts.queue_ms ?? usual.queueMs,
    attemptMs: timeouts.attempt_ms ?? usual.attemptMs,
    heartbeatMs: timeouts.heartbeat_ms ?? usual.heartbeatMs,
    stepMs: timeouts.step_ms ?? usual.stepMs,
  };
}

/** Why an attempt was aborted, or a step or run ended. */
export class TimedOut extends Error {
  override name = "TimedOut";
  readonly code: `${"queue" | "attempt" | "heartbeat" | "step" | "run"}_timeout`;
  constructor(what: "queue" | "attempt" | "heartbeat" | "step" | "run", ms: number) {
    super(`${sentences[what]} ${ms / 1000} s (its ${what} timeout).`);
    this.code = `${what}_timeout`;
  }
}

const sentences = {
  queue: "No worker took the step within",
  attempt: "The attempt did not end within",
  heartbeat: "The task gave no sign of life for",
  step: "The step did not end within",
  run: "The run did not end within",
};
