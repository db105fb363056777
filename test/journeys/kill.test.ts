/** `kill -9` at moments that a seed chooses, then the same command. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { expectBoughtOnce } from "../support/bought-once.ts";
import { randomFrom } from "../support/random.ts";
import { killAll, narrated, place, story, type Narrated } from "../support/program.ts";

const here = place();
afterAll(() => here.close());

const SEED = 7;
const KILLS = 5;
/** A run of the text below takes about this on an idle machine, ms; the first kill may hit the making of the database. */
const SPAN_MS = 1500;

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
    await expectBoughtOnce(here);
  },
);
