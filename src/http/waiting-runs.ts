/** Overload is refused at the door: a bound on the runs that wait to begin. */
import { sql } from "kysely";
import type { HttpApp } from "./app.ts";
import { Refusal } from "./problem.ts";

const FRESH_MS = 1000;
const USUAL_MOST = 100_000;

/** Throws a 429 while too many runs wait. Looks at most once a second, so the bound is passed by a second's starts at most. */
export function waitingRuns({
  connection: { db },
  settings: { maxWaitingRuns = USUAL_MOST },
}: HttpApp): () => Promise<void> {
  let counted = Promise.resolve(0);
  let at = -Infinity;
  return async () => {
    if (performance.now() - at > FRESH_MS) {
      at = performance.now();
      counted = count();
    }
    const waiting = await counted;
    if (waiting < maxWaitingRuns) return;
    throw new Refusal(429, "too_many_runs", `${waiting} runs wait to begin, as many as may. Try again later.`, {
      headers: { "retry-after": "10" },
    });
  };

  async function count(): Promise<number> {
    const { rows } = await sql<{ waiting: number }>`select count(*)::int as waiting from (
      select 1 from lector.workflow_instances where status = 'PENDING' limit ${maxWaitingRuns}) as w`.execute(db);
    return rows[0]!.waiting;
  }
}
