/** Old runs are removed whole, in batches; what is active, young or paid for stays, and what others made of them too. */
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect, transact, type Tx } from "../../src/database/connect.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { findRun, RunNotFound } from "../../src/orchestrator/find.ts";
import { keepHouse } from "../../src/orchestrator/housekeeping.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { oldest, removeEnded } from "../../src/orchestrator/retention.ts";
import { startRun, type StartRequest } from "../../src/orchestrator/start.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import type { StoredDefinition } from "../../src/orchestrator/definition.ts";
import { checkHistory } from "../support/checker.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
let outer: StoredDefinition;
const by = { by: "test", why: "old" };
beforeEach(async () => {
  here = await orchestra([
    task("good", () => ({})),
    task("fail", ({ n }) => (n === 1 ? Promise.reject(new PermanentError("no")) : {})),
    task(
      "wait",
      (_, { signal }) => new Promise((_yes, no) => signal.addEventListener("abort", () => no(signal.reason))),
    ),
  ]);
  await here.define({ name: "inner", steps: [{ name: "a", task_type: "fail" }] });
  outer = await here.define({
    name: "outer",
    steps: [
      { name: "first", task_type: "good" },
      { name: "kids", workflow: "inner", for_each: "/input/list" },
    ],
  });
});
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

/** Nothing is admitted under the key "never". */
const work = () => here.worker({ admissionLimit: (key) => (key === "never" ? 0 : 20) });
const remove = (days = 30) => removeEnded(here.connection.db, days);
const start = async (request: Partial<StartRequest> = {}) => {
  const list = [{ n: 0 }, { n: 2 }];
  const run = await startRun(here.connection.db, here.store, { workflow: outer, input: { list }, ...request });
  return run.executionId;
};
/** As if all that was is so many days ago. */
const age = (days: number, where = "true") =>
  here.rows(`update lector.workflow_instances set created_at = created_at - interval '${days} days',
    ended_at = ended_at - interval '${days} days' where ${where}`);
const counts = async () =>
  (
    await here.rows<Record<string, number>>(`select
      (select count(*)::int from lector.workflow_instances) as runs, (select count(*)::int from lector.workflow_steps) as steps,
      (select count(*)::int from lector.workflow_events) as events,
      (select count(*)::int from lector.idempotency_keys) as keys`)
  )[0];
const nothing = { runs: 0, steps: 0, events: 0, keys: 0 };

test("a run that ended long ago goes with its child runs, steps, events and idempotency key, and nothing else", async () => {
  await work();
  const id = await start({ idempotency: { key: "k", requestHash: "h" } });
  await here.ended(id);
  await here.rows(`insert into lector.ledger (ledger_id, owner_id, execution_id, task_id, attempt, provider, model, unit,
      quantity, price, state) values (gen_random_uuid(), 'local', '${id}', gen_random_uuid(), 1, 'p', 'm', 'characters', 1, 0, 'reserved');
    insert into lector.content_audios (content_audio_id, content_type, content_id, locale, voice_id, variant, script_mode,
      execution_id) values (gen_random_uuid(), 'article', '1', 'en', 'v', 'x', 'verbatim', '${id}')`);
  await age(29);
  expect(await remove()).toEqual({ removed: 0, more: false });
  expect(await counts()).toMatchObject({ runs: 3, keys: 1 });
  await age(2);
  expect(await remove()).toEqual({ removed: 1, more: false });
  expect(await counts()).toEqual(nothing);
  await expect(findRun(here.connection.db, id)).rejects.toThrow(RunNotFound);
  expect(await here.rows("select execution_id from lector.ledger")).toEqual([{ execution_id: id }]);
  expect(await here.rows("select execution_id from lector.content_audios")).toEqual([{ execution_id: null }]);
  const again = await start({ idempotency: { key: "k", requestHash: "another" } });
  expect((await here.ended(again)).status).toBe("COMPLETED");
});

test("what is active stays, however old, and so do its child runs that have ended", async () => {
  const workflow = await here.define({
    name: "slow",
    steps: [
      { name: "kids", workflow: "inner", for_each: "/input/list" },
      { name: "wait", task_type: "wait" },
    ],
  });
  await work();
  const id = await start({ workflow });
  await until("its second step runs", async () => (await findRun(here.connection.db, id)).currentStep === 1);
  await start({ admissionKeys: ["never"] });
  await age(1000);
  expect(await remove()).toEqual({ removed: 0, more: false });
  expect((await counts())!["runs"]).toBe(4);
  await cancelRun(here.connection.db, id, by);
  expect((await remove()).removed).toBe(0); // it has ended only now
});

test("a run stays as long as anything below it is active", async () => {
  await work();
  const id = await start();
  await here.ended(id);
  await age(40);
  const child = "where execution_id = (select max(execution_id::text)::uuid from lector.workflow_instances)";
  await here.rows(`update lector.workflow_instances set status = 'RUNNING', ended_at = null ${child}`);
  expect((await remove()).removed).toBe(0);
  await here.rows(`update lector.workflow_instances set status = 'COMPLETED', ended_at = created_at ${child}`);
  expect((await remove()).removed).toBe(1);
});

test("a run that failed, was reopened and is under way again stays", async () => {
  const worker = await work();
  const id = await start({ input: { list: [{ n: 1 }] } });
  expect((await here.ended(id)).status).toBe("FAILED");
  await age(40);
  await worker.stop();
  await reopenRun(here.connection.db, id, by);
  expect((await remove()).removed).toBe(0);
});

test("while somebody reopens it, it stays; once it is gone, nobody can", async () => {
  await work();
  const id = await start({ input: { list: [{ n: 1 }] } });
  await here.ended(id);
  await age(40);
  const [held, done] = [gate(), gate()];
  const reopening = transact(here.connection.db, async (tx) => {
    await reopenRun(tx as never, id, by);
    held.open();
    await done.opened;
  });
  await held.opened;
  expect((await remove()).removed).toBe(0);
  done.open();
  await reopening;
  await here.ended(id);
  await age(40);
  const both = await Promise.allSettled([remove(), reopenRun(here.connection.db, id, by)]);
  const [removed, reopened] = both;
  expect(removed.status).toBe("fulfilled");
  const gone = (await here.rows("select 1 from lector.workflow_instances")).length === 0;
  expect(reopened.status).toBe(gone ? "rejected" : "fulfilled");
  if (!gone) await here.ended(id);
});

test("runs that were restarted go with what was put aside, and superseded ones may outlive their successor", async () => {
  await work();
  const [restarted, older] = [await start(), await start()];
  await Promise.all([restarted, older].map(here.ended));
  await restartRun(here.connection.db, { store: here.store, timeouts: usualTimeouts }, restarted, 1, by);
  await here.ended(restarted);
  const left = await start({ admissionKeys: ["never"] });
  await cancelRun(here.connection.db, left, by);
  await here.rows(`update lector.workflow_instances set superseded_by = '${restarted}' where execution_id = '${left}'`);
  await age(40, `execution_id <> '${left}'`);
  expect((await remove()).removed).toBe(2);
  expect(await here.rows("select execution_id, superseded_by from lector.workflow_instances")).toEqual([
    { execution_id: left, superseded_by: null },
  ]);
});

/** Ended runs of one step, each with two events, as many days old. */
const insertRuns = (count: number, days: number) =>
  here.rows(`
    with run as (
      insert into lector.workflow_instances (execution_id, root_id, workflow_id, status, current_step, variables, event_seq,
        created_at, started_at, ended_at)
      select id, id, ${outer.workflowId}, 'CANCELLED', 0, '{}', 2, at, at, at
      from (select gen_random_uuid() as id, now() - interval '${days} days' - n * interval '1 s' as at
        from generate_series(1, ${count}) n) new returning execution_id
    ), step as (
      insert into lector.workflow_steps (task_id, execution_id, root_id, step, name, task_type, state, ended_at)
      select gen_random_uuid(), execution_id, execution_id, 1, 'first', 'good', 'cancelled', now() from run
    )
    insert into lector.workflow_events (execution_id, seq, kind, data)
    select execution_id, 1, 'run.created', '{"opened":[{"step":1}]}'::jsonb from run
    union all select execution_id, 2, 'run.cancelled', '{}'::jsonb from run`);

test("it goes batch by batch, by several at once, and whoever is killed leaves no half of a run", async () => {
  await insertRuns(450, 40);
  await insertRuns(20, 1);
  const { db } = here.connection;
  const killed = transact(db, async (tx) => {
    expect(await removeEnded(tx, 30)).toEqual({ removed: 100, more: true });
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
  });
  await expect(killed).rejects.toThrow("terminat");
  expect(await counts()).toEqual({ runs: 470, steps: 470, events: 940, keys: 0 });
  const [one, other] = await Promise.all([remove(), remove()]);
  expect([one.removed + other.removed, (await counts())!["runs"]]).toEqual([200, 270]);
  await checkHistory(db);
  const others = [1, 2].map(() => connect(here.url, { max: 2 }));
  const houses = others.map((each) =>
    keepHouse(
      { db: each.db, store: here.store, prepare: async () => ({ input: {} }), timeouts: usualTimeouts },
      { retentionDays: 30 },
    ),
  );
  await until("all old ones are gone", async () => (await counts())!["runs"] === 20);
  await Promise.all(houses.map((house) => house.stop()));
  await Promise.all(others.map((each) => each.close()));
  expect(await counts()).toEqual({ runs: 20, steps: 20, events: 40, keys: 0 });
});

test("a run with very many events is a batch of its own", async () => {
  await insertRuns(3, 40);
  await here.rows(`update lector.workflow_instances set event_seq = 9999
    where execution_id = (select min(execution_id::text)::uuid from lector.workflow_instances)`);
  const removed = [await remove(), await remove()];
  expect(removed.reduce((sum, batch) => sum + batch.removed, 0)).toBe(3);
  expect(removed.map(({ more }) => more)).toEqual([true, false]);
});

test("it reads no table from end to end, and in vain only what is young", async () => {
  await insertRuns(5000, 1);
  await insertRuns(150, 40);
  await here.rows(`insert into lector.idempotency_keys (owner_id, key, request_hash, execution_id)
      select 'local', execution_id::text, 'h', execution_id from lector.workflow_instances;
    insert into lector.content_audios (content_audio_id, content_type, content_id, locale, voice_id, variant, script_mode,
      execution_id) select gen_random_uuid(), 'article', execution_id::text, 'en', 'v', 'x', 'verbatim', execution_id
      from lector.workflow_instances;
    analyze lector.workflow_instances, lector.workflow_steps, lector.workflow_events, lector.idempotency_keys,
      lector.content_audios`);
  await transact(here.connection.db, async (tx) => {
    const before = await readFromEndToEnd(tx);
    expect((await removeEnded(tx, 30)).removed).toBe(100);
    expect(await readFromEndToEnd(tx)).toEqual(before);
  });
  await remove();
  const { rows } = await sql<{ "QUERY PLAN": string }>`explain (analyze, timing off, costs off) ${oldest(30)}`.execute(
    here.connection.db,
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("workflow_instances_by_time");
  expect(plan).not.toMatch(/Rows Removed by Filter: [1-9]|Seq Scan|Sort/);
});

/** Rows that this session has read so, by table. */
async function readFromEndToEnd(tx: Tx): Promise<unknown[]> {
  const { rows } = await sql`select relname, seq_tup_read from pg_stat_xact_user_tables
    where schemaname = 'lector' order by relname`.execute(tx);
  return rows;
}
