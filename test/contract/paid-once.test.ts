/** Promise 7: one caller at a time may buy a segment, and what is ready is never bought again. */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { sql } from "kysely";
import { transact } from "../../src/database/connect.ts";
import { markAbandoned } from "../../src/ledger/ledger.ts";
import {
  claimSegments,
  finishSegments,
  type BoughtSegment,
  type Claimant,
  type WantedSegment,
} from "../../src/narration/speech-segments.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { claimUngrouped } from "../../src/orchestrator/claim.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(() => here.close());

const ms = 60_000;
const request = { workerId: "w", leaseMs: ms, taskTypes: ["a"], rootId: null, limit: 100 };
const wanted = (...texts: (string | number)[]): WantedSegment[] =>
  texts.map((text) => ({
    fingerprint: createHash("sha256").update(`${text}`).digest("hex"),
    provider: "p",
    model: "m",
    voice: "v",
    language: "en",
    characters: 10,
    pricePerCharacter: "0.001",
  }));

/** Running steps of a run, each the claimant of its own task. */
async function claimants(count: number): Promise<Claimant[]> {
  const workflow = await here.define({ name: "fan", steps: [{ name: "a", task_type: "a", for_each: "/input/list" }] });
  const input = { list: Array.from({ length: count }, () => 1) };
  const { executionId } = await startRun(here.connection.db, here.store, { workflow, input });
  const { claimed } = await claimUngrouped(here.connection.db, request);
  expect(claimed).toHaveLength(count);
  return claimed.map(({ taskId, attempt, ownerId }) => ({ taskId, attempt, ownerId, executionId }));
}

/** The step goes back to the queue and is claimed again: the next attempt. */
async function nextAttempt(claimant: Claimant): Promise<Claimant> {
  await here.rows(`update lector.workflow_steps set state = 'ready', lease_expires_at = null
    where task_id = '${claimant.taskId}'`);
  const { claimed } = await claimUngrouped(here.connection.db, request);
  return { ...claimant, attempt: claimed[0]!.attempt };
}

function bought(mine: Map<string, string>): BoughtSegment[] {
  return [...mine].map(([fingerprint, ledgerId]) => ({
    fingerprint,
    ledgerId,
    audioSha256: fingerprint,
    audioBytes: 2,
    encoding: "s16le",
    sampleRate: 24_000,
    samples: 1,
    words: [],
    loudness: new Float32Array(1),
  }));
}

const ledger = () =>
  here.rows<{ state: string; n: number }>("select state, count(*)::int as n from lector.ledger group by 1 order by 1");

test("of many who want overlapping segments at once each segment has one buyer, and nobody deadlocks", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const all = await claimants(16);
  const owner = new Map<string, number>();
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      all.map((claimant, n) => {
        const texts = Array.from({ length: 20 }, (_, i) => `${round}/${(n * 3 + i * 7) % 40}`);
        return claimSegments(db, claimant, wanted(...new Set(n % 2 ? texts : texts.toReversed())));
      }),
    );
    answers.forEach(({ mine }, n) => {
      for (const fingerprint of mine.keys()) {
        expect(owner.has(fingerprint)).toBe(false);
        owner.set(fingerprint, n);
      }
    });
    // all finish at once, in whatever order they hold their segments, while others ask again
    const finished = answers.map(({ mine }, n) => finishSegments(db, all[n]!, bought(mine).toReversed()));
    const asked = all.map((claimant) => claimSegments(db, claimant, wanted(`${round}/1`, `${round}/2`)));
    for (const { mine } of await Promise.all(asked)) expect(mine.size).toBe(0);
    await Promise.all(finished);
  }
  expect(owner.size).toBe(200);
  expect(await ledger()).toEqual([{ state: "settled", n: 200 }]);
});

test("who is no longer current claims nothing and reserves nothing", async () => {
  here = await orchestra();
  const [old] = await claimants(1);
  const now = await nextAttempt(old!);
  const answer = await claimSegments(here.connection.db, old!, wanted("a", "b"));
  expect([answer.mine.size, answer.busy.length]).toEqual([0, 2]);
  expect(await ledger()).toEqual([]);
  expect((await claimSegments(here.connection.db, now, wanted("a", "b"))).mine.size).toBe(2);
});

test("a result after a take-over is wasted and changes nothing else; the new buyer's is kept", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const [old] = await claimants(1);
  const first = await claimSegments(db, old!, wanted("a"));
  const now = await nextAttempt(old!);
  const second = await claimSegments(db, now, wanted("a"));
  expect(second.mine.size).toBe(1);
  expect(await ledger()).toEqual([
    { state: "reserved", n: 1 },
    { state: "unknown", n: 1 },
  ]);
  expect(await finishSegments(db, old!, bought(first.mine))).toEqual(new Set());
  const [segment] = await here.rows<object>("select state, claim_attempt from lector.speech_segments");
  expect(segment).toEqual({ state: "claimed", claim_attempt: now.attempt });
  expect((await finishSegments(db, now, bought(second.mine))).size).toBe(1);
  expect(await finishSegments(db, old!, bought(first.mine))).toEqual(new Set());
  expect(await ledger()).toEqual([
    { state: "settled", n: 1 },
    { state: "wasted", n: 1 },
  ]);
  const third = await claimSegments(db, await nextAttempt(now), wanted("a"));
  expect([third.ready.size, third.mine.size]).toEqual([1, 0]);
});

test("who finishes while another takes over loses nothing to a deadlock", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const [buyer, other] = await claimants(2);
  const { mine } = await claimSegments(db, buyer!, wanted("a", "b", "c", "d"));
  const sorted = [...mine.keys()].toSorted();
  let finishing: Promise<Set<string>> | undefined;
  await transact(db, async (tx) => {
    await sql`select 1 from lector.speech_segments where fingerprint = ${sorted[0]!} for update`.execute(tx);
    finishing = finishSegments(
      db,
      buyer!,
      bought(mine).toSorted((a, b) => (a.fingerprint < b.fingerprint ? 1 : -1)),
    );
    while ((await here.rows("select 1 from pg_locks where not granted")).length === 0);
    // as takeOver does, in its order: whoever waits for the first must not hold another
    await sql`set local deadlock_timeout = '100ms'`.execute(tx);
    await sql`select 1 from lector.speech_segments order by fingerprint for update`.execute(tx);
  });
  expect((await finishing!).size).toBe(4);
  expect((await claimSegments(db, other!, wanted("a", "b", "c", "d"))).mine.size).toBe(0);
});

test("the reservation of a call whose run was cancelled does not stay open for ever", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const [gone] = await claimants(1);
  await claimSegments(db, gone!, wanted("a"));
  expect(await markAbandoned(db)).toBe(0);
  await cancelRun(db, gone!.executionId, { by: "test" });
  expect(await markAbandoned(db)).toBe(1);
  expect(await ledger()).toEqual([{ state: "unknown", n: 1 }]);
});

test("a result that comes after its run was cancelled is wasted, though nobody has taken over", async () => {
  here = await orchestra();
  const { db } = here.connection;
  const [gone] = await claimants(1);
  const { mine } = await claimSegments(db, gone!, wanted("a"));
  await cancelRun(db, gone!.executionId, { by: "test" });
  expect(await finishSegments(db, gone!, bought(mine))).toEqual(new Set());
  expect(await ledger()).toEqual([{ state: "wasted", n: 1 }]);
  const [other] = await claimants(1);
  expect((await claimSegments(db, other!, wanted("a"))).mine.size).toBe(1);
});
