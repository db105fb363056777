/**
 * Keeps a data folder that two containers or machines share from getting two servers, which would destroy the cluster:
 * across them Postgres sees neither the other's process nor its memory, takes `postmaster.pid` for a leftover, and
 * starts. So users of the server touch a file while they use it, and nobody starts over a leftover of another place
 * before that file has been still for a while. The price: after a kill and a new container, the first start waits.
 */
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseUnreachable } from "../connect.ts";
import { accessFile, readAccess, type Cluster } from "./cluster.ts";
import { readPidFile } from "./postmaster.ts";

const BEAT_MS = 3000;
const STILL_MS = 10_000;

/** This boot of this machine, and on Linux this container (a process namespace). */
export function thisPlace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** Shows that the server is in use, until the returned function is called. */
export function showUse(cluster: Cluster): () => void {
  const touch = (): void => void utimes(accessFile(cluster), new Date(), new Date()).catch(() => {});
  touch();
  const beat = setInterval(touch, BEAT_MS).unref();
  return () => clearInterval(beat);
}

/**
 * Waits until a server that was left behind elsewhere is surely gone. Throws `DatabaseUnreachable` when it is in use.
 * Without a leftover, or after a restart of this place alone, it returns at once.
 */
export async function awaitEndElsewhere(cluster: Cluster, log: (line: string) => void): Promise<void> {
  const { place } = readAccess(cluster);
  if (!place || place === thisPlace() || !readPidFile(cluster.folder)) return;
  const seen = lastUse(cluster);
  if (Date.now() - seen < STILL_MS) log(`${cluster.home} was in use in another container a moment ago; making sure.`);
  while (Date.now() - seen < STILL_MS) {
    if (lastUse(cluster) > seen) throw inUse(cluster);
    await sleep(100);
  }
}

function lastUse(cluster: Cluster): number {
  return statSync(accessFile(cluster)).mtimeMs;
}

function inUse({ home }: Cluster): DatabaseUnreachable {
  return new DatabaseUnreachable(
    `The database in ${home} is in use in another container or on another machine, and only one can run it. Give each a LECTOR_DATA of its own, or one Postgres to all of them with DATABASE_URL.`,
  );
}
