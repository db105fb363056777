/** What becomes of audio that the storage has lost; the journey is in test/journeys/lost-audio.test.ts. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect, type Connection } from "../../src/database/connect.ts";
import { saveFragments } from "../../src/narration/fragments.ts";
import {
  finishSegments,
  claimSegments,
  readySegments,
  type WantedSegment,
} from "../../src/narration/speech-segments.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { NotStored } from "../../src/storage/storage.ts";
import { failingOnLoss, forgetLostSegments, LOST } from "../../src/workflows/lost-audio.ts";
import { remasterTask } from "../../src/workflows/narrate-speech.ts";
import type { NarrationTools } from "../../src/workflows/narrate.ts";
import { claimUngrouped } from "../../src/orchestrator/claim.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
let connection: Connection;
beforeEach(async () => {
  here = await orchestra();
  connection = connect(here.url);
});
afterEach(async () => {
  await connection.close();
  await here.close();
});

const fingerprint = "a".repeat(64);
const audioSha256 = "b".repeat(64);
const wanted = (pricePerCharacter: string): WantedSegment => {
  return { fingerprint, provider: "acme", model: "m", voice: "v", language: "en", characters: 10, pricePerCharacter };
};
const gone = () => Promise.reject(new NotStored("Nothing is stored there."));
const tools = () =>
  ({
    db: connection.db,
    storage: { missing: async (keys: string[]) => keys, local: gone },
  }) as unknown as NarrationTools;

/** A segment that was bought once, at this price. */
async function buy(price: string): Promise<void> {
  const { db } = connection;
  const workflow = await here.define({ name: "one", steps: [{ name: "a", task_type: "a" }] });
  const { executionId } = await startRun(db, here.store, { workflow, input: {} });
  const { claimed } = await claimUngrouped(db, {
    workerId: "w",
    leaseMs: 60_000,
    taskTypes: ["a"],
    rootId: null,
    limit: 1,
  });
  const { taskId, attempt, ownerId } = claimed[0]!;
  const claimant = { taskId, attempt, ownerId, executionId };
  const { mine } = await claimSegments(db, claimant, [wanted(price)]);
  const sound = { audioSha256, audioBytes: 2, encoding: "s16le" as const, sampleRate: 24_000, samples: 1 };
  const ledgerId = mine.get(fingerprint)!;
  await finishSegments(db, claimant, [{ fingerprint, ledgerId, ...sound, words: [], loudness: new Float32Array(1) }]);
}

test("lost speech that was paid for is not bought again by itself", async () => {
  await buy("0.001");
  const ready = await readySegments(connection.db, [fingerprint]);
  const forget = forgetLostSegments(tools(), ready, [wanted("0.001")]);
  await expect(forget).rejects.toMatchObject({ code: LOST, message: expect.stringMatching(/acme .* Restore/) });
  expect(await readySegments(connection.db, [fingerprint])).toEqual(ready);
});

test("lost speech that was free is there for whoever wants it next, unless it was spoken again meanwhile", async () => {
  await buy("0");
  const ready = await readySegments(connection.db, [fingerprint]);
  const stale = new Map([[fingerprint, { ...ready.get(fingerprint)!, audioSha256: "c".repeat(64) }]]);
  expect(await forgetLostSegments(tools(), stale, [wanted("0")])).toBe(true);
  expect(await readySegments(connection.db, [fingerprint])).toEqual(ready);
  expect(await forgetLostSegments(tools(), ready, [wanted("0")])).toBe(true);
  expect(await readySegments(connection.db, [fingerprint])).toEqual(new Map());
  expect(await forgetLostSegments({ ...tools(), storage: { missing: async () => [] } as never }, ready, [])).toBe(
    false,
  );
});

test("a fragment that cannot be mastered for want of its speech is forgotten, and the step fails at once", async () => {
  await buy("0");
  const base = "d".repeat(64);
  const made = { audioSha256, bytes: 1, frames: 1, samples: 1, loudness: new Float32Array(1), peaks: new Int8Array(2) };
  await saveFragments(connection.db, [{ key: "e".repeat(64), encoding: "mp3_128", base, gainDb: 0, ...made }]);
  const task = failingOnLoss(remasterTask(tools()));
  const input = {
    fragment: { base, segments: [{ fingerprint, text: "A.", pause_after: 0 }] },
    formats: ["mp3_128" as const],
    plan: { sample_rate: 24_000 as const, gain_db: 1 },
  };
  const failure = await task.run(input, { signal: new AbortController().signal } as never).catch((error) => error);
  expect(failure).toBeInstanceOf(PermanentError);
  expect(failure).toMatchObject({ code: LOST, message: expect.stringContaining("Narrate the text again") });
  expect(await here.rows("select 1 from lector.fragments")).toEqual([]);
});

test("any other error passes through unchanged", async () => {
  const error = new Error(randomUUID());
  const task = failingOnLoss({ type: "a", run: () => Promise.reject(error) } as never);
  await expect(task.run(undefined as never, undefined as never)).rejects.toBe(error);
});
