/** What a run makes, by which a start tells whether it joins the active run of its key or takes its place. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const runs = `
alter table lector.workflow_instances add column content_hash text;
comment on column lector.workflow_instances.content_hash is
  'What it makes: a start with the same dedupe key and another hash supersedes it';
`;

export const supersede: Migration = {
  async up(db: Kysely<never>) {
    await sql.raw(runs).execute(db);
  },
};
