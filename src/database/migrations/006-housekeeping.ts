/** What starts runs by itself and what removes them: schedules, and the ways to what points at an old run. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const schedules = `
create table lector.schedules (
  schedule_id uuid primary key,
  owner_id text not null default 'local',
  name text not null check (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'all')),
  workflow text,
  event text,
  input jsonb not null,
  enabled boolean not null default true,
  next_at timestamptz,
  last_at timestamptz,
  error jsonb,
  revision int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner_id, name),
  check ((workflow is null) <> (event is null)),
  check (enabled or next_at is null)
);
comment on column lector.schedules.next_at is 'When it is due; it only moves forward, so no moment comes twice';
comment on column lector.schedules.last_at is 'The last moment for which it started runs, or tried to';
comment on column lector.schedules.revision is 'Rises with each change and each firing; whoever fires compares it';
create index schedules_due on lector.schedules (next_at) where next_at is not null;

alter table lector.workflow_instances add column schedule_id uuid, add column scheduled_for timestamptz,
  add check ((schedule_id is null) = (scheduled_for is null));
comment on column lector.workflow_instances.schedule_id is
  'What started the run. It outlives its schedule, so it names it without a foreign key';
create index workflow_instances_scheduled on lector.workflow_instances (schedule_id, execution_id desc)
  where schedule_id is not null;
`;

/** Postgres looks for what points at a row that goes; without these it would read whole tables. */
const removal = `
create index idempotency_keys_by_run on lector.idempotency_keys (execution_id);
create index workflow_instances_superseded on lector.workflow_instances (superseded_by) where superseded_by is not null;
create index content_audios_by_run on lector.content_audios (execution_id) where execution_id is not null;
`;

export const housekeeping: Migration = {
  async up(db: Kysely<never>) {
    for (const part of [schedules, removal]) await sql.raw(part).execute(db);
  },
};
