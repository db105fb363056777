/** A database with any number of waiting runs in it: one of each kind goes the product's own way, the others are its copies. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { connect, type Connection } from "../src/database/connect.ts";
import { migrate } from "../src/database/migrate.ts";
import { admit } from "../src/orchestrator/admit.ts";
import { limitGroup } from "../src/orchestrator/claim.ts";
import { ensureDefinition, type StoredDefinition } from "../src/orchestrator/definition.ts";
import { startRun } from "../src/orchestrator/start.ts";
import { RetryLater, type Task } from "../src/orchestrator/task.ts";
import type { ValueStore } from "../src/orchestrator/values.ts";
import { startWorker } from "../src/orchestrator/worker.ts";
import { admissionKeysOf, admissionLimitOf } from "../src/workflows/admission.ts";
import { copyRun } from "./copies.ts";

/** `admission`: not admitted. `group`: ready, in a full group. `delayed`: ready in an hour. `mix`: a third of each. */
export const KINDS = ["admission", "group", "delayed", "mix"] as const;
export type Kind = (typeof KINDS)[number];

export const GROUP = "full";
export const store: ValueStore = {
  put: async () => ({ key: "", sha256: "" }),
  get: async () => new Uint8Array(),
};
/** One user waits with most of the runs, ahead of all others, and has all that it may have. */
export const admissionLimit = admissionLimitOf({ generations: 20, runsPerKey: null, runsPerUser: 2 });
export const BUSY = "user:local/busy";

const any = z.record(z.string(), z.unknown());
const taskOf = (type: string, run: Task["run"]): Task => ({ type, input: any as never, output: any, run });

export const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** `began` is called when a task runs. */
export const tasksOf = (began: (type: string) => void): Task[] => [
  taskOf("echo", async (input) => (began("echo"), input)),
  taskOf("hold", (_, { signal }) => (began("hold"), aborted(signal))),
  taskOf("held", (_, { signal }) => aborted(signal)),
  taskOf("later", async () => Promise.reject(new RetryLater(3_600_000, "not now"))),
];

export type Filled = { url: string; connection: Connection; workflows: Record<string, StoredDefinition> };

/** Makes the database `name` on the server, with `count` waiting runs. */
export async function fill(server: string, name: string, kind: Kind, count: number): Promise<Filled> {
  await onServer(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const connection = connect(url);
  const { db } = connection;
  await migrate(db);
  await limitGroup(db, GROUP, 1);
  const workflows: Filled["workflows"] = {};
  // nobody knows the task `elsewhere`: what is admitted stays under way
  for (const task_type of ["echo", "hold", "held", "later", "elsewhere"]) {
    const group = task_type === "held" ? { group: GROUP } : {};
    const definition = { name: task_type, steps: [{ name: "a", task_type, ...group }] };
    workflows[task_type] = await ensureDefinition(db, definition);
  }
  const kinds = kind === "mix" ? (["admission", "group", "delayed"] as const) : [kind];
  for (const each of kinds) await fillers[each]({ url, connection, workflows }, Math.ceil(count / kinds.length));
  await sql`vacuum analyze`.execute(db);
  await sql`checkpoint`.execute(db); // else Postgres writes all of it to disk while others are measured
  return { url, connection, workflows };
}

export async function drop(server: string, name: string, { connection }: Filled): Promise<void> {
  await connection.close();
  await onServer(server, `drop database ${name} with (force)`);
}

async function onServer(server: string, statement: string): Promise<void> {
  const { db, close } = connect(server, { max: 1 });
  await sql
    .raw(statement)
    .execute(db)
    .finally(() => close());
}

const fillers: Record<Exclude<Kind, "mix">, (filled: Filled, count: number) => Promise<void>> = {
  async admission({ connection: { db }, workflows }, count) {
    const keys = admissionKeysOf({ userId: "busy" });
    const run = await startRun(db, store, { workflow: workflows["elsewhere"]!, input: { x: 1 }, admissionKeys: keys });
    // six of ten are the busy user's, and stand first; the others are of a hundred users
    const userOf = sql`case when n <= ${count}::int * 0.6 then 'busy' else (n % 100)::text end`;
    const keysOf = sql`jsonb_build_array(${keys[0]}::text, ${keys[1]}::text, 'user:local/' || ${userOf})`;
    await copyRun(db, run.executionId, count, keysOf);
    while ((await admit(db, admissionLimit, null)) > 0);
  },
  async group({ connection: { db }, workflows }, count) {
    const run = await startRun(db, store, { workflow: workflows["held"]!, input: { x: 1 } });
    await copyRun(db, run.executionId, count);
  },
  async delayed({ url, connection: { db }, workflows }, count) {
    const connection = connect(url);
    const worker = startWorker({ connection, store, tasks: tasksOf(() => {}), slots: 1, admissionLimit });
    const { executionId } = await worker.start({ workflow: workflows["later"]!, input: { x: 1 } });
    const waits = sql`select 1 from lector.workflow_steps where execution_id = ${executionId} and state = 'ready'`;
    while ((await waits.execute(db)).rows.length === 0) await sleep(5);
    await worker.stop();
    await connection.close();
    await copyRun(db, executionId, count);
  },
};
