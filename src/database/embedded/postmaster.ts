/** Reads `postmaster.pid`, in which a Postgres server says who it is and how far it got. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answersSignal, processFacts } from "./processes.ts";

/** `status`: `starting`, `ready` or `stopping`; empty in its first moments. */
export type Postmaster = { pid: number; port: number; status: string };

/** The server that runs on this cluster, or null. A leftover of a killed server, or of one before a reboot, is null. */
export function runningPostmaster(cluster: string): Postmaster | null {
  const said = readPidFile(cluster);
  if (!said) return null;
  const facts = processFacts(said.pid);
  return facts && isPostgresOn(facts.command, cluster) ? said : null;
}

/** What the file says, true or not. Source of its lines: Postgres, src/include/utils/pidfile.h. */
export function readPidFile(cluster: string): Postmaster | null {
  const lines = linesOf(cluster);
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isSafeInteger(pid) || pid === 0) return null;
  return { pid: Math.abs(pid), port: Number(lines[3] || 0), status: (lines[7] ?? "").trim() };
}

/**
 * Makes Postgres accept a leftover whose process id now belongs to another process of the same user (common in
 * containers, where ids start from 1 again) or to a zombie. Postgres refuses to start over a live id, except its own
 * parent's: so ours is written there. The file itself must stay: its seventh line leads Postgres to the shared memory
 * in which workers of the killed server may still be busy, and it waits for them.
 */
export function disownPidFile(cluster: string): void {
  const lines = linesOf(cluster);
  if (!lines || !answersSignal(Number(lines[0]))) return;
  writeFileSync(join(cluster, "postmaster.pid"), [process.pid, ...lines.slice(1)].join("\n"));
}

function linesOf(cluster: string): string[] | null {
  try {
    return readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Its workers overwrite their command line; only the server itself still shows how it was started (server.ts). */
function isPostgresOn(command: string | null, cluster: string): boolean {
  return command === null || command.includes(` -D ${cluster} -c `);
}
