import { afterEach, expect, test } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { wire } from "../support/wire.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

/** None, one or two. */
const keysOf = (name: string, n: number) => [name, "all"].slice(0, n % 3);

const define = () => here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });

test("runs that begin in one moment are written in one transaction, each as it was asked for", async () => {
  here = await orchestra([task("a", ({ n }) => ({ n }))]);
  const workflow = await define();
  const worker = await here.worker();
  const names = ["plain", 'a "quoted" \\ one', "{a,b}", "no key", "", "NULL", "none", '\\"', "ümlaut, comma"];
  const started = await Promise.all(
    names.map((name, n) => {
      const admissionKeys = keysOf(name, n);
      return worker.start({ workflow, input: { n }, ownerId: `owner ${name}`, priority: n % 3, admissionKeys });
    }),
  );
  expect(started.every(({ joined }) => !joined)).toBe(true);
  const rows = await here.rows<{ execution_id: string }>(
    "select execution_id, owner_id, priority, admission_keys, variables from lector.workflow_instances",
  );
  for (const [n, { executionId }] of started.entries()) {
    expect(rows.find((row) => row.execution_id === executionId)).toMatchObject({
      owner_id: `owner ${names[n]}`,
      priority: n % 3,
      admission_keys: keysOf(names[n]!, n),
      variables: { input: { n } },
    });
    expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  }
  const written = "select count(distinct xid)::int as n from lector.workflow_events where kind = 'run.created'";
  const [{ n: transactions } = { n: 0 }] = await here.rows<{ n: number }>(written);
  expect(transactions).toBeLessThanOrEqual(2); // the first one does not wait for others
});

test("a run that cannot be written takes no other along", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const workflow = await define();
  const worker = await here.worker();
  const asked = ["fine", "not \0 for Postgres", "fine, too"].map((ownerId) =>
    worker.start({ workflow, input: {}, ownerId }),
  );
  const [first, broken, last] = await Promise.allSettled(asked);
  expect(broken).toMatchObject({ status: "rejected", reason: { code: "22021" } });
  for (const one of [first!, last!]) {
    if (one.status === "rejected") throw one.reason;
    expect(await here.ended(one.value.executionId)).toMatchObject({ status: "COMPLETED" });
  }
  expect(await here.rows("select count(*)::int as n from lector.workflow_instances")).toEqual([{ n: 2 }]);
});

test("starts that the database never answered fail, each of them, and hold no slot", async () => {
  here = await orchestra([task("a", () => ({}))]);
  const workflow = await define();
  const way = await wire(here.url);
  const connection = connect(way.url, { answerMs: 300 });
  const worker = await here.worker({ connection, slots: 3 });
  const begin = () => Promise.allSettled([1, 2, 3].map((n) => worker.start({ workflow, input: { n } })));
  way.freeze({ all: true });
  expect((await begin()).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  way.thaw();
  const started = await begin();
  for (const one of started) {
    if (one.status === "rejected") throw one.reason;
    expect(await here.ended(one.value.executionId)).toMatchObject({ status: "COMPLETED" });
  }
  await worker.stop();
  await connection.close();
  await way.close();
});
