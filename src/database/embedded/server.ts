/** Starts and stops the server of a cluster. Callers hold the start lock while they start. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseUnreachable } from "../connect.ts";
import { giveToOwner } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { environmentOfPostgres, complaint, readAccess, writeAccess, type Cluster } from "./cluster.ts";
import { thisPlace } from "./elsewhere.ts";
import { freePort, isFree } from "./ports.ts";
import { disownPidFile, readPidFile, runningPostmaster } from "./postmaster.ts";
import { processFacts } from "./processes.ts";

const POLL_MS = 4;
const LOG_LIMIT_BYTES = 1_000_000;
const isWindows = process.platform === "win32";

/**
 * For a small machine that has other work to do. Nothing here weakens durability: fsync, full_page_writes and
 * synchronous_commit stay on.
 */
const settings: Record<string, string | number> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "", // their paths fail past 107 bytes
  dynamic_shared_memory_type: "mmap", // in the data folder: small here, and nothing stays in /dev/shm after a kill
  max_connections: 200,
  shared_buffers: "64MB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  effective_cache_size: "512MB",
  random_page_cost: 1.1,
  wal_level: "minimal",
  max_wal_senders: 0,
  max_wal_size: "512MB",
  io_method: "sync", // no reader processes beside the few that are needed
  max_logical_replication_workers: 0,
  max_parallel_workers_per_gather: 0, // queries are small; processes are few
  jit: "off",
  fsync: "on",
  synchronous_commit: "on",
  autovacuum: "on",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "log", // starts, stops and crashes; not each unique violation that a caller expects and handles
  log_checkpoints: "off",
  restart_after_crash: "on",
};

/**
 * Starts the server and waits until it accepts connections, as long as it takes while it lives: after a crash it
 * first replays its log. Throws `DatabaseUnreachable` with the end of the server's log when it ends instead.
 */
export async function startServer(cluster: Cluster, binaries: Binaries, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await settlePort(cluster);
    disownPidFile(cluster.folder);
    const log = openLog(cluster);
    const begin = statSync(log).size;
    const child = launch(cluster, binaries, log);
    if (await becomesReady(cluster, child, signal)) return;
    const said = readFileSync(log).subarray(begin).toString("utf8");
    if (attempt >= patienceWith(child, said)) throw new DatabaseUnreachable(failure(cluster, log, said));
    await sleep(Math.min(20 * attempt, 250));
    signal?.throwIfAborted();
  }
}

/** How many attempts its end is worth. */
function patienceWith(child: ChildProcess, said: string): number {
  // Somebody took the port just now, or workers of a killed server are still ending: both pass.
  if (/could not bind|pre-existing shared memory|lock file .* already exists/i.test(said)) return 100;
  if (child.signalCode === "SIGKILL" || /terminated by signal 9/.test(said)) return 10;
  return 1;
}

function failure(cluster: Cluster, log: string, said: string): string {
  const reason = complaint(said) || "it wrote nothing to its log";
  return `Lector's own Postgres in ${cluster.folder} did not start: ${reason}. Its log is ${log}. Free or repair that folder, or set LECTOR_DATA to another one, or DATABASE_URL to a Postgres of yours.`;
}

/** The port of last time, so that nobody has to learn a new one; another where it was taken. */
async function settlePort(cluster: Cluster): Promise<void> {
  const access = readAccess(cluster);
  const port = (await isFree(access.port)) ? access.port : await freePort();
  const place = thisPlace();
  if (port !== access.port || place !== access.place) await writeAccess(cluster, { ...access, port, place });
}

function openLog({ home }: Cluster): string {
  const log = join(home, "postgres.log");
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(log, `${log}.1`);
  closeSync(openSync(log, "a", 0o600));
  giveToOwner(log, home);
  return log;
}

/** In a session of its own: Ctrl-C in the terminal and the end of this process do not reach it. */
function launch(cluster: Cluster, binaries: Binaries, log: string): ChildProcess {
  const { port } = readAccess(cluster);
  const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const output = openSync(log, "a");
  try {
    const [program, programArguments] = isWindows
      ? // postgres.exe refuses administrators; pg_ctl takes their rights away first.
        [binaries.pgCtl, ["start", "-W", "-D", cluster.folder, "-l", log, "-o", options.join(" ")]]
      : [binaries.postgres, ["-D", cluster.folder, ...options]];
    const child = spawn(program, programArguments, {
      ...environmentOfPostgres(),
      ...cluster.account,
      stdio: ["ignore", output, output],
      detached: true,
      windowsHide: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** False when the server ended. Aborting stops it: nobody else uses it yet. */
async function becomesReady({ folder }: Cluster, child: ChildProcess, signal?: AbortSignal): Promise<boolean> {
  let failed: Error | undefined;
  let exited: { code: number | null; at: number } | undefined;
  child.once("error", (error) => (failed = error));
  child.once("exit", (code) => (exited = { code, at: performance.now() }));
  for (;;) {
    const said = readPidFile(folder);
    if (said?.status === "ready" && (said.pid === child.pid || isWindows)) return true;
    if (failed) throw cannotRun(failed);
    if (exited && !(isWindows && exited.code === 0 && isOnItsWay(folder, exited.at))) return false;
    if (signal?.aborted) child.kill("SIGINT");
    signal?.throwIfAborted();
    await sleep(POLL_MS);
  }
}

/** On Windows pg_ctl exits at once, and the server follows. */
function isOnItsWay(folder: string, since: number): boolean {
  return performance.now() - since < 10_000 || runningPostmaster(folder) !== null;
}

function cannotRun(cause: Error): DatabaseUnreachable {
  const message = `Cannot run Lector's own Postgres: ${cause.message}. Set DATABASE_URL to a Postgres of yours.`;
  return new DatabaseUnreachable(message, { cause });
}

/** Ends all its connections and stops it; resolves when the process is gone (a few ms after its last checkpoint). */
export async function stopServer(cluster: Cluster, binaries: () => Promise<Binaries>): Promise<void> {
  const server = runningPostmaster(cluster.folder);
  const started = server && processFacts(server.pid)?.started;
  if (!server || started === undefined) return;
  const isRunning = (): boolean => processFacts(server.pid)?.started === started;
  await ask(server.pid, "SIGINT", cluster, binaries);
  for (let waited = 0; isRunning(); waited += POLL_MS) {
    // The hard way is without a checkpoint: it replays its log at the next start.
    if (waited === 20_000) await ask(server.pid, "SIGQUIT", cluster, binaries);
    await sleep(POLL_MS);
  }
}

type Stop = "SIGINT" | "SIGQUIT";

async function ask(pid: number, how: Stop, cluster: Cluster, binaries: () => Promise<Binaries>): Promise<void> {
  if (isWindows) {
    const options = ["stop", "-W", "-D", cluster.folder, "-m", how === "SIGINT" ? "fast" : "immediate"];
    spawn((await binaries()).pgCtl, options, { stdio: "ignore", windowsHide: true }).unref();
    return;
  }
  try {
    process.kill(pid, how);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
