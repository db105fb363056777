/** What Linux tells of a process and all its descendants: processor time, private memory, and what part of Lector it is. */
import { readFileSync } from "node:fs";

export type Part = "main" | "speech" | "media" | "postgres" | "other";

export type Seen = {
  pid: number;
  part: Part;
  /** Seconds of processor time of its own, by the last look; a tick of the clock is 10 ms. */
  cpuS: number;
  /** The most seen, bytes; 0 unless memory was asked for. */
  peakPrivate: number;
};

export type Watch = {
  seen: Map<number, Seen>;
  /** Looks a last time. */
  end(): void;
};

const TICKS_PER_SECOND = 100; // USER_HZ, the same on all of Linux's architectures that Node runs on

/** Looks at `root` and its descendants every `everyMs`, on a timer that does not keep the process alive. */
export function watchTree(root: number, { everyMs, memory }: { everyMs: number; memory: boolean }): Watch {
  const seen = new Map<number, Seen>();
  const look = () => {
    for (const pid of treeOf(root)) note(seen, pid, pid === root, memory);
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    seen,
    end() {
      clearInterval(timer);
      look();
    },
  };
}

function note(seen: Map<number, Seen>, pid: number, isRoot: boolean, memory: boolean): void {
  const cpuS = cpuOf(pid);
  if (cpuS === null) return;
  let one = seen.get(pid);
  if (!one) seen.set(pid, (one = { pid, part: "other", cpuS, peakPrivate: 0 }));
  if (one.part === "other") one.part = isRoot ? "main" : partOf(pid); // a child shows its parent's line until it runs
  one.cpuS = Math.max(one.cpuS, cpuS);
  if (memory) one.peakPrivate = Math.max(one.peakPrivate, privateOf(pid));
}

function treeOf(root: number): number[] {
  const found = [root];
  for (const pid of found) {
    const children = read(`/proc/${pid}/task/${pid}/children`) ?? "";
    found.push(...children.split(" ").filter(Boolean).map(Number));
  }
  return found;
}

/** Postgres's workers write their own command lines. */
function partOf(pid: number): Part {
  const line = (read(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ");
  if (line.includes("espeak-child.ts")) return "speech";
  if (line.includes("media/child.ts")) return "media";
  return /postgres/.test(line.split(" ")[0]!) ? "postgres" : "other";
}

function cpuOf(pid: number): number | null {
  const fields = statOf(pid);
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds of processor time of all descendants of this process that ended and were waited for, theirs included. */
export function cpuOfEnded(): number {
  const fields = statOf(process.pid)!;
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** From the third field on; the name in brackets may contain anything. */
function statOf(pid: number): string[] | null {
  return read(`/proc/${pid}/stat`)?.split(") ").at(-1)!.split(" ") ?? null;
}

/** Bytes that belong to this process alone. Null and zero for one that just ended. */
function privateOf(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`) ?? "";
  const lines = rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm);
  return [...lines].reduce((sum, line) => sum + Number(line[1]) * 1024, 0);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // it ended, or is not ours
  }
}
