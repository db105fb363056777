/** Promise 4: there is no moment at which a crash, a race or a deadlock strands a run. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { sql } from "kysely";
import { transact } from "../../src/database/connect.ts";
import { admit } from "../../src/orchestrator/admit.ts";
import { cancelRun, timeOutRun } from "../../src/orchestrator/cancel.ts";
import { openChildRun } from "../../src/orchestrator/child-run.ts";
import { claimUngrouped } from "../../src/orchestrator/claim.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { pauseRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const hold = (_: unknown, { signal }: { signal: AbortSignal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const status = async (executionId: string) => (await findRun(here.connection.db, executionId)).status;

test("a child run that is done the moment it starts tells its parent", async () => {
  here = await orchestra([task("end", ({ items }) => ({ items }))]);
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a", for_each: "/input/none" }] });
  const steps = [
    { name: "kid", workflow: "child" },
    { name: "end", task_type: "end" },
  ];
  const workflow = await here.define({ name: "parent", steps });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { none: [] } });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.output(executionId, "end")).toEqual({ items: [] });
});

test("a child run that cannot even open its first step takes its parent along", async () => {
  here = await orchestra();
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a", input: { x: "/input/nothing" } }] });
  const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "child" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: {} });
  const run = await here.ended(executionId);
  expect(run).toMatchObject({ status: "FAILED", error: { step: "kid", code: "UnresolvedPointer" } });
});

test("a grandchild that a person cancels takes every run above it along", async () => {
  here = await orchestra([task("a", hold), task("b", hold)]);
  await here.define({ name: "low", steps: [{ name: "a", task_type: "a" }] });
  await here.define({ name: "middle", steps: [{ name: "low", workflow: "low", for_each: "/input/list" }] });
  const workflow = await here.define({ name: "top", steps: [{ name: "middle", workflow: "middle" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2] } });
  const lowest = () =>
    here.rows<{ id: string }>(`select execution_id as id from lector.workflow_instances join lector.workflows
      using (workflow_id) where name = 'low' and status = 'RUNNING'`);
  while ((await lowest()).length < 2) await sleep(5);
  await cancelRun(here.connection.db, (await lowest())[0]!.id, { by: "test" });
  expect(await here.ended(executionId)).toMatchObject({ status: "FAILED" });
  const [middle] = await here.rows<{ status: string }>(
    "select status from lector.workflow_instances join lector.workflows using (workflow_id) where name = 'middle'",
  );
  expect(middle!.status).toBe("FAILED");
});

test.each([
  ["cancelled", "CANCELLED", cancelRun],
  ["paused", "PAUSED", pauseRun],
])("a child run that is opened while its parent is %s becomes %s, too", async (_, status, change) => {
  here = await orchestra();
  const { db } = here.connection;
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a" }] });
  const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "child" }] });
  const { executionId } = await startRun(db, here.store, { workflow, input: {} });
  const request = { workerId: "w", leaseMs: 10_000, taskTypes: ["workflow"], rootId: null, limit: 1 };
  const { claimed } = await claimUngrouped(db, request);
  const context = { store: here.store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  let changed: Promise<unknown> | undefined;
  await transact(db, async (tx) => {
    await openChildRun(tx, context, claimed[0]!, "child");
    changed = change(db, executionId, { by: "test" });
    while (!(await waitsForLock())) await sleep(2);
  });
  await changed;
  expect(await here.rows("select distinct status from lector.workflow_instances")).toEqual([{ status }]);
  expect((await claimUngrouped(db, { ...request, taskTypes: ["a"] })).claimed).toEqual([]);
});

test("a child run that is opened while the run at the top is admitted is worked on", async () => {
  here = await orchestra();
  const { db } = here.connection;
  await here.define({ name: "low", steps: [{ name: "a", task_type: "a" }] });
  await here.define({ name: "middle", steps: [{ name: "low", workflow: "low" }] });
  const workflow = await here.define({ name: "top", steps: [{ name: "middle", workflow: "middle" }] });
  await startRun(db, here.store, { workflow, input: {}, admissionKeys: ["all"] });
  await admit(db, () => 1, null);
  const request = { workerId: "w", leaseMs: 10_000, taskTypes: ["workflow"], rootId: null, limit: 1 };
  const context = { store: here.store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const [top] = (await claimUngrouped(db, request)).claimed;
  await transact(db, (tx) => openChildRun(tx, context, top!, "middle"));
  const [middle] = (await claimUngrouped(db, request)).claimed;
  await here.rows("update lector.workflow_instances set admitted_at = null"); // as after a retry
  let admitted = false;
  let admitting: Promise<unknown> | undefined;
  await transact(db, async (tx) => {
    await openChildRun(tx, context, middle!, "low");
    admitting = admit(db, () => 1, null).finally(() => (admitted = true));
    while (!admitted && !(await waitsForLock())) await sleep(2);
  });
  await admitting;
  expect((await claimUngrouped(db, { ...request, taskTypes: ["a"] })).claimed).toHaveLength(1);
});

const endings: [string, (childId: string) => Promise<unknown>][] = [
  ["cancelled", (childId) => cancelRun(here.connection.db, childId, { by: "t" })],
  ["timed out", (childId) => timeOutRun(here.connection.db, childId)],
];
for (const [how, end] of endings) {
  test(`a child run that is ${how} while a step of it ends deadlocks with nobody`, async () => {
    const held = gate();
    here = await orchestra([task("a", () => held.opened)]);
    await here.define({ name: "child", timeout_ms: 2_000_000, steps: [{ name: "a", task_type: "a" }] });
    const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "child" }] });
    const worker = await here.worker();
    const { executionId } = await worker.start({ workflow, input: {} });
    const child = async () =>
      (
        await here.rows<{ id: string; status: string }>(
          "select execution_id as id, status from lector.workflow_instances where parent_step_id is not null",
        )
      )[0];
    await until("the child run runs", async () => (await child())?.status === "RUNNING");
    const { id } = (await child())!;
    const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    const ending = await here.connection.db.transaction().execute(async (tx) => {
      await sql`select 1 from lector.workflow_instances where execution_id = ${executionId} for update`.execute(tx);
      held.open();
      await until("the end of its step waits", async () => (await here.rows(waiting)).length > 0);
      await here.rows(`update lector.workflow_instances set deadline_at = now() where execution_id = '${id}'`);
      const begun = end(id);
      await until("both wait", async () => (await here.rows(waiting)).length >= 2);
      return { begun };
    });
    await ending.begun;
    await here.ended(executionId);
    expect(await deadlocks()).toBe(0);
  });
}

test("cancelling, failing and retrying runs while several workers claim from them never deadlocks", async () => {
  let broken = true;
  const calls: number[] = [];
  const step = ({ at }: Record<string, unknown>) => {
    calls.push(at as number);
    if (broken && at === 60) throw new PermanentError("item 60 is bad");
    return sleep(1);
  };
  here = await orchestra([task("each", step)]);
  const { db } = here.connection;
  const input = { at: "/index" };
  const workflow = await here.define({
    name: "fan",
    steps: [{ name: "each", task_type: "each", for_each: "/input/list", input }],
  });
  const workers = await Promise.all([here.worker({ slots: 4 }), here.worker({ slots: 4 }), here.worker({ slots: 4 })]);
  const list = Array.from({ length: 150 }, () => 1);
  const starts = await Promise.all(
    Array.from({ length: 8 }, (_, n) => workers[n % 3]!.start({ workflow, input: { list } })),
  );
  await Promise.all(
    starts.slice(0, 4).map(({ executionId }, n) => sleep(n * 20).then(() => cancelRun(db, executionId, { by: "t" }))),
  );
  await Promise.all(starts.map(({ executionId }) => here.ended(executionId)));
  broken = false;
  for (const { executionId } of starts) {
    if ((await status(executionId)) !== "COMPLETED") await reopenRun(db, executionId, { by: "t", why: "mended" });
  }
  for (const { executionId } of starts) expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await deadlocks()).toBe(0);
});

test("a claim waits for nobody who holds a run or a step, and says that it missed a run", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  await startRun(db, here.store, { workflow, input: {} });
  const request = { workerId: "w", leaseMs: 10_000, taskTypes: ["a"], rootId: null, limit: 1 };
  await transact(db, async (tx) => {
    await sql`select 1 from lector.workflow_instances for no key update`.execute(tx);
    expect(await claimUngrouped(db, request)).toEqual({ claimed: [], missed: true });
  });
  await transact(db, async (tx) => {
    await sql`select 1 from lector.workflow_steps for update`.execute(tx); // another claim
    expect(await claimUngrouped(db, request)).toEqual({ claimed: [], missed: false });
  });
  expect(await claimUngrouped(db, request)).toMatchObject({ claimed: [{ attempt: 1 }], missed: false });
});

test("a step that could not be opened is not run without its input by a retry", async () => {
  const seen: unknown[] = [];
  here = await orchestra([task("a", () => ({})), task("b", (input) => void seen.push(input))]);
  const steps = [
    { name: "a", task_type: "a" },
    { name: "b", task_type: "b", for_each: "/steps/a/nothing" },
  ];
  const workflow = await here.define({ name: "closed", steps });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  await expect(reopenRun(here.connection.db, executionId, { by: "t", why: "w" })).rejects.toThrow("/steps/a/nothing");
  expect(await status(executionId)).toBe("FAILED");
  expect(seen).toEqual([]);
});

test("a fan-out of 10,000 opens, runs and joins", async () => {
  here = await orchestra([task("each", ({ at }) => ({ at }))]);
  const workflow = await here.define({
    name: "wide",
    steps: [{ name: "each", task_type: "each", for_each: "/input/list", input: { at: "/index" } }],
  });
  const worker = await here.worker({ slots: 200 });
  const list = Array.from({ length: 10_000 }, () => 1);
  const { executionId } = await worker.start({ workflow, input: { list } });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("a retry while siblings of the failed item still run joins them all", async () => {
  const siblings = gate();
  let broken = true;
  here = await orchestra([
    task("each", async ({ at }) => {
      if (at === 0 && broken) throw new PermanentError("bad");
      if (at !== 0) await siblings.opened;
      return { at };
    }),
  ]);
  const workflow = await here.define({
    name: "late",
    steps: [{ name: "each", task_type: "each", for_each: "/input/list", input: { at: "/index" } }],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] } });
  await here.ended(executionId);
  broken = false;
  await reopenRun(here.connection.db, executionId, { by: "t", why: "w" });
  siblings.open();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.output(executionId, "each")).toEqual({ items: [{ at: 0 }, { at: 1 }, { at: 2 }] });
});

async function waitsForLock(): Promise<boolean> {
  const waiting = await here.rows(
    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return waiting.length > 0;
}

/** Postgres counts them for each database, and publishes what a connection saw when it is idle or ends. */
async function deadlocks(): Promise<number> {
  await sleep(1100);
  const [row] = await here.rows<{ n: number }>(
    "select deadlocks::int as n from pg_stat_database where datname = current_database()",
  );
  return row!.n;
}
