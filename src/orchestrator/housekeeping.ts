/** What is done for all runs beside working on them, again and again, by each process that works on all of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { isConflict, isConnectionError } from "../database/connect.ts";
import { fireDue, type Fired, type FireTools } from "./fire.ts";

/** How often is looked for schedules that are due. */
const SCHEDULES_MS = 1000;

const STOP_MS = 2000;

export type HouseholdOptions = {
  /** Of each schedule for which this process started runs, or could not. */
  onFired?(fired: Fired): void;
  /** Called on trouble with the database, before the next try. */
  onTrouble?(error: unknown): Promise<void> | void;
};

export type Housekeeping = {
  /** Lets what is under way end, for 2 s at most; the database undoes what is then left. */
  stop(): Promise<void>;
};

export function keepHouse(tools: FireTools, options: HouseholdOptions = {}): Housekeeping {
  const stopping = new AbortController();
  const kept = [again(SCHEDULES_MS, async () => (await fireDue(tools)).forEach((fired) => options.onFired?.(fired)))];

  /** Trouble with the database is waited out; anything else is a bug and thrown. */
  async function again(everyMs: number, chore: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await chore().catch((error: unknown) => {
        if (stopping.signal.aborted) return; // its connections may be gone
        if (!isConnectionError(error) && !isConflict(error)) throw error;
        return options.onTrouble?.(error);
      });
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  return {
    async stop() {
      stopping.abort();
      await Promise.race([Promise.all(kept), sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}
