/**
 * Starts the runs of schedules that are due. Any process does it: the schedule's row is locked and compared in the
 * transaction that starts the runs and moves `next_at` on, so each moment has its runs once, whoever looks and dies when.
 *
 * A moment whose runs cannot be started (its voice is gone, its input has become unusable) is passed over, and the
 * schedule says why until it succeeds again. One whose times cannot be read any more (its zone was renamed) is paused.
 */
import { sql } from "kysely";
import { isConflict, isConnectionError, transact, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { dueOccurrences, type Timing } from "./occurrences.ts";
import { definitionsFor, type ScheduleTools, type Starts } from "./schedules.ts";
import { startRun, type StartRequest } from "./start.ts";
import { storedError, type StoredError } from "./task.ts";
import type { Timeouts } from "./timeouts.ts";
import { wakeWorkers } from "./tree.ts";
import { resolve } from "./values.ts";

/** At a time; the next look finds the rest. */
export const BATCH = 100;

export type FireTools = ScheduleTools & { timeouts: Timeouts };

/** What a schedule has just started, or why it could not. */
export type Fired = { scheduleId: string; name: string; runs: string[]; error: StoredError | null };

type Due = Timing & Starts & { scheduleId: string; ownerId: string; name: string; input: unknown; revision: number };

/** Answers those for which this process moved on. */
export async function fireDue(tools: FireTools): Promise<Fired[]> {
  const { rows } = await sql<Due>`
    select schedule_id as "scheduleId", owner_id as "ownerId", name, cron, time_zone as "timeZone", missed, workflow, event,
      input, revision
    from lector.schedules where next_at <= now() order by next_at limit ${BATCH}`.execute(tools.db);
  const fired: Fired[] = [];
  for (const due of rows) {
    const outcome = await plan(tools, due)
      .then((requests) => fire(tools, due, requests, null))
      .catch((error: unknown) => {
        if (isConnectionError(error) || isConflict(error)) throw error;
        return fire(tools, due, [], storedError(error));
      });
    if (outcome) fired.push(outcome);
  }
  return fired;
}

/** Null: another process has fired it, or somebody has changed it since it was read. */
async function fire(
  tools: FireTools,
  due: Due,
  requests: StartRequest[],
  why: StoredError | null,
): Promise<Fired | null> {
  const fired = await transact(tools.db, async (tx) => {
    const { rows } = await sql<{ now: Date; nextAt: Date }>`
      select now() as now, next_at as "nextAt" from lector.schedules
      where schedule_id = ${due.scheduleId} and revision = ${due.revision}
      for update skip locked`.execute(tx);
    const [locked] = rows;
    if (!locked) return null;
    const times = timesOf(due, locked.nextAt, locked.now);
    if ("error" in times) {
      await sql`update lector.schedules set enabled = false, next_at = null, revision = revision + 1,
        error = ${JSON.stringify(times.error)}::jsonb where schedule_id = ${due.scheduleId}`.execute(tx);
      return { scheduleId: due.scheduleId, name: due.name, runs: [], error: times.error };
    }
    const { fire: moments, next } = times;
    const runs = moments.length > 0 ? await startAll(tx, tools, due, moments, requests) : [];
    const error = moments.length > 0 ? why : null;
    await sql`update lector.schedules set next_at = ${next}, revision = revision + 1,
        last_at = coalesce(${moments.at(-1) ?? null}::timestamptz, last_at),
        error = case when ${moments.length > 0} then ${error && JSON.stringify(error)}::jsonb else error end
      where schedule_id = ${due.scheduleId}`.execute(tx);
    if (runs.length > 0) await wakeWorkers(tx);
    failpoint("fire.before");
    return { scheduleId: due.scheduleId, name: due.name, runs, error };
  });
  failpoint("fire.after");
  return fired;
}

function timesOf(due: Due, nextAt: Date, now: Date): ReturnType<typeof dueOccurrences> | { error: StoredError } {
  try {
    return dueOccurrences(due, nextAt, now);
  } catch (error) {
    return { error: storedError(error) };
  }
}

/** Before the lock: it may read a whole text. What it is made from is compared once more under the lock. */
async function plan({ db, store, prepare, timeouts }: FireTools, due: Due): Promise<StartRequest[]> {
  const input = (await resolve(store, due.input)) as Record<string, unknown>;
  const requests: StartRequest[] = [];
  for (const workflow of await definitionsFor(db, due)) {
    const prepared = await prepare(workflow.definition.name, input);
    requests.push({ workflow, ownerId: due.ownerId, timeouts, ...prepared });
  }
  return requests;
}

async function startAll(tx: Tx, { store }: FireTools, due: Due, moments: Date[], requests: StartRequest[]) {
  const runs: string[] = [];
  for (const at of moments) {
    for (const request of requests) {
      const { executionId } = await startRun(tx, store, request);
      await sql`update lector.workflow_instances set schedule_id = ${due.scheduleId}, scheduled_for = ${at}
        where execution_id = ${executionId}`.execute(tx);
      runs.push(executionId);
    }
  }
  return runs;
}
