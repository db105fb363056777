/** What a worker does for its own attempts beside running them: heartbeats, fences, progress. */
import type { Database } from "../database/connect.ts";
import { answeredWithin } from "../database/patience.ts";
import { LeaseLost, monotonicMs, type Attempt } from "./attempt.ts";
import { TimedOut } from "./timeouts.ts";
import { answerMs, letGo, refused, renew, tokenKey, writeProgress } from "./lease.ts";

export type Upkeep = {
  /** Renews all leases; attempts that are no longer current are aborted. */
  heartbeat(): Promise<void>;
  /** Aborts attempts that are no longer current, without renewing. */
  checkFences(): Promise<void>;
  /**
   * Aborts by this process's own clock what could not be renewed in time, before others may take over, and what takes
   * too long or is silent.
   */
  abortStale(): void;
  /** Others may soon take over what is leased from then on (monotonic ms) and was not renewed. */
  isStale(leasedAt: number): boolean;
  reportProgress(): Promise<void>;
  /** This process calls no more for an attempt that was taken from it; where that cannot be said, a reaper finds out. */
  sayLetGo(attempt: Attempt): Promise<void>;
};

/** `running`: attempts by their `tokenKey`. */
export function upkeepOf(db: Database, running: Map<string, Attempt>, leaseMs: number): Upkeep {
  const marginMs = Math.min(2000, leaseMs / 5);
  const soon = <T>(ask: () => Promise<T>) => answeredWithin(answerMs(leaseMs), ask);

  const isStale = (leasedAt: number, now = monotonicMs()) => now - leasedAt > leaseMs - marginMs;

  function drop(keys: Set<string>): void {
    for (const key of keys) running.get(key)?.controller.abort(new LeaseLost());
  }

  return {
    async heartbeat() {
      const attempts = [...running.values()];
      if (attempts.length === 0) return;
      const sentAt = monotonicMs();
      const { renewed, lost } = await soon(() => renew(db, attempts.map(tokenOf), leaseMs));
      for (const attempt of attempts) if (renewed.has(tokenKey(attempt.claimed))) attempt.leasedAt = sentAt;
      drop(lost);
    },
    async checkFences() {
      const attempts = [...running.values()];
      if (attempts.length > 0) drop(await soon(() => refused(db, attempts.map(tokenOf))));
    },
    abortStale() {
      const now = monotonicMs();
      for (const { claimed, leasedAt, startedAt, heardAt, controller } of running.values()) {
        const { attemptMs, heartbeatMs } = claimed;
        if (isStale(leasedAt, now)) controller.abort(new LeaseLost());
        else if (attemptMs && now - startedAt > attemptMs) controller.abort(new TimedOut("attempt", attemptMs));
        else if (heartbeatMs && now - heardAt > heartbeatMs) controller.abort(new TimedOut("heartbeat", heartbeatMs));
      }
    },
    isStale,
    async reportProgress() {
      const reports = [...running.values()].filter(({ progress }) => progress.done !== progress.written);
      if (reports.length === 0) return;
      for (const { progress } of reports) progress.written = progress.done;
      const done = reports.map((attempt) => ({ ...tokenOf(attempt), done: attempt.progress.written }));
      await soon(() => writeProgress(db, done));
    },
    sayLetGo: (attempt) => soon(() => letGo(db, tokenOf(attempt))).catch(() => {}),
  };
}

function tokenOf({ claimed }: Attempt) {
  return { taskId: claimed.taskId, attempt: claimed.attempt };
}
