/**
 * Promise 15: rows and ordered events commit together and agree. Every file of this folder ends its tests with the
 * checker; here it is shown that the checker sees what does not agree. The feed and the event stream have their tests in
 * orchestrator/feed.test.ts and http/events.test.ts. The Kafka transport, which must pass the same suite, is yet to come.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { appendEvent } from "../../src/orchestrator/child-run.ts";
import { openFeed } from "../../src/orchestrator/feed.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { differences } from "../support/checker.ts";
import { until } from "../support/program.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(() => here.close());

async function oneOfEach(): Promise<string> {
  let broken = true;
  here = await orchestra([
    task("a", ({ n }) => {
      if (n === 1 && broken) throw new PermanentError("one is bad");
      return { n };
    }),
  ]);
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a" }] });
  const workflow = await here.define({
    name: "all",
    steps: [
      { name: "first", task_type: "a" },
      { name: "none", task_type: "a", for_each: "/input/none" },
      { name: "kids", workflow: "child", for_each: "/input/list" },
    ],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input: { none: [], list: [{ n: 0 }, { n: 1 }] } });
  await here.ended(executionId);
  broken = false;
  await reopenRun(here.connection.db, executionId, { by: "test", why: "mended" });
  await here.ended(executionId);
  return executionId;
}

test("rebuilds every run, step, attempt and loss of a run that failed, was mended and completed", async () => {
  const executionId = await oneOfEach();
  expect(await differences(here.connection.db)).toEqual([]);
  expect((await here.events(executionId)).map((event) => event.kind)).toContain("run.reopened");
});

const harm: [string, string][] = [
  ["a status", "update lector.workflow_instances set current_step = 1 where parent_step_id is null"],
  ["an attempt", "update lector.workflow_steps set attempt = attempt + 1 where name = 'first'"],
  ["a failure", "update lector.workflow_steps set failures = failures + 1 where name = 'first'"],
  ["a step without event", "update lector.workflow_steps set state = 'cancelled' where name = 'first'"],
  [
    "a successor",
    `update lector.workflow_events set data = jsonb_build_object('superseded_by', execution_id)
    where kind = 'run.completed'`,
  ],
  ["a lost event", "delete from lector.workflow_events where kind = 'step.done' and (data ->> 'step')::int = 1"],
  [
    "an event twice",
    `insert into lector.workflow_events (execution_id, seq, kind, data)
    select execution_id, seq + 100, kind, data from lector.workflow_events where kind = 'run.completed'`,
  ],
];
test("notices each thing that does not agree", async () => {
  await oneOfEach();
  for (const [what, statement] of harm) {
    await here.rows("drop table if exists steps, runs, events; create table steps as table lector.workflow_steps");
    await here.rows("create table runs as table lector.workflow_instances");
    await here.rows("create table events as table lector.workflow_events");
    await here.rows(statement);
    expect((await differences(here.connection.db)).length, what).toBeGreaterThan(0);
    await here.rows(`delete from lector.workflow_events; insert into lector.workflow_events select * from events`);
    await here.rows(`update lector.workflow_instances i set current_step = r.current_step from runs r
      where r.execution_id = i.execution_id`);
    await here.rows(`update lector.workflow_steps s set attempt = c.attempt, failures = c.failures, state = c.state
      from steps c where c.task_id = s.task_id`);
    expect(await differences(here.connection.db), what).toEqual([]);
  }
});

test("a follower misses nothing that is written down early and committed late", async () => {
  const top = await oneOfEach();
  const { db } = here.connection;
  const [child] = await here.rows<{ id: string }>(
    `select execution_id as id from lector.workflow_instances where execution_id <> '${top}' limit 1`,
  );
  const feed = openFeed(db);
  const told: string[] = [];
  feed.follow(top, null, (events) => told.push(...events.map(({ kind }) => kind)));
  await until("what was there is told", () => told.includes("run.completed"));
  await db.transaction().execute(async (tx) => {
    await appendEvent(tx as never, child!.id, "written.early", {});
    await appendEvent(db as never, top, "committed.early", {});
    feed.poke();
    await sleep(400); // it looks each 250 ms
  });
  await until("both are told", () => told.includes("written.early") && told.includes("committed.early"));
  expect(told.slice(-2)).toEqual(["written.early", "committed.early"]);
  feed.close();
});
