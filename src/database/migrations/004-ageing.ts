/** The order of those who wait, in which time counts as much as priority (claim.ts, admit.ts). */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Who waits already is lined up by its priority and the default interval of one minute. */
const statements = `
alter table lector.workflow_instances add column order_at timestamptz not null default now();
update lector.workflow_instances set order_at = created_at - priority * interval '60 s'
  where status in ('PENDING', 'RUNNING', 'PAUSED');
drop index lector.workflow_instances_to_admit;
create index workflow_instances_to_admit on lector.workflow_instances (order_at, execution_id)
  where status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is null;

alter table lector.workflow_steps add column order_at timestamptz not null default now();
update lector.workflow_steps set order_at = created_at + (coalesce(item, 0) - priority * 60) * interval '1 s'
  where state in ('ready', 'running', 'waiting');
drop index lector.workflow_steps_ready, lector.workflow_steps_ready_in_group;
alter table lector.workflow_steps drop column rank;
create index workflow_steps_ready on lector.workflow_steps (order_at, run_at)
  where state = 'ready' and not parked and group_key is null;
create index workflow_steps_ready_in_group on lector.workflow_steps (group_key, order_at, run_at)
  where state = 'ready' and not parked and group_key is not null;
`;

export const ageing: Migration = {
  async up(db: Kysely<never>) {
    await sql.raw(statements).execute(db);
  },
};
