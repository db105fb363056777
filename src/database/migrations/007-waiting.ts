/** What waits in great numbers stands in nobody's way: delayed steps leave the queues, and runs queue by their keys, too. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const delays = `
alter table lector.workflow_steps add column delayed boolean not null default false;
comment on column lector.workflow_steps.delayed is
  'A ready step that waits for its run_at, outside its queue; whoever looks for work ends what is over';
update lector.workflow_steps set delayed = true where state = 'ready' and run_at > now();
drop index lector.workflow_steps_ready, lector.workflow_steps_ready_in_group;
create index workflow_steps_ready on lector.workflow_steps (order_at, run_at)
  where state = 'ready' and not parked and not delayed and group_key is null;
create index workflow_steps_ready_in_group on lector.workflow_steps (group_key, order_at, run_at)
  where state = 'ready' and not parked and not delayed and group_key is not null;
create index workflow_steps_delayed on lector.workflow_steps (run_at) where state = 'ready' and delayed;
`;

/** By bytes, so that all key lists with the same first keys stand together, and what comes behind them can be told. */
const lanes = `
create index workflow_instances_lanes on lector.workflow_instances (admission_keys collate "C", order_at, execution_id)
  where status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is null;
`;

export const waiting: Migration = {
  async up(db: Kysely<never>) {
    for (const part of [delays, lanes]) await sql.raw(part).execute(db);
  },
};
