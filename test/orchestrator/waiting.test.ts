/** However many wait, Postgres reads nothing for them when others are claimed, admitted or looked after. Its rows are counted. */
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyRun } from "../../bench/copies.ts";
import { connect, type Connection, type Database, type Tx } from "../../src/database/connect.ts";
import { admit, firstOfLanes } from "../../src/orchestrator/admit.ts";
import { claimInGroup, claimUngrouped, groupsWithWork, limitGroup } from "../../src/orchestrator/claim.ts";
import { endDelays } from "../../src/orchestrator/delays.ts";
import { runningSteps } from "../../src/orchestrator/lease.ts";
import { endOverdue } from "../../src/orchestrator/overdue.ts";
import { removeEnded } from "../../src/orchestrator/retention.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { RetryLater } from "../../src/orchestrator/task.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";
import { randomFrom } from "../support/random.ts";

const MANY = 2000;
/** Far fewer than wait in any of the ways. */
const FEW = 400;

let here: Orchestra;
/** One session, which keeps its plans, as a worker's. */
let session: Connection;
let tries = 0;
beforeEach(async () => {
  tries = 0;
  const later = task("later", () => {
    if (tries++ === 0) throw new RetryLater(3_600_000, "not now");
  });
  here = await orchestra([later, task("quick", () => ({}))]);
  session = connect(here.url, { max: 1 });
});
afterEach(async () => {
  await session.close();
  await here.close();
});

const request = { workerId: "w", leaseMs: 60_000, taskTypes: ["held", "later", "quick"], rootId: null, limit: 8 };
const mine = { ...request, rootId: "01a1fd49-8cf2-7035-8df6-775c6d9ff34b" };
const limits = (key: string) => (key === "busy" ? 2 : 20);
const overdue = { context: {} as never, random: Math.random, ended() {} };

/** What a worker asks again and again, by name. */
const looks: Record<string, (db: Database) => Promise<unknown>> = {
  "end delays": (db) => endDelays(db),
  "claim what is in no group": (db) => claimUngrouped(db, request),
  "find groups with work": (db) => groupsWithWork(db, request),
  "claim in a full group": (db) => claimInGroup(db, request, "full"),
  "claim for one run": (db) => claimUngrouped(db, mine),
  "claim for one run in a group": (db) => claimInGroup(db, mine, "free"),
  "admit what has room behind a full key": (db) => admit(db, limits, null),
  "admit nothing, since all have a full key": (db) => admit(db, limits, null),
  "find the running steps": (db) => runningSteps(db),
  "end what is overdue": (db) => endOverdue(db, overdue),
  "remove old runs": (db) => removeEnded(db, 30),
};

test("a look reads few rows beside thousands that wait, with the plans of an empty database and of a known one", async () => {
  await limitGroup(here.connection.db, "full", 1);
  await limitGroup(here.connection.db, "free", 9);
  await readByLooks(); // plans are made, and kept
  await fill();
  for (const statistics of ["of an empty database", "of this one"]) {
    if (statistics === "of this one") await sql`analyze`.execute(session.db);
    const read = await readByLooks();
    const many = Object.entries(read).filter(([, rows]) => rows > FEW);
    expect(many, `statistics ${statistics}`).toEqual([]);
    await sql`update lector.workflow_instances set admitted_at = null`.execute(session.db);
  }
});

test("a start and a fan-out beside thousands that wait read few rows", async () => {
  await fill();
  const workflow = await here.define({
    name: "fan",
    steps: [{ name: "a", task_type: "quick", for_each: "/input/list", group: "full" }],
  });
  const input = { list: [1, 2, 3] };
  expect(await readBy((db) => startRun(db, here.store, { workflow, input }))).toBeLessThan(FEW);
});

test("a thousand delays that end at one moment are all looked at without waiting for the next poll", async () => {
  const { executionId } = await delayed();
  await copyRun(here.connection.db, executionId, 1100);
  await here.rows("update lector.workflow_steps set run_at = now()");
  await here.worker({ pollMs: 600_000 }).then((worker) => worker.wake());
  const open = () => here.rows("select 1 from lector.workflow_instances where status <> 'COMPLETED'");
  await until("all have completed", async () => (await open()).length === 0);
});

describe("the first of the lanes without a full key", () => {
  const random = randomFrom(7);
  const under = (most: number) => Math.floor(random() * most);
  const palette = ["", "a", "a\u0001", "ab", "b", "ä", "\u{10FFFF}", "user:local/x", "user:local/x y"];
  const keys = (least: number) => Array.from({ length: least + under(3) }, () => palette[under(palette.length)]!);

  test("are those that a look at all of them finds, in order", async () => {
    const workflow = await here.define({ name: "quick", steps: [{ name: "a", task_type: "quick" }] });
    const { db } = here.connection;
    const runs = Array.from({ length: 250 }, (_, n) => ({ n, keys: keys(1) }));
    const { executionId } = await startRun(db, here.store, { workflow, input: {}, admissionKeys: ["b"] });
    const all = JSON.stringify([[], ...runs.map((run) => run.keys)]);
    await copyRun(db, executionId, runs.length, sql`${all}::jsonb -> n`);
    const waiting = await here.rows<{ execution_id: string; admission_keys: string[] }>(
      "select execution_id, admission_keys from lector.workflow_instances order by order_at, execution_id",
    );
    for (let n = 0; n < 40; n++) {
      const full = keys(0);
      const beside = waiting.filter((run) => !run.admission_keys.some((key) => full.includes(key)));
      const found = await firstOfLanes(full).execute(db);
      expect(found.rows, JSON.stringify(full)).toEqual(beside.slice(0, 20));
    }
  });
});

/** A run whose step waits for an hour. */
async function delayed(): Promise<{ executionId: string }> {
  const workflow = await here.define({ name: "later", steps: [{ name: "a", task_type: "later" }] });
  const worker = await here.worker();
  const run = await worker.start({ workflow, input: {} });
  const waits = () => here.rows("select 1 from lector.workflow_steps where state = 'ready' and attempt = 1");
  await until("it has asked to be run later", async () => (await waits()).length === 1);
  await worker.stop();
  return run;
}

/** As many of each kind: delayed, in a full group, and not admitted, most of these for a key that is full. */
async function fill(): Promise<void> {
  const { db } = here.connection;
  const of = (type: string, more = {}) => here.define({ name: type, steps: [{ name: "a", task_type: type, ...more }] });
  await limitGroup(db, "full", 1);
  await copyRun(db, (await delayed()).executionId, MANY);
  const held = await startRun(db, here.store, { workflow: await of("held", { group: "full" }), input: {} });
  await copyRun(db, held.executionId, MANY);
  await claimInGroup(db, { ...request, limit: 1 }, "full");
  const admissionKeys = ["all", "busy"];
  const queued = await startRun(db, here.store, { workflow: await of("queued"), input: {}, admissionKeys });
  const keys = sql`jsonb_build_array('all', case when n < ${MANY * 0.75}::float8 then 'busy' else (n % 5)::text end)`;
  await copyRun(db, queued.executionId, MANY, keys);
}

async function readByLooks(): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const [name, look] of Object.entries(looks)) read[name] = await readBy(look);
  return read;
}

/** Rows of runs and steps that Postgres read for it, those included that it then passed over. */
function readBy(ask: (db: Database) => Promise<unknown>): Promise<number> {
  const read = async (tx: Tx) => {
    const { rows } = await sql<{ n: number }>`select sum(seq_tup_read + idx_tup_fetch)::int as n
      from pg_stat_xact_user_tables where relname in ('workflow_instances', 'workflow_steps')`.execute(tx);
    return rows[0]!.n;
  };
  return session.db.transaction().execute(async (tx) => {
    const before = await read(tx);
    await ask(tx as never);
    return (await read(tx)) - before;
  });
}
