/** The tables that everything hangs on: runs and their history, speech and money, fragments, content. */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const runs = `
create table lector.workflows (
  workflow_id int generated always as identity primary key,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  version int not null check (version > 0),
  event text,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  unique (name, version)
);

create function lector.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of lector.% are immutable', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger immutable before update or delete on lector.workflows
  for each row execute function lector.refuse_change();

create table lector.workflow_instances (
  execution_id uuid primary key,
  workflow_id int not null references lector.workflows,
  owner_id text not null default 'local',
  dedupe_key text,
  status text not null default 'PENDING'
    check (status in ('PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT')),
  current_step int not null default 0 check (current_step >= 0),
  priority smallint not null default 1 check (priority between 0 and 2),
  variables jsonb not null,
  metadata jsonb,
  admission_keys text[] not null default '{}',
  admitted_at timestamptz,
  root_id uuid not null,
  parent_step_id uuid,
  superseded_by uuid references lector.workflow_instances,
  traceparent text,
  deadline_at timestamptz,
  error jsonb,
  event_seq int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  check ((status in ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT')) = (ended_at is not null)),
  check (status <> 'FAILED' or error is not null),
  check ((root_id = execution_id) = (parent_step_id is null)),
  check (superseded_by is null or status = 'CANCELLED')
) with (fillfactor = 80);

create unique index workflow_instances_one_active on lector.workflow_instances (owner_id, dedupe_key)
  where status in ('PENDING', 'RUNNING', 'PAUSED');
create index workflow_instances_by_key on lector.workflow_instances (owner_id, dedupe_key, created_at desc);
create index workflow_instances_by_status on lector.workflow_instances (status, created_at);
create index workflow_instances_by_time on lector.workflow_instances (created_at);
create index workflow_instances_by_user on lector.workflow_instances ((metadata ->> 'user_id'), created_at)
  where metadata is not null;
create index workflow_instances_to_admit on lector.workflow_instances (priority desc, created_at)
  where status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is null;
create index workflow_instances_admitted on lector.workflow_instances (execution_id)
  where status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is not null;

create table lector.idempotency_keys (
  owner_id text not null,
  key text not null check (key <> ''),
  request_hash text not null,
  execution_id uuid not null references lector.workflow_instances,
  created_at timestamptz not null default now(),
  primary key (owner_id, key)
);

create table lector.concurrency_groups (
  group_key text primary key,
  max_running int not null check (max_running > 0)
);

create table lector.workflow_steps (
  task_id uuid primary key,
  execution_id uuid not null references lector.workflow_instances,
  root_id uuid not null,
  step int not null check (step > 0),
  item int check (item >= 0),
  name text not null,
  task_type text not null,
  state text not null check (state in ('ready', 'running', 'waiting', 'done', 'failed', 'cancelled')),
  attempt int not null default 0 check (attempt >= 0),
  failures int not null default 0 check (failures >= 0),
  lost int not null default 0 check (lost >= 0),
  priority smallint not null default 1,
  rank bigint not null default 0,
  parked boolean not null default false,
  group_key text references lector.concurrency_groups,
  run_at timestamptz not null default now(),
  lease_expires_at timestamptz,
  heartbeat_seq int not null default 0,
  worker_id text,
  remaining int check (remaining >= 0),
  input jsonb,
  output jsonb,
  error jsonb,
  progress real not null default 0 check (progress between 0 and 1),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique nulls not distinct (execution_id, step, item),
  check ((state = 'running') = (lease_expires_at is not null)),
  check (state <> 'running' or worker_id is not null),
  check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
  check (state <> 'done' or output is not null),
  check (state <> 'failed' or error is not null),
  check (remaining is null or item is null)
) with (fillfactor = 70);

alter table lector.workflow_instances
  add foreign key (parent_step_id) references lector.workflow_steps;
create index workflow_instances_of_tree on lector.workflow_instances (root_id) where parent_step_id is not null;
create index workflow_instances_children on lector.workflow_instances (parent_step_id) where parent_step_id is not null;

create index workflow_steps_ready on lector.workflow_steps (priority desc, rank, run_at)
  where state = 'ready' and not parked and group_key is null;
create index workflow_steps_ready_in_group on lector.workflow_steps (group_key, priority desc, rank, run_at)
  where state = 'ready' and not parked and group_key is not null;
create index workflow_steps_running on lector.workflow_steps (group_key) where state = 'running';
create index workflow_steps_of_tree on lector.workflow_steps (root_id) where state in ('ready', 'running', 'waiting');

create table lector.workflow_events (
  execution_id uuid not null references lector.workflow_instances,
  seq int not null check (seq > 0),
  xid xid8 not null default pg_current_xact_id(),
  kind text not null,
  data jsonb not null default '{}',
  at timestamptz not null default now(),
  primary key (execution_id, seq)
);
create index workflow_events_in_order on lector.workflow_events (xid, execution_id, seq);
`;

const speech = `
create table lector.speech_segments (
  fingerprint text primary key check (fingerprint ~ '^[0-9a-f]{64}$'),
  provider text not null,
  model text not null,
  voice text not null,
  language text not null,
  state text not null check (state in ('claimed', 'ready')),
  claim_task_id uuid,
  claim_attempt int,
  audio_sha256 text,
  audio_bytes bigint check (audio_bytes >= 0),
  encoding text,
  sample_rate int check (sample_rate > 0),
  samples bigint check (samples >= 0),
  characters int not null check (characters >= 0),
  words jsonb,
  loudness bytea,
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  check ((state = 'claimed') = (claim_task_id is not null and claim_attempt is not null)),
  check ((state = 'ready') = (audio_sha256 is not null and audio_bytes is not null and encoding is not null
    and sample_rate is not null and samples is not null and words is not null and loudness is not null
    and ready_at is not null))
);
comment on column lector.speech_segments.loudness is
  'float32, little endian: mean square of the K-weighted signal for each 100 ms, before gain and limiter';

create table lector.ledger (
  ledger_id uuid primary key,
  owner_id text not null,
  execution_id uuid not null,
  task_id uuid not null,
  attempt int not null,
  fingerprint text,
  provider text not null,
  model text not null,
  unit text not null check (unit in ('characters', 'tokens', 'seconds')),
  quantity int not null check (quantity >= 0),
  price numeric(20, 9) not null check (price >= 0),
  state text not null check (state in ('reserved', 'settled', 'wasted', 'unknown')),
  at timestamptz not null default now(),
  settled_at timestamptz,
  check ((state in ('settled', 'wasted')) = (settled_at is not null))
);
comment on table lector.ledger is 'Every paid call. Outlives its run, so it names it without a foreign key. Price in US dollars.';
create index ledger_by_run on lector.ledger (execution_id);
create index ledger_by_fingerprint on lector.ledger (fingerprint);
create index ledger_by_time on lector.ledger (at);
create index ledger_open on lector.ledger (task_id, attempt) where state in ('reserved', 'unknown');

create function lector.guard_ledger() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'the ledger is append and settle only' using errcode = 'restrict_violation';
  end if;
  if old.state in ('settled', 'wasted') or (old.state = 'unknown' and new.state = 'reserved')
    or (old.ledger_id, old.owner_id, old.execution_id, old.task_id, old.attempt, old.provider, old.model, old.unit, old.at)
      is distinct from
      (new.ledger_id, new.owner_id, new.execution_id, new.task_id, new.attempt, new.provider, new.model, new.unit, new.at)
  then
    raise exception 'ledger row % is % and cannot become %', old.ledger_id, old.state, new.state
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger guarded before update or delete on lector.ledger
  for each row execute function lector.guard_ledger();

create table lector.segment_takes (
  fingerprint text not null references lector.speech_segments,
  take int not null check (take > 0),
  seed bigint,
  verdict text not null,
  ledger_id uuid not null references lector.ledger,
  primary key (fingerprint, take)
);

create table lector.fragments (
  fragment_key text not null check (fragment_key ~ '^[0-9a-f]{64}$'),
  format_id text not null,
  base_key text not null check (base_key ~ '^[0-9a-f]{64}$'),
  gain_db numeric(5, 1) not null,
  audio_sha256 text not null,
  bytes bigint not null check (bytes >= 0),
  frames int not null check (frames >= 0),
  samples bigint not null check (samples >= 0),
  loudness bytea not null,
  created_at timestamptz not null default now(),
  primary key (fragment_key, format_id)
);
comment on column lector.fragments.loudness is
  'float32, little endian: mean square of the K-weighted signal for each 100 ms, after gain and limiter';
create index fragments_by_base on lector.fragments (base_key);

create table lector.publications (
  publication_key text primary key check (publication_key ~ '^[0-9a-f]{64}$'),
  format_id text not null,
  audio_sha256 text not null,
  bytes bigint not null check (bytes >= 0),
  frames int not null check (frames >= 0),
  samples bigint not null check (samples >= 0),
  created_at timestamptz not null default now()
);
`;

const content = `
create table lector.content_audios (
  content_audio_id uuid primary key,
  owner_id text not null default 'local',
  content_type text not null check (content_type <> ''),
  content_id text not null check (content_id <> ''),
  locale text not null check (locale <> ''),
  voice_id text not null check (voice_id <> ''),
  variant text not null,
  voice_settings jsonb not null default '{}',
  script_mode text not null,
  content_hash text check (content_hash like 'v1:%'),
  target_hash text check (target_hash like 'v1:%'),
  status text not null default 'pending'
    check (status in ('pending', 'generating_script', 'generating_speech', 'completed', 'failed', 'cancelled')),
  execution_id uuid references lector.workflow_instances,
  script jsonb,
  audio_storage_id text,
  files jsonb not null default '[]',
  audio_duration double precision check (audio_duration >= 0),
  audio_size bigint check (audio_size >= 0),
  error_message text,
  failed_at timestamptz,
  generation_attempts int not null default 0 check (generation_attempts >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner_id, content_type, content_id, locale, voice_id, variant),
  check ((status = 'failed') = (failed_at is not null and error_message is not null)),
  check (status <> 'completed'
    or (content_hash is not null and audio_storage_id is not null and audio_duration is not null and audio_size is not null))
);
create index content_audios_by_voice on lector.content_audios (content_id, voice_id);
create index content_audios_by_hash on lector.content_audios (content_hash);
create index content_audios_by_status on lector.content_audios (status, updated_at);
`;

export const spine: Migration = {
  async up(db: Kysely<never>) {
    for (const part of [runs, speech, content]) await sql.raw(part).execute(db);
  },
};
