/** `kill -9` at moments that a seed chooses, then the same command. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { killAll, narrated, place, story, type Narrated } from "../support/program.ts";

const here = place();
afterAll(() => here.close());

const SEED = 7;
const KILLS = 5;
/** A run of the text below takes about this on an idle machine, ms; the first kill may hit the making of the database. */
const SPAN_MS = 1500;

/** mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const text = (first: number) => story(first, { paragraphs: 16, each: 3 });

async function killedAndRepeated(file: string, random: () => number, tree: boolean): Promise<Narrated> {
  for (let kills = 0; kills < KILLS; kills++) {
    const program = here.start(["narrate", file, "--json"]);
    await Promise.race([sleep(200 + random() * SPAN_MS), program.ended]);
    if (tree) killAll(here.data);
    else program.kill("SIGKILL");
    await program.ended;
  }
  return narrated(await here.run(["narrate", file, "--json"]));
}

/** What the ledger says of all runs: no segment was bought twice, none when it was there already. */
async function expectBoughtOnce(): Promise<void> {
  const database = await here.database();
  const twice = await database.rows(`select fingerprint, count(*) from lector.ledger
    where state in ('settled', 'wasted') group by 1 having count(*) > 1`);
  const late = await database.rows(`select l.ledger_id from lector.ledger l
    join lector.speech_segments s using (fingerprint) where l.at > s.ready_at`);
  const [open] = await database.rows(`select count(*)::int as rows from lector.ledger where state = 'reserved'`);
  const active = await database.rows(`select 1 from lector.workflow_instances where status in ('PENDING', 'RUNNING')`);
  await database.leave();
  expect({ twice, late, open, active }).toEqual({ twice: [], late: [], open: { rows: 0 }, active: [] });
}

test.each([
  ["the program alone", false, 20_000],
  ["it and its children and its Postgres", true, 30_000],
])(
  "killed again and again, %s, it ends well and speaks nothing twice",
  { timeout: 120_000 },
  async (_, tree, first) => {
    const made = await killedAndRepeated(here.write(`${first}.md`, text(first)), randomFrom(SEED + first), tree);
    expect(made.status).toBe("COMPLETED");
    expect(made.segments.total).toBe(48);
    expect(here.processes()).toEqual([]);
    await expectBoughtOnce();
  },
);
