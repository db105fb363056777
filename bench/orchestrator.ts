/** The orchestrator beside the SQL that a person would write by hand for one fixed run, in turn, on one Postgres. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import pg from "pg";
import { connect } from "../src/database/connect.ts";
import { embeddedPostgres } from "../src/database/embedded.ts";
import { migrate } from "../src/database/migrate.ts";
import { bench } from "./orchestrator-engine.ts";
import { floorRun } from "./orchestrator-floor.ts";

const ROUNDS = 5;
const IDLE_RUNS = 200;
const LOAD_RUNS = 2000;

export async function run() {
  const folder = await mkdtemp(join(tmpdir(), "lector-bench-"));
  const server = await embeddedPostgres({ dataDir: folder });
  try {
    const connection = connect(server.url, { max: 1 });
    await migrate(connection.db);
    await connection.close();
    const idle = await measureIdle(server.url);
    const one = await measureLoad(server.url, 1);
    const two = await measureLoad(server.url, 2);
    const fanOut = await measureFanOut(server.url, 10, ROUNDS);
    const slow = await measureFanOut(server.url, 200, 2);
    const holds =
      idle.ratio <= 1.5 && one.ratio >= 0.6 && two.ratio >= 0.6 && fanOut.median_s <= 1 && slow.median_s <= 10.6;
    return {
      claim:
        "idle three-step run p50 ≤ 1.5 × hand-written SQL; saturated ≥ 0.6 of it; 1,000 tasks under 20: of 10 ms in ≤ 1 s, of 200 ms in ≤ 10.6 s",
      ratio: idle.ratio,
      goal: 1.5,
      holds,
      idle,
      saturated_1_process: one,
      saturated_2_processes: two,
      fan_out_10_ms: fanOut,
      fan_out_200_ms: slow,
    };
  } finally {
    await server.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rounded = (value: number) => Number(value.toPrecision(4));

/** One run after the other: engine and floor in turn, so that a slow moment of the machine meets both. */
async function measureIdle(url: string) {
  const engine = await bench(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const [ours, floor]: [number[], number[]] = [[], []];
  const timed = async (into: number[], work: () => Promise<void>) => {
    const began = performance.now();
    await work();
    into.push(performance.now() - began);
  };
  for (let index = 0; index < IDLE_RUNS * 2; index++) {
    const warm = index >= IDLE_RUNS;
    await timed(warm ? ours : [], () => engine.run(engine.three, { x: index }));
    await timed(warm ? floor : [], () => floorRun(client, engine.three.workflowId, { x: index }));
  }
  await client.end();
  await engine.close();
  const [ours_p50_ms, floor_p50_ms] = [median(ours), median(floor)];
  return {
    ours_p50_ms: rounded(ours_p50_ms),
    floor_p50_ms: rounded(floor_p50_ms),
    ratio: rounded(ours_p50_ms / floor_p50_ms),
  };
}

async function measureLoad(url: string, processes: number) {
  const pairs: { ours: number; floor: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    pairs.push({ ours: await load(url, "engine", processes), floor: await load(url, "floor", processes) });
  }
  const ratio = median(pairs.map(({ ours, floor }) => ours / floor));
  return {
    ours_runs_per_s: rounded(median(pairs.map((pair) => pair.ours))),
    floor_runs_per_s: rounded(median(pairs.map((pair) => pair.floor))),
    ratio: rounded(ratio),
  };
}

async function load(url: string, kind: "engine" | "floor", processes: number): Promise<number> {
  const script = join(import.meta.dirname, "orchestrator-load.ts");
  const rates = Array.from({ length: processes }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, url, kind, String(LOAD_RUNS / processes)]);
    return (JSON.parse(stdout) as { rate: number }).rate;
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

async function measureFanOut(url: string, ms: number, rounds: number) {
  const engine = await bench(url);
  const list = Array.from({ length: 1000 }, (_, index) => index);
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await engine.run(engine.fan, { list, ms });
    seconds.push((performance.now() - began) / 1000);
  }
  await engine.close();
  return {
    median_s: rounded(median(seconds)),
    best_s: rounded(Math.min(...seconds)),
    floor_s: (list.length * ms) / 1000 / 20,
  };
}
