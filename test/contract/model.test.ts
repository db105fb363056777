/**
 * All promises about states at once: random commands, done to the orchestrator and to a simple model of it, leave both in
 * the same state, command by command, and whatever was done, everything can still end.
 *
 * LECTOR_MODEL_SEED and LECTOR_MODEL_PATH (both are printed with a failure) repeat a run, LECTOR_MODEL_SECONDS makes it
 * longer, and with LECTOR_MODEL_SHRINK=no the first failure is told as it was found.
 */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { checkHistory } from "../support/checker.ts";
import { testDatabase } from "../support/database.ts";
import { isActive } from "./model.ts";
import { workflows } from "./model-workflows.ts";
import { World, type Command } from "./model-commands.ts";
import { openReal, type Real } from "./model-real.ts";
import { everyStep } from "./model-rows.ts";

const seconds = Number(process.env.LECTOR_MODEL_SECONDS ?? 10);
const seed = Number(process.env.LECTOR_MODEL_SEED ?? Date.now() % 2 ** 31);
const path = process.env.LECTOR_MODEL_PATH;
const endOnFailure = process.env.LECTOR_MODEL_SHRINK === "no";

const claim: Command = { do: "claim", limit: 5, grouped: false };
const pick = fc.nat({ max: 30 });
const often = fc.integer({ min: 0, max: 3 }).map((n) => n > 0);
const seldom = fc.integer({ min: 0, max: 4 }).map((n) => n === 0);
const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("start" as const),
      workflow: fc.constantFrom(...Object.keys(workflows)),
      list: fc.constantFrom(2, 1, 3, 2, 0, null),
      dedupe: fc.constantFrom(false, false, true),
      hash: fc.constantFrom(null, null, "one", "two"),
      keyed: fc.boolean(),
      idem: fc.constantFrom(null, null, null, null, "one", "two"),
      take: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 5 }), grouped: seldom }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      pick,
      live: often,
      how: fc.constantFrom(
        "done" as const,
        "done" as const,
        "done" as const,
        "fail" as const,
        "bad" as const,
        "later" as const,
        "back" as const,
      ),
      take: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("beat" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("look" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), pick, last: seldom }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("letGo" as const), pick }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("cancel" as const, "pause" as const, "resume" as const, "reopen" as const, "reopen" as const),
      pick,
      below: seldom,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("restart" as const), pick, from: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("replay" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("overdue" as const),
      what: fc.constantFrom("queue" as const, "attempt" as const, "step" as const, "run" as const),
      pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("admit" as const), limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
);
/**
 * What sweeps over all, and what the order of starts depends on, is done once at a time. A restart gives a run its time
 * anew, also between the moment in which its deadline is moved here and that in which it is looked at.
 */
const together = fc
  .array(command, { minLength: 2, maxLength: 3 })
  .filter((all) =>
    ["start", "overdue", "admit", "look"].every((once) => all.filter((each) => each.do === once).length < 2),
  )
  .filter((all) => !["overdue", "restart"].every((one) => all.some((each) => each.do === one)))
  .map((all): Command => ({ do: "together", all }));
/** Some of what is there is done, so that runs come to their later steps. */
const burst = fc.record({ ends: fc.integer({ min: 1, max: 8 }), pick, take: fc.boolean() }).map(({ ends, ...how }) => {
  const end: Command = { do: "end", live: true, how: "done", ...how };
  return [claim, { ...claim, grouped: true }, ...Array.from({ length: ends }, () => end)];
});
const some = fc.oneof(
  { weight: 6, arbitrary: command.map((one): Command[] => [one]) },
  { weight: 2, arbitrary: together.map((one): Command[] => [one]) },
  { weight: 1, arbitrary: burst },
);
const commands = fc.array(some, { minLength: 1, maxLength: 60, size: "max" }).map((all) => all.flat());

let close: () => Promise<void>;
let real: Real;
let world: World;
beforeAll(async () => {
  const database = await testDatabase();
  const connection = connect(database.url);
  real = await openReal(connection.db);
  close = () => connection.close().then(database.drop);
});
afterAll(() => close());
beforeEach(begin);

async function begin(): Promise<void> {
  await real.clear();
  world = new World(real);
}

const timeout = (seconds + 60) * 1000;
test("random commands leave rows and model alike, and everything can still end", { timeout }, async () => {
  let obeyed = 0;
  let last = Promise.resolve();
  async function obey(all: Command[]): Promise<void> {
    await begin();
    for (const each of all) await world.obey(each).then(() => obeyed++);
    await everythingEnds();
  }
  const property = fc.asyncProperty(commands, (all) => (last = obey(all)));
  const interruptAfterTimeLimit = seconds * 1000;
  try {
    await fc.assert(property, { seed, ...(path && { path }), numRuns: 1e6, endOnFailure, interruptAfterTimeLimit });
  } finally {
    await last.catch(() => {}); // the time ends in the middle of a list, which would go on beside the next test
    console.info(`model: LECTOR_MODEL_SEED=${seed}, ${obeyed} commands`);
  }
  await last;
  expect(obeyed).toBeGreaterThan(50);
});

const start = { do: "start", list: 1, dedupe: false, hash: null, keyed: false, idem: null, take: false } as const;
const keyed = { ...start, list: 2, keyed: true };
const admit = { do: "admit", limit: 1 } as const;
const done = { do: "end", pick: 0, live: true, how: "done", take: false } as const;
const bad = { ...done, how: "bad" } as const;
const reopen = { do: "reopen", pick: 0, below: false } as const;
const inGroup = { ...claim, grouped: true };
const slow = { do: "overdue", what: "step", pick: 0 } as const;

/** What random commands had found, or come upon seldom, in few of them. */
const found: [string, Command[]][] = [
  [
    "a fan-out that failed while its items ran is joined after a retry",
    [{ ...start, workflow: "fan" }, claim, done, inGroup, slow, done, reopen],
  ],
  [
    "a late hand-back costs a run no place that it holds",
    [{ ...keyed, workflow: "chain" }, admit, claim, done, { ...done, live: false, how: "back" }],
  ],
  [
    "what follows from an attempt that outlived its run waits for the admission of the retried run",
    [{ ...keyed, workflow: "wide" }, admit, claim, bad, reopen, { ...done, how: "fail" }, { do: "wait" }, claim],
  ],
  [
    "a child run that is opened in a retried run waits for the admission of that run",
    [{ ...keyed, workflow: "trees" }, admit, claim, bad, reopen, done, claim],
  ],
  [
    "a cancel leaves child runs that have completed as they are",
    [
      { ...start, workflow: "trees", list: 2 },
      claim,
      done,
      done,
      claim,
      done,
      inGroup,
      done,
      claim,
      done,
      { do: "cancel", pick: 0, below: false },
    ],
  ],
  [
    "the time of a step in all does not count while its run is paused, though an attempt goes on",
    [{ ...start, workflow: "chain" }, claim, { do: "pause", pick: 0, below: false }, slow],
  ],
  [
    "items that a restart opened anew do not count for the fan-out that it put aside",
    [
      { ...start, workflow: "fan", list: 2 },
      claim,
      done,
      inGroup,
      done,
      { do: "restart", pick: 0, from: 1 },
      inGroup,
      done,
      done,
    ],
  ],
  [
    "no dead letter lies in a child run that a restart put aside",
    [{ ...start, workflow: "trees" }, claim, done, claim, bad, { do: "restart", pick: 0, from: 0 }],
  ],
  [
    "a paused run gives way with its child runs, and is retried when its successor has ended",
    [
      { ...start, workflow: "deep", dedupe: true, hash: "one" },
      claim,
      done,
      claim,
      done,
      claim,
      done,
      { do: "pause", pick: 0, below: false },
      { ...start, workflow: "chain", dedupe: true, hash: "two" },
      reopen,
      { do: "restart", pick: 0, from: 0 },
      { do: "cancel", pick: 1, below: false },
      reopen,
    ],
  ],
];
test.each(found)("%s", async (_, all) => {
  for (const each of all) await world.obey(each);
  await everythingEnds();
});

/** Whatever state it is in, a run that goes on ends. */
async function everythingEnds(): Promise<void> {
  const active = () => world.state.roots.filter(isActive);
  for (let pick = 0; pick < world.state.roots.length; pick++) {
    if (world.state.roots[pick]!.status === "PAUSED") await world.obey({ do: "resume", pick, below: false });
  }
  for (let rounds = 0; active().length > 0; rounds++) {
    if (rounds > 200) throw new Error(`Nothing goes on any more in ${active().map(({ id }) => id)}.`);
    await world.obey({ do: "wait" });
    await world.obey({ do: "admit", limit: 100 });
    while (everyStep(world.state).some(({ held }) => held)) await world.obey({ do: "letGo", pick: 0 });
    await world.obey({ do: "claim", limit: 100, grouped: false });
    await world.obey({ do: "claim", limit: 100, grouped: true });
    const running = everyStep(world.state).filter((step) => step.state === "running").length;
    for (let n = 0; n < running; n++) await world.obey(done);
  }
  await checkHistory(real.db);
}
