/**
 * Ending a run with all its child runs, by a person or because its time is over: nothing new starts, and what runs is
 * fenced off and signalled.
 */
import { sql } from "kysely";
import { transact, type Database, type Queryable, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { cancelRuns, endRuns, type EarlyEnd } from "./end-runs.ts";
import { lockRuns, settleParent, type Context } from "./settle.ts";
import { storedError } from "./task.ts";
import { TimedOut, usualTimeouts } from "./timeouts.ts";
import { lockTree, type Changed, type Reason } from "./tree.ts";
import { FENCED } from "./wake.ts";

/** Idempotent: a run that has ended stays as it is. Throws `RunNotFound`. */
export async function cancelRun(db: Database, executionId: string, reason: Reason): Promise<Changed> {
  const top: EarlyEnd = { status: "CANCELLED", error: null, data: reason };
  const cancelled = await transact(db, async (tx) => {
    const changed = await endTree(tx, executionId, { due: isActive, top, reason });
    failpoint("cancel.before");
    return changed;
  });
  failpoint("cancel.after");
  await tellFenced(db, cancelled.changed);
  return cancelled;
}

/** TIMED_OUT, with its child runs CANCELLED; nothing where it ended, was paused or got more time meanwhile. */
export async function timeOutRun(db: Database, executionId: string): Promise<Changed> {
  const ended = await transact(db, async (tx) => {
    await lockRuns(tx, [executionId]);
    const { rows } = await sql<{ ms: number; overdue: boolean }>`
      select timeout_ms as ms, deadline_at <= now() as overdue from lector.workflow_instances
      where execution_id = ${executionId}`.execute(tx);
    const [run] = rows;
    const due = (status: string) => run?.overdue === true && (status === "PENDING" || status === "RUNNING");
    const error = storedError(new TimedOut("run", run?.ms ?? 0));
    const top = { status: "TIMED_OUT" as const, error, data: { error } };
    const reason = { by: "orchestrator", why: `${executionId} has timed out` };
    const changed = await endTree(tx, executionId, { due, top, reason });
    failpoint("time-out.before");
    return changed;
  });
  failpoint("time-out.after");
  await tellFenced(db, ended.changed);
  return ended;
}

/** Whoever works on it looks at its tokens now; without this hint, at its next heartbeat. */
export async function tellFenced(db: Queryable, changed: boolean): Promise<void> {
  if (changed) await sql`select pg_notify(${FENCED}, '')`.execute(db).catch(() => {});
}

/** Ends the run as `top` says and those below it as CANCELLED, where the status of the run is `due`. */
export async function endTree(
  tx: Tx,
  executionId: string,
  { due, top, reason }: { due(status: string): boolean; top: EarlyEnd; reason: object },
): Promise<Changed> {
  await lockRuns(tx, [executionId]); // what is above a child run ends with it, and is locked before it everywhere
  const { top: run, runs } = await lockTree(tx, executionId);
  if (!due(run.status)) return { status: run.status, changed: false };
  await endRuns(tx, [executionId], top);
  const below = runs.map((each) => each.execution_id).filter((id) => id !== executionId);
  await cancelRuns(tx, below, reason);
  // a child run that ends by itself leaves its parent without what it waited for
  if (run.parent_step_id) await settleParent(tx, noContext, run.parent_step_id, executionId);
  return { status: top.status, changed: true };
}

export function isActive(status: string): boolean {
  return status === "PENDING" || status === "RUNNING" || status === "PAUSED";
}

/** What fails asks neither store nor definition. */
const noContext: Context = {
  store: { put: () => Promise.reject(new Error("unused")), get: () => Promise.reject(new Error("unused")) },
  definitionOf: () => Promise.reject(new Error("unused")),
  timeouts: usualTimeouts,
};
