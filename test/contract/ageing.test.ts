/** Promise 12: higher priority starts first, who waits gains one class each interval, and nobody waits for ever. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { StoredDefinition } from "../../src/orchestrator/definition.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import type { Worker } from "../../src/orchestrator/worker.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const LOW = 0;
const NORMAL = 1;
const HIGH = 2;

/** Runs of one step that say their name, and a worker that starts them and runs none. */
async function sayers(ageingMs: number) {
  const said: string[] = [];
  here = await orchestra([task("say", ({ name }) => (said.push(name as string), sleep(2)))]);
  const lone = await here.define({ name: "lone", steps: [{ name: "say", task_type: "say" }] });
  const fan = await here.define({
    name: "fan",
    steps: [{ name: "say", task_type: "say", for_each: "/input/list", input: { name: "/input/name" } }],
  });
  const timeouts = { ...usualTimeouts, ageingMs };
  const starter = await here.worker({ tasks: [], scoped: true, timeouts });
  const start = (workflow: StoredDefinition, name: string, priority: number, more = {}) =>
    starter.start({ workflow, input: { name, ...more }, priority });
  return {
    said,
    timeouts,
    starter,
    lone: (name: string, priority: number) => start(lone, name, priority),
    fan: (name: string, priority: number, items: number) =>
      start(fan, name, priority, { list: Array.from({ length: items }, () => 1) }),
    admitted: (name: string, priority: number) =>
      starter.start({ workflow: lone, input: { name }, priority, admissionKeys: ["all"] }),
  };
}

/** As if all that there is had waited for so many ms longer. */
async function wait(ms: number): Promise<void> {
  for (const table of ["workflow_steps", "workflow_instances"]) {
    await here.rows(`update lector.${table} set order_at = order_at - interval '${ms} ms'`);
  }
}

const ended = (runs: { executionId: string }[]) => Promise.all(runs.map((run) => here.ended(run.executionId)));

test("high starts before normal and normal before low, whether they wait for a worker or for admission", async () => {
  const { said, timeouts, lone, admitted } = await sayers(60_000);
  const waiting = [await lone("low", LOW), await lone("normal", NORMAL), await lone("high", HIGH)];
  const queued = [
    await admitted("low run", LOW),
    await admitted("normal run", NORMAL),
    await admitted("high run", HIGH),
  ];
  await here.worker({ slots: 1, timeouts, admissionLimit: () => 1 });
  await ended([...waiting, ...queued]);
  expect(said.filter((name) => !name.includes("run"))).toEqual(["high", "normal", "low"]);
  expect(said.filter((name) => name.includes("run"))).toEqual(["high run", "normal run", "low run"]);
});

test("who has waited for two intervals stands before a high one that comes now, and after one interval not yet", async () => {
  const { said, timeouts, lone, admitted } = await sayers(60_000);
  const first = [await lone("aged", LOW), await admitted("aged run", LOW)];
  await wait(66_000);
  const second = [await lone("younger", LOW), await admitted("younger run", LOW)];
  await wait(60_000);
  const last = [await lone("high", HIGH), await admitted("high run", HIGH)];
  await here.worker({ slots: 1, timeouts, admissionLimit: () => 1 });
  await ended([...first, ...second, ...last]);
  expect(said.filter((name) => !name.includes("run"))).toEqual(["aged", "high", "younger"]);
  expect(said.filter((name) => name.includes("run"))).toEqual(["aged run", "high run", "younger run"]);
});

test.each(["lone", "fan"] as const)("an endless stream of high runs (%s) starves no low one", async (kind) => {
  const { timeouts, lone, fan } = await sayers(600);
  const waiting = async () => (await here.rows("select 1 from lector.workflow_steps where state = 'ready'")).length;
  const highs: { executionId: string }[] = [];
  const since = performance.now();
  const low = await lone("low", LOW);
  let over = false;
  const stream = async () => {
    while (!over) {
      if ((await waiting()) > 10) await sleep(1);
      else highs.push(await (kind === "lone" ? lone("high", HIGH) : fan("high", HIGH, 8)));
    }
  };
  const streaming = stream();
  while ((await waiting()) < 10) await sleep(1);
  await here.worker({ slots: 1, timeouts });
  await here.ended(low.executionId);
  over = true;
  await streaming;
  expect(performance.now() - since).toBeGreaterThan(1000); // high ones did go first, and never ran out
  await ended(highs);
});

test("a small run stands beside a huge one whose items have waited for long", async () => {
  const { said, timeouts, fan } = await sayers(60_000);
  const huge = await fan("huge", NORMAL, 200);
  await wait(40_000); // as long as 40 items stand behind each other
  const small = await fan("small", NORMAL, 5);
  await here.worker({ slots: 1, timeouts });
  await ended([huge, small]);
  expect(said.lastIndexOf("small")).toBeLessThan(20);
});

test("a fan-out that opens beside one that has waited for long is at most one interval ahead of its time", async () => {
  const { said, timeouts, lone, fan } = await sayers(60_000);
  const runs = [await fan("old", HIGH, 1)];
  await wait(60_000);
  runs.push(await lone("normal", NORMAL));
  await wait(150_000);
  runs.push(await fan("new", HIGH, 1));
  await here.worker({ slots: 1, timeouts });
  await ended(runs);
  expect(said).toEqual(["old", "normal", "new"]);
});

test("the wait for a retry costs no place", async () => {
  const order: string[] = [];
  let broken = true;
  const flaky = task("flaky", ({ name }) => {
    order.push(name as string);
    if (name === "first" && broken) throw new Error("once");
  });
  here = await orchestra([flaky]);
  const retry = { initial_ms: 300 };
  const workflow = await here.define({ name: "flaky", steps: [{ name: "flaky", task_type: "flaky", retry }] });
  const worker: Worker = await here.worker({ slots: 1, random: () => 1 });
  const first = await worker.start({ workflow, input: { name: "first" } });
  while (order.length === 0) await sleep(5);
  await worker.stop();
  broken = false;
  const starter = await here.worker({ tasks: [], scoped: true });
  const others = [];
  for (const name of ["second", "third"]) others.push(await starter.start({ workflow, input: { name } }));
  await sleep(400);
  await here.worker({ slots: 1 });
  await ended([first, ...others]);
  expect(order).toEqual(["first", "first", "second", "third"]);
});
