/** Workers and runs for tests, on a database of their own. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { sql } from "kysely";
import { connect, type Connection } from "../../src/database/connect.ts";
import { ensureDefinition, type DefinitionInput, type StoredDefinition } from "../../src/orchestrator/definition.ts";
import { findRun, runVariables, type Run } from "../../src/orchestrator/find.ts";
import type { Task, TaskContext } from "../../src/orchestrator/task.ts";
import type { ValueStore } from "../../src/orchestrator/values.ts";
import { startWorker, type Worker, type WorkerOptions } from "../../src/orchestrator/worker.ts";
import { testDatabase } from "./database.ts";

export type Orchestra = {
  connection: Connection;
  url: string;
  store: ValueStore & { stored: Map<string, Uint8Array> };
  define(definition: DefinitionInput): Promise<StoredDefinition>;
  /** One more worker, with connections of its own. */
  worker(options?: Partial<WorkerOptions>): Promise<Worker>;
  /** Waits until the run has ended. */
  ended(executionId: string): Promise<Run>;
  output(executionId: string, step: string): Promise<unknown>;
  events(executionId: string): Promise<{ seq: number; kind: string; data: Record<string, unknown> }[]>;
  rows<T>(query: string): Promise<T[]>;
  close(): Promise<void>;
};

export function task(
  type: string,
  run: (input: Record<string, unknown>, context: TaskContext) => Promise<unknown> | unknown,
  more: Partial<Task> = {},
): Task {
  const any = z.record(z.string(), z.unknown());
  return {
    type,
    input: any,
    output: any,
    run: async (input: never, context) => (await run(input, context)) ?? {},
    ...more,
  } as Task;
}

export async function orchestra(tasks: Task[] = []): Promise<Orchestra> {
  const database = await testDatabase();
  const connection = connect(database.url);
  const { db } = connection;
  const stored = new Map<string, Uint8Array>();
  const store = {
    stored,
    async put(bytes: Uint8Array) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      stored.set(sha256, bytes);
      return { key: sha256, sha256 };
    },
    get: async (key: string) => stored.get(key)!,
  };
  const workers: { worker: Worker; connection: Connection }[] = [];
  const here: Orchestra = {
    connection,
    url: database.url,
    store,
    define: (definition) => ensureDefinition(db, definition),
    async worker(options = {}) {
      const own = connect(database.url);
      const worker = startWorker({
        connection: own,
        store,
        tasks,
        slots: 32,
        admissionLimit: () => 20,
        pollMs: 50,
        ...options,
      });
      workers.push({ worker, connection: own });
      return worker;
    },
    async ended(executionId) {
      for (const since = performance.now(); ; await sleep(10)) {
        const run = await findRun(db, executionId);
        if (run.endedAt) return run;
        if (performance.now() - since > 50_000)
          throw new Error(`Run ${executionId} did not end: ${JSON.stringify(run)}`);
      }
    },
    output: async (executionId, step) => (await runVariables(db, executionId)).steps[step],
    events: (executionId) =>
      here.rows(
        `select seq, kind, data from lector.workflow_events where execution_id = '${executionId}' order by seq`,
      ),
    rows: async <T>(query: string) => (await sql.raw<T>(query).execute(db)).rows,
    async close() {
      await Promise.all(workers.map(({ worker }) => worker.stop()));
      await Promise.all(workers.map((each) => each.connection.close()));
      await connection.close();
      await database.drop();
    },
  };
  return here;
}

/** A promise and what settles it, for tests that hold a task at a point. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
