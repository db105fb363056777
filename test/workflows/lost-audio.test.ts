/** What becomes of audio that the storage has lost; the journey is in test/journeys/lost-audio.test.ts. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect, type Connection } from "../../src/database/connect.ts";
import {
  finishSegments,
  claimSegments,
  readySegments,
  type WantedSegment,
} from "../../src/narration/speech-segments.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { blameLoss, failingOnLoss, forgetLostSegments, LOST } from "../../src/workflows/lost-audio.ts";
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
const tools = () =>
  ({
    db: connection.db,
    storage: { damaged: async (keys: string[]) => keys },
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
  expect(await forgetLostSegments(tools(), stale, [wanted("0")])).toEqual([wanted("0")]);
  expect(await readySegments(connection.db, [fingerprint])).toEqual(ready);
  expect(await forgetLostSegments(tools(), ready, [wanted("0")])).toEqual([wanted("0")]);
  expect(await readySegments(connection.db, [fingerprint])).toEqual(new Map());
  const whole = { ...tools(), storage: { damaged: async () => [] } as never };
  expect(await forgetLostSegments(whole, ready, [wanted("0")])).toEqual([]);
});

test("any other error passes through unchanged", async () => {
  const error = new Error(randomUUID());
  const task = failingOnLoss({ type: "a", run: () => Promise.reject(error) } as never);
  await expect(task.run(undefined as never, undefined as never)).rejects.toBe(error);
});

test("work that failed on lost audio fails for good, and says what to do", async () => {
  const lost = () => blameLoss(tools(), [audioSha256, audioSha256], new Error("It is too short."));
  const task = failingOnLoss({ type: "a", run: lost } as never);
  const failure = await task.run(undefined as never, undefined as never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PermanentError);
  const message = expect.stringMatching(/^1 stored files are damaged or gone, such as bb\/b+\. Narrate the text again/);
  expect(failure).toMatchObject({ code: LOST, message, cause: { cause: { message: "It is too short." } } });
  const whole = { ...tools(), storage: { damaged: async () => [] } } as unknown as NarrationTools;
  await blameLoss(whole, [audioSha256], new Error("It is something else."));
});
