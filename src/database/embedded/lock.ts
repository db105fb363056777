/**
 * The start lock: who holds it may create or start the server. A file made with O_EXCL that names its holder by process
 * id and start time, so that the lock of a killed process is known to be stale, also when its id was given away again.
 *
 * It keeps starters from wasting work, no more: should two ever hold it (a frozen one whose lock was taken over), the
 * cluster is still renamed into place once only, and Postgres itself refuses a second server on it.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { processFacts } from "./processes.ts";

/** Between the creation of the file and its one write; longer, and the writer died there. */
const EMPTY_FOR_MS = 2000;

/** Takes the lock and gives its release, or gives null while a live process holds it. */
export function tryLock(file: string): (() => void) | null {
  const content = JSON.stringify({
    pid: process.pid,
    started: processFacts(process.pid)?.started,
    nonce: randomUUID(),
  });
  if (create(file, content)) return () => removeOurs(file, content);
  if (!isStale(file)) return null;
  bury(file);
  return create(file, content) ? () => removeOurs(file, content) : null;
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") rmSync(file, { force: true }); // ours, and empty
    throw error;
  }
}

function isStale(file: string): boolean {
  try {
    const content = readFileSync(file, "utf8");
    if (content === "") return Date.now() - statSync(file).mtimeMs > EMPTY_FOR_MS;
    const holder = JSON.parse(content) as { pid: number; started?: string };
    const facts = processFacts(holder.pid);
    return !facts || facts.started !== (holder.started ?? "");
  } catch (error) {
    return error instanceof SyntaxError; // torn by a power cut; otherwise it was released just now
  }
}

/** Moves a stale lock away, in one step; what another process created in the meantime is put back. */
function bury(file: string): void {
  const grave = `${file}.${randomUUID()}`;
  try {
    renameSync(file, grave);
  } catch {
    return; // another one buried it
  }
  if (isStale(grave)) rmSync(grave, { force: true });
  else renameSync(grave, file);
}

function removeOurs(file: string, content: string): void {
  try {
    if (readFileSync(file, "utf8") === content) rmSync(file);
  } catch {
    // taken away together with the data folder
  }
}
