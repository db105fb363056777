import { afterEach, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { PermanentError, RetryLater } from "../../src/orchestrator/task.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(() => here.close());

const add = (name: string) => task(name, (input) => ({ [name]: true, seen: Object.keys(input).toSorted() }));
const steps = (...names: string[]) => names.map((name) => ({ name, task_type: name }));

async function play(definition: Parameters<Orchestra["define"]>[0], input: unknown, options = {}) {
  const workflow = await here.define(definition);
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input, ...options });
  return here.ended(executionId);
}

describe("a run", () => {
  test("completes its steps in order, each with the run's input overlaid by the output before it", async () => {
    here = await orchestra([add("a"), add("b"), add("c")]);
    const run = await play({ name: "three", steps: steps("a", "b", "c") }, { x: 1 });
    expect(run).toMatchObject({ status: "COMPLETED", currentStep: 3, error: null });
    expect(await here.output(run.executionId, "a")).toEqual({ a: true, seen: ["x"] });
    expect(await here.output(run.executionId, "b")).toEqual({ b: true, seen: ["a", "seen", "x"] });
    expect(await here.output(run.executionId, "c")).toEqual({ c: true, seen: ["b", "seen", "x"] });
  });

  test("gives a step exactly what its mapping names", async () => {
    here = await orchestra([add("a"), task("b", (input) => input)]);
    const run = await play(
      {
        name: "mapped",
        steps: [
          { name: "a", task_type: "a" },
          { name: "b", task_type: "b", input: { y: "/input/deep/0", z: "/steps/a/a" } },
        ],
      },
      { deep: ["first"] },
    );
    expect(await here.output(run.executionId, "b")).toEqual({ y: "first", z: true });
  });

  test("fails with the reason where a pointer leads nowhere", async () => {
    here = await orchestra([add("a"), add("b")]);
    const run = await play(
      {
        name: "lost",
        steps: [
          { name: "a", task_type: "a" },
          { name: "b", task_type: "b", input: { y: "/steps/a/nothing" } },
        ],
      },
      {},
    );
    expect(run).toMatchObject({ status: "FAILED", currentStep: 1, error: { step: "b", code: "UnresolvedPointer" } });
    expect(run.error!.message).toContain("/steps/a/nothing");
  });

  test("keeps large values outside the row and gives them back whole", async () => {
    const text = "0123456789".repeat(10_000);
    here = await orchestra([task("a", () => ({ text })), task("b", ({ text: got }) => ({ same: got === text }))]);
    const run = await play({ name: "large", steps: steps("a", "b") }, {});
    expect(await here.output(run.executionId, "a")).toMatchObject({ $ref: expect.any(String), bytes: 100_011 });
    expect(await here.output(run.executionId, "b")).toEqual({ same: true });
    const [widest] = await here.rows<{ bytes: number }>(
      "select max(octet_length(output::text)) as bytes from lector.workflow_steps",
    );
    expect(widest!.bytes).toBeLessThan(65_536);
  });

  test("stays on the version of its definition that it started with", async () => {
    const hold = Promise.withResolvers<void>();
    here = await orchestra([
      task("a", () => hold.promise),
      task("old", () => ({ old: 1 })),
      task("new", () => ({ new: 1 })),
    ]);
    const first = await here.define({ name: "versioned", steps: steps("a", "old") });
    const worker = await here.worker();
    const { executionId } = await worker.start({ workflow: first, input: {} });
    const second = await here.define({ name: "versioned", steps: steps("a", "new") });
    expect([first.version, second.version]).toEqual([1, 2]);
    hold.resolve();
    await here.ended(executionId);
    expect(await here.output(executionId, "old")).toEqual({ old: 1 });
  });

  test("has a definition that nobody can change afterwards", async () => {
    here = await orchestra();
    const { workflowId } = await here.define({ name: "fixed", steps: steps("a") });
    const change = sql`update lector.workflows set definition = '{}' where workflow_id = ${workflowId}`;
    await expect(change.execute(here.connection.db)).rejects.toThrow("immutable");
    expect(await here.define({ name: "fixed", steps: steps("a") })).toMatchObject({ workflowId, version: 1 });
  });
});

describe("a fan-out", () => {
  const fan = (more = {}) => ({
    name: "fan",
    steps: [
      { name: "each", task_type: "each", for_each: "/input/list", input: { value: "/item", at: "/index" }, ...more },
      ...steps("end"),
    ],
  });

  test("runs one task per element and joins their outputs in order", async () => {
    here = await orchestra([
      task("each", ({ value, at }) => ({ value, at })),
      task("end", ({ items }) => ({ count: (items as []).length })),
    ]);
    const list = Array.from({ length: 300 }, (_, index) => `item ${index}`);
    const run = await play(fan(), { list });
    expect(await here.output(run.executionId, "each")).toEqual({ items: list.map((value, at) => ({ value, at })) });
    expect(await here.output(run.executionId, "end")).toEqual({ count: 300 });
  });

  test("of none is done at once", async () => {
    here = await orchestra([add("each"), task("end", ({ items }) => ({ items }))]);
    const run = await play(fan(), { list: [] });
    expect(run).toMatchObject({ status: "COMPLETED", currentStep: 2 });
    expect(await here.output(run.executionId, "end")).toEqual({ items: [] });
  });

  test("fails its run with the first item that fails for good, and a retry runs only what is not done", async () => {
    const calls: number[] = [];
    let broken = true;
    here = await orchestra([
      task("each", ({ at }) => {
        calls.push(at as number);
        if (at === 2 && broken) throw new PermanentError("item 2 is bad");
        return { at };
      }),
      add("end"),
    ]);
    const failed = await play(fan(), { list: [0, 1, 2, 3] });
    expect(failed).toMatchObject({ status: "FAILED", error: { message: "item 2 is bad", step: "each" } });
    broken = false;
    const { reopenRun } = await import("../../src/orchestrator/reopen.ts");
    await reopenRun(here.connection.db, failed.executionId, { by: "test", why: "mended" });
    const run = await here.ended(failed.executionId);
    expect(run.status).toBe("COMPLETED");
    expect(await here.output(run.executionId, "each")).toEqual({ items: [0, 1, 2, 3].map((at) => ({ at })) });
    expect(calls.filter((at) => at === 2)).toHaveLength(2);
    expect(calls.filter((at) => at === 0)).toHaveLength(1);
  });
});

describe("a child run", () => {
  const child = { name: "child", steps: steps("a", "b") };
  const parent = {
    name: "parent",
    steps: [
      { name: "kids", workflow: "child", for_each: "/input/list" },
      { name: "end", task_type: "end" },
    ],
  };

  test("is waited for, and its last output becomes the step's", async () => {
    here = await orchestra([
      add("a"),
      task("b", ({ n }) => ({ doubled: (n as number) * 2 })),
      task("end", ({ items }) => ({ items })),
    ]);
    await here.define(child);
    const run = await play(parent, { list: [{ n: 1 }, { n: 2 }] });
    expect(run.status).toBe("COMPLETED");
    expect(await here.output(run.executionId, "end")).toEqual({ items: [{ doubled: 2 }, { doubled: 4 }] });
    const roots = await here.rows<{ root_id: string }>("select distinct root_id from lector.workflow_instances");
    expect(roots).toEqual([{ root_id: run.executionId }]);
  });

  test("that fails takes its parent along, with the whole cause", async () => {
    const bad = () => {
      throw new PermanentError("no such voice", { code: "voice" });
    };
    here = await orchestra([task("a", bad), add("b"), add("end")]);
    await here.define(child);
    const run = await play(parent, { list: [{ n: 1 }] });
    expect(run).toMatchObject({
      status: "FAILED",
      error: { code: "voice", step: "kids", cause: { message: "no such voice" } },
    });
  });
});

describe("a task", () => {
  test("that throws is tried again with backoff, 5 times in all, and is then a dead letter with its cause", async () => {
    let calls = 0;
    here = await orchestra([
      task("a", () => {
        calls++;
        throw new Error("the network is down", { cause: new Error("ECONNRESET") });
      }),
    ]);
    const run = await play(
      { name: "flaky", steps: [{ name: "a", task_type: "a", retry: { initial_ms: 5, max_ms: 20 } }] },
      {},
    );
    expect(calls).toBe(5);
    expect(run).toMatchObject({
      status: "FAILED",
      error: { message: "the network is down", cause: { message: "ECONNRESET" } },
    });
    const [step] = await here.rows<object>(
      "select state, attempt, failures, error ->> 'message' as message from lector.workflow_steps",
    );
    expect(step).toEqual({ state: "failed", attempt: 5, failures: 5, message: "the network is down" });
  });

  test("that throws a PermanentError is not tried again", async () => {
    let calls = 0;
    here = await orchestra([task("a", () => (calls++, Promise.reject(new PermanentError("bad input"))))]);
    expect(await play({ name: "permanent", steps: steps("a") }, {})).toMatchObject({ status: "FAILED" });
    expect(calls).toBe(1);
  });

  test("that asks for later is no failure, and holds no slot while it waits", async () => {
    let calls = 0;
    here = await orchestra([
      task("a", () => {
        if (++calls < 8) throw new RetryLater(5, "not yet");
        return {};
      }),
    ]);
    const run = await play({ name: "later", steps: steps("a") }, {});
    expect(run.status).toBe("COMPLETED");
    const [step] = await here.rows<object>("select attempt, failures from lector.workflow_steps");
    expect(step).toEqual({ attempt: 8, failures: 0 });
  });

  test("that no worker knows waits for one that does", async () => {
    here = await orchestra([]);
    const workflow = await here.define({ name: "unknown", steps: steps("a") });
    const ignorant = await here.worker();
    const { executionId } = await ignorant.start({ workflow, input: {} });
    await here.worker({ tasks: [add("a")] });
    expect((await here.ended(executionId)).status).toBe("COMPLETED");
  });

  test("gives what Postgres cannot keep a clear end instead of an endless retry", async () => {
    here = await orchestra([task("a", () => ({ text: "zero \0 byte" }))]);
    const run = await play({ name: "zero", steps: steps("a") }, {});
    expect(run).toMatchObject({ status: "FAILED", error: { message: expect.stringContaining("\\u0000") } });
  });

  test("has its apply commit with the step, or not at all", async () => {
    here = await orchestra([
      task("good", () => ({ n: 1 }), { apply: (tx) => sql`insert into applied values (1)`.execute(tx).then(() => {}) }),
      task("bad", () => ({ n: 2 }), {
        apply: async (tx) => {
          await sql`insert into applied values (2)`.execute(tx);
          throw new PermanentError("apply refused");
        },
      }),
    ]);
    await here.rows("create table applied (n int)");
    const run = await play({ name: "applies", steps: steps("good", "bad") }, {});
    expect(run).toMatchObject({ status: "FAILED", currentStep: 1, error: { message: "apply refused" } });
    expect(await here.rows("select n from applied")).toEqual([{ n: 1 }]);
  });
});

describe("history", () => {
  test("is numbered without gaps and tells the run's whole life", async () => {
    let calls = 0;
    here = await orchestra([
      task("a", () => {
        if (++calls === 1) throw new Error("once");
      }),
      add("b"),
    ]);
    const run = await play(
      {
        name: "told",
        steps: [
          { name: "a", task_type: "a", retry: { initial_ms: 1 } },
          { name: "b", task_type: "b", for_each: "/input/list" },
        ],
      },
      { list: [1, 2] },
    );
    const events = await here.events(run.executionId);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const kinds = events.map((event) => event.kind);
    expect(kinds.slice(0, 5)).toEqual(["run.created", "step.started", "step.retried", "step.started", "step.done"]);
    expect(kinds.filter((kind) => kind === "step.done")).toHaveLength(4); // a, two items, b
    expect(kinds.at(-1)).toBe("run.completed");
  });
});
