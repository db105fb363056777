/** Promise 12: never more live leases than a limit, and nobody starves behind somebody else's limit. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

const work = { name: "a", task_type: "work", input: { ms: "/input/ms" } };

test("a group's limit holds over processes that are killed and frozen, and no call is lost", async () => {
  here = await orchestra();
  workers = await processes(here);
  await limitGroup(here.connection.db, "voice", 6);
  await here.rows(`create table exceeded (live int);
    create function watch() returns trigger language plpgsql as $$ begin
      insert into exceeded select count(*) from lector.workflow_steps where state = 'running' and group_key = 'voice'
        having count(*) > 6;
      return null;
    end $$;
    create trigger watch after insert or update of state on lector.workflow_steps
      for each statement execute function watch()`);
  const workflow = await here.define({ name: "fan", steps: [{ ...work, for_each: "/input/list", group: "voice" }] });
  const starter = await here.worker({ tasks: [], scoped: true });
  const [killed, frozen] = await Promise.all([4, 4, 4].map((slots) => workers!.fork({ leaseMs: 1000, slots })));
  const list = Array.from({ length: 60 }, () => 1);
  const runs = await Promise.all([1, 2].map(() => starter.start({ workflow, input: { ms: 40, list } })));
  while ((await workers.calls()).length < 30) await sleep(5);
  killed!.kill("SIGKILL");
  frozen!.kill("SIGSTOP");
  setTimeout(() => frozen!.kill("SIGCONT"), 1600);
  for (const { executionId } of runs) expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.rows("select * from exceeded")).toEqual([]);
  const calls = await workers.calls();
  const retried = calls.filter((call) => call.attempt > 1).length;
  expect(new Set(calls.map((call) => call.taskId)).size).toBe(120);
  expect(retried).toBeLessThanOrEqual(8 + 4); // what the two held, and what the thawed one held when it came back
});

test("more runs than one page that wait for a full key hide nobody behind them", async () => {
  here = await orchestra([task("a", (_, { signal }) => until(signal)), task("b", () => ({}))]);
  const busy = await here.define({ name: "busy", steps: [{ name: "a", task_type: "a" }] });
  const quick = await here.define({ name: "quick", steps: [{ name: "b", task_type: "b" }] });
  const { db } = here.connection;
  for (let n = 0; n < 230; n++) {
    await startRun(db, here.store, { workflow: busy, input: {}, admissionKeys: ["user:busy", "all"] });
  }
  const { executionId } = await startRun(db, here.store, {
    workflow: quick,
    input: {},
    admissionKeys: ["user:other", "all"],
  });
  await here.worker({ admissionLimit: (key) => (key === "all" ? 3 : 2) });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("the place of a run whose process died is free again, even where every process works for one run only", async () => {
  here = await orchestra([task("b", () => ({}))]);
  workers = await processes(here);
  const quick = await here.define({ name: "quick", steps: [{ name: "b", task_type: "b" }] });
  const slow = await here.define({ name: "slow", steps: [{ ...work, group: "voice" }] });
  await limitGroup(here.connection.db, "voice", 1);
  const dying = await workers.fork({ leaseMs: 60_000, slots: 1 });
  const scoped = await here.worker({ scoped: true, admissionLimit: () => 1 });
  const left = await scoped.start({ workflow: slow, input: { ms: 60_000 }, admissionKeys: ["generations"] });
  while ((await workers.calls()).length === 0) await sleep(5);
  dying.kill("SIGKILL");
  const mine = await scoped.start({ workflow: quick, input: {}, admissionKeys: ["generations"] });
  scoped.only(mine.executionId);
  expect(await here.ended(mine.executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await findRun(here.connection.db, left.executionId)).toMatchObject({ status: "RUNNING", admitted: false });
});

function until(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
