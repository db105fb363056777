/** What a thousand and a hundred thousand waiting runs cost those beside them: time, memory, and recovery after a kill. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { embeddedPostgres } from "../src/database/embedded.ts";
import { cancelRun } from "../src/orchestrator/cancel.ts";
import { startRun } from "../src/orchestrator/start.ts";
import { watchTree } from "./processes.ts";
import { median, rounded, say } from "./program.ts";
import type { Claim } from "./run.ts";
import { beside } from "./waiting-beside.ts";
import { drop, fill, KINDS, store, type Filled, type Kind } from "./waiting-fill.ts";

const GOAL = 1.5;
const LEASE_MS = 2000;
const WARM_UP = 20;
/** A worker looks some times before its memory is read. */
const LIFE_MS = 3000;
const MB = 1_000_000;

type Figures = Record<string, number>;

export async function run(args: string[]): Promise<Claim> {
  const options = {
    small: { type: "string", default: "1000" },
    large: { type: "string", default: "100000" },
    rounds: { type: "string", default: "1000" },
    restarts: { type: "string", default: "3" },
    kinds: { type: "string", default: KINDS.join() },
  } as const;
  const { values } = parseArgs({ args, options });
  const sizes = [Number(values.small), Number(values.large)];
  const folder = await mkdtemp(join(tmpdir(), "lector-bench-"));
  const server = await embeddedPostgres({ dataDir: folder });
  try {
    const kinds: Record<string, unknown> = {};
    const ratios: Figures = {};
    for (const kind of values.kinds.split(",") as Kind[]) {
      const [small, large] = await figuresOf(server.url, kind, sizes, Number(values.rounds), Number(values.restarts));
      kinds[kind] = { [sizes[0]!]: small, [sizes[1]!]: large };
      for (const [name, value] of Object.entries(large!)) ratios[`${kind}: ${name}`] = rounded(value / small![name]!);
      say(`${kind}: ${JSON.stringify(kinds[kind])}`);
    }
    const [worst, ratio] = Object.entries(ratios).toSorted(([, a], [, b]) => b - a)[0]!;
    return {
      claim: `time, memory and recovery beside ${sizes[1]} waiting runs, over those beside ${sizes[0]}; the worst of all`,
      ratio,
      goal: `≤ ${GOAL}`,
      holds: ratio <= GOAL,
      worst,
      ratios,
      kinds,
    };
  } finally {
    await server.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Both sizes in turn, so that a slow moment of the machine meets both. */
async function figuresOf(url: string, kind: Kind, sizes: number[], rounds: number, restarts: number) {
  const names = sizes.map((size) => `waiting_${kind}_${size}`);
  const filled: Filled[] = [];
  try {
    for (const [index, size] of sizes.entries()) {
      const began = performance.now();
      filled.push(await fill(url, names[index]!, kind, size));
      say(`${kind}: ${size} runs filled in ${rounded((performance.now() - began) / 1000)} s`);
    }
    const figures = filled.map((): Figures => ({}));
    (await timesBeside(filled, rounds)).forEach((times, index) => Object.assign(figures[index]!, times));
    (await recoveries(filled, restarts)).forEach((times, index) => Object.assign(figures[index]!, times));
    return figures;
  } finally {
    for (const [index, each] of filled.entries()) await drop(url, names[index]!, each);
  }
}

async function timesBeside(filled: Filled[], rounds: number): Promise<Figures[]> {
  const all = [];
  for (const each of filled) all.push(await beside(each));
  const times = filled.map(() => new Map<string, number[]>());
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [index, each] of all.entries()) await each.round(round < 0 ? new Map() : times[index]!);
  }
  return times.map((byName) => {
    const figures = [...byName].flatMap(([name, values]) => {
      const sorted = values.toSorted((a, b) => a - b);
      const at = (share: number) => rounded(sorted[Math.floor(share * (sorted.length - 1))]!);
      return [
        [`${name} p50 ms`, at(0.5)],
        [`${name} p99 ms`, at(0.99)],
      ];
    });
    return Object.fromEntries(figures) as Figures;
  });
}

async function recoveries(filled: Filled[], restarts: number): Promise<Figures[]> {
  const seen = filled.map(() => [] as Figures[]);
  for (let restart = 0; restart < restarts; restart++) {
    for (const [index, each] of filled.entries()) seen[index]!.push(await recovery(each));
  }
  return seen.map((all) =>
    Object.fromEntries(Object.keys(all[0]!).map((name) => [name, rounded(median(all.map((one) => one[name]!)))])),
  );
}

/** A worker is killed while it holds a step; another one starts, with a step that is ready. */
async function recovery({ url, connection: { db }, workflows }: Filled): Promise<Figures> {
  const held = await startRun(db, store, { workflow: workflows["hold"]!, input: { x: 1 } });
  const killed = startProcess(url);
  await killed.began("hold");
  const watch = watchTree(killed.child.pid!, { everyMs: 50, memory: true });
  await new Promise((resolve) => setTimeout(resolve, LIFE_MS));
  watch.end();
  await killed.kill();
  await startRun(db, store, { workflow: workflows["echo"]!, input: { x: 1 } });
  const began = performance.now();
  const next = startProcess(url);
  const since = async (type: string) => (await next.began(type), performance.now() - began);
  const [first, takeover] = await Promise.all([since("echo"), since("hold")]);
  await next.kill();
  await cancelRun(db, held.executionId, { by: "bench" });
  return {
    "memory MB": watch.seen.get(killed.child.pid!)!.peakPrivate / MB,
    "restart to first claim ms": first,
    "restart to takeover ms": takeover,
  };
}

type Process = { child: ChildProcess; began(type: string): Promise<void>; kill(): Promise<void> };

function startProcess(url: string): Process {
  const script = join(import.meta.dirname, "waiting-worker.ts");
  const child = spawn(process.execPath, [script, url, String(LEASE_MS)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  return {
    child,
    began: (type) =>
      new Promise((resolve, reject) => {
        lines.on("line", (line) => line === type && resolve());
        child.once("exit", (code) => reject(new Error(`The worker ended early (${code}).`)));
      }),
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
