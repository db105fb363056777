/** Promise 5: a step may be attempted more than once; one that completed is never executed again. */
import { setTimeout as sleep } from "node:timers/promises";
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

test("processes are killed and frozen one after the other, and no step is called once more after it was done", async () => {
  here = await orchestra();
  workers = await processes(here);
  const fork = () => workers.fork({ leaseMs: 1000, slots: 3, release: 1 });
  const ids: string[] = [];
  let [child, next] = await Promise.all([fork(), fork()]);
  workers.start(child, { start: 15, ms: 25 }, (id) => ids.push(id));
  await until("all are accepted", () => ids.length === 15);
  for (const signal of ["SIGKILL", "SIGSTOP", "SIGKILL"] as const) {
    child.kill(signal);
    if (signal === "SIGSTOP") setTimeout((frozen) => frozen.kill("SIGCONT"), 1500, child);
    child = next;
    next = await fork();
    await sleep(100);
  }
  for (const id of ids) expect((await here.ended(id)).status).toBe("COMPLETED");
  type Row = { attempt: number; calls: number; last: number };
  const steps = await here.rows<Row>(`select s.attempt, count(c)::int as calls, max(c.attempt) as last
    from lector.workflow_steps s join calls c using (task_id) group by s.task_id`);
  expect(steps).toHaveLength(15 * 5);
  expect(steps.filter(({ calls }) => calls > 1).length).toBeGreaterThan(0); // something was attempted again
  expect(steps.filter((step) => step.last > step.attempt)).toEqual([]);
});
