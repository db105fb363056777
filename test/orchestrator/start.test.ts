import { afterEach, describe, expect, test } from "vitest";
import { listRuns } from "../../src/orchestrator/find.ts";
import { IdempotencyConflict } from "../../src/orchestrator/start.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(() => here.close());

const workflow = () => here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });

describe("an Idempotency-Key", () => {
  test("makes one run of any number of equal starts, through several workers, even after that run has ended", async () => {
    here = await orchestra([task("a", () => ({}))]);
    const definition = await workflow();
    const workers = await Promise.all([here.worker(), here.worker(), here.worker()]);
    const request = { workflow: definition, input: { n: 1 }, idempotency: { key: "k", requestHash: "h" } };
    const starts = await Promise.all(Array.from({ length: 300 }, (_, index) => workers[index % 3]!.start(request)));
    const [id] = starts.map((start) => start.executionId);
    expect(starts.every((start) => start.executionId === id)).toBe(true);
    await here.ended(id!);
    expect((await workers[1]!.start(request)).executionId).toBe(id);
    expect(await here.rows("select count(*)::int as runs from lector.workflow_instances")).toEqual([{ runs: 1 }]);
  });

  test("with another request is a conflict and starts nothing", async () => {
    here = await orchestra([task("a", () => ({}))]);
    const definition = await workflow();
    const worker = await here.worker();
    const start = (requestHash: string) =>
      worker.start({ workflow: definition, input: {}, idempotency: { key: "k", requestHash } });
    await start("first");
    await expect(start("second")).rejects.toThrow(IdempotencyConflict);
    expect(await here.rows("select count(*)::int as runs from lector.workflow_instances")).toEqual([{ runs: 1 }]);
  });

  test("belongs to its owner", async () => {
    here = await orchestra([task("a", () => ({}))]);
    const definition = await workflow();
    const worker = await here.worker();
    const start = (ownerId: string) =>
      worker.start({ workflow: definition, input: {}, ownerId, idempotency: { key: "k", requestHash: ownerId } });
    expect((await start("one")).executionId).not.toBe((await start("two")).executionId);
  });
});

describe("metadata", () => {
  test("is kept beside the run, and runs are listed by its user, newest first, page by page", async () => {
    here = await orchestra([task("a", () => ({}))]);
    const definition = await workflow();
    const worker = await here.worker();
    const ids: string[] = [];
    for (const user of ["u1", "u2", "u1", "u1"]) {
      const { executionId } = await worker.start({
        workflow: definition,
        input: {},
        metadata: { user_id: user, note: "x" },
      });
      if (user === "u1") ids.unshift(executionId);
    }
    const first = await listRuns(here.connection.db, { userId: "u1", limit: 2 });
    expect(first.map((run) => run.executionId)).toEqual(ids.slice(0, 2));
    expect(first[0]!.metadata).toEqual({ user_id: "u1", note: "x" });
    const second = await listRuns(here.connection.db, { userId: "u1", limit: 2, before: ids[1] });
    expect(second.map((run) => run.executionId)).toEqual(ids.slice(2));
  });
});
