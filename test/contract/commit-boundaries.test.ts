/**
 * Promises 1, 4, 5 and 7 at every commit: a process kills itself right before and right after it, another one goes on.
 * 20 kills spread over all of them by a seed (LECTOR_SEED); `LECTOR_KILLS=20` is 20 at each.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { failpoints, type Failpoint } from "../../src/failpoint.ts";
import { claimInGroup, claimUngrouped } from "../../src/orchestrator/claim.ts";
import type { StoredDefinition } from "../../src/orchestrator/definition.ts";
import { addSchedule } from "../../src/orchestrator/schedules.ts";
import { startRun, type StartRequest } from "../../src/orchestrator/start.ts";
import { usualTimeouts, type Timeouts } from "../../src/orchestrator/timeouts.ts";
import type { Worker } from "../../src/orchestrator/worker.ts";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { boundaryTasks, command, kid, TABLES, whole, wholeInput, type Command } from "../support/boundaries.ts";
import type { Order } from "../support/boundary-process.ts";
import { differences } from "../support/checker.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";
import { randomFrom } from "../support/random.ts";

const LEASE_MS = 400;
const SEED = Number(process.env["LECTOR_SEED"] ?? 1);
const KILLS_EACH = Number(process.env["LECTOR_KILLS"] ?? 0);
const random = randomFrom(SEED);

let here: Orchestra;
let folder: string;
let storage: Storage;
let workflow: StoredDefinition;
let waiting: ChildProcess | null = null;
let runs = 0;

beforeAll(async () => {
  here = await orchestra();
  folder = mkdtempSync(join(tmpdir(), "lector-boundaries-"));
  storage = await filesystemStorage(folder);
  await here.define(kid);
  workflow = await here.define(whole);
  await here.rows(`${TABLES}; insert into lector.concurrency_groups values ('speech:paid', 3), ('speech:free', 3)`);
  waiting = victim();
});
afterAll(async () => {
  waiting?.kill("SIGKILL");
  await here.close();
  rmSync(folder, { recursive: true });
});

function victim(): ChildProcess {
  const path = join(import.meta.dirname, "../support/boundary-process.ts");
  return fork(path, [here.url, folder, `${LEASE_MS}`], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** Whether the process died of it; the next one starts meanwhile. */
async function killAt(order: Order): Promise<boolean> {
  const process = waiting!;
  if (!process.listenerCount("message")) await once(process, "message");
  waiting = victim();
  process.send(order);
  const [what, signal] = await Promise.race([once(process, "message"), once(process, "exit")]);
  process.kill("SIGKILL");
  if (what === "survived") return false;
  if (signal !== "SIGKILL") throw new Error(`At ${order.failpoint} the process ended by itself: ${what}.`);
  return true;
}

type Scene = {
  asked: Command;
  /** Goes on where the process died, and answers what becomes of the run. */ ends: string;
};

const requestOf = (more: Parameters<typeof wholeInput>[1] = {}): Omit<StartRequest, "workflow"> => {
  const key = `${SEED} ${++runs}`;
  return { input: wholeInput(key, more), admissionKeys: ["all"], idempotency: { key, requestHash: key } };
};

async function started(request: Partial<StartRequest> = {}): Promise<string> {
  const { executionId } = await startRun(here.connection.db, storage, { workflow, ...requestOf(), ...request });
  return executionId;
}

async function completed(request: Omit<StartRequest, "workflow">): Promise<string> {
  const executionId = await started(request);
  await goingOn(() => here.ended(executionId));
  return executionId;
}

/** With a worker in this process. */
async function goingOn<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
  const tasks = boundaryTasks(here.connection.db, storage);
  const connection = connect(here.url);
  const worker = await here.worker({ connection, tasks, store: storage, leaseMs: LEASE_MS });
  return work(worker).finally(() => worker.stop().finally(connection.close));
}

async function doomed(): Promise<string> {
  await here.rows("delete from mended");
  return completed(requestOf({ doomed: true }));
}

const scenes: Record<string, (name: Failpoint) => Promise<Scene>> = {
  async cancel() {
    return { asked: { what: "cancel", executionId: await started() }, ends: "CANCELLED" };
  },
  /** The same texts, so that the successor finishes what the old run has begun to buy. */
  async supersede() {
    const { input, ...successor } = requestOf();
    const dedupeKey = `superseded ${runs}`;
    await started({ input, dedupeKey, contentHash: "old" });
    return {
      asked: { what: "run", request: { ...successor, input, dedupeKey, contentHash: "new" } },
      ends: "COMPLETED",
    };
  },
  async pause() {
    return { asked: { what: "pause", executionId: await started() }, ends: "PAUSED" };
  },
  async resume() {
    const executionId = await started();
    await command(here.connection.db, storage, { what: "pause", executionId });
    return { asked: { what: "resume", executionId }, ends: "COMPLETED" };
  },
  async reopen() {
    const executionId = await started();
    await command(here.connection.db, storage, { what: "cancel", executionId });
    return { asked: { what: "reopen", executionId }, ends: "COMPLETED" };
  },
  async restart() {
    return { asked: { what: "restart", executionId: await completed(requestOf()) }, ends: "COMPLETED" };
  },
  async replay() {
    const executionId = await doomed();
    await here.rows("insert into mended values (now())");
    return { asked: { what: "replay", executionId }, ends: "COMPLETED" };
  },
  async overdue() {
    const timeouts = { ...usualTimeouts, queueMs: 1 };
    return { asked: { what: "look", executionId: await unwanted(timeouts) }, ends: "FAILED" };
  },
  async ["time-out"]() {
    const timeouts = { ...usualTimeouts, runMs: 1 };
    return { asked: { what: "look", executionId: await unwanted(timeouts) }, ends: "TIMED_OUT" };
  },
  async reap() {
    return { asked: { what: "look", executionId: await orphaned() }, ends: "COMPLETED" };
  },
  async ["let-go"]() {
    const executionId = await orphaned("speech:paid");
    await command(here.connection.db, storage, { what: "cancel", executionId });
    await command(here.connection.db, storage, { what: "reopen", executionId });
    return { asked: { what: "look", executionId }, ends: "COMPLETED" };
  },
  async sweep() {
    const executionId = await orphaned();
    await here.rows(`insert into lector.ledger (ledger_id, owner_id, execution_id, task_id, attempt, fingerprint, provider, model,
      unit, quantity, price, state) select gen_random_uuid(), 'local', '${executionId}', gen_random_uuid(), 1, repeat('a', 64),
      'paid', 'm', 'characters', 1, 0, 'reserved'`);
    return { asked: { what: "sweep", executionId }, ends: "COMPLETED" };
  },
  async fire() {
    const tools = { db: here.connection.db, store: storage, prepare: async (_: string, input: unknown) => ({ input }) };
    const name = `every-${++runs}`;
    const at = { cron: "0 7 * * *", timeZone: "UTC", missed: "once" as const, enabled: true };
    const input = wholeInput(`${SEED} ${name}`);
    const { scheduleId } = await addSchedule(tools, { name, ...at, workflow: "whole", event: null, input });
    await here.rows(`update lector.schedules set next_at = date_trunc('day', now()) - interval '17 hours'
      where schedule_id = '${scheduleId}'`);
    return { asked: { what: "fire", executionId: scheduleId }, ends: "COMPLETED" };
  },
  async remove() {
    const executionId = await completed(requestOf());
    await here.rows(`update lector.workflow_instances set created_at = created_at - interval '40 days',
      ended_at = ended_at - interval '40 days' where root_id = '${executionId}'`);
    return { asked: { what: "remove", executionId }, ends: "REMOVED" };
  },
  async forget() {
    const request = requestOf({ provider: "free" });
    await completed(request);
    for (const name of readdirSync(folder)) if (name !== "tmp") rmSync(join(folder, name), { recursive: true });
    const again = `${SEED} ${++runs}`;
    return {
      asked: { what: "run", request: { ...request, idempotency: { key: again, requestHash: again } } },
      ends: "COMPLETED",
    };
  },
};

/** A run whose task nobody has here, so that its time is over before anybody takes it. */
async function unwanted(timeouts: Timeouts): Promise<string> {
  const steps = [{ name: "a", task_type: "unheard_of" }];
  return started({ workflow: await here.define({ name: "unwanted", steps }), timeouts, admissionKeys: [] });
}

/** A run whose first step is held by a process that is no more, on a machine that cannot be looked at. */
async function orphaned(group?: string): Promise<string> {
  const steps = [{ name: "a", task_type: "note", ...(group && { group }) }];
  const grouped = group ? { workflow: await here.define({ name: "orphaned", steps }) } : {};
  const executionId = await started({ admissionKeys: [], ...grouped });
  const request = {
    workerId: "elsewhere/1.1/w",
    leaseMs: LEASE_MS,
    taskTypes: ["note"],
    rootId: executionId,
    limit: 1,
  };
  const { db } = here.connection;
  const { claimed } = await (group ? claimInGroup(db, request, group) : claimUngrouped(db, request));
  expect(claimed).toHaveLength(1);
  return executionId;
}

async function killed(name: Failpoint, nth: number): Promise<void> {
  const prepare = scenes[name.split(".")[0]!];
  const { asked, ends } = prepare
    ? await prepare(name)
    : { asked: { what: "run" as const, request: requestOf() }, ends: "COMPLETED" };
  const died = await killAt({ failpoint: `${name}:${nth}`, asked });
  if (!died && nth === 1) throw new Error(`Nothing came past the failpoint ${name}.`);
  await goingOn((worker) => goOn(worker, asked, ends, name));
  if (!died) await killed(name, 1);
}

async function goOn(worker: Worker, asked: Command, ends: string, name: Failpoint): Promise<void> {
  const { db } = here.connection;
  if (asked.what !== "run" && asked.what !== "look") await command(db, storage, asked as never);
  const look = () => command(db, storage, asked as never);
  if (asked.what === "fire") await untilFree(look, async () => (await startedBy(asked.executionId)).length > 0);
  const id = await runOf(worker, asked);
  const isRemoved = async () => (await here.rows(`${RUN} execution_id = '${id}'`)).length === 0;
  if (ends === "REMOVED") return untilFree(look, isRemoved);
  if (ends === "PAUSED") await command(db, storage, { what: "resume", executionId: id });
  const run = await here.ended(id);
  expect([name, run.status]).toEqual([name, ends === "PAUSED" ? "COMPLETED" : ends]);
  if (ends !== "CANCELLED") return;
  await command(db, storage, { what: "reopen", executionId: id });
  expect([name, (await here.ended(id)).status]).toEqual([name, "COMPLETED"]);
}

const RUN = "select execution_id as id from lector.workflow_instances where";

/** The run that all is about; a schedule's moment has one. */
async function runOf(worker: Worker, asked: Command): Promise<string> {
  if (asked.what === "run") return (await worker.start({ ...asked.request, workflow })).executionId;
  if (asked.what !== "fire") return asked.executionId;
  const started = await startedBy(asked.executionId);
  expect(started).toHaveLength(1);
  return started[0]!.id;
}

const startedBy = (scheduleId: string) => here.rows<{ id: string }>(`${RUN} schedule_id = '${scheduleId}'`);

/** Postgres takes a moment to see that a process is no more. Until then a look passes over what that one had locked. */
async function untilFree(look: () => Promise<unknown>, done: () => Promise<boolean>): Promise<void> {
  await until("it is free", async () => (await done()) || (await look(), false));
}

/** The provider's books against the ledger: every call has its row, and every second one its reason. */
async function expectPaidOnce(): Promise<void> {
  const calls = await here.rows<{ fingerprint: string; calls: number }>(
    "select encode(sha256(convert_to(text, 'UTF8')), 'hex') as fingerprint, count(*)::int as calls from bought group by text",
  );
  const rows = await here.rows<{ fingerprint: string; state: string; provider: string; n: number }>(
    "select fingerprint, state, provider, count(*)::int as n from lector.ledger group by 1, 2, 3",
  );
  const wrong = calls.filter(({ fingerprint, calls: n }) => {
    const of = rows.filter((row) => row.fingerprint === fingerprint);
    const count = (state: string) => of.find((row) => row.state === state)?.n ?? 0;
    const reasons = count("unknown") + count("wasted");
    const settled = of[0]?.provider === "paid" ? count("settled") === 1 : count("settled") >= 1;
    return !settled || count("reserved") > 0 || n > count("settled") + reasons;
  });
  expect(wrong).toEqual([]);
  const late =
    await here.rows(`select l.ledger_id from lector.ledger l join lector.speech_segments s using (fingerprint)
    where l.provider = 'paid' and l.at > s.ready_at`);
  expect(late).toEqual([]);
}

async function expectSealedOnce(): Promise<void> {
  const wrong =
    await here.rows(`select s.task_id from lector.workflow_steps s left join sealed on sealed.task_id = s.task_id
    where s.name = 'seal' and s.state = 'done' group by s.task_id having count(sealed.task_id) <> 1
    union all select task_id from sealed join lector.workflow_steps using (task_id) where state <> 'done'
    union all select task_id from sealed group by 1 having count(*) > 1`);
  expect(wrong).toEqual([]);
}

const shuffled = failpoints.map((name) => ({ name, at: random() })).toSorted((a, b) => a.at - b.at);
const spread = shuffled.slice(0, 20).map(({ name }) => name);
const chosen = KILLS_EACH > 0 ? failpoints.flatMap((name) => Array.from({ length: KILLS_EACH }, () => name)) : spread;

test(
  "a process that is killed right before or after a commit strands nothing and buys nothing twice",
  { timeout: 60_000 + chosen.length * 10_000 },
  async () => {
    for (const name of chosen) {
      await killed(name, 1 + Math.floor(random() * 3));
      expect([name, await differences(here.connection.db)]).toEqual([name, []]);
    }
    await expectPaidOnce();
    await expectSealedOnce();
    const open = await here.rows(`select status from lector.workflow_instances
      where status not in ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT')`);
    expect(open).toEqual([]);
    expect(await here.rows(`${RUN} content_hash = 'old' and superseded_by is null`)).toEqual([]);
  },
);

test("docs/faults.md explains every failpoint, and the source passes each", () => {
  const root = join(import.meta.dirname, "../..");
  const explained = [...readFileSync(join(root, "docs/faults.md"), "utf8").matchAll(/^\| `([a-z-]+\.[a-z]+)` \|/gm)];
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const passed = sources.flatMap((file) => [
    ...readFileSync(join(root, "src", file), "utf8").matchAll(/\bfailpoint\("([a-z.-]+)"\)/g),
  ]);
  const names = (matches: RegExpExecArray[]) => matches.map(([, name]) => name!).toSorted();
  expect(names(passed)).toEqual(failpoints.toSorted());
  expect(names(explained)).toEqual(failpoints.toSorted());
});
