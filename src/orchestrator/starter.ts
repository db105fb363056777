/** Writes runs that begin: those of one moment share a statement. */
import { isConflict, isConnectionError, type Database } from "../database/connect.ts";
import { openBatches } from "./batches.ts";
import { insertRun, insertRuns, type InsertRun } from "./start.ts";
import type { Start } from "./start-write.ts";

type Waiting = { start: Start; written(): void; failed(error: unknown): void };

/** `isAlone`: nothing else runs here that could begin another run in the same moment. */
export function openStarter(db: Database, isAlone: () => boolean): InsertRun {
  const batches = openBatches<Waiting>({ most: 32, abreast: 2 }, write);

  async function write(some: Waiting[]): Promise<void> {
    try {
      const starts = some.map(({ start }) => start);
      await insertRuns(db, starts);
    } catch (error) {
      if (some.length === 1 || isConnectionError(error) || isConflict(error)) {
        return some.forEach(({ failed }) => failed(error));
      }
      // one of them cannot be written: it must not take the others along
      for (const one of some) await write([one]);
      return;
    }
    some.forEach(({ written }) => written());
  }

  return async (start) => {
    // it may have to wait for, or be refused by, whoever holds the same key: alone
    if (start.run.dedupeKey !== null || start.run.idempotency) return insertRun(db, start);
    return new Promise((resolve, reject) => {
      batches.add({ start, written: () => resolve(true), failed: reject }, isAlone());
    });
  };
}
