/** Takes that are no speech: kept in sight, paid for, and never used. */
import { sql } from "kysely";
import { transact, type Database } from "../database/connect.ts";
import { failpoint } from "../failpoint.ts";
import { waste } from "../ledger/ledger.ts";

export type RefusedTake = {
  fingerprint: string;
  ledgerId: string;
  /** What is wrong with it, for people, in words that go on from "it is". */
  verdict: string;
  /** Where its bytes are kept. */
  audioSha256: string;
};

/** Keeps the takes with their verdicts, and settles their ledger rows as wasted: the calls were made. */
export async function refuseTakes(db: Database, refused: RefusedTake[]): Promise<void> {
  const column = <T>(value: (take: RefusedTake) => T) => refused.map(value);
  const fingerprints = column((take) => take.fingerprint);
  await transact(db, async (tx) => {
    // Numbers are counted in the next statement, which sees what the last holder of the rows has added.
    await sql`select 1 from lector.speech_segments where fingerprint = any(${fingerprints}::text[])
      order by fingerprint for no key update`.execute(tx);
    await sql`
      insert into lector.segment_takes (fingerprint, take, verdict, ledger_id)
      select r.fingerprint, 1 + (select count(*) from lector.segment_takes t where t.fingerprint = r.fingerprint),
        r.verdict, r.ledger_id
      from unnest(${fingerprints}::text[], ${column((take) => `${take.verdict}; audio ${take.audioSha256}`)}::text[],
        ${column((take) => take.ledgerId)}::uuid[]) as r(fingerprint, verdict, ledger_id)`.execute(tx);
    await waste(
      tx,
      column((take) => take.ledgerId),
    );
    failpoint("refuse.before");
  });
  failpoint("refuse.after");
}
