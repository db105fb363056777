/** Promise 3: a run whose content has changed gives way to its successor, in one transaction, whatever both meet. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { sql } from "kysely";
import { transact, type Tx } from "../../src/database/connect.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { pauseRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { RunConflict } from "../../src/orchestrator/tree.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";
import { stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const by = { by: "test" };
const one = { name: "one", steps: [{ name: "a", task_type: "a" }] };
const runOf = (id: string) => findRun(here.connection.db, id);

/** Starts runs of the workflow `one` under one key, through workers of their own in turn. */
async function starter(workers: number): Promise<(contentHash?: string, key?: string) => Promise<string>> {
  const workflow = await here.define(one);
  const all = await Promise.all(Array.from({ length: workers }, () => here.worker()));
  let turn = 0;
  return async (contentHash, key) => {
    const worker = all[turn++ % all.length]!;
    const idempotency = key ? { key, requestHash: key } : undefined;
    const given = { ...(contentHash && { contentHash }), ...(idempotency && { idempotency }) };
    return (await worker.start({ workflow, input: {}, dedupeKey: "same", ...given })).executionId;
  };
}

/** While the run is locked: `meanwhile` begins, and when so many wait for a lock, `first` is done and the lock let go. */
async function whileLocked<T>(
  id: string,
  { waiters, meanwhile, first }: { waiters: number; meanwhile(): Promise<T>; first?(tx: Tx): Promise<unknown> },
): Promise<T> {
  const pending = await transact(here.connection.db, async (tx) => {
    await sql`select 1 from lector.workflow_instances where execution_id = ${id} for update`.execute(tx);
    const begun = meanwhile();
    await until("they wait for the lock", async () => (await waiting()) >= waiters);
    await first?.(tx);
    return { begun }; // not awaited in here: it waits for this transaction
  });
  return pending.begun;
}

const waiting = async () =>
  (await here.rows("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
    .length;

test("what runs of it is signalled, its late result is refused, and its history says who took its place", async () => {
  const held = gate();
  const signals: AbortSignal[] = [];
  here = await orchestra([
    task("a", async (_, { signal }) => {
      signals.push(signal);
      if (signals.length === 1) await held.opened;
      return { n: signals.length };
    }),
  ]);
  const start = await starter(2);
  const old = await start("v1");
  await until("it runs", () => signals.length === 1);
  const next = await start("v2");
  const took = stopwatch();
  await until("it is signalled", () => signals[0]!.aborted);
  expect(took()).toBeLessThan(2000);
  expect((await here.ended(next)).status).toBe("COMPLETED");
  held.open();
  await sleep(100); // the late result comes
  expect(await here.output(old, "a")).toBeUndefined();
  expect(await runOf(old)).toMatchObject({ status: "CANCELLED", supersededBy: next });
  const ended = (await here.events(old)).at(-1)!;
  expect([ended.kind, ended.data]).toEqual([
    "run.cancelled",
    { by: "orchestrator", why: expect.stringContaining("makes something else"), superseded_by: next },
  ]);
});

test("its child runs end with it, also where it is paused, and nothing of them goes on", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const { db } = here.connection;
  await here.define(one);
  const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "one" }] });
  const worker = await here.worker();
  const start = async (contentHash: string) =>
    (await worker.start({ workflow, input: {}, dedupeKey: "same", contentHash })).executionId;
  const old = await start("v1");
  await until("its child run runs", async () => (await below(old)) === "RUNNING");
  await pauseRun(db, old, by);
  const next = await start("v2");
  expect(await runOf(old)).toMatchObject({ status: "CANCELLED", supersededBy: next });
  expect(await below(old)).toBe("CANCELLED");
  held.open();
  expect((await here.ended(next)).status).toBe("COMPLETED");
});

async function below(id: string): Promise<string | undefined> {
  const [child] = await here.rows<{ status: string }>(
    `select status from lector.workflow_instances where root_id = '${id}' and parent_step_id is not null`,
  );
  return child?.status;
}

test("a start of the same hash joins, one without a hash joins whatever is there, and one with a hash does not join what has none", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const start = await starter(2);
  const unknown = await start();
  const first = await start("v1");
  expect(await runOf(unknown)).toMatchObject({ status: "CANCELLED", supersededBy: first });
  expect([await start("v1"), await start(), await start()]).toEqual([first, first, first]);
  held.open();
  expect((await here.ended(first)).status).toBe("COMPLETED");
  const again = await start("v1");
  expect(again).not.toBe(first);
  expect((await here.ended(again)).status).toBe("COMPLETED");
});

test("two starts of the same new hash that supersede a run at once make one successor", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const start = await starter(2);
  const old = await start("v1");
  const meanwhile = () => Promise.all([start("v2"), start("v2")]);
  const [left, right] = await whileLocked(old, { waiters: 2, meanwhile });
  expect(left).toBe(right);
  expect(await here.rows("select 1 from lector.workflow_instances")).toHaveLength(2);
  held.open();
  await here.ended(left);
});

test("two starts of other hashes that supersede a run at once follow each other", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const start = await starter(2);
  const old = await start("v1");
  const meanwhile = () => Promise.all([start("v2"), start("v3")]);
  const both = await whileLocked(old, { waiters: 2, meanwhile });
  const first = (await runOf(old)).supersededBy!;
  const second = (await runOf(first)).supersededBy!;
  expect([first, second].toSorted()).toEqual(both.toSorted());
  expect(await runOf(second)).toMatchObject({ status: "RUNNING", supersededBy: null });
  held.open();
  await here.ended(second);
});

test("a run that ends while a start waits to supersede it stays as it ended", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const start = await starter(1);
  const old = await start("v1");
  const first = (tx: Tx) => cancelRun(tx, old, by);
  const next = await whileLocked(old, { waiters: 1, meanwhile: () => start("v2"), first });
  expect(await runOf(old)).toMatchObject({ status: "CANCELLED", supersededBy: null });
  held.open();
  expect((await here.ended(next)).status).toBe("COMPLETED");
});

test("an Idempotency-Key names the run that it began, also when that was superseded", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const start = await starter(3);
  const old = await start("v1", "first");
  const starts = await Promise.all(Array.from({ length: 9 }, () => start("v2", "second")));
  const [next] = starts;
  expect(starts).toEqual(starts.map(() => next));
  expect(await start("v1", "first")).toBe(old);
  expect(await runOf(next!)).toMatchObject({ status: "RUNNING", supersededBy: null });
  expect(await here.rows("select 1 from lector.workflow_instances")).toHaveLength(2);
  held.open();
  await here.ended(next!);
});

test("it is neither retried nor restarted while its successor is active, and names nobody when it is retried afterwards", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const { db } = here.connection;
  const start = await starter(1);
  const old = await start("v1");
  const next = await start("v2");
  const opening = { store: here.store, timeouts: usualTimeouts };
  await expect(reopenRun(db, old, by)).rejects.toThrow(RunConflict);
  await expect(restartRun(db, opening, old, 1, by)).rejects.toThrow(RunConflict);
  expect(await runOf(old)).toMatchObject({ status: "CANCELLED", supersededBy: next });
  held.open();
  await here.ended(next);
  await reopenRun(db, old, by);
  expect(await here.ended(old)).toMatchObject({ status: "COMPLETED", supersededBy: null });
});

test("superseding, cancelling, pausing and completing runs of one key at once never deadlocks, and each start gets its run", async () => {
  here = await orchestra([task("a", () => sleep(3))]);
  const { db } = here.connection;
  await here.define(one);
  const steps = [
    { name: "kids", workflow: "one", for_each: "/input/list" },
    { name: "a", task_type: "a" },
  ];
  const workflow = await here.define({ name: "parent", steps });
  const workers = await Promise.all([here.worker({ slots: 4 }), here.worker({ slots: 4 }), here.worker({ slots: 4 })]);
  const ids = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      await sleep(n * 10);
      const request = { workflow, input: { list: [1, 2] }, dedupeKey: "same", contentHash: `v${n % 4}` };
      const { executionId } = await workers[n % 3]!.start(request);
      if (n % 5 === 0) await cancelRun(db, executionId, by);
      if (n % 5 === 1) await pauseRun(db, executionId, by).catch(unlessEnded);
      return executionId;
    }),
  );
  const { executionId: last } = await workers[0]!.start({
    workflow,
    input: { list: [] },
    dedupeKey: "same",
    contentHash: "last",
  });
  expect((await here.ended(last)).status).toBe("COMPLETED");
  for (const id of ids) expect((await runOf(id)).endedAt).not.toBeNull();
  await sleep(1100); // Postgres tells what a connection saw when it is idle
  const [{ n }] = (await here.rows<{ n: number }>(
    "select deadlocks::int as n from pg_stat_database where datname = current_database()",
  )) as [{ n: number }];
  expect(n).toBe(0);
});

function unlessEnded(error: unknown): void {
  if (!(error instanceof RunConflict)) throw error;
}
