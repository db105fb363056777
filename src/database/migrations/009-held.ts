/** A call that was taken from its worker goes on until the worker hears of it: so long its place in the group is not free. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const places = `
alter table lector.workflow_steps add column held boolean not null default false,
  add check (not held or group_key is not null);
comment on column lector.workflow_steps.held is
  'Its last attempt was ended by another than its worker, who may be calling still: it keeps its place in the group, and is not claimed';
create index workflow_steps_held on lector.workflow_steps (group_key) where held;
`;

export const held: Migration = {
  async up(db: Kysely<never>) {
    await sql.raw(places).execute(db);
  },
};
