/** Promise 11: what is told to stop stops, and a stop never hangs. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { KyselyPlugin } from "kysely";
import { connect } from "../../src/database/connect.ts";
import { startWorker } from "../../src/orchestrator/worker.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const one = { name: "one", steps: [{ name: "a", task_type: "a" }] };

test("a stop does not wait for a task that ignores its signal; another worker goes on with it", async () => {
  const held = gate();
  let calls = 0;
  here = await orchestra([task("a", () => (++calls === 1 ? held.opened : { n: calls }))]);
  const workflow = await here.define(one);
  const worker = await here.worker({ leaseMs: 800 });
  const { executionId } = await worker.start({ workflow, input: {} });
  while (calls === 0) await sleep(5);
  await worker.stop();
  await here.worker({ leaseMs: 800 });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  held.open(); // its late result meets a worker that has stopped
  await sleep(50);
  expect(await here.output(executionId, "a")).toEqual({ n: 2 });
});

test("a stop does not wait for a database that is away", async () => {
  here = await orchestra([task("a", (_, { signal }) => until(signal))]);
  const workflow = await here.define(one);
  const connection = connect(here.url);
  let away = false;
  const gone = () => {
    if (away) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  };
  const db = connection.db.withPlugin({
    transformQuery: ({ node }) => (gone(), node),
    transformResult: async ({ result }) => result,
  });
  const tasks = [task("a", (_, { signal }) => until(signal))];
  const worker = startWorker({
    connection: { ...connection, db },
    store: here.store,
    tasks,
    slots: 2,
    admissionLimit: () => 1,
    leaseMs: 800,
  });
  await worker.start({ workflow, input: {} });
  away = true;
  await worker.stop();
  await connection.close();
});

test("a stop in the middle of a start leaves no step that nobody works on", async () => {
  here = await orchestra([task("a", (_, { signal }) => until(signal))]);
  const workflow = await here.define(one);
  const connection = connect(here.url);
  const inserts = new WeakSet<object>();
  const slow: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      if (JSON.stringify(node).includes("insert into lector.workflow_instances")) inserts.add(queryId);
      return node;
    },
    transformResult: async ({ result, queryId }) => (inserts.has(queryId) && (await sleep(500)), result),
  };
  const worker = await here.worker({
    leaseMs: 60_000,
    connection: { ...connection, db: connection.db.withPlugin(slow) },
  });
  const starts = Array.from({ length: 10 }, () => worker.start({ workflow, input: {} }));
  await sleep(200); // committed, but not yet answered
  await worker.stop();
  await Promise.all(starts);
  await worker.stop();
  expect(await here.rows("select distinct state from lector.workflow_steps")).toEqual([{ state: "ready" }]);
  await connection.close();
});

function until(signal: AbortSignal): Promise<never> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
