/**
 * Promise 1: a start that was answered survives the crash of any process, and reaches exactly one final state. (What a
 * crash at each commit leaves behind is asked in commit-boundaries.test.ts, what a whole program does in journeys/.)
 */
import { afterEach, expect, test } from "vitest";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

const ends = `select execution_id as id, count(*)::int as ends from lector.workflow_events
  where kind in ('run.completed', 'run.failed', 'run.cancelled', 'run.timed_out') group by execution_id`;

test("starts whose process is killed the moment it has answered them end once each, and well", async () => {
  here = await orchestra();
  workers = await processes(here);
  const accepted: string[] = [];
  for (let round = 1; round <= 2; round++) {
    let answered = 0;
    const child = await workers!.fork({ leaseMs: 1000, slots: 4, release: 1 });
    const killed = new Promise((resolve) => child.once("exit", resolve));
    workers.start(child, { start: 40, ms: 5 }, (id) => {
      accepted.push(id);
      if (++answered === 10) child.kill("SIGKILL");
    });
    await killed;
  }
  expect(accepted.length).toBeGreaterThanOrEqual(20);
  await workers!.fork({ leaseMs: 1000, slots: 16, release: 1 });
  const open = "select 1 from lector.workflow_instances where ended_at is null";
  await until("all have ended", async () => (await here.rows(open)).length === 0);
  const runs = await here.rows<{ id: string; status: string }>(
    "select execution_id as id, status from lector.workflow_instances",
  );
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(["COMPLETED"]));
  expect(new Set(accepted).difference(new Set(runs.map(({ id }) => id)))).toEqual(new Set());
  const told = await here.rows<{ id: string; ends: number }>(ends);
  expect(told).toHaveLength(runs.length);
  expect(told.every((run) => run.ends === 1)).toBe(true);
});

test("a failed run keeps the end that it had, whatever fails in it afterwards", async () => {
  const held = gate();
  here = await orchestra([
    task("a", async ({ n }) => {
      if (n === 2) await held.opened;
      throw new PermanentError(`item ${n as number}`);
    }),
  ]);
  const workflow = await here.define({ name: "fan", steps: [{ name: "a", task_type: "a", for_each: "/input/list" }] });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { list: [{ n: 1 }, { n: 2 }] } });
  const { endedAt } = await here.ended(executionId);
  held.open();
  const failed = "select 1 from lector.workflow_steps where state = 'failed' and item is not null";
  await until("both have failed", async () => (await here.rows(failed)).length === 2);
  expect(await here.ended(executionId)).toMatchObject({ status: "FAILED", endedAt, error: { message: "item 1" } });
  expect((await here.rows<{ ends: number }>(ends)).map((run) => run.ends)).toEqual([1]);
});
