import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { voice } from "./signals.ts";
import { workshop } from "./workshop.ts";
import { stopwatch } from "../support/stopwatch.ts";

const { studio, file, spoken, fragment } = workshop();

/** A part that names the same two minutes again and again. */
function long(parts: number) {
  const once = spoken(voice(240_000), 24_000);
  return Array.from({ length: parts }, () => once);
}

function jobFor(parts: ReturnType<typeof long>) {
  const outputs = [{ encoding: "mp3_128" as const, path: file("fragment") }];
  return { parts, sampleRate: 24_000 as const, gainDb: 0, ceilingDbtp: -2, outputs };
}

test("an aborted job ends at once with the reason, and the studio goes on", async () => {
  await fragment([]); // a child is there
  const aborting = new AbortController();
  const job = studio.master(jobFor(long(100)), { signal: aborting.signal });
  setImmediate(() => aborting.abort(new Error("changed my mind")));
  const took = stopwatch();
  await expect(job).rejects.toThrow("changed my mind");
  expect(took()).toBeLessThan(1000);
  await expect(studio.measure(jobFor([]), { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
    "before",
  );
  expect((await fragment([spoken(voice(2400), 24_000)])).samples).toBe(2400);
});

test.runIf(process.platform === "linux")(
  "a crash of the child is told as ChildDied, and the next job finds another (Linux: the child is found in /proc)",
  async () => {
    await fragment([]);
    const job = studio.master(jobFor(long(100)));
    const [child] = mediaChildren();
    process.kill(child!, "SIGKILL");
    await expect(job).rejects.toMatchObject({ name: "ChildDied", message: /was killed by SIGKILL/ });
    expect((await fragment([spoken(voice(2400), 24_000)])).samples).toBe(2400);
  },
);

test.runIf(process.platform === "linux")(
  "memory does not grow with a block's length (Linux: it is read from /proc)",
  async () => {
    await studio.master(jobFor(long(3)));
    const short = privateKilobytes(mediaChildren()[0]!);
    await studio.master(jobFor(long(40)));
    expect(privateKilobytes(mediaChildren()[0]!) - short).toBeLessThan(20_000);
  },
);

/** Processes whose command line names the media child, and whose parent is this one. */
function mediaChildren(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes("media/child.ts"))
    .filter((pid) => read(`/proc/${pid}/stat`).split(") ")[1]?.split(" ")[1] === String(process.pid))
    .map(Number);
}

function privateKilobytes(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  return [...rollup.matchAll(/^Private_\w+: +(\d+) kB/gm)].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
