/**
 * Steps that wait for a moment: a retry's backoff, or a task that asked for it. They stand in no queue, so that however
 * many of them wait, a claim reads none; when their time has come, whoever looks for work puts them back where they stood.
 */
import { sql } from "kysely";
import type { Queryable } from "../database/connect.ts";

/** At a time, so that a claim need not wait long. */
const BATCH = 500;

/** Those whose `run_at` has come, the earliest first. Answers whether there may be more. */
export async function endDelays(db: Queryable): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update lector.workflow_steps set delayed = false where task_id in (
      select task_id from lector.workflow_steps where state = 'ready' and delayed and run_at <= now()
      order by run_at limit ${BATCH} for no key update skip locked)`.execute(db);
  return Number(numAffectedRows) === BATCH;
}
