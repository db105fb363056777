/**
 * A worker in a process of its own, to be killed and frozen: `fork(worker-process.ts, [URL, LEASE_MS, SLOTS])`.
 * Its task `work` writes each call down in the table `calls` before it begins and when it ends.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { connect } from "../../src/database/connect.ts";
import type { Task } from "../../src/orchestrator/task.ts";
import { startWorker } from "../../src/orchestrator/worker.ts";

const [, , url, leaseMs, slots] = process.argv;
const connection = connect(url!);
const { db } = connection;

const work: Task<{ ms: number }, { by: number }> = {
  type: "work",
  input: z.object({ ms: z.number() }),
  output: z.object({ by: z.number() }),
  async run({ ms }, { token: { taskId, attempt }, signal }) {
    await sql`insert into calls (task_id, attempt, pid) values (${taskId}, ${attempt}, ${process.pid})`.execute(db);
    await sleep(ms, undefined, { signal });
    await sql`update calls set ended_at = clock_timestamp()
      where task_id = ${taskId} and attempt = ${attempt}`.execute(db);
    return { by: process.pid };
  },
};

const nowhere = () => Promise.reject(new Error("The values of these tests fit into their rows."));
const worker = startWorker({
  connection,
  store: { put: nowhere, get: nowhere },
  tasks: [work as Task],
  slots: Number(slots),
  leaseMs: Number(leaseMs),
  admissionLimit: () => 20,
});
process.on("disconnect", () => process.exit()); // dies with its parent
process.on("message", async () => {
  await worker.stop();
  await connection.close();
  process.exit();
});
process.send!({ id: worker.id });
