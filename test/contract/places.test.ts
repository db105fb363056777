/** Promise 12: a call that was taken from its worker keeps its place in the group until it has ended there, too. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import { findRun, runTreeSteps } from "../../src/orchestrator/find.ts";
import { endOverdue } from "../../src/orchestrator/overdue.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { startRun } from "../../src/orchestrator/start.ts";
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

const by = { by: "test", why: "places" };
/** Nothing here is taken back because its lease is over. */
const LONG_MS = 600_000;
const DAY_MS = 86_400_000;
const context = () => {
  return { store: here.store, definitionOf: definitionsOf(here.connection.db), timeouts: usualTimeouts };
};
const calling = { name: "call", task_type: "call", group: "voice" };
const start = async (workflow: Awaited<ReturnType<Orchestra["define"]>>, input = {}) =>
  (await startRun(here.connection.db, here.store, { workflow, input })).executionId;

/** Calls of one workflow in a group of one place; they last until they are let go, and ignore their signals. */
async function voice({ leaseMs = LONG_MS, ...step }: { leaseMs?: number; [more: string]: unknown } = {}) {
  const calls: { executionId: string; attempt: number; end(): void }[] = [];
  let [live, most] = [0, 0];
  here = await orchestra([
    task("call", async (_, { executionId, attempt }) => {
      const { opened, open } = gate();
      calls.push({ executionId, attempt, end: open });
      most = Math.max(most, ++live);
      await opened;
      live--;
    }),
    task("other", () => ({})),
  ]);
  await limitGroup(here.connection.db, "voice", 1);
  const timeouts = { attempt_ms: DAY_MS, step_ms: DAY_MS };
  const steps = [{ ...calling, timeouts, ...step }];
  const workflow = await here.define({ name: "one", timeout_ms: DAY_MS, steps });
  const other = await here.define({ name: "other", steps: [{ name: "b", task_type: "other" }] });
  await here.worker({ leaseMs });
  return {
    calls,
    most: () => most,
    start: (input = {}) => start(workflow, input),
    /** Whoever may claim has looked since. */
    async looked() {
      for (let n = 0; n < 3; n++) await here.ended(await start(other));
    },
  };
}

async function dayPasses(executionId: string, columns: Record<string, string>): Promise<void> {
  for (const [table, column] of Object.entries(columns))
    await here.rows(`update lector.${table} set ${column} = ${column} - interval '1 day'
      where execution_id = '${executionId}'`);
  await endOverdue(here.connection.db, { context: context(), random: () => 1, ended() {} });
}

const ways: [string, { step?: object; take(executionId: string): Promise<unknown>; again?: true }][] = [
  ["was cancelled", { take: (id) => cancelRun(here.connection.db, id, by) }],
  ["belongs to a run whose time is over", { take: (id) => dayPasses(id, { workflow_instances: "deadline_at" }) }],
  ["took too long in all", { take: (id) => dayPasses(id, { workflow_steps: "deadline_at" }) }],
  [
    "took too long for an attempt",
    {
      step: { retry: { initial_ms: DAY_MS, max_ms: DAY_MS } },
      take: (id) => dayPasses(id, { workflow_steps: "started_at" }),
    },
  ],
  [
    "belongs to a fan-out that took too long",
    { step: { for_each: "/input/list" }, take: (id) => dayPasses(id, { workflow_steps: "due_at" }) },
  ],
  [
    "was put aside by a restart",
    { take: (id) => restartRun(here.connection.db, context(), id, "call", by), again: true },
  ],
];
test.each(ways)(
  "a call that %s leaves its place when it has ended, and not before",
  async (_, { step, take, again }) => {
    const group = await voice(step as Record<string, unknown>);
    const taken = await group.start({ list: [1] });
    await until("it calls", () => group.calls.length === 1);
    await take(taken);
    expect(await here.rows("select 1 from lector.workflow_steps where state = 'running'")).toEqual([]);
    const next = again ? taken : await group.start({ list: [1] });
    await group.looked();
    expect(group.calls).toHaveLength(1);
    group.calls[0]!.end();
    await until("the next one calls", () => group.calls.length === 2);
    expect(group.calls[1]!.executionId).toBe(next);
    group.calls[1]!.end();
    expect(await here.ended(next)).toMatchObject({ status: "COMPLETED" });
    expect(group.most()).toBe(1);
    expect(await here.rows("select 1 from lector.workflow_steps where held")).toEqual([]);
  },
);

test("a step of a run that was cancelled and retried is tried again when its last attempt has ended", async () => {
  const group = await voice();
  await limitGroup(here.connection.db, "voice", 5);
  const executionId = await group.start();
  await until("it calls", () => group.calls.length === 1);
  await cancelRun(here.connection.db, executionId, by);
  await reopenRun(here.connection.db, executionId, by);
  await group.looked();
  expect(group.calls).toHaveLength(1);
  group.calls[0]!.end();
  await until("it is tried again", () => group.calls.length === 2);
  expect(group.calls[1]).toMatchObject({ executionId, attempt: 2 });
  group.calls[1]!.end();
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("the place of a cancelled call that never ends is free when its lease is over", async () => {
  const group = await voice({ leaseMs: 1000 });
  const cancelled = await group.start();
  await until("it calls", () => group.calls.length === 1);
  await cancelRun(here.connection.db, cancelled, by);
  const next = await group.start();
  await until("the next one has called", async () => {
    // more than once, where the machine stands still for longer than the lease
    group.calls.filter(({ executionId }) => executionId === next).forEach(({ end }) => end());
    return (await findRun(here.connection.db, next)).endedAt !== null;
  });
  expect(await here.ended(next)).toMatchObject({ status: "COMPLETED" });
  group.calls.forEach(({ end }) => end());
});

test("the place of a cancelled call is free at once where its process is seen dead", async () => {
  here = await orchestra([task("call", () => ({}))]);
  workers = await processes(here);
  await limitGroup(here.connection.db, "voice", 1);
  const work = { name: "a", task_type: "work", input: { ms: "/input/ms" }, group: "voice" };
  const slow = await here.define({ name: "slow", steps: [work] });
  const dying = await workers.fork({ leaseMs: LONG_MS, slots: 1 });
  const cancelled = await start(slow, { ms: LONG_MS });
  await until("it calls", async () => (await workers!.calls()).length === 1);
  dying.kill("SIGSTOP");
  await cancelRun(here.connection.db, cancelled, by);
  const next = await start(await here.define({ name: "one", steps: [calling] }));
  await here.worker({ leaseMs: LONG_MS });
  await sleep(1000);
  expect(await runTreeSteps(here.connection.db, next)).toMatchObject([{ state: "ready" }]);
  dying.kill("SIGKILL");
  expect(await here.ended(next)).toMatchObject({ status: "COMPLETED" });
});

test("a step that is cancelled while it opens its child run leaves its place", async () => {
  here = await orchestra();
  const { db } = here.connection;
  await limitGroup(db, "voice", 1);
  await here.define({ name: "low", steps: [{ name: "a", task_type: "call" }] });
  const kid = { name: "kid", workflow: "low", group: "voice", input: { large: "/input/large" } };
  const executionId = await start(await here.define({ name: "top", steps: [kid] }), { large: "x".repeat(70_000) });
  const [asked, fetched] = [gate(), gate()];
  const { get } = here.store;
  here.store.get = async (key) => (asked.open(), await fetched.opened, get(key));
  await here.worker({ leaseMs: LONG_MS });
  await asked.opened;
  await cancelRun(db, executionId, by);
  const held = () => here.rows("select 1 from lector.workflow_steps where held");
  expect(await held()).toHaveLength(1);
  fetched.open();
  await until("its place is free", async () => (await held()).length === 0);
});
