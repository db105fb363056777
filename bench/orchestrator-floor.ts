/**
 * The floor: the statements that a person would write by hand to take one three-step run from its start to COMPLETED,
 * leaving the same rows as the orchestrator does, column by column. One statement and one commit per transition, a connection each.
 * It checks nothing: no fencing, no lease, no retry, no other definition.
 */
import { v7 as uuidv7 } from "uuid";
import type pg from "pg";

/** As long as a real one's: host, boot, process and worker. */
const worker = "floor+74ef5e12+4026531836/27229.2586627/01a1fd49-8cf2-7035-8df6-775c6d9ff34b";

const start = `
  with run as (
    insert into lector.workflow_instances (execution_id, root_id, workflow_id, status, variables, event_seq, started_at,
      order_at, timeout_ms, deadline_at)
    values ($1, $1, $2, 'RUNNING', $3::jsonb, 2, now(), now() - interval '60 s', 1209600000, now() + interval '14 d')
  ), step as (
    insert into lector.workflow_steps (task_id, execution_id, root_id, step, name, task_type, state, attempt, input,
      lease_expires_at, worker_id, started_at, order_at, queue_ms, attempt_ms, heartbeat_ms, step_ms, deadline_at)
    values ($4, $1, $1, 1, 'a', 'echo', 'running', 1, $5::jsonb, now() + interval '10 s', '${worker}', now(),
      now() - interval '60 s', 259200000, 3600000, 900000, 1209600000, now() + interval '14 d')
  )
  insert into lector.workflow_events (execution_id, seq, kind, data)
  values ($1, 1, 'run.created', $6::jsonb), ($1, 2, 'step.started', $7::jsonb)`;

const settle = `
  with done as (
    update lector.workflow_steps set state = 'done', output = $2::jsonb, lease_expires_at = null, progress = 1,
      ended_at = now() where task_id = $1
  ), next as (
    insert into lector.workflow_steps (task_id, execution_id, root_id, step, name, task_type, state, attempt, input,
      lease_expires_at, worker_id, started_at, order_at, queue_ms, attempt_ms, heartbeat_ms, step_ms, deadline_at)
    values ($3, $4, $4, $5::int + 1, $6, 'echo', 'running', 1, $7::jsonb, now() + interval '10 s', '${worker}', now(),
      now() - interval '60 s', 259200000, 3600000, 900000, 1209600000, now() + interval '14 d')
  ), run as (
    update lector.workflow_instances set current_step = $5, updated_at = now(), event_seq = $8::int + 2,
      variables = jsonb_set(variables, '{steps}', (variables -> 'steps') || $9::jsonb) where execution_id = $4
  )
  insert into lector.workflow_events (execution_id, seq, kind, data)
  values ($4, $8::int + 1, 'step.done', $10::jsonb), ($4, $8::int + 2, 'step.started', $11::jsonb)`;

const finish = `
  with done as (
    update lector.workflow_steps set state = 'done', output = $2::jsonb, lease_expires_at = null, progress = 1,
      ended_at = now() where task_id = $1
  ), run as (
    update lector.workflow_instances set current_step = 3, status = 'COMPLETED', updated_at = now(), ended_at = now(),
      event_seq = 8, variables = jsonb_set(variables, '{steps}', (variables -> 'steps') || $4::jsonb)
    where execution_id = $3
  )
  insert into lector.workflow_events (execution_id, seq, kind, data)
  values ($3, 7, 'step.done', $5::jsonb), ($3, 8, 'run.completed', '{}')`;

export async function floorRun(client: pg.Client, workflowId: number, input: object): Promise<void> {
  const run = uuidv7();
  const [first, second, third] = [uuidv7(), uuidv7(), uuidv7()];
  const text = JSON.stringify(input);
  const started = (step: number) => JSON.stringify({ step, item: null, attempt: 1, worker });
  const done = (step: number) => JSON.stringify({ step, item: null, attempt: 1, opened: [{ step: step + 1 }] });
  const variables = JSON.stringify({ input, steps: {} });
  const created = JSON.stringify({ workflow_id: workflowId, opened: [{ step: 1 }] });
  const query = (name: string, sql: string, values: unknown[]) => client.query({ name, text: sql, values });
  await query("start", start, [run, workflowId, variables, first, text, created, started(1)]);
  await query("settle", settle, [first, text, second, run, 1, "b", text, 2, `{"a":${text}}`, done(1), started(2)]);
  await query("settle", settle, [second, text, third, run, 2, "c", text, 4, `{"b":${text}}`, done(2), started(3)]);
  await query("finish", finish, [third, text, run, `{"c":${text}}`, done(3)]);
}
