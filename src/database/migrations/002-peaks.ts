/** What waveforms are drawn from, stored with each fragment. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

// Fragments that are there already stay without: they are of an older way of encoding, under whose name nobody asks.
const add = `alter table lector.fragments add column peaks bytea`;
const explain = `
comment on column lector.fragments.peaks is
  'pairs of lowest and highest sample, as int8, for each 5 ms, after gain and limiter'`;

export const peaks: Migration = {
  async up(db: Kysely<never>) {
    for (const part of [add, explain]) await sql.raw(part).execute(db);
  },
};
