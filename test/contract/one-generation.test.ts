/**
 * Promise 3: any number of simultaneous requests for the same make one active run, a newer hash supersedes it, and one
 * that has ended blocks no next one. How a run gives way, and what that may meet, stands in superseded.test.ts.
 */
import { afterEach, expect, test } from "vitest";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { RunConflict } from "../../src/orchestrator/tree.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
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

const by = { by: "test" };
const one = { name: "one", steps: [{ name: "a", task_type: "a" }] };

test("starts of several processes at once for the same make one run", async () => {
  here = await orchestra();
  workers = await processes(here);
  const forks = [1, 2, 3].map(() => workers!.fork({ leaseMs: 5000, slots: 4, release: 1 }));
  const accepted: string[] = [];
  for (const child of await Promise.all(forks)) {
    workers.start(child, { start: 20, key: "same", ms: 1000 }, (id) => accepted.push(id));
  }
  await until("all are answered", () => accepted.length === 60);
  expect(new Set(accepted).size).toBe(1);
  expect(await here.rows("select 1 from lector.workflow_instances")).toHaveLength(1);
});

test("starts of several processes at once for two hashes, and one for a third, leave the last as the one that completes", async () => {
  here = await orchestra();
  workers = await processes(here);
  const forked = await Promise.all([1, 2, 3].map(() => workers!.fork({ leaseMs: 5000, slots: 4, release: 1 })));
  const accepted: string[] = [];
  for (const child of forked) {
    workers.start(child, { start: 20, key: "same", hashes: ["one", "two"], ms: 1000 }, (id) => accepted.push(id));
  }
  await until("all are answered", () => accepted.length === 60);
  let last = "";
  workers.start(forked[0]!, { start: 1, key: "same", hashes: ["three"], ms: 50 }, (id) => (last = id));
  await until("the last is answered", () => last !== "");
  expect(await here.ended(last)).toMatchObject({ status: "COMPLETED", supersededBy: null });
  const runs = await here.rows<{ id: string; hash: string; status: string; next: string | null }>(
    "select execution_id as id, content_hash as hash, status, superseded_by as next from lector.workflow_instances",
  );
  expect(new Set([...accepted, last])).toEqual(new Set(runs.map(({ id }) => id))); // whoever asked got a run that began
  const others = runs.filter(({ id }) => id !== last);
  expect(others.map(({ status }) => status)).toEqual(others.map(() => "CANCELLED"));
  expect(new Set(others.map(({ next }) => next)).size).toBe(others.length); // each took the place of one
  for (const { hash, next } of others) {
    expect(runs.find(({ id }) => id === next)!.hash).not.toBe(hash);
  }
  const chain = [last];
  for (let of = last; ; chain.push(of)) {
    const before = others.find(({ next }) => next === of);
    if (!before) break;
    of = before.id;
  }
  expect(chain).toHaveLength(runs.length);
});

test("a failed and a cancelled one block no next one, and neither a retry nor a restart makes a second active one", async () => {
  const held = gate();
  here = await orchestra([
    task("a", ({ bad }) => (bad ? Promise.reject(new PermanentError("it cannot be")) : held.opened)),
  ]);
  const { db } = here.connection;
  const workflow = await here.define(one);
  const worker = await here.worker();
  const start = async (input: object) => (await worker.start({ workflow, input, dedupeKey: "same" })).executionId;
  const failed = await start({ bad: true });
  expect((await here.ended(failed)).status).toBe("FAILED");
  const cancelled = await start({});
  await cancelRun(db, cancelled, by);
  const opening = { store: here.store, timeouts: usualTimeouts };
  const tries = await Promise.allSettled([
    reopenRun(db, failed, by).then(() => failed),
    reopenRun(db, cancelled, by).then(() => cancelled),
    restartRun(db, opening, failed, 1, by).then(() => failed),
    restartRun(db, opening, cancelled, 1, by).then(() => cancelled),
    ...Array.from({ length: 10 }, () => start({})),
  ]);
  const active = "select execution_id as id from lector.workflow_instances where status in ('PENDING', 'RUNNING')";
  const runs = await here.rows<{ id: string }>(active);
  const given = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  expect(runs.length).toBeLessThanOrEqual(1); // none where a failed one was first, and has failed again
  if (runs[0]) expect(given).toContain(runs[0].id);
  for (const each of tries) {
    if (each.status === "rejected") expect(each.reason).toBeInstanceOf(RunConflict);
  }
  held.open();
  await Promise.all(given.map((id) => here.ended(id)));
  const next = await start({});
  expect(given).not.toContain(next);
  expect((await here.ended(next)).status).toBe("COMPLETED");
});
