/**
 * Vitest's global set-up: one server for the whole run, by the same code that serves a data folder, in a temporary
 * folder. Tests get databases of their own on it (database.ts).
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { embeddedPostgres } from "../../src/database/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A URL with every right on the server of this run. */
    postgres: string;
  }
}

const PREFIX = "lector-tests-";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(dataDir, 0o711);
  try {
    const postgres = await embeddedPostgres({ dataDir });
    project.provide("postgres", postgres.url);
    return () => postgres.leave().finally(() => remove(dataDir));
  } catch (error) {
    remove(dataDir);
    throw error;
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Servers and folders of runs that were killed: their process id stands in the name. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    const dataDir = join(tmpdir(), name);
    // Joining and leaving stops a server that still runs there.
    const postgres = await embeddedPostgres({ dataDir, signal: AbortSignal.timeout(10_000) }).catch(() => null);
    await postgres?.leave();
    remove(dataDir);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
