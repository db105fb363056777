/** Takes steps back from workers that are dead, and ends what is overdue: any process does it, for the steps of all. */
import type { Database } from "../database/connect.ts";
import { answeredWithin } from "../database/patience.ts";
import { failpoint } from "../failpoint.ts";
import { lostEnding, monotonicMs } from "./attempt.ts";
import type { Identity } from "./identity.ts";
import { answerMs, leaseWatch, letGo, runningSteps } from "./lease.ts";
import { endOverdue, type OverdueOptions } from "./overdue.ts";
import type { Settler } from "./settler.ts";

/** Of all runs, also where this process works for one only: a dead holder would else keep its limits for ever. */
export type Reaper = () => Promise<void>;

/** A worker on this machine whose process is gone is dead at once; any other when its lease ran out (lease.ts). */
export function reaperOf(
  db: Database,
  o: { leaseMs: number; identity: Identity; settler: Settler; reaped(): void; overdue: OverdueOptions },
): Reaper {
  const watch = leaseWatch(o.leaseMs);
  let ending: Promise<void> | null = null;
  return async () => {
    // there may be more of it than can be ended until the next look
    ending ??= answeredWithin(answerMs(o.leaseMs), () => endOverdue(db, o.overdue)).finally(() => (ending = null));
    await Promise.all([reapLost(), ending]);
  };

  async function reapLost(): Promise<void> {
    const steps = await answeredWithin(answerMs(o.leaseMs), () => runningSteps(db));
    const silent = new Set(watch(steps, monotonicMs()));
    for (const step of steps.filter((each) => silent.has(each) || o.identity.isDead(each.workerId))) {
      if (step.held) {
        await answeredWithin(answerMs(o.leaseMs), () => letGo(db, step));
        o.reaped();
        continue;
      }
      failpoint("reap.before");
      o.settler.add({
        outcome: { ...step, from: "running", ending: lostEnding(step.lost, step.name) },
        apply: null,
        rootId: step.rootId,
        inChildRun: step.inChildRun,
        failed: null,
        settled() {
          failpoint("reap.after");
          o.reaped();
        },
      });
    }
  }
}
