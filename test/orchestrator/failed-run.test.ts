/** What becomes of the child runs of a run that fails. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { transact } from "../../src/database/connect.ts";
import { outcomeOf } from "../../src/orchestrator/attempt.ts";
import { openChildRun } from "../../src/orchestrator/child-run.ts";
import { claimUngrouped } from "../../src/orchestrator/claim.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import type { Outcome } from "../../src/orchestrator/outcome.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { settle } from "../../src/orchestrator/settle.ts";
import { PermanentError, RetryLater } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const two = (name: string, workflow: string) => {
  return { name, steps: [{ name: "kids", workflow, for_each: "/input/list" }] };
};
const input = { list: [{ n: 0 }, { n: 1 }] };
const statuses = () =>
  here.rows<object>(`select w.name, i.status, count(*)::int as runs from lector.workflow_instances i
    join lector.workflows w using (workflow_id) group by 1, 2 order by 1, 2`);

test("they stop, at every depth, and a retry goes on with all of them", async () => {
  let healed = false;
  const began: number[] = [];
  const stopped: number[] = [];
  const held = ({ n, signal }: { n: number; signal: AbortSignal }) =>
    new Promise<object>((_, no) => signal.addEventListener("abort", () => (stopped.push(n), no(signal.reason))));
  here = await orchestra([
    task("a", async ({ n }, { signal }) => {
      began.push(n as number);
      if (healed) return { n };
      if (n === 1) return held({ n, signal });
      while (began.length < 2) await sleep(5);
      throw new PermanentError("it cannot be");
    }),
    task("b", ({ n }) => (began.push(10 + (n as number)), { n })),
  ]);
  await here.define({ name: "inner", steps: ["a", "b"].map((name) => ({ name, task_type: name })) });
  await here.define({ name: "outer", steps: [{ name: "in", workflow: "inner" }] });
  const workflow = await here.define(two("top", "outer"));
  const worker = await here.worker({ leaseMs: 60_000 }); // its heartbeats come too late to tell it
  const { executionId } = await worker.start({ workflow, input });
  const failed = await here.ended(executionId);
  expect(failed).toMatchObject({ status: "FAILED", error: { step: "kids" } });
  const took = stopwatch();
  while (stopped.length === 0) await sleep(5);
  expect(took()).toBeLessThan(1000);
  const each = { runs: 1 };
  expect(await statuses()).toEqual([
    { name: "inner", status: "CANCELLED", ...each },
    { name: "inner", status: "FAILED", ...each },
    { name: "outer", status: "CANCELLED", ...each },
    { name: "outer", status: "FAILED", ...each },
    { name: "top", status: "FAILED", ...each },
  ]);
  const told = await here.rows<{ why: string }>(
    "select data ->> 'why' as why from lector.workflow_events where kind = 'run.cancelled'",
  );
  expect(told).toHaveLength(2);
  expect(told.every(({ why }) => why.includes(executionId))).toBe(true);

  healed = true;
  await reopenRun(here.connection.db, executionId, { by: "test", why: "healed" });
  worker.wake();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.output(executionId, "kids")).toEqual({ items: [{ n: 0 }, { n: 1 }] });
  expect(began.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1, 10, 11]);
});

test("none is begun any more, and the item that wanted it waits for a retry", async () => {
  here = await orchestra([task("a", ({ n }) => ({ n }))]);
  const { db } = here.connection;
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a" }] });
  const workflow = await here.define(two("top", "child"));
  const idle = await here.worker({ slots: 0 });
  const { executionId } = await idle.start({ workflow, input });
  const request = { workerId: "by-hand", leaseMs: 60_000, taskTypes: ["workflow"], rootId: null, limit: 2 };
  const { claimed } = await claimUngrouped(db, request);
  const context = { store: here.store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const error = { code: "bad", message: "it cannot be" };
  const failed: Outcome = { ...outcomeOf(claimed[0]!), ending: { to: "failed", error, failures: 1, lost: 0 } };
  await transact(db, (tx) => settle(tx, context, [failed], { reachesOtherRuns: false }));
  const late = transact(db, (tx) => openChildRun(tx, context, claimed[1]!, "child"));
  await expect(late).rejects.toBeInstanceOf(RetryLater);
  expect(await statuses()).toEqual([{ name: "top", status: "FAILED", runs: 1 }]);

  await here.rows("update lector.workflow_steps set worker_id = 'nobody' where state = 'running'");
  await here.worker({ leaseMs: 300 }); // takes over what nobody works on
  while ((await here.rows("select 1 from lector.workflow_steps where state = 'ready' and parked")).length === 0) {
    await sleep(5);
  }
  await reopenRun(db, executionId, { by: "test", why: "healed" });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});
