/**
 * A pool of forked child processes, one job at a time in each.
 *
 * Work that can crash, hang or grow (codecs, a speech engine in WebAssembly) runs here, so that `kill` is always an
 * answer. A child is forked when a job first needs it, lives on between jobs, and dies with its parent: the IPC
 * channel closes, however the parent ended (serve.ts).
 */
import { fork, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

export type ChildPool<Job, Result> = {
  /**
   * Runs one job. Rejects with the error that the child threw (its `name`, `message` and `code`), with `ChildDied` when
   * the process went away, with the signal's reason after an abort, and with `ChildTimedOut` when a child worked on it
   * for longer than `timeoutMs` (waiting for a child does not count). The last two kill the child.
   */
  run(job: Job, options?: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined }): Promise<Result>;
  /** Forks the children that are not there yet, so that the first jobs find them started. */
  warm(): void;
  /** Kills all children for good; jobs under way and later ones reject with `ChildDied`. */
  close(): Promise<void>;
};

export class ChildDied extends Error {
  override name = "ChildDied";
}

export class ChildTimedOut extends Error {
  override name = "ChildTimedOut";
}

type Waiting<Job> = {
  job: Job;
  timeoutMs: number | undefined;
  child: Child | null;
  resolve(value: never): void;
  reject(reason: unknown): void;
};
type Child = { process: ChildProcess; stderr: string; current: Waiting<unknown> | null; timer?: NodeJS.Timeout };

export type Reply = { result: unknown } | { error: { name: string; message: string; code?: string | undefined } };

export function childPool<Job, Result>(
  entry: URL,
  { size, execArgv = [] }: { size: number; execArgv?: string[] },
): ChildPool<Job, Result> {
  const children = new Set<Child>();
  const queue: Waiting<Job>[] = [];
  let closed = false;

  function dispatch(): void {
    while (queue.length > 0) {
      const child = [...children].find((candidate) => candidate.current === null) ?? (children.size < size && spawn());
      if (!child) return;
      assign(child, queue.shift()!);
    }
  }

  function spawn(): Child {
    const childProcess = fork(entry, [], {
      serialization: "advanced", // typed arrays travel as they are
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning", ...execArgv],
    });
    const child: Child = { process: childProcess, stderr: "", current: null };
    children.add(child);
    childProcess.stderr!.on("data", (chunk) => (child.stderr = (child.stderr + chunk).slice(-2000)));
    childProcess.on("message", (reply: Reply) => settle(child, reply));
    childProcess.on("error", () => {}); // 'exit' follows, or the process never was: both end in 'close'
    childProcess.on("close", (code, signal) => bury(child, code, signal));
    return child;
  }

  function assign(child: Child, waiting: Waiting<Job>): void {
    child.current = waiting;
    waiting.child = child;
    hold(child, true);
    if (waiting.timeoutMs !== undefined) child.timer = setTimeout(timeOut, waiting.timeoutMs, child);
    child.process.send(waiting.job as object, (error) => error && child.process.kill("SIGKILL"));
  }

  function timeOut(child: Child): void {
    child.current?.reject(
      new ChildTimedOut(`A child process was killed after ${child.current.timeoutMs} ms on one job`),
    );
    child.process.kill("SIGKILL");
  }

  function settle(child: Child, reply: Reply): void {
    if (child.process.killed) return; // an answer that crossed the kill; the next job must not go to the dying
    const waiting = child.current;
    child.current = null;
    clearTimeout(child.timer);
    hold(child, false);
    if (waiting && "error" in reply) waiting.reject(Object.assign(new Error(reply.error.message), reply.error));
    else if (waiting && "result" in reply) waiting.resolve(reply.result as never);
    dispatch();
  }

  function bury(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    children.delete(child);
    clearTimeout(child.timer);
    const how = signal ? `was killed by ${signal}` : `exited with code ${code}`;
    const said = child.stderr.trim() ? `: ${child.stderr.trim()}` : "";
    child.current?.reject(new ChildDied(`A child process ${how}${said}`));
    dispatch();
  }

  return {
    run(job, { signal, timeoutMs } = {}) {
      return new Promise<Result>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (closed) return reject(new ChildDied("The pool was closed"));
        const waiting: Waiting<Job> = { job, timeoutMs, child: null, resolve, reject };
        const abort = () => {
          reject(signal!.reason);
          if (waiting.child) waiting.child.process.kill("SIGKILL");
          else queue.splice(queue.indexOf(waiting), 1);
        };
        const done = () => signal?.removeEventListener("abort", abort);
        waiting.resolve = (value) => (done(), resolve(value));
        waiting.reject = (reason) => (done(), reject(reason));
        signal?.addEventListener("abort", abort, { once: true });
        queue.push(waiting);
        dispatch();
      });
    },
    warm() {
      while (!closed && children.size < size) hold(spawn(), false);
    },
    async close() {
      closed = true;
      queue.splice(0).forEach((waiting) => waiting.reject(new ChildDied("The pool was closed")));
      const gone = [...children].map((child) => {
        hold(child, true);
        const ended = new Promise((resolve) => child.process.once("close", resolve));
        child.process.kill("SIGKILL");
        return ended;
      });
      await Promise.all(gone);
    },
  };
}

/** An idle child must not keep its parent's event loop alive; a busy or dying one must, its 'close' is waited for. */
function hold({ process: childProcess }: Child, on: boolean): void {
  const verb = on ? "ref" : "unref";
  childProcess[verb]();
  childProcess.channel?.[verb]();
  (childProcess.stderr as Socket)[verb]();
}
