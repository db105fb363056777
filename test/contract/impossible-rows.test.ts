/**
 * Behind all promises: what may not be cannot be written, whoever tries. Each constraint, unique index and trigger on
 * which a promise rests refuses what it is there for.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlState } from "../../src/database/connect.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";

const CHECK = "23514";
const UNIQUE = "23505";
const FOREIGN = "23503";
const IMMUTABLE = "23001";

let here: Orchestra;
beforeAll(async () => {
  here = await orchestra();
  const workflow = await here.define({ name: "fan", steps: [{ name: "a", task_type: "a", for_each: "/input/list" }] });
  for (const key of ["first", "second"]) {
    const idempotency = { key, requestHash: "h" };
    await startRun(here.connection.db, here.store, {
      workflow,
      input: { list: [1, 2] },
      dedupeKey: key,
      idempotency,
    });
  }
  await here.rows(`insert into lector.speech_segments (fingerprint, provider, model, voice, language, state,
    claim_task_id, claim_attempt, characters) values ('${hex}', 'p', 'm', 'v', 'en', 'claimed', '${nobody}', 1, 5)`);
  for (const [id, state] of [paid, open].map((each, n) => [each, ["settled", "reserved"][n]])) {
    await here.rows(`insert into lector.ledger (ledger_id, owner_id, execution_id, task_id, attempt, provider, model, unit,
      quantity, price, state, settled_at) values ('${id}', 'local', '${nobody}', '${nobody}', 1, 'p', 'm', 'characters', 5, 1,
      '${state}', ${state === "settled" ? "now()" : "null"})`);
  }
});
afterAll(() => here.close());

const hex = "a".repeat(64);
const nobody = "01a1fc0b-a1e8-7165-a832-000000000000";
const paid = "01a1fc0b-a1e8-7165-a832-000000000001";
const open = "01a1fc0b-a1e8-7165-a832-000000000002";

const run = "update lector.workflow_instances set";
const item = (set: string) => `update lector.workflow_steps set ${set} where item = 0`;
const single = `insert into lector.workflow_steps (task_id, execution_id, root_id, step, name, task_type, state)
  select gen_random_uuid(), execution_id, root_id, step, name, task_type, 'ready' from lector.workflow_steps where item is null`;
const segment = (set: string) => `update lector.speech_segments set ${set}`;
const bill = (id: string, set: string) => `update lector.ledger set ${set} where ledger_id = '${id}'`;

test.each([
  ["a status that is none", CHECK, `${run} status = 'DONE'`],
  ["a run that is under way and has ended", CHECK, `${run} ended_at = now()`],
  ["a run that has ended at no time", CHECK, `${run} status = 'COMPLETED'`],
  ["a failed run without its error", CHECK, `${run} status = 'FAILED', ended_at = now()`],
  ["a superseded run that was not cancelled", CHECK, `${run} superseded_by = execution_id`],
  ["a run of a tree without a step that waits for it", CHECK, `${run} root_id = '${nobody}'`],
  ["a priority that is none", CHECK, `${run} priority = 3`],
  ["a second active run of the same key", UNIQUE, `${run} dedupe_key = 'first'`],
  ["a run of no workflow", FOREIGN, `${run} workflow_id = 999`],
  ["an empty Idempotency-Key", CHECK, "update lector.idempotency_keys set key = ''"],
  ["an Idempotency-Key twice", UNIQUE, "update lector.idempotency_keys set key = 'first'"],
  ["an Idempotency-Key of no run", FOREIGN, `update lector.idempotency_keys set execution_id = '${nobody}'`],
  ["a limit of none", CHECK, "insert into lector.concurrency_groups values ('g', 0)"],
  ["a state that is none", CHECK, item("state = 'lost'")],
  ["a running step without a lease", CHECK, item("state = 'running', worker_id = 'w'")],
  ["a running step without a worker", CHECK, item("state = 'running', lease_expires_at = now()")],
  ["a lease of a step that does not run", CHECK, item("lease_expires_at = now()")],
  ["a step that is done at no time", CHECK, item("state = 'done', output = '{}'")],
  ["a step that is ready and has ended", CHECK, item("ended_at = now()")],
  ["a step that is done without an output", CHECK, item("state = 'done', ended_at = now()")],
  ["a failed step without its error", CHECK, item("state = 'failed', ended_at = now()")],
  ["an item with items", CHECK, item("remaining = 1")],
  ["fewer than no items left", CHECK, "update lector.workflow_steps set remaining = -1 where item is null"],
  ["a step put aside while it is under way", CHECK, item("discarded = 1")],
  ["a step twice", UNIQUE, item("item = 1")],
  ["a single step twice", UNIQUE, single],
  ["a step in a group without a limit", FOREIGN, item("group_key = 'nowhere'")],
  [
    "an event twice",
    UNIQUE,
    `insert into lector.workflow_events (execution_id, seq, kind)
    select execution_id, seq, kind from lector.workflow_events`,
  ],
  ["another text of a definition", IMMUTABLE, "update lector.workflows set definition = '{}'"],
  ["a definition that goes away", IMMUTABLE, "delete from lector.workflows"],
  [
    "a version twice",
    UNIQUE,
    `insert into lector.workflows (name, version, definition)
    select name, version, definition from lector.workflows`,
  ],
  ["a segment that nobody claims", CHECK, segment("claim_task_id = null")],
  [
    "a segment that is ready without its audio",
    CHECK,
    segment("state = 'ready', claim_task_id = null, claim_attempt = null"),
  ],
  ["a segment twice", UNIQUE, "insert into lector.speech_segments select * from lector.speech_segments"],
  ["a paid call that goes away", IMMUTABLE, "delete from lector.ledger"],
  ["a paid call that is open again", IMMUTABLE, bill(paid, "state = 'reserved', settled_at = null")],
  ["a settled call that costs less", IMMUTABLE, bill(paid, "price = 0")],
  ["a call of somebody else", IMMUTABLE, bill(open, `task_id = '${paid}'`)],
  ["a call that was settled at no time", CHECK, bill(open, "state = 'settled'")],
])("%s is refused", async (_, code, statement) => {
  const error = await here.rows(statement).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(sqlState(error)).toBe(code);
});
