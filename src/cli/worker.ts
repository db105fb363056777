/** `lector worker`: works on all runs until it is told to stop. */
import { exits, type Setup } from "./lector.ts";
import { startedOrStopped, stopSignal } from "./serve.ts";

export async function workerCommand(setup: Setup): Promise<number> {
  const asked = stopSignal(setup); // from here on, so that a start that is stopped leaves nothing behind
  const open = setup.open((line) => setup.log("info", line));
  const lector = await startedOrStopped(setup, open, asked);
  setup.log("info", `database ready, schema ${lector.migrated.schema}`);
  const worker = await lector.work({ scoped: false });
  setup.log("info", "worker ready", { worker_id: worker.id });
  const signal = await asked;
  setup.log("info", `${signal}: finishing or handing back what runs`);
  await worker.stop({ finishMs: setup.limits.shutdownMs });
  await lector.close();
  setup.log("info", "stopped");
  return exits.completed;
}
