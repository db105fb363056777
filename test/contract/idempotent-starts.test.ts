/** Promises 2 and 3 together: a key that meets an active run of the same kind joins it, and keeps what it joined. */
import { afterEach, expect, test } from "vitest";
import { IdempotencyConflict } from "../../src/orchestrator/start.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

test("keys that meet one active run all name it, also when it has ended", async () => {
  const held = gate();
  here = await orchestra([task("a", () => held.opened)]);
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const workers = await Promise.all([here.worker(), here.worker()]);
  const start = (key: string, requestHash = "h") => {
    const request = { workflow, input: {}, dedupeKey: "same", idempotency: { key, requestHash } };
    return workers[key.length % 2]!.start(request);
  };
  const keys = ["k", "k", "kk", "kk", "kkk"];
  const starts = await Promise.all(keys.map((key) => start(key)));
  const { executionId } = starts[0]!;
  expect(starts.map((started) => started.executionId)).toEqual(keys.map(() => executionId));
  expect(starts.filter((started) => !started.joined)).toHaveLength(1);
  await expect(start("kk", "other")).rejects.toThrow(IdempotencyConflict);
  held.open();
  await here.ended(executionId);
  for (const key of keys) expect((await start(key)).executionId).toBe(executionId);
  const fresh = await start("new");
  expect(fresh.executionId).not.toBe(executionId);
  await here.ended(fresh.executionId);
});
