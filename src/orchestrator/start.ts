/** A run's beginning: accepted in one transaction, or joined to the run that holds its dedupe key, or in its place. */
import { sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Queryable, Tx } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { advance, type NewStep } from "./advance.ts";
import type { StoredDefinition } from "./definition.ts";
import type { Handover } from "./rows.ts";
import { unlessTaken, writeRuns, type NewRun, type Start } from "./start-write.ts";
import { supersedeActive } from "./supersede.ts";
import { usualTimeouts, type Timeouts } from "./timeouts.ts";
import { toRow, type ValueStore } from "./values.ts";

export type StartRequest = {
  workflow: StoredDefinition;
  input: unknown;
  ownerId?: string;
  /** At most one active run of an owner holds it; a start that meets one joins that run. */
  dedupeKey?: string;
  /** What the run makes: a start that meets an active run of its key with another one supersedes that run. */
  contentHash?: string;
  /** 2 high, 1 normal, 0 low. */
  priority?: number;
  /** Limits under which the run is admitted (admit.ts). */
  admissionKeys?: string[];
  traceparent?: string;
  /** What the caller says about the run; returned and listed by, never read by a task. */
  metadata?: Record<string, unknown>;
  /** The same key and hash give the same run, whatever became of it; another hash is an `IdempotencyConflict`. */
  idempotency?: { key: string; requestHash: string };
  /** For what the definition leaves open. */
  timeouts?: Timeouts;
};

export class IdempotencyConflict extends Error {
  override name = "IdempotencyConflict";
}

/** A first step that already runs here, with what its attempt needs to know of the run. */
export type TakenStep = {
  step: NewStep;
  ownerId: string;
  workflowId: number;
  traceparent: string | null;
  inputText: string;
};

export type Started = { executionId: string; joined: boolean; taken: TakenStep | null };

/** A run under a step of another: priority, owner and tree come from there. */
export type ChildOf = {
  parentStepId: string;
  rootId: string;
  ownerId: string;
  priority: number;
  traceparent: string | null;
  timeouts: Timeouts;
};

/** Writes one; false where an active run holds the dedupe key, or the idempotency key is taken. */
export type InsertRun = (start: Start) => Promise<boolean>;

/**
 * `reserve` offers the first step to this process: it answers with a handover where it takes it, and the step is then
 * `taken`, already running under this process's lease.
 */
export async function startRun(
  db: Queryable,
  store: ValueStore,
  request: StartRequest,
  reserve: (step: NewStep) => Handover | null = () => null,
  insert: InsertRun = (start) => insertRun(db, start),
): Promise<Started> {
  const accepted = await acceptedBefore(db, request);
  if (accepted) return { executionId: accepted, joined: true, taken: null };
  const executionId = uuidv7();
  const run = await planRun(store, executionId, request, null);
  const first = run.plan.steps[0]!;
  const alone = run.plan.steps.length === 1 && run.plan.status === null && run.admissionKeys.length === 0;
  const handover = alone && first.groupKey === null ? reserve(first) : null;
  const start = { run, handover };
  const { ownerId, workflowId, traceparent, inputText } = run;
  const taken = handover && { step: first, ownerId, workflowId, traceparent, inputText };
  const begun: Started = { executionId, joined: false, taken };
  for (;;) {
    if (await insert(start)) return begun;
    const met = (await acceptedBefore(db, request)) ?? (await joinActive(db, run));
    if (met) return { executionId: met, joined: true, taken: null };
    if (await supersedeActive(db, start)) return begun;
    // the run that we met has just ended; the next insert takes the key
  }
}

/** The run that was accepted under this idempotency key. Throws `IdempotencyConflict` where that was another request. */
export async function acceptedBefore(
  db: Queryable,
  { ownerId = "local", idempotency }: Pick<StartRequest, "ownerId" | "idempotency">,
): Promise<string | null> {
  if (!idempotency) return null;
  const { rows } = await sql<{ execution_id: string; request_hash: string }>`
    select execution_id, request_hash from lector.idempotency_keys
    where owner_id = ${ownerId} and key = ${idempotency.key}`.execute(db);
  if (!rows[0]) return null;
  if (rows[0].request_hash === idempotency.requestHash) return rows[0].execution_id;
  throw new IdempotencyConflict(
    `The Idempotency-Key "${idempotency.key}" was used for another request. Use a new key for a new request.`,
  );
}

/**
 * The active run that holds the dedupe key and makes the same, noted under the idempotency key; null where there is none
 * (any more), or that key was taken meanwhile.
 */
async function joinActive(db: Queryable, run: NewRun): Promise<string | null> {
  const { ownerId, dedupeKey, contentHash, idempotency } = run;
  const active = sql`select execution_id from lector.workflow_instances
    where owner_id = ${ownerId} and dedupe_key = ${dedupeKey} and status in ('PENDING', 'RUNNING', 'PAUSED')
      and (${contentHash}::text is null or content_hash = ${contentHash})`;
  const noted = sql`insert into lector.idempotency_keys (owner_id, key, request_hash, execution_id)
    select ${ownerId}::text, ${idempotency?.key ?? null}::text, ${idempotency?.requestHash ?? null}::text, execution_id
    from (${active}) run on conflict do nothing returning execution_id`;
  const { rows } = await sql<{ execution_id: string }>`${idempotency ? noted : active}`.execute(db);
  return rows[0]?.execution_id ?? null;
}

/** Starts a run for the step `parent` inside the transaction that lets the step wait for it. */
export async function startChild(
  tx: Tx,
  store: ValueStore,
  workflow: StoredDefinition,
  input: unknown,
  parent: ChildOf,
): Promise<{ executionId: string; /** It had nothing to do, or could not even begin. */ ended: boolean }> {
  const executionId = uuidv7();
  const run = await planRun(
    store,
    executionId,
    { workflow, input, ownerId: parent.ownerId, priority: parent.priority, timeouts: parent.timeouts },
    parent,
  );
  await writeRuns(tx, [{ run, handover: null }]);
  return { executionId, ended: run.plan.status !== null };
}

async function planRun(
  store: ValueStore,
  executionId: string,
  request: StartRequest,
  parent: ChildOf | null,
): Promise<NewRun> {
  const inputText = await toRow(store, request.input, { outside: parent === null });
  const rootId = parent?.rootId ?? executionId;
  const priority = request.priority ?? 1;
  const variables = { input: JSON.parse(inputText), steps: {} };
  const { definition } = request.workflow;
  const timeouts = request.timeouts ?? usualTimeouts;
  const view = { executionId, rootId, priority, definition, variables, timeouts };
  return {
    executionId,
    rootId,
    workflowId: request.workflow.workflowId,
    ownerId: request.ownerId ?? "local",
    dedupeKey: request.dedupeKey ?? null,
    contentHash: request.contentHash ?? null,
    priority,
    admissionKeys: request.admissionKeys ?? [],
    parentStepId: parent?.parentStepId ?? null,
    traceparent: request.traceparent ?? parent?.traceparent ?? null,
    metadata: request.metadata ? JSON.stringify(request.metadata) : null,
    idempotency: request.idempotency ?? null,
    inputText,
    // a child run that says nothing has the time that the runs above it have
    timeoutMs: definition.timeout_ms ?? (parent ? null : timeouts.runMs),
    ageingMs: timeouts.ageingMs,
    plan: await advance(store, view, 0, null),
  };
}

export async function insertRun(db: Queryable, start: Start): Promise<boolean> {
  return unlessTaken(start.run, async () => (await insertRuns(db, [start])) > 0);
}

/** How many of them began. */
export async function insertRuns(db: Queryable, starts: Start[]): Promise<number> {
  failpoint("start.before");
  const { size } = await writeRuns(db, starts);
  failpoint("start.after");
  return size;
}
