/**
 * What is paid: a row for every paid call, reserved before it, settled in the transaction that records its result. The
 * database refuses to change a settled row or to remove any.
 */
import { sql, type RawBuilder } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Queryable } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";

export type Reservation = {
  ownerId: string;
  executionId: string;
  taskId: string;
  attempt: number;
  fingerprint: string;
  provider: string;
  model: string;
  /** Characters: Unicode code points. */
  quantity: number;
  /** US dollars for one of them, a decimal. */
  pricePerCharacter: string;
};

/**
 * What reserves paid calls: the statement, in which a reservation is `r`, and the `ledger_id` that it gives each
 * fingerprint. It stands in the transaction, or the statement, of whoever claims what is bought.
 */
export function reservations(all: Reservation[]): { ids: Map<string, string>; insert: RawBuilder<unknown> } {
  const ids = all.map(() => uuidv7());
  const column = <T>(value: (reservation: Reservation) => T) => all.map(value);
  const insert = sql`
    insert into lector.ledger (ledger_id, owner_id, execution_id, task_id, attempt, fingerprint, provider, model, unit,
      quantity, price, state)
    select r.ledger_id, r.owner_id, r.execution_id, r.task_id, r.attempt, r.fingerprint, r.provider, r.model, 'characters',
      r.quantity, r.quantity * r.each, 'reserved'
    from unnest(${ids}::uuid[], ${column((r) => r.ownerId)}::text[], ${column((r) => r.executionId)}::uuid[],
      ${column((r) => r.taskId)}::uuid[], ${column((r) => r.attempt)}::int[], ${column((r) => r.fingerprint)}::text[],
      ${column((r) => r.provider)}::text[], ${column((r) => r.model)}::text[], ${column((r) => r.quantity)}::int[],
      ${column((r) => r.pricePerCharacter)}::numeric[])
      as r(ledger_id, owner_id, execution_id, task_id, attempt, fingerprint, provider, model, quantity, each)`;
  return { ids: new Map(all.map(({ fingerprint }, index) => [fingerprint, ids[index]!])), insert };
}

/** The attempt that a ledger row names is still the current one of its task. */
function isCurrent(row: string): RawBuilder<boolean> {
  return sql`exists (select 1 from lector.workflow_steps w where w.task_id = ${sql.raw(row)}.task_id
    and w.attempt = ${sql.raw(row)}.attempt and w.state = 'running')`;
}

/** Reservations of these fingerprints whose caller died become `unknown`: the call may have been made. */
export async function markUnknown(db: Queryable, fingerprints: string[]): Promise<void> {
  await sql`update lector.ledger l set state = 'unknown'
    where l.fingerprint = any(${fingerprints}::text[]) and l.state = 'reserved' and not ${isCurrent("l")}`.execute(db);
}

/**
 * Does the same for whatever nobody has asked for since: the reservations of runs that were cancelled, of processes that
 * died. For each of them once in a while; answers how many there were.
 */
export async function markAbandoned(db: Queryable): Promise<number> {
  failpoint("sweep.before");
  const { rows } = await sql`
    with open as (
      select ledger_id from lector.ledger l where l.state = 'reserved' and not ${isCurrent("l")}
      for no key update skip locked
    )
    update lector.ledger set state = 'unknown' where ledger_id in (select ledger_id from open) returning 1`.execute(db);
  failpoint("sweep.after");
  return rows.length;
}

/** The calls were refused or failed: nothing came of these reservations. */
export async function waste(db: Queryable, ledgerIds: string[]): Promise<void> {
  await sql`update lector.ledger set state = 'wasted', settled_at = now()
    where ledger_id = any(${ledgerIds}::uuid[]) and state in ('reserved', 'unknown')`.execute(db);
}

export type RunBill = {
  /** Distinct segments that this run had spoken. */
  synthesised: number;
  /** Characters of all its paid calls, wasted and unknown ones too. */
  billed: number;
  /** US dollars, a decimal. */
  price: string;
};

export async function billOfRun(db: Queryable, executionId: string): Promise<RunBill> {
  const { rows } = await sql<RunBill>`
    select count(distinct fingerprint) filter (where state = 'settled')::int as synthesised,
      coalesce(sum(quantity), 0)::int as billed, coalesce(sum(price), 0)::text as price
    from lector.ledger where execution_id = ${executionId}`.execute(db);
  return rows[0]!;
}
