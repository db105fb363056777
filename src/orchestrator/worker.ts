/**
 * A process's worker: claims steps for its free slots, runs them, settles them, keeps their leases and reaps those of
 * others. Several work side by side, in one process or many; none of them is special.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionError, transact, type Connection } from "../database/connect.ts";
import { admit, type AdmissionLimit } from "./admit.ts";
import { CHILD_RUN, type NewStep, type Variables } from "./advance.ts";
import {
  claimedOf,
  endingOf,
  monotonicMs,
  newAttempt,
  outcomeOf,
  runAttempt,
  Stopped,
  type Attempt,
} from "./attempt.ts";
import { openChildRun } from "./child-run.ts";
import { claimInGroup, claimUngrouped, groupsWithWork, type Claimed, type ClaimRequest } from "./claim.ts";
import { definitionsOf } from "./definition.ts";
import { identify } from "./identity.ts";
import { reaperOf } from "./reap.ts";
import type { Handover } from "./rows.ts";
import { resolveInput, type ValueStore } from "./values.ts";
import { openSettler } from "./settler.ts";
import type { Settled } from "./outcome.ts";
import type { Context } from "./settle.ts";
import { startRun, type Started, type StartRequest } from "./start.ts";
import type { Task } from "./task.ts";
import { upkeepOf } from "./upkeep.ts";
import { openWakes } from "./wake.ts";

export type WorkerOptions = {
  connection: Connection;
  store: ValueStore;
  tasks: Task[];
  /** Steps that run at once in this process. */
  slots: number;
  /** How many runs may be under way under an admission key. */
  admissionLimit: AdmissionLimit;
  /** Only the run of this id and its children; null: all runs. Set later by `only`. */
  scoped?: boolean;
  leaseMs?: number;
  heartbeatMs?: number;
  pollMs?: number;
  /** Runs that ended in this process's transactions. */
  onEnded?(executionIds: string[]): void;
  /** Called on trouble with the database, before a retry; may bring the server back. */
  onTrouble?(error: unknown): Promise<void> | void;
  random?(): number;
};

export type Worker = {
  id: string;
  start(request: StartRequest): Promise<Started>;
  /** Confines a scoped worker to one run and its children; until then it claims nothing. */
  only(rootId: string): void;
  /** Looks for work now. */
  wake(): void;
  /** Takes no more work and hands back what runs; `finishMs` lets it end by itself first. */
  stop(options?: { finishMs?: number }): Promise<void>;
};

export function startWorker(options: WorkerOptions): Worker {
  const { connection, store, slots, leaseMs = 10_000, random = Math.random } = options;
  const { db } = connection;
  const heartbeatMs = options.heartbeatMs ?? leaseMs * 0.3;
  const pollMs = options.pollMs ?? Math.min(1000, leaseMs / 4);
  const tasks = new Map(options.tasks.map((task) => [task.type, task]));
  const taskTypes = [...tasks.keys(), CHILD_RUN];
  const identity = identify();
  const context: Context = { store, definitionOf: definitionsOf(db) };
  const running = new Map<string, Attempt>();
  const settler = openSettler(db, context, trouble);
  const { heartbeat, checkFences, abortStale, reportProgress } = upkeepOf(db, running, leaseMs);
  const reaper = reaperOf(db, { leaseMs, identity, settler, reaped: wake });
  const reap = async () => void (options.scoped && rootId === null ? null : await reaper(rootId));
  let rootId: string | null = null;
  let reserved = 0;
  let stopping = false;
  let hungry = false;
  let filling: Promise<void> | null = null;
  let failing = false;
  let look = false;
  const short = new Set<string | null>();

  const wakes = openWakes(connection.url, { work: wake, fenced: () => void guard(checkFences) });
  const timers = [
    setInterval(wake, pollMs),
    setInterval(() => void guard(heartbeat), heartbeatMs),
    setInterval(() => void guard(reap), Math.min(1000, leaseMs / 4)),
    setInterval(abortStale, Math.min(250, leaseMs / 10)),
    setInterval(() => void guard(reportProgress), 500),
  ];

  function free(): number {
    return slots - running.size - reserved;
  }

  function wake(): void {
    hungry = look = true;
    fill();
  }

  function fill(): void {
    if (stopping || filling || !hungry || free() <= 0 || (options.scoped && rootId === null)) return;
    filling = guard(claimWork).finally(() => {
      filling = null;
      if (hungry && !failing) fill();
    });
  }

  /**
   * Looks everywhere after a wake-up; else, when slots came free, only where a limit and not the lack of work ended the
   * last claim: `short` holds those places (null: what belongs to no group).
   */
  async function claimWork(): Promise<void> {
    hungry = false;
    const everywhere = look;
    look = false;
    if (everywhere) await admit(db, options.admissionLimit, rootId);
    if (everywhere || short.has(null)) await claimFrom(null);
    const groups = everywhere ? await groupsWithWork(db, request()) : [...short].filter((group) => group !== null);
    if (everywhere) short.forEach((group) => group !== null && !groups.includes(group) && short.delete(group));
    for (const group of groups) await claimFrom(group);
  }

  async function claimFrom(group: string | null): Promise<void> {
    const asked = request();
    if (asked.limit <= 0) return void short.add(group);
    const leasedAt = monotonicMs();
    const claimed = await (group === null ? claimUngrouped(db, asked) : claimInGroup(db, asked, group));
    claimed.forEach((each) => launch(each, leasedAt));
    // a group gives less than was asked for at its limit, too: it is short of work only when it gives nothing
    if (claimed.length > 0 && (group !== null || claimed.length >= asked.limit)) short.add(group);
    else if (group === null || !holds(group)) short.delete(group);
  }

  function request(): ClaimRequest {
    return { workerId: identity.id, leaseMs, taskTypes, rootId, limit: free() };
  }

  function holds(group: string): boolean {
    return [...running.values()].some(({ claimed }) => claimed.groupKey === group);
  }

  function launch(claimed: Claimed, leasedAt: number): void {
    const attempt = newAttempt(claimed, leasedAt);
    running.set(claimed.taskId, attempt);
    if (stopping) attempt.controller.abort(new Stopped());
    void (claimed.taskType === CHILD_RUN ? startChildRun(attempt) : runTask(attempt));
  }

  async function runTask(attempt: Attempt): Promise<void> {
    const { claimed } = attempt;
    const finished = await runAttempt(attempt, tasks.get(claimed.taskType), context, random);
    if (!finished) return leave(attempt);
    const { outcome } = finished;
    outcome.handover = stopping ? null : handover();
    if (outcome.ending.to === "done") offerable(outcome.ending.next?.steps, outcome);
    settler.add({
      ...finished,
      rootId: claimed.rootId,
      inChildRun: claimed.inChildRun,
      settled: (result, accepted) => afterSettle(attempt, result, accepted, variablesAfter(attempt, outcome.ending)),
    });
  }

  /** A step is handed over only where this process can run it. */
  function offerable(steps: NewStep[] | undefined, outcome: { handover?: Handover | null }): void {
    const [next] = steps ?? [];
    if (!next || next.groupKey !== null || next.state !== "ready" || !taskTypes.includes(next.taskType))
      outcome.handover = null;
  }

  function handover(): Handover {
    return { workerId: identity.id, leaseMs };
  }

  function afterSettle(attempt: Attempt, result: Settled, accepted: boolean, variables: Variables | null): void {
    const { claimed } = attempt;
    const leasedAt = monotonicMs();
    running.delete(claimed.taskId);
    if (accepted && variables) {
      for (const step of result.taken.filter((each) => each.executionId === claimed.executionId)) {
        launch(claimedOf(step, { ...claimed, variables }), leasedAt);
      }
    }
    if (result.ended.length > 0) options.onEnded?.(result.ended);
    if (result.opened || result.admits) hungry = look = true;
    if (result.opened || result.admits) wakes.work();
    if (claimed.groupKey !== null && free() > 0) wakes.work();
    if (short.size > 0) hungry = true;
    fill();
  }

  function leave(attempt: Attempt): void {
    running.delete(attempt.claimed.taskId);
    wake();
  }

  async function startChildRun(attempt: Attempt): Promise<void> {
    const { claimed } = attempt;
    const definition = await context.definitionOf(claimed.workflowId);
    const step = definition.steps[claimed.step - 1]!;
    try {
      const input = await resolveInput(store, claimed.input);
      await transact(db, (tx) => openChildRun(tx, store, { ...claimed, input }, step.workflow!));
      leave(attempt);
      wakes.work();
    } catch (error) {
      settler.add({
        outcome: { ...outcomeOf(claimed), ending: endingOf(error, claimed, step, random) },
        apply: null,
        rootId: claimed.rootId,
        inChildRun: claimed.inChildRun,
        settled: (result, accepted) => afterSettle(attempt, result, accepted, null),
      });
    }
  }

  /** Runs a piece of upkeep; trouble with the database is waited out, anything else is a bug and thrown. */
  async function guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      failing = true;
      await trouble(error);
    }
  }

  async function trouble(error: unknown): Promise<void> {
    await options.onTrouble?.(error);
    await sleep(200);
  }

  async function start(request: StartRequest): Promise<Started> {
    let held = false;
    const reserve = (step: NewStep) => {
      held = !options.scoped && !stopping && free() > 0 && taskTypes.includes(step.taskType);
      reserved += Number(held);
      return held ? handover() : null;
    };
    const leasedAt = monotonicMs();
    try {
      const started = await startRun(db, store, request, reserve);
      if (!started.taken) {
        wake();
        wakes.work();
        return started;
      }
      const { step, ownerId, workflowId, inputText } = started.taken;
      const variables: Variables = { input: JSON.parse(inputText), steps: {} };
      launch(claimedOf(step, { ownerId, workflowId, inChildRun: false, variables }), leasedAt);
      return started;
    } finally {
      reserved -= Number(held);
    }
  }

  async function stop({ finishMs = 0 }: { finishMs?: number } = {}): Promise<void> {
    stopping = true;
    await filling;
    const until = monotonicMs() + finishMs;
    while (running.size > 0 && monotonicMs() < until) await sleep(20);
    for (const attempt of running.values()) attempt.controller.abort(new Stopped());
    while (running.size > 0) await Promise.all([settler.idle(), sleep(5)]);
    timers.forEach((timer) => clearInterval(timer));
    await settler.idle();
    await wakes.close();
  }

  return {
    id: identity.id,
    start,
    only(root) {
      rootId = root;
      void guard(reap);
      wake();
    },
    wake,
    stop,
  };
}

/** The run's variables after this step, for the step that follows in this process. */
function variablesAfter({ claimed }: Attempt, ending: { to: string; next?: unknown }): Variables | null {
  const next = ending.next as { outputs: Record<string, string> } | null | undefined;
  if (!claimed.variables || !next) return null;
  const outputs = Object.entries(next.outputs).map(([name, text]) => [name, JSON.parse(text)]);
  return { input: claimed.variables.input, steps: { ...claimed.variables.steps, ...Object.fromEntries(outputs) } };
}
