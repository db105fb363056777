/** What is done for all runs beside working on them, again and again, by each process that works on all of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { isConflict, isConnectionError } from "../database/connect.ts";
import { removeEnded } from "./retention.ts";
import { BATCH, fireDue, type Fired, type FireTools } from "./fire.ts";

/** How often is looked for schedules that are due. */
const SCHEDULES_MS = 1000;
/** How often for runs to remove; while there are more, with a pause that leaves the database to the others. */
const RETENTION_MS = 60_000;
const BREATH_MS = 100;

const STOP_MS = 2000;

export type HouseholdOptions = {
  /** How many days runs are kept after their end; null: for ever. */
  retentionDays: number | null;
  /** Of each schedule for which this process started runs, or could not. */
  onFired?(fired: Fired): void;
  /** Called on trouble with the database, before the next try. */
  onTrouble?(error: unknown): Promise<void> | void;
};

export type Housekeeping = {
  /** Lets what is under way end, for 2 s at most; the database undoes what is then left. */
  stop(): Promise<void>;
};

export function keepHouse(tools: FireTools, options: HouseholdOptions): Housekeeping {
  const stopping = new AbortController();
  const { retentionDays } = options;
  const kept = [again(SCHEDULES_MS, fire)];
  if (retentionDays !== null)
    kept.push(again(RETENTION_MS, async () => (await removeEnded(tools.db, retentionDays)).more));

  async function fire(): Promise<boolean> {
    const fired = await fireDue(tools);
    fired.forEach((each) => options.onFired?.(each));
    return fired.length === BATCH;
  }

  /** A chore answers whether there is more of it. */
  async function again(everyMs: number, chore: () => Promise<boolean>): Promise<void> {
    while (!stopping.signal.aborted) {
      const more = await chore().catch(waitOut);
      await sleep(more ? BREATH_MS : everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  /** Trouble with the database; anything else is a bug and thrown. */
  async function waitOut(error: unknown): Promise<boolean> {
    if (stopping.signal.aborted) return false; // its connections may be gone
    if (!isConnectionError(error) && !isConflict(error)) throw error;
    await options.onTrouble?.(error);
    return false;
  }

  return {
    async stop() {
      stopping.abort();
      await Promise.race([Promise.all(kept), sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}
