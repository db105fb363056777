/**
 * Promise 14: a run finishes on the definition with which it started; a new release of the program takes over running
 * work without any ceremony. (That a definition's row cannot be changed is asked in orchestrator/run.test.ts.)
 */
import { afterEach, expect, test } from "vitest";
import { checkHistory } from "../support/checker.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
let workers: Processes;
afterEach(async () => {
  await workers.close();
  await checkHistory(here.connection.db);
  await here.close();
});

async function startBy(child: Parameters<Processes["start"]>[0], start: number, ms: number): Promise<string[]> {
  const ids: string[] = [];
  workers.start(child, { start, ms }, (id) => ids.push(id));
  await until("all are accepted", () => ids.length === start);
  return ids;
}

const shapeOf = async (id: string) => {
  const { version, status } = await here.ended(id);
  const steps = await here.rows<{ name: string }>(`select name from lector.workflow_steps
    where execution_id = '${id}' and item is null and discarded = 0 order by step`);
  return [status, version, ...steps.map(({ name }) => name)].join(" ");
};
const OLD = "COMPLETED 1 read parts close";
const NEW = "COMPLETED 2 read polish parts close tell";

test("two releases work side by side, then the new one alone, and each run ends as it began", async () => {
  here = await orchestra();
  workers = await processes(here);
  const old = await workers.fork({ leaseMs: 1000, slots: 8, release: 1 });
  const fresh = await workers.fork({ leaseMs: 1000, slots: 2, release: 2 });
  const before = await startBy(old, 2, 300);
  // the old one has free slots, and may take of the new runs what it knows
  for (const id of await startBy(fresh, 6, 5)) expect(await shapeOf(id)).toBe(NEW);
  const still = await startBy(old, 2, 200); // whoever is of the old release starts runs as that knows them
  expect(await here.rows("select 1 from lector.workflow_instances where ended_at is null")).not.toHaveLength(0);
  old.kill("SIGKILL");
  for (const id of [...before, ...still]) expect(await shapeOf(id)).toBe(OLD);
  const polished = await here.rows<{ pid: number }>(
    "select distinct pid from calls join lector.workflow_steps using (task_id) where task_type = 'polish'",
  );
  expect(polished).toEqual([{ pid: fresh.pid }]);
  expect(await here.rows("select 1 from lector.workflow_events where kind = 'step.failed'")).toEqual([]);
  const both = await here.rows<{ pid: number }>(`select distinct pid from calls
    join lector.workflow_steps using (task_id) join lector.workflow_instances using (execution_id)
    join lector.workflows using (workflow_id) where version = 1`);
  expect(new Set(both.map(({ pid }) => pid))).toEqual(new Set([old.pid, fresh.pid]));

  const idle = await here.worker({ slots: 0 });
  await idle.restart(before[0]!, "parts", { by: "test" });
  expect(await shapeOf(before[0]!)).toBe(OLD);
});
