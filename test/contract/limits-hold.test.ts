/** Promise 12: never more live leases than a limit, and nobody starves behind somebody else's limit. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { transact } from "../../src/database/connect.ts";
import { admit } from "../../src/orchestrator/admit.ts";
import { CHILD_RUN } from "../../src/orchestrator/advance.ts";
import { lostEnding } from "../../src/orchestrator/attempt.ts";
import { openChildRun } from "../../src/orchestrator/child-run.ts";
import { claimUngrouped, limitGroup } from "../../src/orchestrator/claim.ts";
import { definitionsOf } from "../../src/orchestrator/definition.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { runningSteps } from "../../src/orchestrator/lease.ts";
import { pauseRun } from "../../src/orchestrator/pause.ts";
import { openSettler } from "../../src/orchestrator/settler.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { admissionKeysOf, admissionLimitOf } from "../../src/workflows/admission.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";
import { processes, type Processes } from "../support/processes.ts";
import { standstills, stopwatch } from "../support/stopwatch.ts";

let here: Orchestra;
let workers: Processes | null = null;
afterEach(async () => {
  await workers?.close();
  workers = null;
  await checkHistory(here.connection.db);
  await here.close();
});

const work = { name: "a", task_type: "work", input: { ms: "/input/ms" } };
const waitsForLock = () =>
  here.rows("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

test("a group's limit holds over processes that are killed and frozen, and no call is lost", async () => {
  here = await orchestra();
  workers = await processes(here);
  await limitGroup(here.connection.db, "voice", 6);
  await here.rows(`create table exceeded (live int);
    create function watch() returns trigger language plpgsql as $$ begin
      insert into exceeded select count(*) from lector.workflow_steps where state = 'running' and group_key = 'voice'
        having count(*) > 6;
      return null;
    end $$;
    create trigger watch after insert or update of state on lector.workflow_steps
      for each statement execute function watch()`);
  const workflow = await here.define({ name: "fan", steps: [{ ...work, for_each: "/input/list", group: "voice" }] });
  const starter = await here.worker({ tasks: [], scoped: true });
  const [killed, frozen] = await Promise.all([4, 4, 4].map((slots) => workers!.fork({ leaseMs: 1000, slots })));
  const list = Array.from({ length: 60 }, () => 1);
  const runs = await Promise.all([1, 2].map(() => starter.start({ workflow, input: { ms: 40, list } })));
  while ((await workers.calls()).length < 30) await sleep(5);
  killed!.kill("SIGKILL");
  frozen!.kill("SIGSTOP");
  const stops = standstills(250);
  setTimeout(() => frozen!.kill("SIGCONT"), 1600);
  for (const { executionId } of runs) expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await here.rows("select * from exceeded")).toEqual([]);
  const calls = await workers.calls();
  const retried = calls.filter((call) => call.attempt > 1).length;
  expect(new Set(calls.map((call) => call.taskId)).size).toBe(120);
  // what the two held, what the thawed one held when it came back, and all where the machine itself stood still
  expect(retried).toBeLessThanOrEqual(8 + 4 + 6 * stops());
});

test("more runs than one page that wait for a full key hide nobody behind them", async () => {
  here = await orchestra([task("a", (_, { signal }) => aborted(signal)), task("b", () => ({}))]);
  const busy = await here.define({ name: "busy", steps: [{ name: "a", task_type: "a" }] });
  const quick = await here.define({ name: "quick", steps: [{ name: "b", task_type: "b" }] });
  const { db } = here.connection;
  for (let n = 0; n < 230; n++) {
    await startRun(db, here.store, { workflow: busy, input: {}, admissionKeys: ["user:busy", "all"] });
  }
  const { executionId } = await startRun(db, here.store, {
    workflow: quick,
    input: {},
    admissionKeys: ["user:other", "all"],
  });
  await here.worker({ admissionLimit: (key) => (key === "all" ? 3 : 2) });
  expect(await here.ended(executionId)).toMatchObject({ status: "COMPLETED" });
});

test("of a user and an API key never more runs are under way than their limits, and a busy user holds up nobody", async () => {
  let began = 0;
  const hold = gate();
  here = await orchestra([task("work", async () => (began++, await hold.opened, await sleep(5), {}))]);
  const workflow = await here.define({
    name: "two",
    steps: [
      { name: "a", task_type: "work" },
      { name: "b", task_type: "work" },
    ],
  });
  await here.rows(`create table seen (key text, live int);
    create function watch() returns trigger language plpgsql as $$ begin
      insert into seen select key, count(*) from lector.workflow_instances, unnest(admission_keys) as key
        where status in ('PENDING', 'RUNNING') and admitted_at is not null group by key;
      return null;
    end $$;
    create trigger watch after update on lector.workflow_instances for each statement execute function watch()`);
  const starter = await here.worker({ tasks: [], scoped: true });
  const start = async (userId?: string) =>
    (await starter.start({ workflow, input: {}, admissionKeys: admissionKeysOf({ userId }) })).executionId;
  const busy: string[] = [];
  for (let n = 0; n < 30; n++) busy.push(await start("busy"));
  const others = await Promise.all(["calm", "calm/er", undefined].map((userId) => start(userId)));
  const admissionLimit = admissionLimitOf({ generations: 20, runsPerKey: 5, runsPerUser: 2 });
  for (let n = 0; n < 3; n++) await here.worker({ slots: 8, admissionLimit });
  await until("as many have begun as may", () => began === 5);
  hold.open();
  const ended = await Promise.all([...busy, ...others].map(here.ended));
  expect(ended.every(({ status }) => status === "COMPLETED")).toBe(true);
  const endOf = (id: string) => ended.find(({ executionId }) => executionId === id)!.endedAt!.getTime();
  const busyOnes = busy.map(endOf).toSorted((a, b) => a - b);
  for (const id of others) expect(endOf(id)).toBeLessThan(busyOnes[9]!);
  const most = await here.rows<{ key: string; live: number }>(
    "select key, max(live)::int as live from seen group by key order by key",
  );
  expect(most).toEqual([
    { key: "generations", live: 5 },
    { key: "key:local", live: 5 },
    { key: "user:local/busy", live: 2 },
    { key: "user:local/calm", live: 1 },
    { key: "user:local/calm/er", live: 1 },
  ]);
});

test("processes that admit at the same moment admit no more than may be", async () => {
  here = await orchestra([]);
  const { db } = here.connection;
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const most = 30;
  for (let n = 0; n < 2 * most; n++) await startRun(db, here.store, { workflow, input: {}, admissionKeys: ["all"] });
  for (let limit = 1; limit <= most; limit++) {
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => admit(db, () => limit, null)));
    const live = await here.rows("select 1 from lector.workflow_instances where admitted_at is not null");
    expect(live.length).toBe(limit);
  }
});

test("the place of a run whose process died is free again, even where every process works for one run only", async () => {
  here = await orchestra([task("b", () => ({}))]);
  workers = await processes(here);
  const quick = await here.define({ name: "quick", steps: [{ name: "b", task_type: "b" }] });
  const slow = await here.define({ name: "slow", steps: [{ ...work, group: "voice" }] });
  await limitGroup(here.connection.db, "voice", 1);
  const dying = await workers.fork({ leaseMs: 60_000, slots: 1 });
  const scoped = await here.worker({ scoped: true, admissionLimit: () => 1 });
  const left = await scoped.start({ workflow: slow, input: { ms: 60_000 }, admissionKeys: ["generations"] });
  while ((await workers.calls()).length === 0) await sleep(5);
  dying.kill("SIGKILL");
  const mine = await scoped.start({ workflow: quick, input: {}, admissionKeys: ["generations"] });
  scoped.only(mine.executionId);
  expect(await here.ended(mine.executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await findRun(here.connection.db, left.executionId)).toMatchObject({ status: "RUNNING", admitted: false });
});

test("a run that is paused in the moment of its admission is not admitted, and leaves its place to the next", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const start = () => startRun(db, here.store, { workflow, input: {}, admissionKeys: ["all"] });
  const [{ executionId }, next] = [await start(), await start()];
  let admitted: Promise<number>;
  await db.transaction().execute(async (tx) => {
    await pauseRun(tx as never, executionId, { by: "test" });
    admitted = admit(db, () => 1, null);
    while ((await waitsForLock()).length === 0) await sleep(5);
  });
  expect(await admitted!).toBe(1);
  expect(await findRun(db, executionId)).toMatchObject({ status: "PAUSED", admitted: false });
  expect(await findRun(db, next.executionId)).toMatchObject({ status: "PENDING", admitted: true });
  const parked = "select parked from lector.workflow_steps order by execution_id";
  expect(await here.rows(parked)).toEqual([{ parked: true }, { parked: false }]);
});

test("a run keeps its place where its last attempt is lost while another one of its tree is just being claimed", async () => {
  here = await orchestra();
  const { db } = here.connection;
  await here.define({ name: "low", steps: [{ name: "a", task_type: "a" }] });
  const workflow = await here.define({ name: "top", steps: [{ name: "l", workflow: "low", for_each: "/input/list" }] });
  const input = { list: [1, 2] };
  const { executionId } = await startRun(db, here.store, { workflow, input, admissionKeys: ["all"] });
  await admit(db, () => 1, null);
  const context = { store: here.store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const request = { workerId: "w", leaseMs: 10_000, rootId: null };
  const { claimed } = await claimUngrouped(db, { ...request, taskTypes: [CHILD_RUN], limit: 2 });
  for (const each of claimed) await transact(db, (tx) => openChildRun(tx, context, each, "low"));
  await claimUngrouped(db, { ...request, taskTypes: ["a"], limit: 1 });
  const [step] = await runningSteps(db);
  const settler = openSettler(db, context, { answerMs: 50_000, trouble: (error) => Promise.reject(error as Error) });
  const { promise: lost, resolve: settled } = Promise.withResolvers<unknown>();
  let over = false;
  void lost.then(() => (over = true));
  await transact(db, async (tx) => {
    expect((await claimUngrouped(tx, { ...request, taskTypes: ["a"], limit: 1 })).claimed).toHaveLength(1);
    const outcome = { ...step!, from: "running" as const, ending: lostEnding(0, "a") };
    settler.add({ outcome, apply: null, failed: null, rootId: executionId, inChildRun: true, settled });
    while (!over && (await waitsForLock()).length === 0) await sleep(5);
  });
  await lost;
  expect(await findRun(db, executionId)).toMatchObject({ status: "RUNNING", admitted: true });
});

test("processes that admit different runs at the same moment admit no more than have room", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const runs = Array.from({ length: 9 }, () =>
    startRun(db, here.store, { workflow, input: {}, admissionKeys: ["all"] }),
  );
  // each looks for one run of its own, as the processes of lector narrate do
  const admitted = (await Promise.all(runs)).map(({ executionId }) => admit(db, () => 2, executionId));
  expect((await Promise.all(admitted)).reduce((sum, n) => sum + n)).toBe(2);
});

test("whoever cannot renew its lease aborts its call by its own clock, before the lease ends", async () => {
  const abortedAt: number[] = [];
  const [since, took] = [Date.now(), stopwatch()];
  let stood = 0;
  const note = () => {
    abortedAt.push(Date.now());
    stood = Date.now() - since - took(); // nobody aborts a call while the machine stands still
  };
  const untilAborted = (signal: AbortSignal) => aborted(signal).catch(note);
  here = await orchestra([task("a", (_, { signal }) => untilAborted(signal))]);
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const worker = await here.worker({ leaseMs: 3000, heartbeatMs: 60_000 });
  await worker.start({ workflow, input: {} });
  const [lease] = await here.rows<{ ends: Date }>("select lease_expires_at as ends from lector.workflow_steps");
  while (abortedAt.length === 0) await sleep(5);
  const early = lease!.ends.getTime() - abortedAt[0]!;
  expect(early + stood).toBeGreaterThan(0);
  expect(early).toBeLessThan(1200); // a fifth of the lease, and no more than it takes to look
});

test("a provider whose calls hang and one whose calls fail hold up neither another one nor what needs none", async () => {
  const held: AbortSignal[] = [];
  here = await orchestra([
    task("hang", (_, { signal }) => (held.push(signal), aborted(signal))),
    task("fail", () => Promise.reject(new Error("503"))),
    task("good", () => ({})),
  ]);
  const { db } = here.connection;
  for (const group of ["hanging", "failing", "fine"]) await limitGroup(db, group, 4);
  const worker = await here.worker({ slots: 12 });
  const fan = async (task_type: string, group?: string) => {
    const step = { name: "a", task_type, for_each: "/input/list", ...(group && { group }) };
    const workflow = await here.define({ name: `${task_type}_${group ?? "free"}`, steps: [step] });
    const list = Array.from({ length: 40 }, () => 1);
    return (await worker.start({ workflow, input: { list } })).executionId;
  };
  await fan("hang", "hanging");
  while (held.length < 4) await sleep(5);
  const failing = await fan("fail", "failing");
  for (const id of [await fan("good", "fine"), await fan("good")]) {
    expect(await here.ended(id)).toMatchObject({ status: "COMPLETED" });
  }
  expect(held.filter((signal) => !signal.aborted)).toHaveLength(4);
  expect((await findRun(db, failing)).endedAt).toBeNull(); // it waits for its retries, and holds no slot for it
});

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const queues: [busy: string | null, ...others: (string | null)[]][] = [
  [null, "a"],
  ["a", "b"],
  ["b", "a"],
  ["a", null],
  [null, "a", "b"],
  ["a", "b", null],
];
const nameOf = (group: string | null) => (group === null ? "no group" : `the group ${group}`);
for (const [busy, ...others] of queues) {
  const names = others.map(nameOf).join(" and ");
  test(`what belongs to ${names} does not wait for all that belongs to ${nameOf(busy)} and came before`, async () => {
    const began: string[] = [];
    const workflowOf = async (group: string | null) => {
      if (group !== null) await limitGroup(here.connection.db, group, 20);
      const input = { group: "/input/group" };
      const step = { name: "say", task_type: "say", input, for_each: "/input/list", ...(group !== null && { group }) };
      return here.define({ name: `of_${group}`, steps: [step] });
    };
    here = await orchestra([task("say", ({ group }) => (began.push(String(group)), sleep(15)))]);
    const worker = await here.worker({ slots: 1 });
    const start = async (group: string | null, items: number) => {
      const input = { group, list: Array.from({ length: items }, () => 1) };
      return worker.start({ workflow: await workflowOf(group), input });
    };
    const first = await start(busy, 40);
    await until("it is under way", () => began.length > 2);
    const later = await Promise.all(others.map((group) => start(group, 3)));
    await Promise.all([first, ...later].map(({ executionId }) => here.ended(executionId)));
    for (const group of others) expect(began.lastIndexOf(String(group)), began.join(" ")).toBeLessThan(30);
  });
}
