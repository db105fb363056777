/** Promise 13: exhausted work is kept with its whole cause, and replayed with lineage; replaying twice does no harm. */
import { afterEach, expect, test } from "vitest";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { findDeadLetter, listDeadLetters, replayDeadLetter } from "../../src/orchestrator/dead-letters.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { PermanentError, RetryLater } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { until } from "../support/program.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const by = { by: "test", why: "mended" };
const list = (filter = {}) => listDeadLetters(here.connection.db, { limit: 50, ...filter });
const letters = async () => (await list()).letters;
const replay = (taskId: string) => replayDeadLetter(here.connection.db, taskId, by);
const opening = () => ({ store: here.store, timeouts: usualTimeouts });
const retry = { failures: 3, initial_ms: 1 };

test("it tells of each attempt's failure, and of no wait", async () => {
  let calls = 0;
  here = await orchestra([
    task("a", () => {
      if (++calls === 2) throw new RetryLater(1, "not yet");
      throw new Error(`failure in call ${calls}`, { cause: new Error("ECONNRESET") });
    }),
  ]);
  const worker = await here.worker();
  const workflow = await here.define({ name: "one", steps: [{ name: "only", task_type: "a", retry }] });
  const { executionId } = await worker.start({ workflow, input: { n: 1 } });
  await here.ended(executionId);
  const [letter] = await letters();
  expect(letter).toMatchObject({
    executionId,
    rootId: executionId,
    runStatus: "FAILED",
    workflow: "one",
    step: 1,
    item: null,
    name: "only",
    taskType: "a",
    state: "failed",
    attempt: 4,
    failures: 3,
    lost: 0,
    failedAt: expect.any(Date),
    error: { message: "failure in call 4", cause: { message: "ECONNRESET" } },
  });
  const { causes, input, revivals } = await findDeadLetter(here.connection.db, letter!.taskId);
  expect(causes.map(({ attempt, kind, error }) => [attempt, kind, error?.message, error?.cause?.message])).toEqual([
    [1, "retried", "failure in call 1", "ECONNRESET"],
    [3, "retried", "failure in call 3", "ECONNRESET"],
    [4, "failed", "failure in call 4", "ECONNRESET"],
  ]);
  expect([input, revivals]).toEqual([{ n: 1 }, []]);
});

test("its replay reopens the run, says from which failure, and uses again what is done; once more does no harm", async () => {
  const began: string[] = [];
  const held = gate();
  let broken = true;
  here = await orchestra([
    task("a", () => (began.push("a"), {})),
    task("b", async ({ n }) => {
      began.push(`b${n as number}`);
      if (!broken) await held.opened;
      if (broken && n === 1) throw new PermanentError("it cannot be");
      return {};
    }),
  ]);
  const worker = await here.worker();
  const workflow = await here.define({
    name: "two",
    steps: [
      { name: "a", task_type: "a" },
      { name: "b", task_type: "b", for_each: "/input/list" },
    ],
  });
  const { executionId } = await worker.start({ workflow, input: { list: [{ n: 0 }, { n: 1 }, { n: 2 }] } });
  expect((await here.ended(executionId)).status).toBe("FAILED");
  await until("all have begun", () => began.length === 4);
  broken = false;
  const [letter, ...others] = await letters();
  expect([letter!.item, others]).toEqual([1, []]); // the fan-out failed along with it
  const both = await Promise.all([replay(letter!.taskId), replay(letter!.taskId)]);
  expect(both.map(({ changed }) => changed).toSorted()).toEqual([false, true]);
  expect(both.every((one) => one.executionId === executionId && one.status === "RUNNING")).toBe(true);
  expect(await letters()).toEqual([]);
  held.open();
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  expect(await replay(letter!.taskId)).toEqual({ executionId, status: "COMPLETED", changed: false });
  expect(began.toSorted()).toEqual(["a", "b0", "b1", "b1", "b2"]);
  const { state, revivals } = await findDeadLetter(here.connection.db, letter!.taskId);
  const failure = { task_id: letter!.taskId, execution_id: executionId, step: 2, item: 1, name: "b", attempt: 1 };
  expect([state, revivals]).toMatchObject([
    "done",
    [{ kind: "reopened", data: { ...by, replay: { ...failure, error: { message: "it cannot be" } } } }],
  ]);
});

test("of a child run, only the step that caused it is one, and its replay reopens the run at the top", async () => {
  let broken = true;
  here = await orchestra([
    task("a", () => (broken ? Promise.reject(new PermanentError("deep down")) : {})),
    task(
      "hold",
      (_, { signal }) => new Promise((_yes, no) => signal.addEventListener("abort", () => no(signal.reason))),
    ),
  ]);
  await here.define({ name: "inner", steps: [{ name: "a", task_type: "a" }] });
  await here.define({ name: "long", steps: [{ name: "hold", task_type: "hold" }] });
  const outer = { name: "outer", steps: [{ name: "in", workflow: "inner", for_each: "/input/list" }] };
  await here.define(outer);
  const worker = await here.worker();
  const top = await here.define({ name: "top", steps: [{ name: "out", workflow: "outer" }] });
  const { executionId } = await worker.start({ workflow: top, input: { list: [1] } });
  await here.ended(executionId);
  const [letter, ...others] = await letters();
  expect([letter, others]).toMatchObject([{ workflow: "inner", name: "a", rootId: executionId }, []]);
  broken = false;
  expect(await replay(letter!.taskId)).toEqual({ executionId, status: "RUNNING", changed: true });
  expect((await here.ended(executionId)).status).toBe("COMPLETED");

  const waits = await here.define({ name: "waits", steps: [{ name: "kid", workflow: "long" }] });
  const other = await worker.start({ workflow: waits, input: {} });
  const child = async () =>
    (
      await here.rows<{ id: string }>(`select execution_id as id from lector.workflow_instances
      where root_id = '${other.executionId}' and parent_step_id is not null`)
    )[0]?.id;
  await until("the child run is there", async () => Boolean(await child()));
  await cancelRun(here.connection.db, (await child())!, by);
  await here.ended(other.executionId);
  expect(await letters()).toMatchObject([{ name: "kid", error: { code: "child_cancelled" } }]);
});

test("a fan-out that took too long in all is one, and its replay goes on with the items that were not done", async () => {
  let slow = true;
  here = await orchestra([
    task("a", ({ n }, { signal }) =>
      slow && n !== 0 ? new Promise((_yes, no) => signal.addEventListener("abort", () => no(signal.reason))) : {},
    ),
  ]);
  const worker = await here.worker();
  const fan = { name: "each", task_type: "a", for_each: "/input/list", timeouts: { step_ms: 300 } };
  const workflow = await here.define({ name: "fan", steps: [fan] });
  const { executionId } = await worker.start({ workflow, input: { list: [{ n: 0 }, { n: 1 }, { n: 2 }] } });
  await here.ended(executionId);
  const [letter, ...others] = await letters();
  expect([letter, others]).toMatchObject([{ executionId, item: null, error: { code: "step_timeout" } }, []]);
  const { causes } = await findDeadLetter(here.connection.db, letter!.taskId);
  expect(causes).toMatchObject([{ kind: "failed", error: { code: "step_timeout" } }]);
  slow = false;
  expect(await replay(letter!.taskId)).toEqual({ executionId, status: "RUNNING", changed: true });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await letters()).toEqual([]);
  expect(await replay(letter!.taskId)).toEqual({ executionId, status: "COMPLETED", changed: false });
});

test("they are listed newest first, page by page, of one workflow or task, while more come", async () => {
  here = await orchestra([
    task("a", () => Promise.reject(new PermanentError("no"))),
    task("b", () => Promise.reject(new PermanentError("no"))),
  ]);
  const worker = await here.worker();
  const all = await here.define({ name: "many", steps: [{ name: "each", task_type: "a" }] });
  const other = await here.define({ name: "other", steps: [{ name: "each", task_type: "b" }] });
  const fail = async (workflow: typeof all) => {
    const { executionId } = await worker.start({ workflow, input: {} });
    await here.ended(executionId);
    return executionId;
  };
  const mine: string[] = [];
  for (let n = 0; n < 5; n++) mine.push(await fail(all));
  // several that failed in the same microsecond
  await here.rows("update lector.workflow_steps set ended_at = (select max(ended_at) from lector.workflow_steps)");
  mine.splice(0, 5, ...mine.toSorted());
  mine.push(await fail(all));
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 2, cursor, workflow: "many" });
    seen.push(...page.letters.map((letter) => letter.executionId));
    cursor = page.nextCursor ?? undefined;
    await fail(all);
  } while (cursor);
  expect(seen).toHaveLength(6);
  expect(seen[0]).toBe(mine[5]);
  expect(seen.toSorted()).toEqual(mine.toSorted());
  const last = await fail(other);
  expect((await list({ taskType: "b" })).letters.map(({ executionId }) => executionId)).toEqual([last]);
  expect((await list({ workflow: "other", taskType: "a" })).letters).toEqual([]);
  for (const bad of ["x", "", "1.2", `-1.${last}`, `1.${last}x`])
    await expect(list({ cursor: bad })).rejects.toThrow("is no next_cursor");
});

test("what never failed is none; what could not be opened is one that no replay can mend, but a restart can", async () => {
  let good = false;
  here = await orchestra([task("a", () => (good ? { list: [{}] } : {})), task("b", () => ({}))]);
  const worker = await here.worker();
  const workflow = await here.define({
    name: "fan",
    steps: [
      { name: "a", task_type: "a" },
      { name: "b", task_type: "b", for_each: "/steps/a/list" },
    ],
  });
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  const [letter] = await letters();
  const { causes } = await findDeadLetter(here.connection.db, letter!.taskId);
  expect(causes).toMatchObject([
    { attempt: 0, kind: "failed", error: { message: expect.stringContaining("/steps/a/list") } },
  ]);
  await expect(replay(letter!.taskId)).rejects.toThrow('The step "b"');
  const [done] = await here.rows<{ id: string }>("select task_id as id from lector.workflow_steps where name = 'a'");
  for (const id of [done!.id, executionId])
    await expect(replay(id)).rejects.toThrow(`No dead letter has the task_id ${id}`);
  expect((await findRun(here.connection.db, executionId)).status).toBe("FAILED");
  good = true;
  await restartRun(here.connection.db, opening(), executionId, "a", by);
  expect((await here.ended(executionId)).status).toBe("COMPLETED");
  expect(await letters()).toEqual([]);
  const { state, revivals } = await findDeadLetter(here.connection.db, letter!.taskId);
  expect([state, revivals.map(({ kind }) => kind)]).toEqual(["discarded", ["restarted"]]);
});

test("one that a restart put aside does not reopen the run that failed anew", async () => {
  here = await orchestra([task("a", () => Promise.reject(new PermanentError("no")))]);
  const worker = await here.worker();
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const { executionId } = await worker.start({ workflow, input: {} });
  await here.ended(executionId);
  const [first] = await letters();
  await restartRun(here.connection.db, opening(), executionId, "a", by);
  await here.ended(executionId);
  const [second, ...others] = await letters();
  expect([second!.attempt, others]).toEqual([2, []]);
  expect(second!.taskId).not.toBe(first!.taskId);
  expect(await replay(first!.taskId)).toEqual({ executionId, status: "FAILED", changed: false });
});
