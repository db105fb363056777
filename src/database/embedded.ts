/**
 * The data folder's own Postgres: one real server, shared by all lector processes that use the folder.
 *
 * Nobody owns the server. It runs in a session of its own, and each process that uses it holds a claim: a connection
 * with a shared advisory lock. Who leaves and then gets the lock exclusively was the last and stops the server. Whoever
 * finds no server takes the start lock (a file), makes the cluster where there is none, and starts it.
 *
 * So a killed starter costs nothing: its server is adopted. When all were killed, Postgres too, the next process starts
 * it again and Postgres replays its log. A server without any claim runs on until the next process adopts and leaves it.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseUnreachable, sqlState } from "./connect.ts";
import { isRoot, openHome } from "./embedded/account.ts";
import { findBinaries } from "./embedded/binaries.ts";
import { adopt, createDatabase, drop, isAlive, release, type Claim } from "./embedded/claim.ts";
import { checkVersion, clusterExists, clusterIn, createCluster, type Cluster } from "./embedded/cluster.ts";
import { awaitEndElsewhere, showUse } from "./embedded/elsewhere.ts";
import { tryLock } from "./embedded/lock.ts";
import { runningPostmaster } from "./embedded/postmaster.ts";
import { startServer } from "./embedded/server.ts";

export type EmbeddedPostgres = {
  /** `postgres://lector:<password>@127.0.0.1:<port>/lector…`; has another port after `recover` if the old one was taken. */
  readonly url: string;
  /**
   * After a connection error: makes sure that the server runs again, and gives the url. Callers at the same time share
   * one start. Fails with `DatabaseUnreachable`, and after `leave`.
   */
  recover(): Promise<string>;
  /** Gives up this process's claim; close your own connections first. The last to leave stops the server. */
  leave(): Promise<void>;
};

type Log = (line: string) => void;

/** How long to wait for another process that starts or stops the server, and for a server that gives no answer. */
const PATIENCE_MS = 120_000;
const WORTH_A_LINE_MS = 3000;
const POLL_MS = 8;

/**
 * Starts or adopts the data folder's own Postgres. `log` gets a line for what takes longer than a moment.
 * Throws `DatabaseUnreachable`, whose message names the folder and the settings that help, or the signal's reason.
 */
export async function embeddedPostgres({
  dataDir,
  log = () => {},
  signal,
}: {
  dataDir: string;
  log?: Log | undefined;
  signal?: AbortSignal | undefined;
}): Promise<EmbeddedPostgres> {
  try {
    signal?.throwIfAborted();
    const { folder, account } = openHome(dataDir);
    const cluster = clusterIn(folder, account);
    return supervise(cluster, await acquire(cluster, log, signal), log);
  } catch (error) {
    throw explained(error, dataDir);
  }
}

function supervise(cluster: Cluster, first: Claim, log: Log): EmbeddedPostgres {
  const leaving = new AbortController();
  const hideUse = showUse(cluster);
  let claim = watched(first);
  let recovering: Promise<string> | undefined;
  let left: Promise<void> | undefined;

  /** A lost claim is taken again at once: without one, another process could stop the server under us. */
  function watched(taken: Claim): Claim {
    taken.client.once("end", () => {
      taken.lost = true;
      if (!leaving.signal.aborted) recover().catch(() => {}); // who needs the server asks again and gets the error
    });
    return taken;
  }

  function recover(): Promise<string> {
    recovering ??= claimAgain().finally(() => (recovering = undefined));
    return recovering;
  }

  async function claimAgain(): Promise<string> {
    leaving.signal.throwIfAborted();
    // Its workers outlive a killed server by a moment, and answer.
    if (runningPostmaster(cluster.folder) && (await isAlive(claim))) return claim.url;
    drop(claim);
    const taken = await acquire(cluster, log, leaving.signal).catch((error: unknown) => {
      throw explained(error, cluster.home);
    });
    claim = watched(taken);
    return claim.url;
  }

  async function leave(): Promise<void> {
    leaving.abort(new Error("This process has left the database."));
    const silent = recovering !== undefined;
    await recovering?.catch(() => {});
    // who lost its claim may still be the last; a server that gives no answer is left to the next process
    if (claim.lost && !silent) claim = (await adopt(cluster).catch(() => null)) ?? claim;
    await release(cluster, claim).finally(hideUse);
  }

  return {
    get url() {
      return claim.url;
    },
    recover,
    leave: () => (left ??= leave()),
  };
}

/** Claims the server, and brings it up as often as that is needed. */
async function acquire(cluster: Cluster, log: Log, signal: AbortSignal | undefined): Promise<Claim> {
  let waitingSince = performance.now();
  let trouble: unknown;
  for (let told = false; ;) {
    signal?.throwIfAborted();
    try {
      const claim = await adopt(cluster, signal);
      if (claim) return claim;
    } catch (error) {
      if (error instanceof DatabaseUnreachable) throw error;
      trouble = error; // it is starting, stopping or gone
    }
    if (await bringUpUnderLock(cluster, trouble, log, signal)) continue;
    const waited = performance.now() - waitingSince;
    if (waited > WORTH_A_LINE_MS && !told) log(`Waiting for Postgres in ${cluster.home}: ${stateOf(cluster)}.`);
    told ||= waited > WORTH_A_LINE_MS;
    if (waited > PATIENCE_MS) throw unanswered(cluster, trouble);
    // Replaying its log after a crash may take long, and shows that it lives.
    if (runningPostmaster(cluster.folder)?.status === "starting") waitingSince = performance.now();
    await pause(POLL_MS, signal);
  }
}

function stateOf(cluster: Cluster): string {
  const server = runningPostmaster(cluster.folder);
  return server ? `the server (process ${server.pid}) is ${server.status}` : "another process is starting it";
}

function unanswered(cluster: Cluster, cause: unknown): DatabaseUnreachable {
  const reason = cause instanceof Error ? ` (${cause.message})` : "";
  return new DatabaseUnreachable(
    `No connection to Lector's own Postgres in ${cluster.home} within ${PATIENCE_MS / 1000} s: ${stateOf(cluster)}${reason}. See ${join(cluster.home, "postgres.log")}; if nothing is running, delete ${lockFile(cluster)}. Or set DATABASE_URL to a Postgres of yours.`,
    { cause },
  );
}

/** False when another process is at it, or the server between two states. */
async function bringUpUnderLock(cluster: Cluster, trouble: unknown, log: Log, signal?: AbortSignal): Promise<boolean> {
  const unlock = tryLock(lockFile(cluster));
  if (!unlock) return false;
  try {
    return await bringUp(cluster, trouble, log, signal);
  } finally {
    unlock();
  }
}

/** Does what is missing: the database, the cluster, the server. */
async function bringUp(cluster: Cluster, trouble: unknown, log: Log, signal?: AbortSignal): Promise<boolean> {
  const server = runningPostmaster(cluster.folder);
  if (server) {
    if (server.status !== "ready" || sqlState(trouble) !== "3D000") return false;
    await createDatabase(cluster, server.port);
    return true;
  }
  const binaries = await findBinaries(cluster.home, cluster.account);
  if (clusterExists(cluster)) await checkVersion(cluster, binaries);
  else {
    log(`Making a database in ${cluster.home}.`);
    await createCluster(cluster, binaries, signal);
  }
  await awaitEndElsewhere(cluster, log);
  await startServer(cluster, binaries, signal);
  return true;
}

function lockFile({ home }: Cluster): string {
  return join(home, "start.lock");
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

const fileTrouble = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "ENOTDIR",
  "EEXIST",
  "ELOOP",
  "ENAMETOOLONG",
  "EIO",
];

function explained(error: unknown, folder: string): unknown {
  const { code, syscall = "", message } = error as NodeJS.ErrnoException;
  if (error instanceof DatabaseUnreachable || !code) return error;
  if (isRoot() && /chown|spawn/.test(syscall) && ["EPERM", "EINVAL"].includes(code)) {
    return new DatabaseUnreachable(
      `Postgres does not run as root, and here root may not give it an account of its own (${message}). Run Lector as an ordinary user, or set DATABASE_URL to a Postgres of yours.`,
      { cause: error },
    );
  }
  // Node says ENOENT where a folder cannot be made on a read-only disk.
  if (!fileTrouble.includes(code) && syscall !== "mkdir") return error;
  return new DatabaseUnreachable(
    `Cannot keep a database in ${folder}: ${message}. Set LECTOR_DATA to a folder that you can write to, or DATABASE_URL to a Postgres of yours.`,
    { cause: error },
  );
}
