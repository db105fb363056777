import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { runningSteps } from "../../src/orchestrator/lease.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { settleAlone } from "../../src/orchestrator/settle.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { standstills } from "../support/stopwatch.ts";

let here: Orchestra;
afterEach(() => here.close());

const one = (name: string, more = {}) => ({ name: `only_${name}`, steps: [{ name, task_type: name, ...more }] });

/** Counts how many calls are under way at once. */
function meter(ms: number) {
  const seen = { live: 0, most: 0, calls: 0 };
  return {
    seen,
    run: async () => {
      seen.live++;
      seen.calls++;
      seen.most = Math.max(seen.most, seen.live);
      await sleep(ms);
      seen.live--;
    },
  };
}

describe("several workers", () => {
  test("make one run of many simultaneous starts under one dedupe key, and the next start after its end makes another", async () => {
    const held = gate();
    here = await orchestra([task("a", () => held.opened)]);
    const workflow = await here.define(one("a"));
    const workers = await Promise.all([here.worker(), here.worker(), here.worker()]);
    const starts = await Promise.all(
      Array.from({ length: 60 }, (_, index) => workers[index % 3]!.start({ workflow, input: {}, dedupeKey: "same" })),
    );
    expect(new Set(starts.map((start) => start.executionId)).size).toBe(1);
    expect(starts.filter((start) => !start.joined)).toHaveLength(1);
    held.open();
    await here.ended(starts[0]!.executionId);
    const next = await workers[0]!.start({ workflow, input: {}, dedupeKey: "same" });
    expect(next).toMatchObject({ joined: false });
    await here.ended(next.executionId);
  });

  test("never run more of a group at once than its limit, however they race", async () => {
    const { seen, run } = meter(3);
    here = await orchestra([task("a", run)]);
    await limitGroup(here.connection.db, "voice", 5);
    const workflow = await here.define(one("a", { for_each: "/input/list", group: "voice" }));
    const workers = await Promise.all([here.worker(), here.worker(), here.worker()]);
    const runs = await Promise.all(
      workers.map((worker) => worker.start({ workflow, input: { list: Array.from({ length: 60 }, () => 1) } })),
    );
    await Promise.all(runs.map(({ executionId }) => here.ended(executionId)));
    expect(seen).toMatchObject({ calls: 180, most: 5 });
  });

  test("have no more runs under way than an admission key allows, and lose none", async () => {
    const { seen, run } = meter(10);
    here = await orchestra([task("a", run)]);
    const workflow = await here.define(one("a"));
    const workers = await Promise.all([
      here.worker({ admissionLimit: () => 3 }),
      here.worker({ admissionLimit: () => 3 }),
    ]);
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        workers[i % 2]!.start({ workflow, input: {}, admissionKeys: ["generations"] }),
      ),
    );
    await Promise.all(runs.map(({ executionId }) => here.ended(executionId)));
    expect(seen).toMatchObject({ calls: 20, most: 3 });
  });

  test("never execute a task twice while all are healthy", async () => {
    const calls = new Map<unknown, number>();
    here = await orchestra([task("a", ({ item }) => void calls.set(item, (calls.get(item) ?? 0) + 1))]);
    const workflow = await here.define(one("a", { for_each: "/input/list" }));
    const workers = await Promise.all([here.worker(), here.worker(), here.worker()]);
    const { executionId } = await workers[0]!.start({
      workflow,
      input: { list: Array.from({ length: 400 }, (_, i) => i) },
    });
    await here.ended(executionId);
    expect([...calls.values()].every((count) => count === 1)).toBe(true);
    expect(calls.size).toBe(400);
  });

  test("of which one is scoped leave it its own run only", async () => {
    const ran: unknown[] = [];
    here = await orchestra([task("a", ({ n }) => void ran.push(n))]);
    const workflow = await here.define(one("a"));
    const scoped = await here.worker({ scoped: true });
    const mine = await scoped.start({ workflow, input: { n: "mine" } });
    const other = await scoped.start({ workflow, input: { n: "other" } });
    scoped.only(mine.executionId);
    await here.ended(mine.executionId);
    await sleep(150);
    expect(ran).toEqual(["mine"]);
    expect((await findRun(here.connection.db, other.executionId)).status).toBe("PENDING");
  });

  test("serve a higher priority first, and a small run beside a huge one", async () => {
    const order: string[] = [];
    here = await orchestra([task("a", async ({ name }) => (order.push(name as string), sleep(2)))]);
    const workflow = await here.define(one("a", { for_each: "/input/list", input: { name: "/input/name" } }));
    const starter = await here.worker({ scoped: true });
    const start = (name: string, count: number, priority: number) =>
      starter.start({ workflow, input: { name, list: Array.from({ length: count }, () => 1) }, priority });
    const runs = [await start("huge", 200, 1), await start("small", 5, 1), await start("urgent", 5, 2)];
    await here.worker({ slots: 1 });
    await Promise.all(runs.map(({ executionId }) => here.ended(executionId)));
    expect(order.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => "urgent"));
    expect(order.lastIndexOf("small")).toBeLessThan(30);
  });
});

describe("a lease", () => {
  test("that is not renewed passes the work on, and the late result changes nothing", async () => {
    const held = gate();
    let calls = 0;
    here = await orchestra([task("a", async () => ({ by: ++calls === 1 ? (await held.opened, "frozen") : "second" }))]);
    const workflow = await here.define(one("a"));
    // the heart of the first stands still: it renews only after its lease has long run out
    const frozen = await here.worker({ leaseMs: 600, heartbeatMs: 60_000 });
    const { executionId } = await frozen.start({ workflow, input: {} });
    await here.worker({ leaseMs: 600 });
    expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
    held.open();
    await sleep(100);
    expect(await here.output(executionId, "a")).toEqual({ by: "second" });
    const [step] = await here.rows<object>("select attempt, lost, failures from lector.workflow_steps");
    expect(step).toEqual({ attempt: 2, lost: 1, failures: 0 });
  });

  test("is kept by heartbeats for as long as the work takes", async () => {
    here = await orchestra([task("a", () => sleep(1500).then(() => ({ slow: true })))]);
    const workflow = await here.define(one("a"));
    const worker = await here.worker({ leaseMs: 400 });
    await here.worker({ leaseMs: 400 });
    const stops = standstills(100);
    const { executionId } = await worker.start({ workflow, input: {} });
    await here.ended(executionId);
    const [{ lost }] = (await here.rows<{ lost: number }>("select lost from lector.workflow_steps")) as [
      { lost: number },
    ];
    expect(lost).toBeLessThanOrEqual(stops()); // a machine that stood still beats no heart
  });

  test("that ran out ten times makes a dead letter of a task that kills its workers", async () => {
    here = await orchestra([
      task("a", (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", reject))),
    ]);
    const workflow = await here.define(one("a"));
    const worker = await here.worker({ leaseMs: 200, heartbeatMs: 60_000, pollMs: 10 });
    const { executionId } = await worker.start({ workflow, input: {} });
    expect(await here.ended(executionId)).toMatchObject({ status: "FAILED", error: { code: "worker_lost" } });
    const [step] = await here.rows<object>("select lost, failures from lector.workflow_steps");
    expect(step).toEqual({ lost: 10, failures: 0 });
  });

  test("fences: a settlement with an old attempt is refused and leaves every row as it was", async () => {
    const held = gate();
    here = await orchestra([task("a", () => held.opened)]);
    const workflow = await here.define(one("a"));
    const worker = await here.worker();
    const { executionId } = await worker.start({ workflow, input: {} });
    const [step] = await runningSteps(here.connection.db);
    const everything = () =>
      here.rows(
        "select to_jsonb(s) as s, to_jsonb(i) as i from lector.workflow_steps s join lector.workflow_instances i using (execution_id)",
      );
    const before = await everything();
    const late = { ...step!, from: "running" as const, attempt: step!.attempt - 1 };
    const settled = await settleAlone(here.connection.db, [
      { ...late, ending: { to: "done", output: "{}", next: null } },
    ]);
    expect(settled.accepted.size).toBe(0);
    expect(await everything()).toEqual(before);
    held.open();
    await here.ended(executionId);
  });
});

describe("cancel", () => {
  test("signals running work in another process's worker and lets nothing new start", async () => {
    const aborted = gate();
    const later: number[] = [];
    here = await orchestra([
      task(
        "a",
        (_, { signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => (aborted.open(), reject(signal.reason)))),
      ),
      task("b", () => void later.push(1)),
    ]);
    const workflow = await here.define({
      name: "long",
      steps: [
        { name: "a", task_type: "a" },
        { name: "b", task_type: "b" },
      ],
    });
    const worker = await here.worker({ pollMs: 1000 });
    const { executionId } = await worker.start({ workflow, input: {} });
    const elsewhere = connect(here.url);
    expect(await cancelRun(elsewhere.db, executionId, { by: "test" })).toEqual({ status: "CANCELLED", changed: true });
    await aborted.opened;
    expect(await cancelRun(elsewhere.db, executionId, { by: "test" })).toEqual({ status: "CANCELLED", changed: false });
    await elsewhere.close();
    expect(later).toEqual([]);
    expect((await here.events(executionId)).filter((event) => event.kind === "run.cancelled")).toHaveLength(1);
  });

  test("reaches child runs, and a retry goes on with all of them", async () => {
    const held = gate();
    let calls = 0;
    here = await orchestra([
      task("a", async (_, { signal }) => {
        if (++calls === 1)
          await Promise.race([
            held.opened,
            new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason))),
          ]);
        return { calls };
      }),
    ]);
    await here.define({ name: "child", steps: [{ name: "a", task_type: "a" }] });
    const workflow = await here.define({ name: "parent", steps: [{ name: "kid", workflow: "child" }] });
    const worker = await here.worker();
    const { executionId } = await worker.start({ workflow, input: {} });
    while (calls === 0) await sleep(5);
    await cancelRun(here.connection.db, executionId, { by: "test" });
    expect(await here.rows("select distinct status from lector.workflow_instances")).toEqual([{ status: "CANCELLED" }]);
    await reopenRun(here.connection.db, executionId, { by: "test", why: "after all" });
    expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
    expect(await here.output(executionId, "kid")).toEqual({ calls: 2 });
  });
});

describe("stopping", () => {
  test("hands running work back at once and counts it as no failure", async () => {
    let calls = 0;
    here = await orchestra([
      task("a", (_, { signal }) =>
        ++calls > 1
          ? { done: true }
          : new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason))),
      ),
    ]);
    const workflow = await here.define(one("a"));
    const first = await here.worker();
    const { executionId } = await first.start({ workflow, input: {} });
    while (calls === 0) await sleep(5);
    await first.stop();
    const [step] = await here.rows<object>("select state, attempt, failures, lost from lector.workflow_steps");
    expect(step).toEqual({ state: "ready", attempt: 1, failures: 0, lost: 0 });
    await here.worker();
    expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  });

  test("gives an admission back, so that abandoned runs block nobody", async () => {
    here = await orchestra([
      task("a", (_, { signal }) => new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason)))),
      task("b", () => ({})),
    ]);
    const stuck = await here.define(one("a"));
    const quick = await here.define(one("b"));
    const first = await here.worker({ scoped: true, admissionLimit: () => 1 });
    const abandoned = await first.start({ workflow: stuck, input: {}, admissionKeys: ["generations"] });
    first.only(abandoned.executionId);
    while ((await runningSteps(here.connection.db)).length === 0) await sleep(5);
    await first.stop();
    const second = await here.worker({ scoped: true, admissionLimit: () => 1 });
    const next = await second.start({ workflow: quick, input: {}, admissionKeys: ["generations"] });
    second.only(next.executionId);
    expect(await here.ended(next.executionId)).toMatchObject({ status: "COMPLETED" });
  });
});
