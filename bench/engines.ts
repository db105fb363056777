/**
 * The same three-step run and the same fan-out on Restate, on DBOS and on Lector's orchestrator, in turn, in one run.
 * Each keeps every step durable, on the same disk; DBOS and Lector on one Postgres server, Restate in its own log.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { embeddedPostgres } from "../src/database/embedded.ts";
import { openDbos } from "./engines-dbos.ts";
import { installEngines } from "./engines-install.ts";
import { openRestate } from "./engines-restate.ts";
import { bench } from "./orchestrator-engine.ts";
import { median, rounded, say } from "./program.ts";
import type { Claim } from "./run.ts";

const GOAL = 3;
const LIMIT = 20;
const LANES = 64;
const WARM_UP = 100;
const IDLE_RUNS = 300;
/** Until what the one before left to be done in the background is over. */
const PAUSE_MS = 2000;

/** One engine, open. Each promise resolves when the run is complete, and all that it did is committed. */
export type Contestant = {
  name: string;
  three(input: object): Promise<void>;
  /** `count` tasks of `ms` each, never more than the limit at once. */
  fan(count: number, ms: number): Promise<void>;
  close(): Promise<void>;
};

type Figures = { idle_p50_ms: number; saturated_runs_per_s: number; fan_out_s: number };

export async function run(args: string[]): Promise<Claim> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "3" }, runs: { type: "string", default: "1000" } },
  });
  const folder = await mkdtemp(join(tmpdir(), "lector-bench-"));
  const engines = installEngines();
  const server = await embeddedPostgres({ dataDir: folder });
  const contestants: Contestant[] = [];
  try {
    contestants.push(await openLector(server.url));
    contestants.push(await openDbos(engines, server.url, LIMIT));
    contestants.push(await openRestate(engines, LIMIT));
    const figures = await measure(contestants, Number(values.rounds), Number(values.runs));
    return { ...claimOf(figures), versions: engines.versions };
  } finally {
    for (const contestant of contestants) await contestant.close();
    await server.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

async function openLector(url: string): Promise<Contestant> {
  const engine = await bench(url);
  return {
    name: "Lector",
    three: (input) => engine.run(engine.three, input),
    fan: (count, ms) => engine.run(engine.fan, { list: Array.from({ length: count }, (_, index) => index), ms }),
    close: () => engine.close(),
  };
}

/**
 * In turn within each round, so that a slow moment of the machine meets all; each round begins with another one, since what
 * one leaves to be done in the background (a checkpoint, a compaction) is felt by the next.
 */
async function measure(contestants: Contestant[], rounds: number, runs: number): Promise<Record<string, Figures>> {
  const seen = new Map(contestants.map(({ name }) => [name, [] as Figures[]]));
  for (const contestant of contestants) await saturated(contestant, WARM_UP);
  for (let round = 1; round <= rounds; round++) {
    contestants.push(contestants.shift()!);
    for (const contestant of contestants) {
      const one = {
        idle_p50_ms: await idle(contestant),
        saturated_runs_per_s: await saturated(contestant, runs),
        fan_out_s: await seconds(() => contestant.fan(1000, 10)),
      };
      say(`${round}: ${contestant.name} ${JSON.stringify(one)}`);
      seen.get(contestant.name)!.push(one);
    }
  }
  return Object.fromEntries([...seen].map(([name, all]) => [name, middle(all)]));
}

function middle(all: Figures[]): Figures {
  const of = (key: keyof Figures) => rounded(median(all.map((one) => one[key])));
  return {
    idle_p50_ms: of("idle_p50_ms"),
    saturated_runs_per_s: of("saturated_runs_per_s"),
    fan_out_s: of("fan_out_s"),
  };
}

/** Of runs one after the other on an idle machine. */
async function idle({ three }: Contestant): Promise<number> {
  await sleep(PAUSE_MS);
  const times: number[] = [];
  for (let index = 0; index < IDLE_RUNS; index++) times.push((await seconds(() => three({ x: index }))) * 1000);
  return median(times);
}

/** Runs a second with as many at once as it has lanes. */
async function saturated({ three }: Contestant, runs: number): Promise<number> {
  let taken = 0;
  const lane = async () => {
    while (taken++ < runs) await three({ x: taken });
  };
  return runs / (await seconds(async () => void (await Promise.all(Array.from({ length: LANES }, lane)))));
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function claimOf(figures: Record<string, Figures>): Claim {
  const { Lector: ours, ...rest } = figures as Record<"Lector", Figures> & Record<string, Figures>;
  const others = Object.values(rest);
  const ratio = rounded(ours.saturated_runs_per_s / Math.max(...others.map((one) => one.saturated_runs_per_s)));
  const quickest = Math.min(...others.map((one) => one.idle_p50_ms));
  return {
    claim: "three durable steps cost less than on other durable engines, idle and saturated",
    ratio,
    goal: `saturated > ${GOAL} × the better of the others, idle p50 lower than both`,
    holds: ratio > GOAL && ours.idle_p50_ms < quickest,
    figures,
  };
}
