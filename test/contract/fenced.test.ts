/** Promise 6: what carries an old token is refused and changes nothing, also from a process that was frozen. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { CompiledQuery } from "kysely";
import { connect } from "../../src/database/connect.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { lostEnding } from "../../src/orchestrator/attempt.ts";
import { refused, renew, runningSteps, writeProgress } from "../../src/orchestrator/lease.ts";
import type { Outcome } from "../../src/orchestrator/outcome.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { settleAlone } from "../../src/orchestrator/settle.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";
import { standstills } from "../support/stopwatch.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

const one = { name: "one", steps: [{ name: "a", task_type: "a" }] };

test("an old attempt that ends in the process of the new one takes nothing from it", async () => {
  const [first, second] = [gate(), gate()];
  let calls = 0;
  // neither attempt listens to its signal
  here = await orchestra([
    task("a", async () => ({ n: ++calls === 1 ? (await first.opened, 1) : (await second.opened, 2) })),
  ]);
  const workflow = await here.define(one);
  const worker = await here.worker({ leaseMs: 600 });
  const stops = standstills(100);
  const { executionId } = await worker.start({ workflow, input: {} });
  while (calls < 1) await sleep(5);
  await cancelRun(here.connection.db, executionId, { by: "t" });
  await reopenRun(here.connection.db, executionId, { by: "t", why: "w" });
  while (calls < 2) await sleep(5);
  first.open();
  await sleep(1500); // more than two leases
  second.open();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.output(executionId, "a")).toEqual({ n: 2 });
  const [step] = await here.rows<{ attempt: number; lost: number }>("select attempt, lost from lector.workflow_steps");
  expect(step!.attempt).toBe(2 + step!.lost);
  expect(step!.lost).toBeLessThanOrEqual(stops()); // a machine that stood still beats no heart
});

test("an old token renews no lease and reports no progress", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const workflow = await here.define(one);
  const worker = await here.worker({ heartbeatMs: 60_000 });
  const { executionId } = await worker.start({ workflow, input: {} });
  const { db } = here.connection;
  const [step] = await runningSteps(db);
  const old = { taskId: step!.taskId, attempt: step!.attempt - 1 };
  const row = () => here.rows("select state, heartbeat_seq, lease_expires_at, progress from lector.workflow_steps");
  const before = await row();
  const key = `${old.taskId}.${old.attempt}`;
  expect(await renew(db, [old], 10_000)).toEqual({ renewed: new Set(), lost: new Set([key]) });
  expect(await refused(db, [old])).toEqual(new Set([key]));
  await writeProgress(db, [{ ...old, done: 0.5 }]);
  const late: Outcome = { ...step!, ...old, from: "running", ending: { to: "done", output: "{}", next: null } };
  expect((await settleAlone(db, [late])).accepted.size).toBe(0);
  expect(await row()).toEqual(before);
  await renew(db, [step!], 10_000);
  expect(await row()).not.toEqual(before);
  held.open();
  await here.ended(executionId);
});

test("the reaper takes nothing from a worker whose heartbeat came after it had looked", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const worker = await here.worker({ heartbeatMs: 60_000 });
  const { executionId } = await worker.start({ workflow: await here.define(one), input: {} });
  const { db } = here.connection;
  const [seen] = await runningSteps(db);
  await renew(db, [seen!], 10_000);
  const silent: Outcome = { ...seen!, from: "running", ending: lostEnding(seen!.lost, seen!.name) };
  expect((await settleAlone(db, [silent])).accepted.size).toBe(0);
  held.open();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.rows("select attempt, lost from lector.workflow_steps")).toEqual([{ attempt: 1, lost: 0 }]);
});

test("a process that was frozen past its lease comes back, changes nothing and goes on working", async () => {
  here = await orchestra();
  workers = await processes(here);
  const step = { name: "a", task_type: "work", input: { ms: "/input/ms" } };
  const workflow = await here.define({ name: "slow", steps: [step] });
  const starter = await here.worker({ tasks: [], scoped: true });
  const frozen = await workers.fork({ leaseMs: 1000, slots: 4 });
  const { executionId } = await starter.start({ workflow, input: { ms: 400 } });
  while ((await workers.calls()).length === 0) await sleep(5);
  frozen.kill("SIGSTOP");
  const other = await workers.fork({ leaseMs: 1000, slots: 4 });
  const run = await here.ended(executionId);
  expect(run.status).toBe("COMPLETED");
  expect(await here.output(executionId, "a")).toEqual({ by: other.pid });
  const rows = () => here.rows("select to_jsonb(s) as s from lector.workflow_steps s");
  const settled = await rows();
  frozen.kill("SIGCONT");
  other.kill("SIGKILL");
  const next = await starter.start({ workflow, input: { ms: 1 } });
  await here.ended(next.executionId); // by the thawed one
  expect((await rows()).slice(0, 1)).toEqual(settled);
});

test("a step whose hand-over was told after its lease had gone is not begun on it", async () => {
  const began: number[] = [];
  here = await orchestra([
    task("a", () => ({})),
    task("b", (_, { attempt, assertLeased }) => {
      assertLeased();
      began.push(attempt);
    }),
  ]);
  const steps = ["a", "b"].map((name) => ({ name, task_type: name }));
  const workflow = await here.define({ name: "two", steps });
  const connection = connect(here.url);
  const { db } = connection;
  const ask = db.executeQuery.bind(db);
  db.executeQuery = async <Row>(query: CompiledQuery<Row>) => {
    const answer = await ask(query);
    if (query.sql.includes("with outcome as") && began.length === 0) await sleep(2500);
    return answer;
  };
  const worker = await here.worker({ connection, leaseMs: 3000 });
  const { executionId } = await worker.start({ workflow, input: {} });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(began).toEqual([2]);
  const [step] = await here.rows<object>("select attempt, failures, lost from lector.workflow_steps where name = 'b'");
  expect(step).toEqual({ attempt: 2, failures: 0, lost: 0 });
  await worker.stop();
  await connection.close();
});
