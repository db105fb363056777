/**
 * Workflow definitions: ordered lists of steps, kept as rows that never change.
 *
 * A definition is seeded by the program or created at run time; a change is a new version with its own `workflow_id`.
 * A run stays on the version that it started with.
 */
import { sql } from "kysely";
import { z } from "zod";
import type { Queryable } from "../database/connect.ts";
import { LONGEST_MS } from "./timeouts.ts";

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "expected lower-case letters, digits and _, at most 63 characters");
const pointer = z
  .string()
  .regex(
    /^\/(input|steps|item|index)(\/.*)?$/,
    "expected a JSON Pointer that starts with /input, /steps, /item or /index",
  );

const retry = z
  .strictObject({
    failures: z.int().min(1).max(100).default(5).describe("failures after which the step has failed for good"),
    initial_ms: z.int().min(0).default(1000).describe("the longest wait after the first failure, in ms"),
    factor: z.number().min(1).max(10).default(2),
    max_ms: z.int().min(0).default(60_000).describe("no wait is longer, in ms"),
  })
  .describe("Exponential backoff with full jitter: a wait is drawn evenly between 0 and its longest.");

const milliseconds = z.int().min(1).max(LONGEST_MS).optional();
const timeouts = z
  .strictObject({
    queue_ms: milliseconds.describe("how long it may wait until a worker takes it"),
    attempt_ms: milliseconds.describe("how long one attempt may take"),
    heartbeat_ms: milliseconds.describe("how long its task may be silent"),
    step_ms: milliseconds.describe("how long it may take in all, from when it is opened"),
  })
  .describe(
    "In ms; what is left out is a setting. An attempt that is too long or silent is a failure and tried again.",
  );

const step = z
  .strictObject({
    name: name.describe("names the step's output: /steps/NAME"),
    task_type: name.optional().describe("the task that a worker runs"),
    workflow: name.optional().describe("or the workflow that is started as a child run"),
    input: z
      .record(z.string(), pointer)
      .optional()
      .describe("each field of the task's input as a pointer; without it: the run's input overlaid by the step before"),
    for_each: pointer
      .optional()
      .describe("a pointer to an array: one task per element, which is /item, its place /index"),
    retry: retry.prefault({}),
    timeouts: timeouts.optional(),
    group: z
      .string()
      .min(1)
      .optional()
      .describe(
        "a concurrency group, or (from a /) a pointer to its name: never more tasks of it run at once than its limit",
      ),
  })
  .refine((value) => (value.task_type === undefined) !== (value.workflow === undefined), {
    message: "expected either task_type or workflow",
  });

export const definitionSchema = z
  .strictObject({
    name,
    event: name.optional().describe("the event that starts it"),
    timeout_ms: milliseconds.describe("how long a run may take in all, in ms; then it is TIMED_OUT"),
    steps: z.array(step).min(1).max(100),
  })
  .refine((value) => new Set(value.steps.map((each) => each.name)).size === value.steps.length, {
    message: "expected each step to have a name of its own",
    path: ["steps"],
  });

/** As a person writes it: with defaults left out. */
export type DefinitionInput = z.input<typeof definitionSchema>;
export type Definition = z.output<typeof definitionSchema>;
export type StepDefinition = Definition["steps"][number];
export type StoredDefinition = { workflowId: number; version: number; definition: Definition };

/** The JSON Schema (2020-12) of definitions, for editors and for `POST /workflow/create`. */
export function definitionJsonSchema(): unknown {
  return z.toJSONSchema(definitionSchema, { io: "input" });
}

export class InvalidDefinition extends Error {
  override name = "InvalidDefinition";
}

export class UnknownWorkflow extends Error {
  override name = "UnknownWorkflow";
}

/** Stores a definition, as the next version of its name unless the newest one is the same. */
export async function ensureDefinition(db: Queryable, given: DefinitionInput): Promise<StoredDefinition> {
  const parsed = definitionSchema.safeParse(given);
  if (!parsed.success) throw new InvalidDefinition(z.prettifyError(parsed.error));
  const definition = parsed.data;
  for (;;) {
    const newest = await sql<{ workflow_id: number; version: number; same: boolean }>`
      select workflow_id, version, definition = ${JSON.stringify(definition)}::jsonb as same
      from lector.workflows where name = ${definition.name} order by version desc limit 1`.execute(db);
    const last = newest.rows[0];
    if (last?.same) return { workflowId: last.workflow_id, version: last.version, definition };
    const version = (last?.version ?? 0) + 1;
    const added = await sql<{ workflow_id: number }>`
      insert into lector.workflows (name, version, event, definition)
      values (${definition.name}, ${version}, ${definition.event ?? null}, ${JSON.stringify(definition)}::jsonb)
      on conflict (name, version) do nothing returning workflow_id`.execute(db);
    // nothing inserted: another process stored this version in the same moment; look again
    if (added.rows[0]) return { workflowId: added.rows[0].workflow_id, version, definition };
  }
}

export async function newestDefinition(db: Queryable, workflow: string): Promise<StoredDefinition> {
  const { rows } = await sql<{ workflow_id: number; version: number; definition: Definition }>`
    select workflow_id, version, definition from lector.workflows
    where name = ${workflow} order by version desc limit 1`.execute(db);
  if (!rows[0]) throw new UnknownWorkflow(`No workflow is named "${workflow}". Create it first.`);
  return { workflowId: rows[0].workflow_id, version: rows[0].version, definition: rows[0].definition };
}

/** The newest definition of each workflow that this event starts. */
export async function definitionsOfEvent(db: Queryable, event: string): Promise<StoredDefinition[]> {
  const { rows } = await sql<StoredDefinition>`
    select "workflowId", version, definition from (
      select distinct on (name) workflow_id as "workflowId", name, version, event, definition from lector.workflows
      order by name, version desc) newest where event = ${event} order by name`.execute(db);
  return rows;
}

/** Definitions by `workflow_id`; rows never change, so what was read once stays. */
export function definitionsOf(db: Queryable): (workflowId: number) => Promise<Definition> {
  const known = new Map<number, Definition>();
  return async (workflowId) => {
    const found = known.get(workflowId);
    if (found) return found;
    const { rows } = await sql<{ definition: Definition }>`
      select definition from lector.workflows where workflow_id = ${workflowId}`.execute(db);
    if (!rows[0]) throw new UnknownWorkflow(`No workflow has the id ${workflowId}.`);
    known.set(workflowId, rows[0].definition);
    return rows[0].definition;
  };
}
