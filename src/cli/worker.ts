/** `lector worker`: works on all runs until it is told to stop. */
import { exits, type Setup } from "./lector.ts";

/** How long running steps may take to end by themselves before they are handed back. */
const FINISH_MS = 5000;

export async function workerCommand(setup: Setup): Promise<number> {
  const lector = await setup.open((line) => setup.log("info", line));
  setup.log("info", `database ready, schema ${lector.migrated.schema}`);
  const worker = await lector.work({
    scoped: false,
    onEnded: (runs) => runs.forEach((executionId) => setup.log("info", "run ended", { execution_id: executionId })),
  });
  setup.log("info", `worker ready`, { worker_id: worker.id });
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
  process.once(signal, () => process.exit(exits.detached)); // a second one does not wait
  setup.log("info", `${signal}: finishing or handing back what runs`);
  await worker.stop({ finishMs: FINISH_MS });
  await lector.close();
  setup.log("info", "stopped");
  return exits.completed;
}
