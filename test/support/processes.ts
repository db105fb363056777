/** Workers in processes of their own (worker-process.ts, release-process.ts), to be killed, frozen and thawed. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Orchestra } from "./orchestra.ts";

export type Call = { taskId: string; attempt: number; pid: number; ended: boolean };

export type Processes = {
  /** Resolves when its worker looks for work. `release`: it is one of a program that is upgraded. */
  fork(options: { leaseMs: number; slots: number; release?: 1 | 2 }): Promise<ChildProcess>;
  /** Has a release start so many runs at once, of these hashes in turn; calls back with the id of each that is accepted. */
  start(
    child: ChildProcess,
    what: { start: number; key?: string; hashes?: string[]; ms: number },
    accepted: (id: string) => void,
  ): void;
  calls(): Promise<Call[]>;
  /** Kills what is left. */
  close(): Promise<void>;
};

export async function processes(here: Orchestra): Promise<Processes> {
  const forked: ChildProcess[] = [];
  await here.rows(`create table calls (task_id uuid, attempt int, pid int, began_at timestamptz default clock_timestamp(),
    ended_at timestamptz, primary key (task_id, attempt))`);
  return {
    async fork({ leaseMs, slots, release }) {
      const script = release ? "release-process.ts" : "worker-process.ts";
      const child = fork(
        join(import.meta.dirname, script),
        [here.url, `${leaseMs}`, `${slots}`, ...(release ? [`${release}`] : [])],
        { stdio: ["ignore", "inherit", "inherit", "ipc"] },
      );
      forked.push(child);
      await Promise.race([
        once(child, "message"),
        once(child, "exit").then(([code]) => Promise.reject(new Error(`The worker process ended early (${code}).`))),
      ]);
      return child;
    },
    start(child, what, accepted) {
      child.on("message", (message: { accepted?: string }) => message.accepted && accepted(message.accepted));
      child.send(what);
    },
    calls: () =>
      here.rows(`select task_id as "taskId", attempt, pid, ended_at is not null as ended from calls order by began_at`),
    async close() {
      const alive = forked.filter((child) => child.exitCode === null && child.signalCode === null);
      const gone = alive.map((child) => once(child, "exit"));
      alive.forEach((child) => child.kill("SIGKILL"));
      await Promise.all(gone);
    },
  };
}
