/** Looks at the runs that are followed, twice a second, once for all who follow the same. */
import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionError } from "../database/connect.ts";
import { isActive } from "../orchestrator/cancel.ts";
import { newestCursor } from "../orchestrator/feed.ts";
import { findRun, RunNotFound } from "../orchestrator/find.ts";
import { presentStep } from "../orchestrator/present.ts";
import type { HttpApp } from "./app.ts";
import { howFar } from "./run-view.ts";

/** What was seen of a run. */
export type Look = {
  /** JSON: the run's status and progress, and the steps that are under way. */
  progress: string;
  /** Of a run that has ended: the cursor of its tree's last event. */
  lastCursor: string | null;
};

export type RunWatch = {
  watch(executionId: string, seen: (look: Look) => void): { close(): void };
  /** Looks at this run without waiting for its turn. */
  look(executionId: string): void;
  close(): void;
};

const LOOK_MS = 500;

export function openRunWatch({ connection: { db }, logger }: HttpApp): RunWatch {
  const watched = new Map<string, Set<(look: Look) => void>>();
  let turning: Promise<void> | null = null;
  let closed = false;

  /** Turns begin half a second apart, or later where there are more runs than can be looked at in that time. */
  async function turn(): Promise<void> {
    while (watched.size > 0 && !closed) {
      const next = sleep(LOOK_MS, undefined, { ref: false });
      for (const executionId of watched.keys()) await lookAt(executionId);
      await next;
    }
    turning = null;
  }

  async function lookAt(executionId: string): Promise<void> {
    try {
      const look = await lookOf(executionId);
      for (const seen of watched.get(executionId) ?? []) seen(look);
    } catch (error) {
      if (!isConnectionError(error) && !(error instanceof RunNotFound)) logger.error({ err: error }, "watching a run");
    }
  }

  async function lookOf(executionId: string): Promise<Look> {
    const before = await findRun(db, executionId);
    const { steps, progress } = await howFar(db, before);
    const lastCursor = isActive(before.status) ? null : await newestCursor(db, executionId);
    // reopened in between: it has not ended
    const run = lastCursor === null ? before : await findRun(db, executionId);
    const underWay = steps.filter(({ state }) => state === "running" || state === "waiting").map(presentStep);
    return {
      progress: JSON.stringify({ execution_id: executionId, status: run.status, progress, steps: underWay }),
      lastCursor: isActive(run.status) ? null : lastCursor,
    };
  }

  return {
    watch(executionId, seen) {
      const all = watched.get(executionId) ?? new Set();
      watched.set(executionId, all.add(seen));
      turning ??= turn();
      return {
        close() {
          all.delete(seen);
          if (all.size === 0 && watched.get(executionId) === all) watched.delete(executionId);
        },
      };
    },
    look: (executionId) => void lookAt(executionId),
    close: () => void (closed = true),
  };
}
