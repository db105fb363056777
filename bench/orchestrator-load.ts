/** One process of the saturated bench: `node orchestrator-load.ts URL engine|floor RUNS`. Prints its runs a second. */
import { performance } from "node:perf_hooks";
import pg from "pg";
import { connect } from "../src/database/connect.ts";
import { ensureDefinition } from "../src/orchestrator/definition.ts";
import { floorRun } from "./orchestrator-floor.ts";
import { bench, three } from "./orchestrator-engine.ts";

const [url = "", kind = "engine", count = "1000"] = process.argv.slice(2);
const runs = Number(count);

async function spread(lanes: number, one: (lane: number) => Promise<unknown>, total: number): Promise<number> {
  let taken = 0;
  const began = performance.now();
  const lane = async (number: number) => {
    while (taken++ < total) await one(number);
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return total / ((performance.now() - began) / 1000);
}

async function floor(): Promise<number> {
  const connection = connect(url, { max: 1 });
  const { workflowId } = await ensureDefinition(connection.db, three);
  await connection.close();
  const clients = Array.from({ length: 10 }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  await spread(10, (lane) => floorRun(clients[lane]!, workflowId, { x: 1 }), 300);
  const rate = await spread(10, (lane) => floorRun(clients[lane]!, workflowId, { x: 1 }), runs);
  await Promise.all(clients.map((client) => client.end()));
  return rate;
}

async function engine(): Promise<number> {
  const engineOfBench = await bench(url);
  await spread(64, () => engineOfBench.run(engineOfBench.three, { x: 1 }), 300);
  const rate = await spread(64, () => engineOfBench.run(engineOfBench.three, { x: 1 }), runs);
  await engineOfBench.close();
  return rate;
}

process.stdout.write(`${JSON.stringify({ rate: kind === "floor" ? await floor() : await engine() })}\n`);
