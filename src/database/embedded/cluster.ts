/** A cluster: the folder of one Postgres server. Made once, whole or not at all; it keeps its own password and port. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseUnreachable } from "../connect.ts";
import { handOver, type Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { freePort } from "./ports.ts";

/** `folder`: what Postgres calls its data directory. `home`: its parent, see account.ts. */
export type Cluster = { home: string; folder: string; account: Account | null };
/** Stands inside the cluster, so that it comes into being together with it. `place`: see elsewhere.ts. */
export type Access = { password: string; port: number; place?: string };

export function clusterIn(home: string, account: Account | null): Cluster {
  return { home, folder: join(home, "data"), account };
}

export function clusterExists({ folder }: Cluster): boolean {
  return existsSync(join(folder, "PG_VERSION"));
}

export function accessFile({ folder }: Cluster): string {
  return join(folder, "lector.json");
}

export function readAccess(cluster: Cluster): Access {
  const file = accessFile(cluster);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Access;
  } catch (cause) {
    throw new DatabaseUnreachable(
      `Cannot read ${file}, which holds the password of Lector's own Postgres: ${(cause as Error).message}. Run Lector as the user who began this data folder, or set LECTOR_DATA to another folder, or DATABASE_URL to a Postgres of yours.`,
      { cause },
    );
  }
}

export async function writeAccess(cluster: Cluster, access: Access): Promise<void> {
  const file = accessFile(cluster);
  const unfinished = `${file}.${process.pid}`;
  await writeDurably(unfinished, JSON.stringify(access), cluster.account);
  await rename(unfinished, file);
}

/** A newer major version of Postgres cannot open an older cluster, and the other way round. */
export async function checkVersion({ folder }: Cluster, { major }: Binaries): Promise<void> {
  const found = (await readFile(join(folder, "PG_VERSION"), "utf8")).trim();
  if (found === String(major)) return;
  throw new DatabaseUnreachable(
    `The database in ${folder} was made by Postgres ${found}; this Lector brings Postgres ${major}. Use the Lector that made it, or set LECTOR_DATA to an empty folder, or DATABASE_URL to a Postgres of yours.`,
  );
}

/**
 * Makes the cluster beside its place, synced to disk, and renames it there: a killed creator leaves no half of one.
 * Aborting kills initdb. Callers hold the start lock; should two run all the same, the first to rename wins.
 */
export async function createCluster(cluster: Cluster, binaries: Binaries, signal?: AbortSignal): Promise<void> {
  await removeUnfinished(cluster.home);
  const unfinished = join(cluster.home, `data.new-${randomBytes(4).toString("hex")}`);
  try {
    await initialise(unfinished, cluster, binaries, signal);
    await rename(unfinished, cluster.folder);
    await syncFolder(cluster.home);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!clusterExists(cluster)) throw error;
  }
}

async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    // An initdb that outlived its killed starter may still write there; then the next creator removes it.
    if (name.startsWith("data.new-")) await rm(join(home, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function initialise(
  folder: string,
  { account }: Cluster,
  binaries: Binaries,
  signal?: AbortSignal,
): Promise<void> {
  const access = { password: randomBytes(24).toString("base64url"), port: await freePort() };
  const passwordFile = `${folder}-password`;
  // initdb, unlike the server, wants its account to have a name: it runs under a borrowed one, before the handover.
  const borrowed = account && { uid: await someUser(), gid: account.gid };
  try {
    await mkdir(folder, { mode: 0o700 });
    if (borrowed) handOver(folder, borrowed);
    await writeDurably(passwordFile, access.password, borrowed);
    await runInitdb(binaries.initdb, folder, passwordFile, borrowed, signal);
    await writeAccess({ home: "", folder, account: null }, access);
    if (account) handOver(folder, account);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The id of a named user without powers: "nobody" where there is one. */
async function someUser(): Promise<number> {
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const user = users.find(([name]) => name === "nobody") ?? users.find(([, , uid]) => Number(uid) > 0);
  if (user) return Number(user[2]);
  throw new DatabaseUnreachable(
    `Postgres does not run as root, and /etc/passwd names no other user to make a database as. Run Lector as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Text sorts by code point (builtin C.UTF-8): the same on every system, and no index breaks with an upgrade of it. */
function initdbArguments(folder: string, passwordFile: string): string[] {
  const place = ["--pgdata", folder, "--username", "lector", "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const text = ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
  // One call for all of the file system instead of one for each of a thousand files.
  const sync = process.platform === "linux" ? ["--sync-method", "syncfs"] : [];
  return [...place, ...text, ...sync, "--no-instructions"];
}

async function runInitdb(
  program: string,
  folder: string,
  passwordFile: string,
  account: Account | null,
  signal?: AbortSignal,
): Promise<void> {
  const child = spawn(program, initdbArguments(folder, passwordFile), {
    ...environmentOfPostgres(),
    ...account,
    stdio: ["ignore", "ignore", "pipe"],
    detached: true, // Ctrl-C reaches us alone; we end it through the signal
    windowsHide: true,
    ...(signal && { signal, killSignal: "SIGTERM" }),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2000)));
  const ended = Promise.withResolvers<number | string>();
  child.on("error", (error) => (error.name === "AbortError" ? undefined : ended.reject(error)));
  child.on("close", (code, killedBy) => ended.resolve(code ?? killedBy ?? "no exit code"));
  const code = await ended.promise.catch((cause: unknown) => {
    throw new DatabaseUnreachable(
      `Cannot run ${program}: ${(cause as Error).message}. Set DATABASE_URL to a Postgres of yours.`,
      { cause },
    );
  });
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new DatabaseUnreachable(
    `Could not make the database in ${folder}: ${complaint(said) || `initdb ended with ${code}`}. Free or open that folder, or set LECTOR_DATA to another one, or DATABASE_URL to a Postgres of yours.`,
  );
}

/** Nothing of ours (PGPORT, PGDATA, LC_ALL …) leaks into Postgres; Windows needs its own variables for any socket. */
export function environmentOfPostgres(): { env?: Record<string, string>; cwd: string } {
  if (process.platform === "win32") return { cwd: process.cwd() };
  return { env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }, cwd: "/" };
}

/** What a Postgres program complained of, in one line. */
export function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^\S+ \S+ UTC \[\d+\]/, "").trim());
  const serious = lines.filter((line) => /\b(PANIC|FATAL|ERROR|HINT|error):/.test(line));
  const chosen = (serious.length > 0 ? serious : lines).filter(Boolean).slice(0, 3);
  return chosen.join(" ").replace(/\.$/, "");
}

async function writeDurably(file: string, text: string, account: Account | null): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    if (account) await handle.chown(account.uid, account.gid);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
