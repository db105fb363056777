/** What follows when a step is done: pure planning, written down by start.ts and settle.ts. */
import { v7 as uuidv7 } from "uuid";
import type { Definition, StepDefinition } from "./definition.ts";
import { PermanentError, storedError, type StoredError } from "./task.ts";
import { stepTimeouts, type StepTimeouts, type Timeouts } from "./timeouts.ts";
import { follow, readingOnce, resolve, toRow, UnresolvedPointer, UnstorableValue, type ValueStore } from "./values.ts";

const BAD = { code: "bad_value" };

export type Variables = { input: unknown; steps: Record<string, unknown> };

/** A run as far as planning needs it. */
export type RunView = {
  executionId: string;
  rootId: string;
  priority: number;
  definition: Definition;
  variables: Variables;
  /** For steps whose definition says nothing. */
  timeouts: Timeouts;
};

/** A step's row to be. JSON columns are texts. */
export type NewStep = {
  taskId: string;
  executionId: string;
  rootId: string;
  step: number;
  item: number | null;
  name: string;
  taskType: string;
  state: "ready" | "waiting" | "done" | "failed";
  priority: number;
  groupKey: string | null;
  input: string | null;
  output: string | null;
  error: StoredError | null;
  remaining: number | null;
  timeouts: StepTimeouts;
  ageingMs: number;
};

export type Opened = { step: number; items?: number; failed?: true };

export type Advance = {
  steps: NewStep[];
  /** The last completed step. */
  currentStep: number;
  /** Outputs of completed steps by name, as JSON texts. */
  outputs: Record<string, string>;
  /** `COMPLETED` after the last step, `FAILED` where the next one cannot be opened, else null. */
  status: "COMPLETED" | "FAILED" | null;
  error: StoredError | null;
  opened: Opened[];
};

/** A child run's step has this task type; the orchestrator itself works it. */
export const CHILD_RUN = "workflow";

/**
 * Opens the step after `completed` (0 at the start), whose output is the JSON text `output`. A fan-out over nothing is
 * done at once, so several steps may open and the run may even complete.
 */
export async function advance(
  values: ValueStore,
  view: RunView,
  completed: number,
  output: string | null,
): Promise<Advance> {
  const store = readingOnce(values);
  const plan: Advance = { steps: [], currentStep: completed, outputs: {}, status: null, error: null, opened: [] };
  const variables: Variables = { input: view.variables.input, steps: { ...view.variables.steps } };
  const complete = (number: number, text: string) => {
    const { name } = view.definition.steps[number - 1]!;
    plan.outputs[name] = text;
    variables.steps[name] = JSON.parse(text);
    plan.currentStep = number;
  };
  if (completed > 0) complete(completed, output!);

  for (let number = completed + 1; ; number++) {
    const definition = view.definition.steps[number - 1];
    if (!definition) {
      plan.status = "COMPLETED";
      return plan;
    }
    const opened = await open(store, { ...view, variables }, definition, number).catch((error: unknown) => {
      if (!cannotHeal(error)) throw error; // the store is away: whoever settles tries again
      const failed = { ...emptyStep(view, definition, number), state: "failed" as const, error: storedError(error) };
      return [failed];
    });
    plan.steps.push(...opened);
    const parent = opened[0]!;
    if (parent.state === "failed") {
      plan.status = "FAILED";
      plan.error = { ...parent.error!, step: definition.name };
      plan.opened.push({ step: number, failed: true });
      return plan;
    }
    plan.opened.push(definition.for_each ? { step: number, items: opened.length - 1 } : { step: number });
    if (parent.state !== "done") return plan;
    complete(number, parent.output!);
  }
}

function cannotHeal(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof UnresolvedPointer || error instanceof UnstorableValue;
}

/** The rows of one step: itself, and for a fan-out its items behind it. */
async function open(store: ValueStore, view: RunView, definition: StepDefinition, number: number): Promise<NewStep[]> {
  const groupKey = await groupOf(store, view, definition);
  const step = { ...emptyStep(view, definition, number), groupKey };
  if (!definition.for_each) {
    return [{ ...step, input: await inputOf(store, view, definition, number, {}) }];
  }
  const elements = await resolve(store, await follow(store, view.variables, definition.for_each));
  if (!Array.isArray(elements)) throw new PermanentError(`for_each expects an array at ${definition.for_each}.`, BAD);
  if (elements.length === 0) return [{ ...step, groupKey: null, state: "done", output: '{"items":[]}' }];
  const parent: NewStep = { ...step, groupKey: null, state: "waiting", remaining: elements.length };
  const items = elements.map(async (element, item): Promise<NewStep> => {
    const input = await inputOf(store, view, definition, number, { item: element, index: item });
    return { ...step, taskId: uuidv7(), item, input };
  });
  return [parent, ...(await Promise.all(items))];
}

function emptyStep(view: RunView, definition: StepDefinition, number: number): NewStep {
  return {
    taskId: uuidv7(),
    executionId: view.executionId,
    rootId: view.rootId,
    step: number,
    item: null,
    name: definition.name,
    taskType: definition.task_type ?? CHILD_RUN,
    state: "ready",
    priority: view.priority,
    groupKey: null,
    input: null,
    output: null,
    error: null,
    remaining: null,
    timeouts: stepTimeouts(definition, view.timeouts),
    ageingMs: view.timeouts.ageingMs,
  };
}

async function groupOf(store: ValueStore, view: RunView, { group }: StepDefinition): Promise<string | null> {
  if (!group?.startsWith("/")) return group ?? null;
  const found = await resolve(store, await follow(store, view.variables, group));
  if (typeof found !== "string" || found === "")
    throw new PermanentError(`The group at ${group} should be a name.`, BAD);
  return found;
}

/** By mapping; else an element itself; else the run's input overlaid by the output of the step before. */
async function inputOf(
  store: ValueStore,
  view: RunView,
  definition: StepDefinition,
  number: number,
  element: { item?: unknown; index?: number },
): Promise<string> {
  if (definition.input) {
    const from = { ...view.variables, ...element };
    const fields = Object.entries(definition.input).map(async ([field, at]) => [field, await follow(store, from, at)]);
    return toRow(store, Object.fromEntries(await Promise.all(fields)));
  }
  if ("item" in element) return toRow(store, isObject(element.item) ? element.item : { item: element.item });
  const input = await resolve(store, view.variables.input);
  if (number === 1) return toRow(store, view.variables.input);
  const before = await resolve(store, view.variables.steps[view.definition.steps[number - 2]!.name]);
  return toRow(store, { ...(input as object), ...(before as object) });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
