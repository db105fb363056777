/** Promise 5: what is done is never done again, unless a person restarts from a step; and then from that step on. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { findRun, runSteps, runTreeSteps } from "../../src/orchestrator/find.ts";
import { pauseRun, resumeRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
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
const restart = (id: string, from: string | number) =>
  restartRun(here.connection.db, { store: here.store, timeouts: usualTimeouts }, id, from, by);
const run = (id: string) => findRun(here.connection.db, id);
const steps = (...names: string[]) => names.map((name) => ({ name, task_type: name }));
const until = (ask: () => Promise<boolean> | boolean) => soon("what the test waits for", ask, 10_000);

/** Tasks that count their calls in what they give. */
function counting(...names: string[]) {
  const calls: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const attempts: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  const tasks = names.map((name) =>
    task(name, (_, { attempt }) => (attempts[name]!.push(attempt), { [name]: ++calls[name]! })),
  );
  return { calls, attempts, tasks };
}

test("the step and all after it run again on what the steps before gave, in the same run", async () => {
  const { calls, attempts, tasks } = counting("a", "b", "c");
  here = await orchestra(tasks);
  const worker = await here.worker();
  const workflow = await here.define({ name: "three", steps: steps("a", "b", "c") });
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  expect(await restart(executionId, "b")).toEqual({ status: "RUNNING", step: 2, name: "b" });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED", currentStep: 3 });
  expect(await restart(executionId, 3)).toEqual({ status: "RUNNING", step: 3, name: "c" });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED", currentStep: 3 });
  expect(calls).toEqual({ a: 1, b: 2, c: 3 });
  expect(attempts).toEqual({ a: [1], b: [1, 2], c: [1, 2, 3] });
  expect(await here.output(executionId, "b")).toEqual({ b: 2 });
  expect((await runSteps(here.connection.db, executionId)).map(({ name, attempt }) => [name, attempt])).toEqual([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const told = (await here.events(executionId)).filter(({ kind }) => kind === "run.restarted");
  expect(told.map(({ data }) => data)).toMatchObject([
    { ...by, step: 2, name: "b", restart: 1 },
    { ...by, step: 3, name: "c", restart: 2 },
  ]);
});

test("what was ready in a failed child run that was put aside stands in nobody's way when the run is admitted", async () => {
  let broken = true;
  const work = task("work", () => {
    if (broken) throw new PermanentError("no");
    return {};
  });
  here = await orchestra([work]);
  await here.define({ name: "low", steps: [{ name: "each", task_type: "work", for_each: "/input/list" }] });
  const workflow = await here.define({ name: "top", steps: [{ name: "kid", workflow: "low" }] });
  const worker = await here.worker({ slots: 1, admissionLimit: () => 1 }); // it claims the first of the queue alone
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] }, admissionKeys: ["all"] });
  expect(await here.ended(executionId)).toMatchObject({ status: "FAILED" });
  broken = false;
  await restart(executionId, "kid");
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("outputs from there on are gone until they are made again, and the run is under way", async () => {
  const held = gate();
  let calls = 0;
  here = await orchestra([task("a", () => ({ a: 1 })), task("b", () => (++calls > 1 ? held.opened : {}))]);
  const worker = await here.worker();
  const workflow = await here.define({ name: "three", steps: [...steps("a", "b"), { name: "c", task_type: "a" }] });
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  await restart(executionId, "b");
  await until(() => calls >= 2);
  expect(await run(executionId)).toMatchObject({ status: "RUNNING", currentStep: 1, endedAt: null, error: null });
  expect([await here.output(executionId, "a"), await here.output(executionId, "b")]).toEqual([{ a: 1 }, undefined]);
  expect(await here.output(executionId, "c")).toBeUndefined();
  held.open();
  await here.ended(executionId);
});

test("a running run goes back, and its attempts of before are stopped and change nothing", async () => {
  const held = gate();
  let stopped = 0;
  let calls = 0;
  here = await orchestra([
    task("a", () => ({})),
    task("b", async (_, { signal }) => {
      if (++calls > 1) return { by: "second" };
      signal.addEventListener("abort", () => stopped++);
      await held.opened;
      return { by: "first" };
    }),
  ]);
  const worker = await here.worker({ leaseMs: 60_000 }); // its heartbeats come too late to tell it
  const workflow = await here.define({ name: "two", steps: steps("a", "b") });
  const { executionId } = await worker.start({ workflow, input: {} });
  await until(() => calls >= 1);
  await restart(executionId, 1);
  const took = stopwatch();
  await until(() => stopped === 1);
  expect(took()).toBeLessThan(1000);
  await here.ended(executionId);
  held.open();
  await sleep(50);
  expect(await here.output(executionId, "b")).toEqual({ by: "second" });
});

test("child runs of the steps from there on are new ones; the old ones stop, and no retry wakes them", async () => {
  const held = gate();
  const began: string[] = [];
  let broken = true;
  here = await orchestra([
    task("a", async (_, { executionId, signal }) => {
      began.push(executionId);
      if (began.length <= 2) await Promise.race([held.opened, until(() => signal.aborted)]);
      if (broken && began.length === 4) throw new PermanentError("it cannot be");
      return { n: began.length };
    }),
  ]);
  await here.define({ name: "child", steps: steps("a") });
  const workflow = await here.define({
    name: "top",
    steps: [{ name: "kids", workflow: "child", for_each: "/input/list" }],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2] } });
  await until(() => began.length === 2);
  await restart(executionId, "kids");
  expect((await here.ended(executionId)).status).toBe("FAILED");
  broken = false;
  await reopenRun(here.connection.db, executionId, by);
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  expect(new Set(began).size).toBe(4);
  const kids = await here.rows<{ status: string; id: string }>(
    `select status, execution_id as id from lector.workflow_instances where parent_step_id is not null order by status`,
  );
  expect(kids.map(({ status }) => status)).toEqual(["CANCELLED", "CANCELLED", "COMPLETED", "COMPLETED"]);
  const shown = await runTreeSteps(here.connection.db, executionId);
  expect(shown.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(["a done", "a done", "kids done"]);
  expect(shown.find(({ name }) => name === "kids")!.items).toEqual({ total: 2, done: 2, failed: 0 });
  held.open();
});

test("a fan-out may have fewer items or more than before, or none", async () => {
  const lists = [[1, 2, 3], [4], [5, 6, 7, 8], []];
  here = await orchestra([task("list", () => ({ list: lists.shift() })), task("each", ({ item }) => ({ item }))]);
  const worker = await here.worker();
  const workflow = await here.define({
    name: "fan",
    steps: [...steps("list"), { name: "each", task_type: "each", for_each: "/steps/list/list" }],
  });
  const { executionId } = await worker.start({ workflow, input: {} });
  const items = async () => {
    await here.ended(executionId);
    const [, { items: counted }] = (await runSteps(here.connection.db, executionId)) as [unknown, { items: unknown }];
    return [
      ((await here.output(executionId, "each")) as { items: { item: number }[] }).items.map((i) => i.item),
      counted,
    ];
  };
  expect(await items()).toEqual([[1, 2, 3], { total: 3, done: 3, failed: 0 }]);
  await restart(executionId, 1);
  expect(await items()).toEqual([[4], { total: 1, done: 1, failed: 0 }]);
  await restart(executionId, 1);
  expect(await items()).toEqual([[5, 6, 7, 8], { total: 4, done: 4, failed: 0 }]);
  const last =
    "select attempt from lector.workflow_steps where name = 'each' and discarded = 0 order by item nulls first";
  expect((await here.rows<{ attempt: number }>(last)).map(({ attempt }) => attempt)).toEqual([0, 3, 2, 2, 1]);
  await restart(executionId, 1);
  expect(await items()).toEqual([[], null]);
  expect(await restart(executionId, "each")).toEqual({ status: "COMPLETED", step: 2, name: "each" });
});

test("a failed and a cancelled run go back too, and a retry after a restart runs what was reached alone", async () => {
  const { calls, tasks } = counting("a", "c");
  const held = gate();
  let broken = true;
  here = await orchestra([
    ...tasks,
    task("b", async () => {
      if (broken) throw new PermanentError("it cannot be");
      await held.opened;
      return {};
    }),
  ]);
  const worker = await here.worker();
  const workflow = await here.define({ name: "three", steps: steps("a", "b", "c") });
  const { executionId } = await worker.start({ workflow, input: {} });
  expect((await here.ended(executionId)).status).toBe("FAILED");
  broken = false;
  await restart(executionId, "a");
  await until(async () => (await run(executionId)).currentStep === 1);
  await cancelRun(here.connection.db, executionId, by);
  await reopenRun(here.connection.db, executionId, by);
  held.open();
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  await cancelRun(here.connection.db, executionId, by);
  expect(calls).toEqual({ a: 2, c: 1 });
});

test("a paused run stays paused, and goes on from there when it is resumed", async () => {
  const { calls, tasks } = counting("a", "b");
  here = await orchestra(tasks);
  const idle = await here.worker({ slots: 0 });
  const workflow = await here.define({ name: "two", steps: steps("a", "b") });
  const { executionId } = await idle.start({ workflow, input: {} });
  await pauseRun(here.connection.db, executionId, by);
  expect((await restart(executionId, 1)).status).toBe("PAUSED");
  const worker = await here.worker({ slots: 1 });
  const other = await here.define({ name: "other", steps: steps("b") });
  const less = await worker.start({ workflow: other, input: {}, priority: 0 });
  expect((await here.ended(less.executionId)).status).toBe("COMPLETED"); // the paused one does not stand in its way
  expect(calls).toEqual({ a: 0, b: 1 });
  await resumeRun(here.connection.db, executionId, by);
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
});

test("a run that had ended queues for its admission again", async () => {
  const held = gate();
  const { calls, tasks } = counting("a");
  here = await orchestra([...tasks, task("hold", () => held.opened)]);
  const worker = await here.worker({ admissionLimit: () => 1 });
  const one = await here.define({ name: "one", steps: steps("a") });
  const long = await here.define({ name: "long", steps: steps("hold") });
  const { executionId } = await worker.start({ workflow: one, input: {}, admissionKeys: ["all"] });
  await here.ended(executionId);
  const other = await worker.start({ workflow: long, input: {}, admissionKeys: ["all"] });
  await until(async () => (await run(other.executionId)).status === "RUNNING");
  await restart(executionId, 1);
  await sleep(300);
  expect(calls).toEqual({ a: 1 });
  held.open();
  await here.ended(executionId);
  expect(calls).toEqual({ a: 2 });
});

test("what cannot be restarted is refused, and changes nothing", async () => {
  here = await orchestra([task("a", ({ bad }) => (bad ? {} : { list: [1] })), task("b", () => ({}))]);
  const worker = await here.worker();
  const workflow = await here.define({
    name: "fan",
    steps: [...steps("a"), { name: "b", task_type: "b", for_each: "/steps/a/list" }, { name: "c", task_type: "b" }],
  });
  await here.define({ name: "top", steps: [{ name: "kid", workflow: "fan" }] });
  const start = async (input: object, dedupeKey?: string) =>
    (await worker.start({ workflow, input, ...(dedupeKey && { dedupeKey }) })).executionId;
  const unopened = await start({ bad: true });
  expect((await here.ended(unopened)).status).toBe("FAILED");
  const good = await start({}, "k");
  await here.ended(good);
  const before = await here.rows("select * from lector.workflow_steps order by task_id");
  const idle = await here.worker({ slots: 0 });
  const held = await idle.start({ workflow, input: {}, dedupeKey: "k" });
  await pauseRun(here.connection.db, held.executionId, by);
  await expect(restart(good, 1)).rejects.toThrow("Another run of the same kind is active");
  await expect(restart(unopened, "b")).rejects.toThrow(/The step "b" cannot be opened: .*there is no "list"/);
  await expect(restart(unopened, "c")).rejects.toThrow('has not come to the step 3 ("c"): it has completed 1 of 3');
  await expect(restart(good, "d")).rejects.toThrow('The workflow "fan" has no step "d". Its steps: 1 a, 2 b, 3 c.');
  for (const bad of [0, 4, -1, 1.5, Number.NaN]) await expect(restart(good, bad)).rejects.toThrow("has no step");
  const nobody = "01a1fc0b-a1e8-7165-a832-000000000000";
  await expect(restart(nobody, 1)).rejects.toThrow(`No run has the execution_id ${nobody}`);
  const mine = await here.rows(`select * from lector.workflow_steps
    where execution_id <> '${held.executionId}' order by task_id`);
  expect(mine).toEqual(before);
});

test("a fan-out that can no longer be opened is not retried for the items that it had", async () => {
  let calls = 0;
  here = await orchestra([task("a", () => (++calls > 1 ? {} : { list: [1] })), task("b", () => ({}))]);
  const worker = await here.worker();
  const workflow = await here.define({
    name: "fan",
    steps: [...steps("a"), { name: "b", task_type: "b", for_each: "/steps/a/list" }],
  });
  const { executionId } = await worker.start({ workflow, input: {} });
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  await restart(executionId, 1);
  expect((await here.ended(executionId)).status).toBe("FAILED");
  await expect(reopenRun(here.connection.db, executionId, by)).rejects.toThrow("could not be opened");
});

test("a large output of before is read again from where it is stored", async () => {
  const big = "x".repeat(100_000);
  let sizes: number[] = [];
  here = await orchestra([
    task("a", () => ({ big })),
    task("b", ({ big: given }) => (sizes.push((given as string).length), {})),
  ]);
  const worker = await here.worker();
  const workflow = await here.define({ name: "two", steps: steps("a", "b") });
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  await restart(executionId, "b");
  await here.ended(executionId);
  expect(sizes).toEqual([100_000, 100_000]);
});
