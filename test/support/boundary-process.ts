/**
 * A process that dies at a failpoint: `fork(boundary-process.ts, [URL, FOLDER, LEASE_MS])`. It waits to be told its
 * LECTOR_FAILPOINT and what to do, so that it is there before it is needed; it answers when nothing killed it.
 */
import { connect } from "../../src/database/connect.ts";
import { armFailpoint } from "../../src/failpoint.ts";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { findRun } from "../../src/orchestrator/find.ts";
import { startWorker } from "../../src/orchestrator/worker.ts";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import { boundaryTasks, command, whole, type Command } from "./boundaries.ts";
import { until } from "./program.ts";

const [, , url, folder, leaseMs] = process.argv;
const connection = connect(url!);
const { db } = connection;
const storage = await filesystemStorage(folder!);
const workflow = await ensureDefinition(db, whole);

export type Order = { failpoint: string; asked: Command };

process.on("disconnect", () => process.exit()); // dies with its parent
process.on("message", async ({ failpoint, asked }: Order) => {
  armFailpoint(failpoint);
  if (asked.what !== "run" && asked.what !== "look") await command(db, storage, asked as never);
  else await work(asked);
  process.send!("survived");
});

async function work(asked: Command): Promise<void> {
  const worker = startWorker({
    connection,
    store: storage,
    tasks: boundaryTasks(db, storage),
    slots: 8,
    admissionLimit: () => 20,
    leaseMs: Number(leaseMs),
  });
  const id =
    asked.what === "run" ? (await worker.start({ ...asked.request, workflow })).executionId : asked.executionId;
  await until("the end", async () => (await findRun(db, id)).endedAt !== null);
  await worker.stop();
}

process.send!("ready");
