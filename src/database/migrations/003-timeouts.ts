/** How long runs and steps may take. What was under way before has no such limits: its columns stay empty. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = `
alter table lector.workflow_instances add column timeout_ms int check (timeout_ms > 0);
create index workflow_instances_due on lector.workflow_instances (deadline_at)
  where status in ('PENDING', 'RUNNING') and deadline_at is not null;

alter table lector.workflow_steps
  add column queue_ms int check (queue_ms > 0),
  add column attempt_ms int check (attempt_ms > 0),
  add column heartbeat_ms int check (heartbeat_ms > 0),
  add column step_ms int check (step_ms > 0),
  add column deadline_at timestamptz,
  add column due_at timestamptz;
comment on column lector.workflow_steps.deadline_at is 'When the step, with all its attempts, has taken too long';
comment on column lector.workflow_steps.due_at is
  'When it fails if it is still ready (it waited in the queue for too long) or waiting; null while that clock stands still';
create index workflow_steps_due on lector.workflow_steps (due_at)
  where state in ('ready', 'waiting') and due_at is not null;
`;

export const timeouts: Migration = {
  async up(db: Kysely<never>) {
    await sql.raw(statements).execute(db);
  },
};
