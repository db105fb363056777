/** Promise 8: what may heal is tried again, what cannot is not, and no error is too odd to be written down. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { sql } from "kysely";
import type { Task } from "../../src/orchestrator/task.ts";
import { RetryLater } from "../../src/orchestrator/task.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const retry = { initial_ms: 1, max_ms: 2 };

async function play(run: Task["run"], more: Partial<Task> = {}, step: object = {}) {
  here = await orchestra([task("a", run as never, more)]);
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a", retry, ...step }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] } });
  return here.ended(executionId);
}

const itself = new Error("it is its own cause");
itself.cause = itself;
const odd: [string, unknown, string][] = [
  ["that quotes binary data", new Error("child said \0\ud800\xff"), "child said \ufffd\ufffd\xff"],
  ["that is its own cause", itself, "it is its own cause"],
  ["that is no Error", { code: 7 }, "[object Object]"],
  ["that has no text", Object.create(null), "a value that has no text"],
  ["of a megabyte", new Error("x".repeat(1_000_000)), "x".repeat(8000)],
];
for (const [name, error, message] of odd) {
  test(`an error ${name} is tried again and then kept`, async () => {
    let calls = 0;
    const run = await play(() => (calls++, Promise.reject(error as Error)));
    expect(run).toMatchObject({ status: "FAILED", error: { message } });
    expect(calls).toBe(5);
  });
}

for (const ms of [Number.NaN, -1, 0]) {
  test(`RetryLater(${ms}) waits and is no failure`, async () => {
    let calls = 0;
    const run = await play(() => (++calls === 1 ? Promise.reject(new RetryLater(ms, "busy")) : Promise.resolve({})));
    expect(run.status).toBe("COMPLETED");
  });
}

test("RetryLater for longer than Postgres can reckon leaves the step waiting", async () => {
  here = await orchestra([task("a", () => Promise.reject(new RetryLater(Number.POSITIVE_INFINITY, "closed")))]);
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: {} });
  while ((await here.events(executionId)).at(-1)!.kind !== "step.retried") await sleep(5);
  const [step] = await here.rows<object>(
    "select state, failures, run_at > now() + '6 days' as far from lector.workflow_steps",
  );
  expect(step).toEqual({ state: "ready", failures: 0, far: true });
});

test("an apply that fails for a moment is tried again with its task", async () => {
  let applied = 0;
  const apply = () => (++applied < 3 ? Promise.reject(new Error("the index is locked")) : Promise.resolve());
  expect(await play(() => Promise.resolve({}), { apply })).toMatchObject({ status: "COMPLETED" });
  const [step] = await here.rows<object>("select attempt, failures from lector.workflow_steps");
  expect(step).toEqual({ attempt: 3, failures: 2 });
});

test("a store that is away while a fan-out joins costs another attempt, not the run", async () => {
  const text = "x".repeat(30_000);
  here = await orchestra([task("a", () => ({ text }))]);
  const { put } = here.store;
  let refused = 0;
  here.store.put = (bytes) => (++refused < 3 ? Promise.reject(new Error("EIO")) : put(bytes));
  const workflow = await here.define({
    name: "fan",
    steps: [{ name: "a", task_type: "a", for_each: "/input/list", retry }],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [1, 2, 3] } });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("a result that Postgres cannot keep fails at once, with the reason", async () => {
  let calls = 0;
  const run = await play(() => (calls++, Promise.resolve({ half: "\ud83d" })));
  expect(run).toMatchObject({ status: "FAILED", error: { code: "UnstorableValue" } });
  expect(calls).toBe(1);
  await expect(
    here.worker().then(async (worker) => {
      const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
      return worker.start({ workflow, input: { text: "\udfff" } });
    }),
  ).rejects.toThrow("half of a character");
});

test("a statement that the server cancels is no failure of the step whose end it writes", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: {} });
  const settling = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query ~ 'workflow_instances'`;
  await here.connection.db.transaction().execute(async (tx) => {
    await sql`select 1 from lector.workflow_instances for update`.execute(tx);
    held.open();
    for (let times = 0; times < 2; times++) {
      await until("the end waits to be written", async () => (await here.rows(settling)).length > 0);
      await here.rows(`select pg_cancel_backend(pid) from (${settling}) waiting`);
      await until("it is cancelled", async () => (await here.rows(settling)).length === 0);
    }
  });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect((await here.events(executionId)).map(({ kind }) => kind)).not.toContain("step.retried");
});
