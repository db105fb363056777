/** Promise 10: workers die, connections break and answers get lost; everything goes on by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { KyselyPlugin } from "kysely";
import { connect } from "../../src/database/connect.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { processes, type Processes } from "../support/processes.ts";
import { wire } from "../support/wire.ts";
import { stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

test("the work of a killed process is taken over at once on its own machine", async () => {
  here = await orchestra();
  workers = await processes(here);
  const step = { name: "a", task_type: "work", input: { ms: "/input/ms" } };
  const workflow = await here.define({ name: "one", steps: [step] });
  const starter = await here.worker({ tasks: [], scoped: true });
  const dying = await workers.fork({ leaseMs: 60_000, slots: 1 });
  const { executionId } = await starter.start({ workflow, input: { ms: 300 } });
  while ((await workers.calls()).length === 0) await sleep(5);
  dying.kill("SIGKILL");
  const took = stopwatch();
  await workers.fork({ leaseMs: 60_000, slots: 1 });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(took()).toBeLessThan(10_000); // a sixth of the lease
  const [row] = await here.rows<object>("select attempt, lost from lector.workflow_steps");
  expect(row).toEqual({ attempt: 2, lost: 1 });
});

const tree = [
  { name: "first", task_type: "a" },
  { name: "each", task_type: "a", for_each: "/input/list", group: "voice" },
  { name: "kids", workflow: "child", for_each: "/input/list" },
  { name: "last", task_type: "a" },
];
const input = { list: Array.from({ length: 12 }, (_, n) => ({ n })) };

async function playTree(damage: () => Promise<void>, connections = () => connect(here.url)): Promise<void> {
  const tasks = [task("a", () => sleep(3))];
  here = await orchestra(tasks);
  await limitGroup(here.connection.db, "voice", 5);
  await here.define({ name: "child", steps: [tree[0]!, { name: "then", task_type: "a" }] as never });
  const workflow = await here.define({ name: "tree", steps: tree as never });
  const starter = await here.worker({ tasks: [], scoped: true });
  const own = [connections(), connections(), connections()];
  for (const connection of own) await here.worker({ connection, leaseMs: 800, slots: 6 });
  const runs = await Promise.all([1, 2, 3].map(() => starter.start({ workflow, input, admissionKeys: ["all"] })));
  await damage();
  for (const { executionId } of runs) expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  const done = await here.rows(
    "select data from lector.workflow_events where kind = 'step.done' group by execution_id, data having count(*) > 1",
  );
  expect(done).toEqual([]);
  // what the database did is no failure of a task
  expect(await here.rows("select name from lector.workflow_steps where failures > 0")).toEqual([]);
}

test("every connection is cut again and again, and each run still completes, each step once", async () => {
  await playTree(async () => {
    for (let cut = 0; cut < 8; cut++) {
      await sleep(60);
      await here.rows(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
    }
  });
});

test("queries fail and answers get lost after their commit, and each run still completes, each step once", async () => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const lose = () => {
    if (random() < 0.03) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  };
  const faulty: KyselyPlugin = {
    transformQuery: ({ node }) => (lose(), node),
    transformResult: async ({ result }) => (lose(), result),
  };
  await playTree(
    async () => {},
    () => {
      const connection = connect(here.url);
      return { ...connection, db: connection.db.withPlugin(faulty) };
    },
  );
});

test("a worker whose connections became silent, alone, goes on within its lease and 2 s", async () => {
  const leaseMs = 3000;
  const tasks = [task("a", () => sleep(10))];
  here = await orchestra(tasks);
  const workflow = await here.define({
    name: "three",
    steps: ["x", "y", "z"].map((name) => ({ name, task_type: "a" })),
  });
  const way = await wire(here.url);
  const connection = connect(way.url);
  const worker = await here.worker({ connection, leaseMs, pollMs: 1000 });
  const starts = Array.from({ length: 5 }, () => worker.start({ workflow, input: {} }));
  const runs = await Promise.all(starts); // in the middle of them, with as many connections as there are
  const took = stopwatch();
  way.freeze();
  for (const { executionId } of runs) expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  // By itself it takes a lease and less than 2 s; the rest is for a machine that does other things too.
  expect(took()).toBeLessThan(leaseMs + 2000 + 5000);
  expect(await here.rows("select name from lector.workflow_steps where failures > 0")).toEqual([]);
  await worker.stop();
  await connection.close();
  await way.close();
});
