/** What the ledger says of all runs, after they have ended: no segment was bought twice, none when it was there already. */
import { expect } from "vitest";
import type { Place } from "./program.ts";

export async function expectBoughtOnce(here: Place): Promise<void> {
  const database = await here.database();
  const twice = await database.rows(`select fingerprint, count(*) from lector.ledger
    where state in ('settled', 'wasted') group by 1 having count(*) > 1`);
  const late = await database.rows(`select l.ledger_id from lector.ledger l
    join lector.speech_segments s using (fingerprint) where l.at > s.ready_at`);
  const [open] = await database.rows(`select count(*)::int as rows from lector.ledger where state = 'reserved'`);
  const active = await database.rows(`select 1 from lector.workflow_instances where status in ('PENDING', 'RUNNING')`);
  await database.leave();
  expect({ twice, late, open, active }).toEqual({ twice: [], late: [], open: { rows: 0 }, active: [] });
}
