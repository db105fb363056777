/** Promise 9: queue, attempt, silence, step and run have their time, whoever is alive when it is over. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { transact } from "../../src/database/connect.ts";
import { cancelRun, timeOutRun } from "../../src/orchestrator/cancel.ts";
import { findRun, findLastRun, runTreeSteps } from "../../src/orchestrator/find.ts";
import { endOverdue, type OverdueOptions } from "../../src/orchestrator/overdue.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";
import { until as soon } from "../support/program.ts";
import { standstills, stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
const one = (step: object, more: object = {}) => ({
  name: "one",
  ...more,
  steps: [{ name: "a", task_type: "a", ...step }],
});
const options = (ended: OverdueOptions["ended"] = () => {}): OverdueOptions => {
  const definitionOf = definitionsOf(here.connection.db);
  return { context: { store: here.store, definitionOf, timeouts: usualTimeouts }, random: Math.random, ended };
};
const quick = { initial_ms: 1, max_ms: 2 };

/** Longer than what begins here takes, on any machine. */
const MINUTE = 60_000;

/** As if a minute had passed for all that has a time. */
async function minutePasses(): Promise<void> {
  const columns = { workflow_steps: ["due_at", "deadline_at", "started_at"], workflow_instances: ["deadline_at"] };
  for (const [table, names] of Object.entries(columns)) {
    await here.rows(
      `update lector.${table} set ${names.map((name) => `${name} = ${name} - interval '1 min'`).join(", ")}`,
    );
  }
}

test("a step that no worker takes in time fails for good, and a retry gives it all its time again", async () => {
  here = await orchestra([task("a", () => ({ n: 1 }))]);
  const workflow = await here.define(one({ timeouts: { queue_ms: MINUTE } }));
  const { executionId } = await startRun(here.connection.db, here.store, { workflow, input: {} });
  await minutePasses();
  const idle = await here.worker({ slots: 0 }); // it works on nothing, and looks after all
  expect(await here.ended(executionId)).toMatchObject({
    status: "FAILED",
    error: { code: "queue_timeout", step: "a", message: "No worker took the step within 60 s (its queue timeout)." },
  });
  await idle.stop();
  await reopenRun(here.connection.db, executionId, { by: "t", why: "w" });
  await here.worker();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("the wait for admission is a wait in the queue; that of a run which its process left is not", async () => {
  here = await orchestra([task("a", (_, { signal }) => until(signal))]);
  const workflow = await here.define(one({ timeouts: { queue_ms: MINUTE } }));
  const start = () => startRun(here.connection.db, here.store, { workflow, input: {}, admissionKeys: ["all"] });
  const held = await start();
  const worker = await here.worker({ admissionLimit: () => 1 });
  while ((await findRun(here.connection.db, held.executionId)).status !== "RUNNING") await sleep(5);
  const waiting = await start();
  await minutePasses();
  expect(await here.ended(waiting.executionId)).toMatchObject({ status: "FAILED", error: { code: "queue_timeout" } });
  await worker.stop();
  expect(await here.rows("select 1 from lector.workflow_steps where due_at is not null")).toEqual([]);
  expect(await findRun(here.connection.db, held.executionId)).toMatchObject({ status: "RUNNING", admitted: false });
});

test("an attempt that takes too long is aborted, counted, and tried again, though it ignores its signal", async () => {
  const reasons: unknown[] = [];
  const never = gate();
  here = await orchestra([
    task("a", (_, { attempt, signal }) => {
      signal.addEventListener("abort", () => reasons.push((signal.reason as { code: string }).code));
      return attempt < 3 ? never.opened : { attempt };
    }),
  ]);
  const workflow = await here.define(one({ retry: quick, timeouts: { attempt_ms: 100 } }));
  const worker = await here.worker({ slots: 1 });
  const { executionId } = await worker.start({ workflow, input: {} });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.output(executionId, "a")).toEqual({ attempt: 3 });
  expect(await here.rows("select attempt, failures, lost from lector.workflow_steps")).toEqual([
    { attempt: 3, failures: 2, lost: 0 },
  ]);
  expect(reasons).toEqual(["attempt_timeout", "attempt_timeout"]);
});

test("an attempt whose own process does not end it is ended by another, and fenced off", async () => {
  const aborted = gate();
  here = await orchestra([
    task("a", (_, { attempt, signal }) => {
      if (attempt > 1) return { attempt };
      signal.addEventListener("abort", aborted.open);
      return until(signal);
    }),
  ]);
  const workflow = await here.define(one({ retry: quick, timeouts: { attempt_ms: 60_000 } }));
  const worker = await here.worker({ leaseMs: 60_000 }); // it hears of it by the wake-up alone
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.rows("update lector.workflow_steps set started_at = now() - interval '61 s'");
  await aborted.opened;
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  const kinds = (await here.events(executionId)).map(({ kind, data }) => [kind, (data["error"] as any)?.code]);
  expect(kinds).toContainEqual(["step.retried", "attempt_timeout"]);
});

test("a task that is silent for too long is aborted; one that tells of its progress is not", async () => {
  here = await orchestra([
    task("silent", (_, { signal }) => until(signal)),
    task("busy", async (_, { progress }) => {
      for (let n = 0; n < 12; n++) await sleep(50).then(() => progress(0.5));
    }),
  ]);
  const timeouts = { heartbeat_ms: 300 };
  const step = (name: string, failures: number) => ({ name, task_type: name, timeouts, retry: { ...quick, failures } });
  const workflow = await here.define({ name: "two", steps: [step("busy", 9), step("silent", 1)] });
  const worker = await here.worker();
  const stops = standstills(100);
  const { executionId } = await worker.start({ workflow, input: {} });
  expect(await here.ended(executionId)).toMatchObject({
    status: "FAILED",
    currentStep: 1,
    error: { code: "heartbeat_timeout", step: "silent" },
  });
  const [busy] = await here.rows<{ failures: number }>(
    "select failures from lector.workflow_steps where name = 'busy'",
  );
  expect(busy!.failures).toBeLessThanOrEqual(stops()); // a machine that stood still told nothing
});

test("a step that takes too long in all its attempts fails for good, in whatever state it is", async () => {
  let [began, stopped] = [0, 0];
  here = await orchestra([
    task("fails", () => Promise.reject(new Error("again"))),
    task("runs", (_, { signal }) => (began++, until(signal).finally(() => stopped++))),
  ]);
  await here.define({ name: "child", steps: [{ name: "runs", task_type: "runs" }] });
  const timeouts = { step_ms: MINUTE };
  const step = {
    retrying: { task_type: "fails", retry: { failures: 100, initial_ms: 60_000, max_ms: 60_000 } },
    running: { task_type: "runs" },
    waiting: { workflow: "child" },
    items: { task_type: "runs", for_each: "/input/list" },
  };
  const isThere: Record<string, () => Promise<boolean> | boolean> = {
    retrying: async () => (await here.rows("select 1 from lector.workflow_steps where failures = 1")).length === 1,
    running: () => began === 1,
    waiting: () => began === 2,
    items: () => began === 4,
  };
  const worker = await here.worker({ leaseMs: 60_000, random: () => 1 });
  for (const [name, how] of Object.entries(step)) {
    const workflow = await here.define({ name, steps: [{ name, timeouts, ...how }] });
    const { executionId } = await worker.start({ workflow, input: { list: [1, 2] } });
    await soon("it is in that state", () => isThere[name]!());
    await minutePasses();
    expect(await here.ended(executionId)).toMatchObject({
      status: "FAILED",
      error: { code: "step_timeout", step: name },
    });
  }
  const took = stopwatch();
  await expect.poll(() => stopped).toBe(4); // one that ran, one of a child run, two items
  expect(took()).toBeLessThan(5000);
  expect(await running()).toEqual([]);
  expect(await here.rows("select 1 from lector.workflow_steps where due_at is not null")).toEqual([]);
  const left = "select status from lector.workflow_instances where status in ('PENDING', 'RUNNING')";
  expect(await here.rows(left)).toEqual([]);
});

const running = () => here.rows("select name from lector.workflow_steps where state = 'running'");

test("a run that takes too long ends as TIMED_OUT, with its children, and a retry goes on with what is done", async () => {
  let [hold, began] = [true, 0];
  here = await orchestra([
    task("first", () => ({})),
    task("a", (_, { signal }) => (began++, hold ? until(signal) : {})),
  ]);
  await here.define(one({}));
  const workflow = await here.define({
    name: "parent",
    timeout_ms: MINUTE,
    steps: [
      { name: "first", task_type: "first" },
      { name: "kids", workflow: "one", for_each: "/input/list" },
    ],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] }, dedupeKey: "k" });
  await soon("all its children run", () => began === 3);
  await minutePasses();
  expect(await here.ended(executionId)).toMatchObject({ status: "TIMED_OUT", error: { code: "run_timeout" } });
  await expect.poll(() => running()).toEqual([]);
  const states = await runTreeSteps(here.connection.db, executionId);
  expect(states.map((step) => step.state)).toEqual(["done", "cancelled", "cancelled", "cancelled", "cancelled"]);
  hold = false;
  await reopenRun(here.connection.db, executionId, { by: "t", why: "w" });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect((await findLastRun(here.connection.db, "local", "k"))!.executionId).toBe(executionId);
  const first = await here.rows("select attempt from lector.workflow_steps where name = 'first'");
  expect(first).toEqual([{ attempt: 1 }]);
});

test("a child run has a deadline of its own where its definition says so, and takes its parent along", async () => {
  let began = false;
  here = await orchestra([task("a", (_, { signal }) => ((began = true), until(signal)))]);
  await here.define(one({}, { timeout_ms: MINUTE }));
  const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "one" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: {} });
  await soon("the child runs", () => began);
  await minutePasses();
  expect(await here.ended(executionId)).toMatchObject({
    status: "FAILED",
    error: { code: "run_timeout", step: "kid" },
  });
  const children = "select status from lector.workflow_instances where parent_step_id is not null";
  expect(await here.rows(children)).toEqual([{ status: "TIMED_OUT" }]);
});

test("deadlines hold though every process was killed while they passed", async () => {
  here = await orchestra();
  workers = await processes(here);
  const step = { name: "a", task_type: "work", input: { ms: "/input/ms" } };
  const starter = await here.worker({ tasks: [], scoped: true, timeouts: { ...usualTimeouts, runMs: MINUTE } });
  const run = await here.define({ name: "run", steps: [step] });
  const inAll = await here.define({ name: "in_all", steps: [{ ...step, timeouts: { step_ms: MINUTE } }] });
  const dying = await workers.fork({ leaseMs: 60_000, slots: 2 });
  const starts = [run, inAll].map((workflow) => starter.start({ workflow, input: { ms: 60_000 } }));
  const [first, second] = await Promise.all(starts);
  while ((await workers.calls()).length < 2) await sleep(5);
  await starter.stop();
  dying.kill("SIGKILL");
  await minutePasses();
  await here.worker({ tasks: [] });
  expect(await here.ended(first!.executionId)).toMatchObject({ status: "TIMED_OUT" });
  expect(await here.ended(second!.executionId)).toMatchObject({ status: "TIMED_OUT" });
});

test("many processes that find the same work overdue end it once", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define(one({ timeouts: { queue_ms: 1 } }));
  for (let n = 0; n < 30; n++) await startRun(db, here.store, { workflow, input: {} });
  await sleep(5);
  const ended: string[] = [];
  const tell = (settled: { ended: string[] }) => void ended.push(...settled.ended);
  await Promise.all([1, 2, 3, 4].map(() => endOverdue(db, options(tell))));
  expect([ended.length, new Set(ended).size]).toEqual([30, 30]);
});

test("a run that ended, or got more time, in the moment before is left as it is", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define(one({}, { timeout_ms: 60_000 }));
  const { executionId } = await startRun(db, here.store, { workflow, input: {} });
  expect(await timeOutRun(db, executionId)).toEqual({ status: "PENDING", changed: false });
  await cancelRun(db, executionId, { by: "t" });
  await sql`update lector.workflow_instances set deadline_at = now() - interval '1 s'`.execute(db);
  expect(await timeOutRun(db, executionId)).toEqual({ status: "CANCELLED", changed: false });
});

test("a step that gets more time while somebody is about to end it is left as it is", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define(one({ timeouts: { queue_ms: 1 } }));
  const { executionId } = await startRun(db, here.store, { workflow, input: {} });
  await sleep(5);
  let ending: Promise<void> | undefined;
  await transact(db, async (tx) => {
    await sql`select 1 from lector.workflow_instances for no key update`.execute(tx);
    ending = endOverdue(db, options());
    const waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await here.rows(waits)).length === 0) await sleep(2);
    await sql`update lector.workflow_steps set due_at = now() + interval '1 h'`.execute(tx);
  });
  await ending;
  expect(await findRun(db, executionId)).toMatchObject({ status: "PENDING" });
});

test("runs that were under way before there were timeouts have none, and go on", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const workflow = await here.define(one({}));
  const { executionId } = await startRun(here.connection.db, here.store, { workflow, input: {} });
  await here.rows(`update lector.workflow_steps set queue_ms = null, attempt_ms = null, heartbeat_ms = null,
    step_ms = null, deadline_at = null, due_at = null`);
  await here.rows("update lector.workflow_instances set timeout_ms = null, deadline_at = null");
  await here.worker();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("what is due is found through an index among any number that wait", async () => {
  here = await orchestra();
  const plan = async (query: string) =>
    JSON.stringify(await here.rows(`explain ${query}`).then((rows) => rows.map((row: any) => row["QUERY PLAN"])));
  expect(
    await plan(`select 1 from lector.workflow_steps s
      where s.state in ('ready', 'waiting') and s.due_at <= now() order by s.due_at limit 100`),
  ).toContain("workflow_steps_due");
  expect(
    await plan(`select 1 from lector.workflow_instances
      where status in ('PENDING', 'RUNNING') and deadline_at <= now() order by deadline_at limit 100`),
  ).toContain("workflow_instances_due");
});
