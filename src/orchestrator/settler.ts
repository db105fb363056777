/** Settles what finishes: the outcomes of one moment share a transaction. */
import { isConnectionError, transact, type Database } from "../database/connect.ts";
import { releaseAbandoned } from "./admit.ts";
import { storedError } from "./task.ts";
import type { Outcome, Settled } from "./outcome.ts";
import { settle, settleAlone, type Context } from "./settle.ts";

export type Settlement = {
  outcome: Outcome;
  apply: ((tx: never) => Promise<void>) | null;
  /** Its end may leave the tree without anybody who works on it. */
  rootId: string;
  inChildRun: boolean;
  /** Called after the commit, or after the outcome was dropped. */
  settled(result: Settled, accepted: boolean): void;
};

export type Settler = {
  add(settlement: Settlement): void;
  /** Resolves when all that was added has settled. */
  idle(): Promise<void>;
};

const BATCH = 200;

export function openSettler(db: Database, context: Context, trouble: (error: unknown) => Promise<void>): Settler {
  const queue: Settlement[] = [];
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      await settleSome(batch.filter(isAlone), (some) => settleAlone(db, outcomesOf(some)));
      await settleSome(batch.filter(isShared), settleShared);
      for (const one of batch.filter(isSingle)) await settleSome([one], () => settleSingle(one));
    }
    flushing = null;
  }

  function settleShared(some: Settlement[]): Promise<Settled> {
    const reachesOtherRuns = some.some((settlement) => settlement.inChildRun);
    return transact(db, (tx) => settle(tx, context, outcomesOf(some), { reachesOtherRuns }));
  }

  async function settleSome(some: Settlement[], write: (some: Settlement[]) => Promise<Settled>): Promise<void> {
    if (some.length === 0) return;
    try {
      const result = await write(some);
      for (const one of some) one.settled(result, result.accepted.has(one.outcome.taskId));
    } catch (error) {
      await recover(some, write, error);
    }
  }

  async function recover(
    some: Settlement[],
    write: (some: Settlement[]) => Promise<Settled>,
    error: unknown,
  ): Promise<void> {
    if (isConnectionError(error)) {
      await trouble(error);
      return settleSome(some, write); // the tokens fence what takes too long
    }
    if (some.length > 1) {
      // one of them cannot be written: it must not take the others along
      for (const one of some) await settleSome([one], () => settleSingle(one));
      return;
    }
    const [one] = some as [Settlement];
    if (one.outcome.ending.to === "failed") {
      await trouble(error);
      return one.settled(nothing, false); // its lease runs out, and the step is tried again
    }
    const failed: Outcome = {
      ...one.outcome,
      ending: { to: "failed", error: storedError(error), failures: 1, lost: 0 },
    };
    const replacement = { ...one, outcome: failed, apply: null };
    await settleSome([replacement], () => settleSingle(replacement));
  }

  function settleSingle({ outcome, apply, rootId, inChildRun }: Settlement): Promise<Settled> {
    return transact(db, async (tx) => {
      const result = await settle(tx, context, [outcome], { reachesOtherRuns: inChildRun });
      if (apply && result.accepted.has(outcome.taskId)) await apply(tx as never);
      if (outcome.ending.to === "ready") await releaseAbandoned(tx, [rootId]);
      return result;
    });
  }

  return {
    add(settlement) {
      queue.push(settlement);
      // a turn of the event loop lets what finishes together settle together
      flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flush);
    },
    async idle() {
      while (flushing) await flushing;
    },
  };
}

const nothing: Settled = { accepted: new Set(), taken: [], opened: false, ended: [], admits: false };

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
function isAlone(settlement: Settlement): boolean {
  const { outcome, inChildRun } = settlement;
  return !isSingle(settlement) && !inChildRun && (outcome.item === null || outcome.ending.to === "ready");
}

function isShared(settlement: Settlement): boolean {
  return !isSingle(settlement) && !isAlone(settlement);
}
