/** Promise 11: pausing a run stops what would start, of its child runs too, and loses nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { transact } from "../../src/database/connect.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { openChildRun } from "../../src/orchestrator/child-run.ts";
import { claimUngrouped, limitGroup } from "../../src/orchestrator/claim.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { pauseRun, resumeRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { PermanentError, RetryLater } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import type { Worker } from "../../src/orchestrator/worker.ts";
import { checkHistory } from "../support/checker.ts";
import { until as soon } from "../support/program.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const by = { by: "test", why: "to see" };
const pause = (id: string) => pauseRun(here.connection.db, id, by);
const resume = (id: string) => resumeRun(here.connection.db, id, by);
const status = async (id: string) => (await findRun(here.connection.db, id)).status;
const steps = (...names: string[]) => names.map((name) => ({ name, task_type: name }));
const stateOf = async (name: string) =>
  (await here.rows<{ state: string }>(`select state from lector.workflow_steps where name = '${name}'`))[0]?.state;

/** Long enough for a worker that polls each 50 ms to have started whatever can be started. */
const aWhile = () => sleep(300);

const until = (ask: () => Promise<boolean> | boolean) => soon("what the test waits for", ask);

test("what runs ends, what follows waits, and a resume goes on with it", async () => {
  const [held, began] = [gate(), [] as string[]];
  here = await orchestra([
    task("a", () => (began.push("a"), held.opened)),
    task("b", ({ b }) => (began.push("b"), { b })),
  ]);
  const worker = await here.worker();
  const { executionId } = await worker.start({
    workflow: await here.define({ name: "two", steps: steps("a", "b") }),
    input: { b: 7 },
  });
  await until(() => began.length === 1);
  expect(await pause(executionId)).toEqual({ status: "PAUSED", changed: true });
  expect(await pause(executionId)).toEqual({ status: "PAUSED", changed: false });
  held.open();
  await until(async () => (await findRun(here.connection.db, executionId)).currentStep === 1);
  await aWhile();
  expect([began, await status(executionId), await stateOf("b")]).toEqual([["a"], "PAUSED", "ready"]);
  expect(await resume(executionId)).toEqual({ status: "RUNNING", changed: true });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect([began, await here.output(executionId, "b")]).toEqual([["a", "b"], { b: 7 }]);
  const told = (await here.events(executionId)).filter(({ kind }) => /paused|resumed/.test(kind));
  expect(told.map(({ kind, data }) => [kind, data])).toEqual([
    ["run.paused", by],
    ["run.resumed", { ...by, status: "RUNNING" }],
  ]);
  await expect(pause(executionId)).rejects.toThrow("has ended as COMPLETED: there is nothing to pause");
  await expect(resume(executionId)).rejects.toThrow("has ended as COMPLETED");
});

test("a run that nobody has begun is paused before it begins, and is PENDING again after it", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const idle = await here.worker({ slots: 0 });
  const { executionId } = await idle.start({
    workflow: await here.define({ name: "one", steps: steps("a") }),
    input: {},
  });
  await pause(executionId);
  const worker = await here.worker();
  await aWhile();
  expect([await status(executionId), await stateOf("a")]).toEqual(["PAUSED", "ready"]);
  expect((await resume(executionId)).status).toBe("PENDING");
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  expect(await resume(executionId).catch((error: Error) => error.name)).toBe("RunConflict");
  await worker.stop();
});

test("its child runs are paused with it, and none is opened while it is", async () => {
  const held = gate();
  let running = 0;
  here = await orchestra([task("a", () => (running++, held.opened)), task("b", () => ({}))]);
  await here.define({ name: "child", steps: steps("a", "b") });
  const kids = [
    { name: "kids", workflow: "child", for_each: "/input/list" },
    { name: "last", workflow: "child" },
  ];
  const workflow = await here.define({ name: "top", steps: kids });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] } });
  await until(() => running === 3);
  const [child] = await here.rows<{ id: string }>(
    "select execution_id as id from lector.workflow_instances where parent_step_id is not null limit 1",
  );
  await expect(pause(child!.id)).rejects.toThrow(`belongs to the run ${executionId}. Pause that one`);
  await pause(executionId);
  expect(await here.rows("select distinct status from lector.workflow_instances")).toEqual([{ status: "PAUSED" }]);
  held.open();
  await until(async () => (await here.rows("select from lector.workflow_steps where name = 'b'")).length === 3);
  await aWhile();
  expect(await here.rows("select distinct state from lector.workflow_steps where name = 'b'")).toEqual([
    { state: "ready" },
  ]);
  await resume(executionId);
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
});

test("a child run that was about to be opened is opened after the resume, once", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const { db } = here.connection;
  await here.define({ name: "child", steps: steps("a") });
  const workflow = await here.define({ name: "top", steps: [{ name: "kid", workflow: "child" }] });
  const idle = await here.worker({ slots: 0 });
  const { executionId } = await idle.start({ workflow, input: {} });
  const request = { workerId: "by-hand", leaseMs: 60_000, taskTypes: ["workflow"], rootId: null, limit: 1 };
  const { claimed } = await claimUngrouped(db, request);
  await pause(executionId);
  const context = { store: here.store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const late = transact(db, (tx) => openChildRun(tx, context, claimed[0]!, "child"));
  await expect(late).rejects.toBeInstanceOf(RetryLater);
  await here.rows("update lector.workflow_steps set worker_id = 'nobody'");
  await here.worker({ leaseMs: 300 }); // takes over what nobody works on
  await until(async () => (await stateOf("kid")) === "ready");
  await aWhile();
  expect(await here.rows("select status from lector.workflow_instances")).toEqual([{ status: "PAUSED" }]);
  await resume(executionId);
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  expect(await here.rows("select count(*)::int as runs from lector.workflow_instances")).toEqual([{ runs: 2 }]);
});

test("a run whose last attempt ends while it is paused has ended, well or badly", async () => {
  const held = gate();
  let running = 0;
  here = await orchestra([
    task("good", () => (running++, held.opened)),
    task("bad", async () => (running++, await held.opened, Promise.reject(new PermanentError("it cannot be")))),
  ]);
  const worker = await here.worker();
  const runs = await Promise.all(
    ["good", "bad"].map(async (name) => {
      const workflow = await here.define({ name: `only_${name}`, steps: steps(name) });
      return (await worker.start({ workflow, input: {} })).executionId;
    }),
  );
  await until(() => running === 2);
  await Promise.all(runs.map(pause));
  held.open();
  expect(await Promise.all(runs.map(async (run) => (await here.ended(run)).status))).toEqual(["COMPLETED", "FAILED"]);
  await reopenRun(here.connection.db, runs[1]!, by);
  expect((await here.ended(runs[1]!)).status).toBe("FAILED");
});

test("a delay goes on while the run is paused, and a failure then is counted", async () => {
  let calls = 0;
  here = await orchestra([
    task("a", () => {
      calls++;
      if (calls === 1) throw new RetryLater(1_500, "not yet");
      if (calls === 2) throw new Error("once");
      return { calls };
    }),
  ]);
  const step = { name: "a", task_type: "a", retry: { initial_ms: 1 } };
  const worker = await here.worker();
  const { executionId } = await worker.start({
    workflow: await here.define({ name: "one", steps: [step] }),
    input: {},
  });
  await until(async () => calls === 1 && (await stateOf("a")) === "ready");
  await pause(executionId);
  await sleep(1_600);
  expect(calls).toBe(1);
  const took = stopwatch();
  await resume(executionId);
  await until(() => calls >= 2);
  expect(took()).toBeLessThan(1_000); // nothing of the delay was left
  await here.ended(executionId);
  expect(await here.output(executionId, "a")).toEqual({ calls: 3 });
});

test("the dedupe key stays held, and a start joins the paused run", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const workflow = await here.define({ name: "one", steps: steps("a") });
  const worker = await here.worker({ slots: 0 });
  const { executionId } = await worker.start({ workflow, input: {}, dedupeKey: "k" });
  await pause(executionId);
  expect(await worker.start({ workflow, input: {}, dedupeKey: "k" })).toMatchObject({ executionId, joined: true });
  expect(await cancelRun(here.connection.db, executionId, by)).toEqual({ status: "CANCELLED", changed: true });
  expect((await worker.start({ workflow, input: {}, dedupeKey: "k" })).joined).toBe(false);
});

test("a paused run gives its place to the next once its last attempt has ended, and queues for one again", async () => {
  const held = gate();
  const began: unknown[] = [];
  here = await orchestra([
    task("a", ({ n }) => (began.push(n), n === 1 ? held.opened : { n })),
    task("b", ({ n }) => (began.push(`b${n as number}`), { n })),
  ]);
  const workflow = await here.define({ name: "two", steps: steps("a", "b") });
  const worker = await here.worker({ admissionLimit: () => 1 });
  const start = async (n: number) =>
    (await worker.start({ workflow, input: { n }, admissionKeys: ["all"] })).executionId;
  const first = await start(1);
  await until(() => began.length === 1);
  const [second, third] = [await start(2), await start(3)];
  await pause(third); // it waits for its admission
  await pause(first);
  await aWhile();
  expect(began).toEqual([1]); // its attempt still runs
  held.open();
  expect((await here.ended(second)).status).toBe("COMPLETED");
  await aWhile();
  expect([await status(first), await status(third), began]).toEqual(["PAUSED", "PAUSED", [1, 2, "b2"]]);
  await Promise.all([resume(third), resume(first)]);
  expect((await here.ended(first)).status).toBe("COMPLETED");
  expect((await here.ended(third)).status).toBe("COMPLETED");
  expect(began.toSorted()).toEqual([1, 2, 3, "b1", "b2", "b3"].toSorted());
});

test("nothing of a paused run stands in the way of others, neither what waited, failed nor opened since", async () => {
  const [held, first] = [gate(), gate()];
  let running = 0;
  here = await orchestra([
    task("bad", async () => (running++, await held.opened, Promise.reject(new Error("again")))),
    task("first", () => (running++, first.opened)),
    task("other", () => ({})),
  ]);
  const list = Array.from({ length: 8 }, (_, n) => n);
  const many = { task_type: "bad", for_each: "/input/list", retry: { initial_ms: 0 } };
  const one = await here.define({ name: "one", steps: [{ name: "many", ...many }] });
  const two = await here.define({ name: "two", steps: [...steps("first"), { name: "many", ...many }] });
  const other = await here.define({ name: "other", steps: steps("other") });
  const worker = await here.worker({ slots: 4 });
  const passes = async () => {
    const { executionId } = await worker.start({ workflow: other, input: {}, priority: 0 });
    expect((await here.ended(executionId)).status).toBe("COMPLETED");
  };
  const urgent = await worker.start({ workflow: one, input: { list }, priority: 2 });
  await until(() => running === 4);
  await pause(urgent.executionId);
  held.open();
  await until(async () => (await here.rows("select from lector.workflow_steps where failures = 1")).length === 4);
  await passes();
  const opens = await worker.start({ workflow: two, input: { list }, priority: 2 });
  await until(() => running === 5);
  await pause(opens.executionId);
  first.open();
  await until(async () => (await findRun(here.connection.db, opens.executionId)).currentStep === 1);
  await passes();
  expect(running).toBe(5);
});

test("a run that gave its place back waits for one when it is resumed", async () => {
  const held = gate();
  const began: unknown[] = [];
  here = await orchestra([task("a", ({ n }) => (began.push(n), n === 2 ? held.opened : { n }))]);
  const workflow = await here.define({ name: "one", steps: steps("a") });
  const start = async (worker: Worker, n: number) =>
    (await worker.start({ workflow, input: { n }, admissionKeys: ["all"] })).executionId;
  const first = await start(await here.worker({ slots: 0 }), 1);
  await pause(first);
  const second = await start(await here.worker({ admissionLimit: () => 1 }), 2);
  await until(() => began.includes(2));
  await resume(first);
  await aWhile();
  expect(began.filter((n) => n === 1)).toEqual([]);
  held.open();
  await here.ended(second);
  expect((await here.ended(first)).status).toBe("COMPLETED");
});

test("runs that are paused, resumed and cancelled while many workers claim end once each, and do nothing twice", async () => {
  const done = new Map<string, number>();
  here = await orchestra([
    task("a", async (_, { token }) => {
      await sleep(Math.random() * 5);
      done.set(token.taskId, (done.get(token.taskId) ?? 0) + 1);
    }),
  ]);
  await limitGroup(here.connection.db, "g", 3);
  await here.define({ name: "child", steps: steps("a") });
  const workflow = await here.define({
    name: "wide",
    steps: [
      { name: "many", task_type: "a", for_each: "/input/list" },
      { name: "grouped", task_type: "a", for_each: "/input/list", group: "g" },
      { name: "kids", workflow: "child", for_each: "/input/list" },
      { name: "last", task_type: "a" },
    ],
  });
  const workers = [await here.worker({ slots: 4 }), await here.worker({ slots: 4 }), await here.worker({ slots: 4 })];
  const list = Array.from({ length: 8 }, (_, n) => n);
  const runs: string[] = [];
  for (let n = 0; n < 6; n++) {
    const keys = n % 2 ? ["all"] : [];
    runs.push((await workers[n % 3]!.start({ workflow, input: { list }, admissionKeys: keys })).executionId);
  }
  let over = false;
  const meddle = async (run: string) => {
    while (!over) {
      await pause(run).catch(() => {});
      await sleep(Math.random() * 20);
      await resume(run).catch(() => {});
      await sleep(Math.random() * 40);
    }
  };
  const meddlers = runs.map(meddle);
  await sleep(100);
  await cancelRun(here.connection.db, runs[0]!, by);
  const ends = await Promise.all(runs.map(async (run) => (await here.ended(run)).status));
  over = true;
  await Promise.all(meddlers);
  expect(ends).toEqual(["CANCELLED", ...Array.from({ length: 5 }, () => "COMPLETED")]);
  expect([...done.values()].filter((times) => times > 1)).toEqual([]);
  expect(done.size).toBeGreaterThanOrEqual(5 * 25);
});
