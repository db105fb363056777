/**
 * `npm run nemesis -- --minutes 10 --seed 7 [--replay FILE] [--log FILE]`: Lector's processes under load, while everything
 * around them breaks; then a checker says what cannot be. The log holds the faults: `--replay` does the same at the same
 * moments. Needs root (a disk that can be filled) and Debian's faketime.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { connect, type Database } from "../../src/database/connect.ts";
import { randomFrom } from "../support/random.ts";
import type { Manner } from "../support/voice-server.ts";
import { violations } from "./check.ts";
import { startLoad } from "./load.ts";
import { planOf, replayOf } from "./plan.ts";
import { openWorld } from "./world.ts";

const NODES = 3;
const LEASE_MS = 2000;
const SPEECH_CALLS = 3;
/** How long the quiet after the faults may take until all has ended, ms. */
const END_MS = 120_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
    log: { type: "string" },
  },
});

const plan = values.replay
  ? replayOf(values.replay)
  : planOf(Number(values.seed), Number(values.minutes), { nodes: NODES, leaseMs: LEASE_MS });
if (!(plan.minutes > 0 && Number.isInteger(plan.seed))) {
  process.stderr.write("Expected --minutes above 0 and a whole number as --seed.\n");
  process.exit(2);
}
const path = values.log ?? join(tmpdir(), `lector-nemesis-${plan.seed}-${process.pid}.jsonl`);
const file = openSync(path, "w");
const began = performance.now();
const log = (entry: object) =>
  void writeSync(file, `${JSON.stringify({ ...entry, ms: Math.round(performance.now() - began) })}\n`);

process.exitCode = (await play()) ? 0 : 1;
closeSync(file);

async function play(): Promise<boolean> {
  log({ what: "begin", seed: plan.seed, minutes: plan.minutes });
  const world = await openWorld({
    nodes: NODES,
    leaseMs: LEASE_MS,
    speechCalls: SPEECH_CALLS,
    patienceMs: 1500,
    stderr: openSync(`${path}.stderr`, "w"),
    manner: mannersOf(randomFrom(plan.seed + 1)),
  });
  try {
    const load = startLoad(world.urls, randomFrom(plan.seed + 2), log);
    await strikeAll(world);
    await load.stop();
    await load.allEnded(END_MS);
    world.voice.calls.forEach((call) => log({ what: "call", ...call }));
    const { db, close } = connect(world.postgres.url, { max: 2 });
    const { told } = load;
    const facts = { told, calls: world.voice.calls, speechCalls: SPEECH_CALLS, leaseMs: LEASE_MS };
    const judge = () => violations(db, { ...facts, leastCompleted: Math.ceil(told.accepted.size / 2) });
    const wrong = await swept(db).then(judge).finally(close);
    report(world.voice.calls, [...told.ended.values()], wrong);
    return wrong.length === 0;
  } finally {
    await world.close();
  }
}

/** Whoever died leaves reservations, which are swept each 2 s; what is left after a while, the checker tells. */
async function swept(db: Database): Promise<void> {
  const open = sql`select 1 from lector.ledger where state = 'reserved' limit 1`;
  for (let looks = 0; looks < 100 && (await open.execute(db)).rows.length > 0; looks++) await sleep(300);
}

async function strikeAll(world: Awaited<ReturnType<typeof openWorld>>): Promise<void> {
  const start = performance.now();
  const pending: Promise<void>[] = [];
  const struck = new Set<string>();
  for (const { at, fault } of plan.faults) {
    await sleep(Math.max(0, at - (performance.now() - start)));
    log({ what: "fault", at, fault });
    const key = `${fault.kind} ${"node" in fault ? fault.node : ""}`;
    if (struck.has(key)) continue; // the one before lasts still
    struck.add(key);
    const strike = world.strike(fault).finally(() => struck.delete(key));
    strike.catch(() => {}); // told below, when the world can be taken down
    pending.push(strike);
  }
  await Promise.all(pending);
  await sleep(Math.max(0, plan.minutes * 50_000 - (performance.now() - start)));
}

/** Three of ten calls go wrong: some fail, some are refused, some are silent, some have no answer. */
function mannersOf(random: () => number): (text: string) => Manner {
  return () => {
    const fate = random();
    const ms = 50 + random() * 400;
    if (fate < 0.12) return { how: "failed", ms };
    if (fate < 0.2) return { how: "limited", ms };
    if (fate < 0.26) return { how: "broken", ms };
    if (fate < 0.3) return { how: "hangs", ms };
    return { how: "spoken", ms };
  };
}

function report(calls: { how: string }[], ended: string[], wrong: string[]): void {
  const counted = (all: string[]) =>
    Object.entries(Object.groupBy(all, (each) => each))
      .map(([name, of]) => `${of!.length} ${name}`)
      .join(", ");
  const lines = [
    `faults: ${counted(plan.faults.map(({ fault }) => fault.kind))}`,
    `calls: ${counted(calls.map(({ how }) => how))}`,
    `runs: ${counted(ended)}`,
    ...wrong.map((line) => `WRONG: ${line}`),
    `${wrong.length === 0 ? "All promises were kept" : `${wrong.length} things are wrong`}. Again: npm run nemesis -- --replay ${path}`,
  ];
  lines.forEach((line) => log({ what: "report", line }));
  process.stdout.write(`${lines.join("\n")}\n`);
}
