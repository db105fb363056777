/** A process's claim on the server: a connection with a shared advisory lock, which ends however the process ends. */
import { resolve } from "node:path";
import { Client, type QueryConfig } from "pg";
import { sqlState } from "../connect.ts";
import { cut } from "../patience.ts";
import { findBinaries } from "./binaries.ts";
import { readAccess, type Cluster } from "./cluster.ts";
import { runningPostmaster } from "./postmaster.ts";
import { stopServer } from "./server.ts";

/** `ref` and `unref` are missing in @types/pg. */
type ClaimClient = Client & { ref(): void; unref(): void };
/** `client` holds the shared lock as long as `lost` is false. */
export type Claim = { client: ClaimClient; url: string; lost: boolean };

/** "Lector" in ASCII. */
const CLAIM_LOCK = 0x4c6563746f72;
const CONNECT_MS = 5000;
const QUERY_MS = 10_000;
/** A last leaver that was frozen before it stopped the server; its server can still be asked again. */
const LOCK_MS = 2000;

/**
 * Connects to a server that says it is ready, and claims it. Null when there is none; rejects when it goes away, and at
 * once when `signal` says that nobody waits any more.
 */
export async function adopt(cluster: Cluster, signal?: AbortSignal): Promise<Claim | null> {
  const server = runningPostmaster(cluster.folder);
  if (server?.status !== "ready") return null;
  const { password } = readAccess(cluster);
  const client = await connectTo("lector", server.port, password, signal);
  const giveUp = () => cut(client);
  signal?.addEventListener("abort", giveUp);
  try {
    // Blocks while a last leaver holds it, until that one's shutdown ends this connection.
    const { rows } = await client.query<{ folder: string }>(
      "select current_setting('data_directory') as folder, pg_advisory_lock_shared($1)",
      [CLAIM_LOCK],
    );
    const { folder } = rows[0]!;
    if (resolve(folder) !== cluster.folder) throw new Error(`Port ${server.port} belongs to the server of ${folder}.`);
  } catch (error) {
    void client.end().catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
  client.unref(); // a claim alone keeps no process alive
  // Without sslmode, PGSSLMODE in the environment would decide.
  const url = `postgres://lector:${password}@127.0.0.1:${server.port}/lector?sslmode=disable`;
  return { client, url, lost: false };
}

/** Every field is given: what is missing would come from PGUSER, PGSSLMODE and the like. */
async function connectTo(database: string, port: number, password: string, signal?: AbortSignal): Promise<ClaimClient> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "lector",
    password,
    database,
    ssl: false,
    application_name: "lector",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    options: `-c lock_timeout=${LOCK_MS}`,
  }) as ClaimClient;
  client.on("error", () => {}); // 'end' follows
  const giveUp = () => cut(client);
  signal?.addEventListener("abort", giveUp);
  await client.connect().finally(() => signal?.removeEventListener("abort", giveUp));
  return client;
}

/** Makes the database `lector` where there is none yet. */
export async function createDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = await connectTo("postgres", port, readAccess(cluster).password);
  try {
    await client.query("create database lector");
  } catch (error) {
    if (sqlState(error) !== "42P04") throw error; // it exists by now
  } finally {
    await client.end().catch(() => {});
  }
}

export async function isAlive({ client, lost }: Claim): Promise<boolean> {
  if (lost) return false;
  client.ref();
  try {
    await client.query({ text: "select 1", query_timeout: 2000 } as QueryConfig);
    return true;
  } catch {
    return false;
  } finally {
    client.unref();
  }
}

/** Forgets a claim whose server does not answer. */
export function drop(claim: Claim): void {
  claim.lost = true;
  claim.client.removeAllListeners("end");
  void claim.client.end().catch(() => {});
}

/**
 * Gives up the claim, and stops the server if it was the last one. Of two that leave at once, the one who gives up the
 * shared lock last gets the exclusive one. Holding it until the server is gone keeps newcomers waiting meanwhile.
 */
export async function release(cluster: Cluster, { client, lost }: Claim): Promise<void> {
  if (lost) return;
  client.ref();
  try {
    await client.query("select pg_advisory_unlock_shared($1)", [CLAIM_LOCK]);
    const { rows } = await client.query<{ last: boolean }>("select pg_try_advisory_lock($1) as last", [CLAIM_LOCK]);
    if (rows[0]!.last) await stopServer(cluster, () => findBinaries(cluster.home, cluster.account));
  } catch (error) {
    if (runningPostmaster(cluster.folder)?.status === "ready") throw error; // otherwise it went away by itself
  } finally {
    await client.end().catch(() => {});
  }
}
