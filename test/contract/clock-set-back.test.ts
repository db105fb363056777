/**
 * What docs/faults.md says of Postgres's clock: what runs goes on, what waits is late, nothing is lost or done twice. The
 * clock is not ours to set, so all that it has written moves an hour ahead of it instead.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { RetryLater } from "../../src/orchestrator/task.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { standstills } from "../support/stopwatch.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

/** `-1 hour`: it is set back. */
async function moveClock(by: "1 hour" | "-1 hour"): Promise<void> {
  for (const table of ["workflow_steps", "workflow_instances"]) {
    const columns = await here.rows<{ name: string }>(`select column_name as name from information_schema.columns
      where table_schema = 'lector' and table_name = '${table}' and data_type = 'timestamp with time zone'`);
    const moved = columns.map(({ name }) => `${name} = ${name} - interval '${by}'`);
    await here.rows(`update lector.${table} set ${moved.join(", ")}`);
  }
}

test("a clock of Postgres that is set back by an hour delays what waits, and nothing else", async () => {
  const held = gate();
  const calls: number[] = [];
  let asked = 0;
  here = await orchestra([
    task("each", async ({ at }) => void (calls.push(at as number), await held.opened)),
    task("quick", () => ({})),
    task("later", () => {
      if (++asked === 1) throw new RetryLater(100, "not yet");
      return {};
    }),
  ]);
  await limitGroup(here.connection.db, "two", 2);
  const fan = { name: "each", task_type: "each", for_each: "/input/list", input: { at: "/index" }, group: "two" };
  const slow = await here.define({ name: "slow", steps: [fan, { name: "end", task_type: "quick" }] });
  const quick = await here.define({ name: "quick", steps: [{ name: "a", task_type: "quick" }] });
  const worker = await here.worker({ leaseMs: 600 });
  const stops = standstills(100);
  const { executionId } = await worker.start({ workflow: slow, input: { list: [1, 2, 3, 4, 5] } });
  const later = await here.define({ name: "later", steps: [{ name: "a", task_type: "later" }] });
  while (calls.length < 2) await sleep(5);
  const waiting = await worker.start({ workflow: later, input: {} });
  while ((await here.rows("select 1 from lector.workflow_steps where delayed")).length < 1) await sleep(5);
  await moveClock("-1 hour");
  const beside = await worker.start({ workflow: quick, input: {} });
  expect(await here.ended(beside.executionId)).toMatchObject({ status: "COMPLETED" });
  await sleep(1500); // two leases and a half: what runs is renewed, and nobody takes it over
  held.open();
  const state = (name: string) => here.rows(`select 1 from lector.workflow_steps where state = '${name}'`);
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect([asked, (await state("ready")).length]).toEqual([1, 1]); // later, and not lost
  await moveClock("1 hour");
  expect(await here.ended(waiting.executionId)).toMatchObject({ status: "COMPLETED" });
  expect([...new Set(calls)].toSorted()).toEqual([0, 1, 2, 3, 4]);
  const [{ lost }] = (await here.rows<{ lost: number }>(
    "select sum(attempt - 1)::int as lost from lector.workflow_steps where name <> 'a' and attempt > 0",
  )) as [{ lost: number }];
  expect(calls).toHaveLength(5 + lost);
  expect(lost).toBeLessThanOrEqual(2 * stops()); // a machine that stood still beats no heart; two run at a time
});
