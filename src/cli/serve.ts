/** `lector serve`: the HTTP API and the page, with workers unless told otherwise. */
import { exits, type Setup } from "./lector.ts";

export async function serveCommand(setup: Setup, o: { workers: boolean }): Promise<number> {
  const asked = stopSignal(setup); // from here on, so that a start that is stopped leaves nothing behind
  const served = await setup.serve(o);
  const signal = await asked;
  setup.log("info", `${signal}: accepting nothing more, finishing or handing back what runs`);
  await served.stop();
  setup.log("info", "stopped");
  return exits.completed;
}

/** The first signal that asks to stop; a second one ends the process at once. */
export async function stopSignal(setup: Setup): Promise<string> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const first = await new Promise<string>((resolve) => signals.forEach((signal) => process.once(signal, resolve)));
  for (const signal of signals) {
    process.on(signal, () => {
      setup.log("warn", `${signal} again: stopping at once`);
      process.exit(exits.detached);
    });
  }
  return first;
}
