/** Settles what finishes: the outcomes of one moment share a transaction. */
import { setTimeout as sleep } from "node:timers/promises";
import { answeredWithin } from "../database/patience.ts";
import { isConflict, isConnectionError, sqlState, transact, unlessVictim, type Database } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { releaseAbandoned } from "./admit.ts";
import { monotonicMs } from "./attempt.ts";
import { openBatches, type Batches } from "./batches.ts";
import type { Ending, Outcome, Settled } from "./outcome.ts";
import { settle, settleAlone, type Context } from "./settle.ts";
import { PermanentError, storedError } from "./task.ts";

export type Settlement = {
  outcome: Outcome;
  apply: ((tx: never) => Promise<void>) | null;
  /** Its end may leave the tree without anybody who works on it. */
  rootId: string;
  inChildRun: boolean;
  /** How it ends where it cannot be written; null where nobody is there to say so (the reaper). */
  failed: ((error: unknown) => Ending) | null;
  /** Called after the commit, or after the outcome was dropped. What was taken over is leased from `sentAt` on, monotonic ms. */
  settled(result: Settled, accepted: boolean, sentAt: number): void;
};

export type Settler = {
  /** `alone`: nothing else runs that could finish in the same moment. */
  add(settlement: Settlement, alone?: boolean): void;
  /** Resolves when all that was added has settled. */
  idle(): Promise<void>;
  /** Drops what is left, and whatever comes: the leases pass it on. */
  close(): void;
};

const LONGEST_MS = 600_000;

type Write = (some: Settlement[]) => Promise<Settled>;

/** `answerMs`: how long an answer is waited for at first; longer with each try, since there may be much to write. */
export function openSettler(
  db: Database,
  context: Context,
  o: { answerMs: number; trouble(error: unknown): Promise<void> },
): Settler {
  let closed = false;
  const keyOf = ({ outcome }: Settlement) => outcome.taskId; // outcomes of a statement are told apart by their task
  const alone = openBatches({ most: 32, abreast: 2, keyOf }, (some) =>
    settleSome(some, (all) => unlessVictim(() => settleAlone(db, outcomesOf(all)))),
  );
  const shared = openBatches({ most: 200, abreast: 1, keyOf }, (some) => settleSome(some, settleShared));
  const single = openBatches({ most: 1, abreast: 1 }, (some: Settlement[]) =>
    settleSome(some, ([one]) => settleSingle(one!)),
  );

  function batchesFor(settlement: Settlement): Batches<Settlement> {
    if (isSingle(settlement)) return single;
    return staysInItsRun(settlement) ? alone : shared;
  }

  async function settleShared(some: Settlement[]): Promise<Settled> {
    const reachesOtherRuns = some.some((settlement) => settlement.inChildRun);
    const settled = await transact(db, async (tx) => {
      const result = await settle(tx, context, outcomesOf(some), { reachesOtherRuns });
      failpoint("settle-shared.before");
      return result;
    });
    failpoint("settle-shared.after");
    return settled;
  }

  async function settleSome(some: Settlement[], write: Write, answerMs = o.answerMs): Promise<void> {
    let result: Settled;
    const sentAt = monotonicMs();
    try {
      result = await answeredWithin(answerMs, () => write(some));
    } catch (error) {
      return recover(some, write, error, answerMs);
    }
    for (const one of some) one.settled(result, result.accepted.has(one.outcome.taskId), sentAt);
  }

  async function recover(some: Settlement[], write: Write, error: unknown, answerMs: number): Promise<void> {
    if (closed) return some.forEach((one) => drop(one));
    if (isConnectionError(error) || isConflict(error)) {
      await (isConflict(error) ? sleep(50) : o.trouble(error));
      return settleSome(some, write, isConflict(error) ? answerMs : Math.min(answerMs * 2, LONGEST_MS)); // the tokens fence what takes too long
    }
    if (some.length > 1) {
      // one of them cannot be written: it must not take the others along
      for (const one of some) await settleSome([one], () => settleSingle(one));
      return;
    }
    const [one] = some as [Settlement];
    if (one.outcome.ending.to === "failed") {
      await o.trouble(error);
      return drop(one); // its lease runs out, and the step is tried again
    }
    const replacement = { ...one, outcome: { ...one.outcome, ending: replacing(one, error) }, apply: null };
    await settleSome([replacement], () => settleSingle(replacement));
  }

  async function settleSingle({ outcome, apply, rootId, inChildRun }: Settlement): Promise<Settled> {
    const settled = await transact(db, async (tx) => {
      const result = await settle(tx, context, [outcome], { reachesOtherRuns: inChildRun });
      if (!result.accepted.has(outcome.taskId)) return result;
      if (apply) {
        failpoint("apply.before");
        await apply(tx as never);
      }
      if (outcome.ending.to === "ready") await releaseAbandoned(tx, [rootId]);
      failpoint("settle-single.before");
      return result;
    });
    failpoint("settle-single.after");
    return settled;
  }

  return {
    add(settlement, isAlone = false) {
      if (closed) return drop(settlement);
      batchesFor(settlement).add(settlement, isAlone);
    },
    async idle() {
      await Promise.all([alone.idle(), shared.idle(), single.idle()]);
    },
    close() {
      closed = true;
    },
  };
}

const nothing: Settled = { accepted: new Set(), taken: [], opened: false, ended: [], admits: false };
const drop = (one: Settlement) => one.settled(nothing, false, monotonicMs());

/** The end of an attempt whose own end could not be written. */
function replacing({ outcome, failed }: Settlement, error: unknown): Ending {
  // a data exception: the value itself cannot be kept, now or later
  const cause = sqlState(error)?.startsWith("22") ? unkeepable(error as Error) : error;
  if (outcome.ending.to === "done" && failed) return failed(cause);
  return { to: "failed", error: storedError(error), failures: 1, lost: 0 };
}

function unkeepable(cause: Error): PermanentError {
  return new PermanentError(`Postgres cannot keep the result: ${cause.message}.`, { code: "bad_value", cause });
}

function outcomesOf(some: Settlement[]): Outcome[] {
  return some.map((settlement) => settlement.outcome);
}

/** Rare ends go one by one: failures, hand-backs and losses, and whatever a task wants to be true together with it. */
function isSingle({ outcome, apply }: Settlement): boolean {
  return (
    outcome.ending.to === "failed" || apply !== null || (outcome.ending.to === "ready" && outcome.ending.failures === 0)
  );
}

/** No consequence beyond the step's own run: one statement does it. */
function staysInItsRun({ outcome, inChildRun }: Settlement): boolean {
  return !inChildRun && (outcome.item === null || outcome.ending.to === "ready");
}
