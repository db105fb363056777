/**
 * A start that meets the active run of its dedupe key, which makes something else: that run gives way. One transaction
 * cancels it, with its child runs, and writes its successor, so that the key is never held by two, and whoever follows
 * the old run finds the new one. What runs of it is fenced off, and stops before its next paid call.
 *
 * The later start is the newer one: hashes have no order. A start that ends as it begins (it had nothing to do) meets nobody.
 */
import { sql } from "kysely";
import { transact, type Queryable, type Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { endTree, isActive, tellFenced } from "./cancel.ts";
import { unlessTaken, writeRuns, type NewRun, type Start } from "./start-write.ts";

/** False where no active run of the key makes anything else any more, or the idempotency key is taken. */
export async function supersedeActive(db: Queryable, start: Start): Promise<boolean> {
  if (start.run.contentHash === null) return false;
  const begun = await unlessTaken(start.run, () => transact(db, (tx) => giveWay(tx, start)));
  if (begun) failpoint("supersede.after");
  await tellFenced(db, begun);
  return begun;
}

async function giveWay(tx: Tx, start: Start): Promise<boolean> {
  const { executionId: successor } = start.run;
  const old = await otherActive(tx, start.run);
  if (!old) return false;
  const why = "a start under the same dedupe key makes something else";
  const { changed } = await endTree(tx, old, {
    due: isActive,
    top: { status: "CANCELLED", error: null, data: { by: "orchestrator", why, superseded_by: successor } },
    reason: { by: "orchestrator", why: `${old} was superseded by ${successor}` },
  });
  if (!changed) return false; // it has ended while we waited for its lock
  await writeRuns(tx, [start]);
  // after both: the old one names a run that is there, and had to leave the key to it first
  await sql`update lector.workflow_instances set superseded_by = ${successor} where execution_id = ${old}`.execute(tx);
  failpoint("supersede.before");
  return true;
}

/** An active run that does not say what it makes gives way to one that does. */
async function otherActive(tx: Tx, { ownerId, dedupeKey, contentHash }: NewRun): Promise<string | null> {
  const { rows } = await sql<{ execution_id: string }>`
    select execution_id from lector.workflow_instances
    where owner_id = ${ownerId} and dedupe_key = ${dedupeKey} and status in ('PENDING', 'RUNNING', 'PAUSED')
      and content_hash is distinct from ${contentHash}`.execute(tx);
  return rows[0]?.execution_id ?? null;
}
