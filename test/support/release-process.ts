/**
 * A release of a program in a process of its own: `fork(release-process.ts, [URL, LEASE_MS, SLOTS, RELEASE])`. It brings
 * its definition of `article`, works, and starts runs on the message `{ start, key, hashes }`: so many at once, each
 * answered with `{ accepted }`. Its tasks write each call down in the table `calls`, as those of worker-process.ts do.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { connect } from "../../src/database/connect.ts";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import type { Task } from "../../src/orchestrator/task.ts";
import { startWorker } from "../../src/orchestrator/worker.ts";

const [, , url, leaseMs, slots, release] = process.argv;
const connection = connect(url!);
const { db } = connection;

const task = (type: string): Task<{ ms: number }, { release: string }> => ({
  type,
  input: z.object({ ms: z.number() }),
  output: z.object({ release: z.string() }),
  async run({ ms }, { token: { taskId, attempt }, signal }) {
    await sql`insert into calls (task_id, attempt, pid) values (${taskId}, ${attempt}, ${process.pid})`.execute(db);
    await sleep(ms, undefined, { signal });
    await sql`update calls set ended_at = clock_timestamp()
      where task_id = ${taskId} and attempt = ${attempt}`.execute(db);
    return { release: release! };
  },
});

const given = { input: { ms: "/input/ms" } };
const work = (name: string) => ({ name, task_type: "work", ...given });
const parts = { ...work("parts"), for_each: "/input/list" };
const releases: Record<string, { tasks: string[]; steps: object[] }> = {
  1: { tasks: ["work"], steps: [work("read"), parts, work("close")] },
  2: {
    tasks: ["work", "polish"],
    steps: [work("read"), { name: "polish", task_type: "polish", ...given }, parts, work("close"), work("tell")],
  },
};
const { tasks, steps } = releases[release!]!;

const nowhere = () => Promise.reject(new Error("The values of these tests fit into their rows."));
const workflow = await ensureDefinition(db, { name: "article", steps: steps as never });
const worker = startWorker({
  connection,
  store: { put: nowhere, get: nowhere },
  tasks: tasks.map(task) as Task[],
  slots: Number(slots),
  leaseMs: Number(leaseMs),
  admissionLimit: () => 20,
});
process.on("disconnect", () => process.exit()); // dies with its parent
type Order = { start: number; key?: string; hashes?: string[]; ms: number };
process.on("message", ({ start, key, hashes = [], ms }: Order) => {
  const request = { workflow, input: { ms, list: [1, 2, 3] }, ...(key && { dedupeKey: key }) };
  for (let n = 0; n < start; n++) {
    const contentHash = hashes[n % hashes.length];
    void worker
      .start({ ...request, ...(contentHash && { contentHash }) })
      .then(({ executionId }) => process.send!({ accepted: executionId }));
  }
});
process.send!({ id: worker.id });
