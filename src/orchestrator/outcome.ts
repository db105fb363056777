/** What became of attempts, and what settling it brought. */
import type { Advance, NewStep } from "./advance.ts";
import type { Handover } from "./rows.ts";
import type { StoredError } from "./task.ts";

/** What became of an attempt, or of a waiting step. */
export type Ending =
  | { to: "done"; output: string; next: Advance | null }
  | { to: "ready"; delayMs: number; failures: 0 | 1; lost: 0 | 1; why: string; error: StoredError | null }
  | { to: "failed"; error: StoredError; failures: 0 | 1; lost: 0 | 1 };

export type Outcome = {
  taskId: string;
  executionId: string;
  step: number;
  item: number | null;
  /** The state it ends from; a running one is fenced by its attempt. `ready`: it waited for too long. */
  from: "ready" | "running" | "waiting";
  attempt: number;
  /** Only if no heartbeat came since: the reaper's condition. */
  heartbeatSeq?: number;
  ending: Ending;
  /** Steps of `next` that this process takes over. */
  handover?: Handover | null;
};

export type Settled = {
  /** Tasks whose outcome was accepted; the others were refused and changed nothing. */
  accepted: Set<string>;
  /** Steps that run in this process now. */
  taken: NewStep[];
  /** Whether steps were left for any worker to claim. */
  opened: boolean;
  /** Runs that ended. */
  ended: string[];
  /** A run that held an admission ended: another may have room. */
  admits: boolean;
};
