/** Pause, restart and dead letters: steps that a restart put aside, paused runs that hold their place, what failed. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const restarts = `
alter table lector.workflow_instances add column restarts int not null default 0 check (restarts >= 0),
  add column paused_at timestamptz;
comment on column lector.workflow_instances.paused_at is 'Of a PAUSED run: since when its deadlines stand still';
alter table lector.workflow_steps add column discarded int not null default 0 check (discarded >= 0),
  add check (discarded = 0 or state in ('done', 'failed', 'cancelled'));
comment on column lector.workflow_steps.discarded is
  '0: a step of the run; else the restart (from 1) that put it aside, with the child runs below it';
alter table lector.workflow_steps drop constraint workflow_steps_execution_id_step_item_key,
  add unique nulls not distinct (execution_id, step, item, discarded);
`;

/** A function, since a statement prepares for each question in it, also where it is not put: two, so that each has its index. */
const attempts = `
create function lector.attempts_before(uuid, int, int) returns int language plpgsql stable as $$
begin
  if $3 is null then
    return (select coalesce(max(attempt), 0) from lector.workflow_steps
      where execution_id = $1 and step = $2 and item is null);
  end if;
  return (select coalesce(max(attempt), 0) from lector.workflow_steps
    where execution_id = $1 and step = $2 and item = $3);
end $$;
comment on function lector.attempts_before is 'Attempts of a step (run, step, item), over the rows that restarts put aside';
`;

/** A paused run counts as under way until the last of its attempts has ended. */
const admitted = `
drop index lector.workflow_instances_admitted;
create index workflow_instances_admitted on lector.workflow_instances (execution_id)
  where status in ('PENDING', 'RUNNING', 'PAUSED') and admission_keys <> '{}' and admitted_at is not null;
`;

const deadLetters = `
create index workflow_steps_failed on lector.workflow_steps (ended_at desc, task_id desc)
  where state = 'failed' and discarded = 0;
`;

export const control: Migration = {
  async up(db: Kysely<never>) {
    for (const part of [restarts, attempts, admitted, deadLetters]) await sql.raw(part).execute(db);
  },
};
