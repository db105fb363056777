/** `lector serve`: the HTTP API and the page, with workers unless told otherwise. */
import { exits, type Setup } from "./lector.ts";

export async function serveCommand(setup: Setup, o: { workers: boolean }): Promise<number> {
  const asked = stopSignal(setup); // from here on, so that a start that is stopped leaves nothing behind
  const served = await startedOrStopped(setup, setup.serve(o), asked);
  const signal = await asked;
  setup.log("info", `${signal}: accepting nothing more, finishing or handing back what runs`);
  await served.stop();
  setup.log("info", "stopped");
  return exits.completed;
}

/** A start that hangs (its database is silent) does not hold up a stop: what it has begun is found by the next process. */
export async function startedOrStopped<T>(setup: Setup, start: Promise<T>, asked: Promise<string>): Promise<T> {
  const late = asked.then((signal) => {
    const exit = () => (
      setup.log("warn", `${signal} during a start that does not end: stopping at once`),
      process.exit(exits.detached)
    );
    return setTimeout(exit, setup.limits.shutdownMs);
  });
  const started = await start;
  void late.then((timer) => clearTimeout(timer));
  return started;
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
