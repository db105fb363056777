/** The orchestrator as the benches use it: one worker with tasks that do next to nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { connect } from "../src/database/connect.ts";
import { migrate } from "../src/database/migrate.ts";
import { limitGroup } from "../src/orchestrator/claim.ts";
import { ensureDefinition, type DefinitionInput, type StoredDefinition } from "../src/orchestrator/definition.ts";
import type { Task } from "../src/orchestrator/task.ts";
import { startWorker } from "../src/orchestrator/worker.ts";

export const three: DefinitionInput = {
  name: "bench_three",
  steps: ["a", "b", "c"].map((name) => ({ name, task_type: "echo" })),
};

const fan: DefinitionInput = {
  name: "bench_fan",
  steps: [{ name: "items", task_type: "nap", for_each: "/input/list", input: { ms: "/input/ms" }, group: "bench" }],
};

const any = z.record(z.string(), z.unknown());
const echo: Task = { type: "echo", input: any as never, output: any, run: async (input: never) => input };
const nap: Task<{ ms: number }> = { type: "nap", input: any as never, output: any, run: ({ ms }) => sleep(ms, {}) };

export async function bench(url: string) {
  const connection = connect(url);
  await migrate(connection.db);
  await limitGroup(connection.db, "bench", 20);
  const endings = new Map<string, () => void>();
  const worker = startWorker({
    connection,
    store: { put: async () => ({ key: "", sha256: "" }), get: async () => new Uint8Array() },
    tasks: [echo, nap as Task],
    slots: 64,
    admissionLimit: () => 20,
    onEnded: (runs) => runs.forEach((run) => endings.get(run)?.()),
  });
  return {
    three: await ensureDefinition(connection.db, three),
    fan: await ensureDefinition(connection.db, fan),
    /** From the start to COMPLETED, everything committed. */
    async run(workflow: StoredDefinition, input: object): Promise<void> {
      const { executionId } = await worker.start({ workflow, input });
      await new Promise<void>((resolve) => endings.set(executionId, resolve));
      endings.delete(executionId);
    },
    async close() {
      await worker.stop();
      await connection.close();
    },
  };
}
