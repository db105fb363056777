/** What the operating system knows of another process: enough to tell a live server from a reused process id. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * `started` is opaque: equal for one process, different for the next one that gets its id. `command`: the command line,
 * empty for processes of the kernel. Where the system does not say (Windows): an empty `started`, a null `command`.
 */
export type ProcessFacts = { started: string; command: string | null };

const unknown: ProcessFacts = { started: "", command: null };

/**
 * The facts of a process; null when there is none. A zombie counts as none: where nobody reaps orphans (many
 * containers), a killed server stays one for ever and still answers to signal 0.
 */
export function processFacts(pid: number): ProcessFacts | null {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !answersSignal(pid)) return null;
  if (process.platform === "linux") return fromProc(pid);
  if (process.platform === "win32") return unknown;
  return fromPs(pid);
}

/** True for zombies too. */
export function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function fromProc(pid: number): ProcessFacts | null {
  try {
    // The name in brackets may itself contain spaces and brackets; after the last one: state, then 18 more, then start.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return { started: fields[19] ?? "", command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
  } catch {
    return existsSync("/proc/self/stat") ? null : unknown; // it ended in between, or /proc is not mounted
  }
}

function fromPs(pid: number): ProcessFacts | null {
  try {
    const line = execFileSync("ps", ["-ww", "-o", "stat=,lstart=,command=", "-p", String(pid)], {
      encoding: "utf8",
    }).trim();
    // "Ss   Mon Jan  5 09:12:44 2026 /path/postgres -D ..."
    const match = /^(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (!match || match[1]!.startsWith("Z")) return null;
    return { started: match[2]!, command: match[3]! };
  } catch {
    return null;
  }
}
