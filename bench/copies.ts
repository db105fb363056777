/** Many runs from one, with all columns that the product gave it, in one statement. */
import { sql, type RawBuilder } from "kysely";
import { transact, type Database, type Tx } from "../src/database/connect.ts";

/**
 * Copies a run of one step, with its history, `count` times. Each stands a microsecond behind the one before; `keys`: what
 * its admission keys become, a jsonb array of texts, where `n` is its number from 1 on.
 */
export async function copyRun(
  db: Database,
  executionId: string,
  count: number,
  keys: RawBuilder<unknown> = sql`to_jsonb(r.admission_keys)`,
): Promise<void> {
  await transact(db, async (tx) => {
    // what they point at is there: to ask for each row would take three times as long
    await sql`set local session_replication_role = replica`.execute(tx);
    await copy(tx, executionId, count, keys);
  });
}

async function copy(tx: Tx, executionId: string, count: number, keys: RawBuilder<unknown>): Promise<void> {
  const later = sql`'order_at', r.order_at + n * interval '1 us'`;
  await sql`
    with made as materialized (
      select n, uuidv7() as run, uuidv7() as task from generate_series(1, ${count}::int) n
    ), runs as (
      insert into lector.workflow_instances select c.* from lector.workflow_instances r, made, jsonb_populate_record(r,
        jsonb_build_object('execution_id', run, 'root_id', run, 'admission_keys', ${keys}, ${later})) c
      where r.execution_id = ${executionId}
    ), steps as (
      insert into lector.workflow_steps select c.* from lector.workflow_steps r, made, jsonb_populate_record(r,
        jsonb_build_object('execution_id', run, 'root_id', run, 'task_id', task, ${later})) c
      where r.execution_id = ${executionId}
    )
    insert into lector.workflow_events select c.* from lector.workflow_events r, made, jsonb_populate_record(r,
      jsonb_build_object('execution_id', run)) c
    where r.execution_id = ${executionId}`.execute(tx);
}
