/** The orchestrator in the hands of the model-based test: its own functions on a real Postgres, one process, no clock. */
import { sql } from "kysely";
import { z } from "zod";
import type { Database } from "../../src/database/connect.ts";
import { CHILD_RUN } from "../../src/orchestrator/advance.ts";
import {
  claimedOf,
  endingOf,
  lostEnding,
  newAttempt,
  outcomeOf,
  runAttempt,
  Stopped,
  variablesAfter,
} from "../../src/orchestrator/attempt.ts";
import { openChildRun } from "../../src/orchestrator/child-run.ts";
import { claimInGroup, claimUngrouped, limitGroup, type Claimed } from "../../src/orchestrator/claim.ts";
import { definitionsOf, ensureDefinition, type StoredDefinition } from "../../src/orchestrator/definition.ts";
import { letGo, type RunningStep } from "../../src/orchestrator/lease.ts";
import type { Outcome, Settled } from "../../src/orchestrator/outcome.ts";
import type { Context } from "../../src/orchestrator/settle.ts";
import { openSettler, type Settlement } from "../../src/orchestrator/settler.ts";
import { startRun, type StartRequest } from "../../src/orchestrator/start.ts";
import { PermanentError, RetryLater, type Task } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { transact } from "../../src/database/connect.ts";
import { GROUP_LIMIT, MAX_FAILURES, timed, workflows } from "./model-workflows.ts";

const HOUR = 3_600_000;
const LEASE_MS = HOUR;
const GROUP = "narrow";
const any = z.record(z.string(), z.unknown());
const nowhere = () => Promise.reject(new Error("The values of this test fit into their rows."));
const me = { workerId: "model", leaseMs: LEASE_MS };

export type How = "done" | "fail" | "bad" | "later" | "back";
/** `accepted` null: only the rows tell. */
export type Answer = { accepted: boolean | null; taken: Claimed[] };

export type Real = {
  db: Database;
  context: Context;
  start(request: Omit<StartRequest, "workflow"> & { workflow: string }, take: boolean): Promise<RealStart>;
  claim(limit: number, grouped: boolean): Promise<Claimed[]>;
  end(claimed: Claimed, how: How, take: boolean): Promise<Answer>;
  lose(step: RunningStep, last: boolean): Promise<Answer>;
  clear(): Promise<void>;
};

type RealStart = { id: string; joined: boolean; taken: Claimed[] };

export async function openReal(db: Database): Promise<Real> {
  const store = { put: nowhere, get: nowhere };
  const context: Context = { store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const settler = openSettler(db, context, { answerMs: 20_000, trouble: (error) => Promise.reject(error as Error) });
  const stored = new Map<string, StoredDefinition>();
  await limitGroup(db, GROUP, GROUP_LIMIT);
  for (const name of Object.keys(workflows)) stored.set(name, await ensureDefinition(db, definitionOf(name)));

  const settle = (settlement: Omit<Settlement, "settled">) =>
    new Promise<{ result: Settled; accepted: boolean }>((resolve) => {
      settler.add({ ...settlement, settled: (result, accepted) => resolve({ result, accepted }) });
    });

  return {
    db,
    context,
    async start({ workflow, ...request }, take) {
      const asked = { workflow: stored.get(workflow)!, timeouts: usualTimeouts, ...request };
      const { executionId: id, joined, taken } = await startRun(db, store, asked, () => (take ? me : null));
      if (!taken) return { id, joined, taken: [] };
      const { step, inputText, ...run } = taken;
      const variables = { input: JSON.parse(inputText), steps: {} };
      return { id, joined, taken: [claimedOf(step, { ...run, inChildRun: false, variables })] };
    },
    async claim(limit, grouped) {
      const request = { ...me, taskTypes: ["work", CHILD_RUN], rootId: null, limit };
      return (await (grouped ? claimInGroup(db, request, GROUP) : claimUngrouped(db, request))).claimed;
    },
    async end(claimed, how, take) {
      if (claimed.taskType === CHILD_RUN && how === "done") return endByChild(claimed);
      const attempt = newAttempt(claimed, 0);
      if (how === "back") attempt.controller.abort(new Stopped());
      const { outcome, ...finished } = (await runAttempt(attempt, taskThat(how), context, {
        random: () => 1,
        abortStale() {},
      }))!;
      const [next] = outcome.ending.to === "done" ? (outcome.ending.next?.steps ?? []) : [];
      outcome.handover = take && next?.groupKey === null && next.state === "ready" ? me : null;
      const { rootId, inChildRun } = claimed;
      const { result, accepted } = await settle({ outcome, ...finished, rootId, inChildRun });
      if (!accepted) await letGo(db, claimed); // as the worker does
      const variables = variablesAfter(attempt, outcome.ending);
      const taken = result.taken.filter((step) => step.executionId === claimed.executionId);
      return {
        accepted,
        taken: accepted ? taken.map((step) => claimedOf(step, { ...claimed, variables: variables! })) : [],
      };
    },
    async lose(step, last) {
      const { rootId, inChildRun } = step;
      if (step.held) return letGo(db, step).then(() => ({ accepted: null, taken: [] })); // as the reaper does
      const outcome: Outcome = { ...step, from: "running", ending: lostEnding(last ? 9 : step.lost, step.name) };
      const { accepted } = await settle({ outcome, apply: null, failed: null, rootId, inChildRun });
      return { accepted, taken: [] };
    },
    async clear() {
      await sql`truncate lector.workflow_instances, lector.workflow_steps, lector.workflow_events,
        lector.idempotency_keys cascade`.execute(db);
    },
  };

  /** As the worker opens child runs (worker.ts). */
  async function endByChild(claimed: Claimed): Promise<Answer> {
    const { steps } = await context.definitionOf(claimed.workflowId);
    const step = steps[claimed.step - 1]!;
    try {
      await transact(db, (tx) => openChildRun(tx, context, claimed, step.workflow!));
      return { accepted: null, taken: [] };
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
      const failed = (reason: unknown) => endingOf(reason, claimed, step, () => 0);
      const outcome: Outcome = { ...outcomeOf(claimed), ending: { ...failed(error), delayMs: 0 } as never };
      const { rootId, inChildRun } = claimed;
      const { accepted } = await settle({ outcome, apply: null, failed, rootId, inChildRun });
      return { accepted, taken: [] };
    }
  }
}

/** A delay is an hour, so that none ends by itself. */
function definitionOf(name: string) {
  const retry = { failures: MAX_FAILURES, initial_ms: HOUR, max_ms: HOUR };
  const steps = workflows[name]!.map((kind) => ({
    name: kind.name,
    ...(kind.workflow ? { workflow: kind.workflow } : { task_type: "work" }),
    ...(kind.forEach && { for_each: "/input/list" }),
    ...(kind.grouped && { group: GROUP }),
    retry,
  }));
  return { name, steps, ...(timed.has(name) && { timeout_ms: 100 * HOUR }) };
}

function taskThat(how: How): Task {
  const run = async (_: unknown, { attempt }: { attempt: number }) => {
    if (how === "fail") throw new Error("it fails");
    if (how === "bad") throw new PermanentError("it is bad");
    if (how === "later") throw new RetryLater(HOUR, "not yet");
    return { n: attempt };
  };
  return { type: "work", input: any, output: any, run } as unknown as Task;
}
