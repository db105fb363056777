/**
 * A process's worker: claims steps for its free slots, runs them, settles them, keeps their leases and reaps those of
 * others. Several work side by side, in one process or many; none of them is special.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isConflict, isConnectionError, type Connection } from "../database/connect.ts";
import { answeredWithin } from "../database/patience.ts";
import { failpoint } from "../failpoint.ts";
import type { AdmissionLimit } from "./admit.ts";
import { CHILD_RUN, type NewStep, type Variables } from "./advance.ts";
import {
  canTake,
  claimedOf,
  endingOf,
  monotonicMs,
  newAttempt,
  outcomeOf,
  runAttempt,
  Stopped,
  variablesAfter,
  type Attempt,
} from "./attempt.ts";
import { openChildRun } from "./child-run.ts";
import type { Claimed, ClaimRequest } from "./claim.ts";
import { definitionsOf, type StepDefinition } from "./definition.ts";
import { openDispatcher } from "./dispatch.ts";
import { identify } from "./identity.ts";
import { answerMs, tokenKey } from "./lease.ts";
import { reaperOf } from "./reap.ts";
import { restartRun, type Restart } from "./restart.ts";
import type { Handover } from "./rows.ts";
import { resolveInput, type ValueStore } from "./values.ts";
import { openSettler, type Settlement } from "./settler.ts";
import type { Ending, Settled } from "./outcome.ts";
import type { Context } from "./settle.ts";
import { startRun, type Started, type StartRequest } from "./start.ts";
import { openStarter } from "./starter.ts";
import type { Task } from "./task.ts";
import { usualTimeouts, type Timeouts } from "./timeouts.ts";
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
  /** For what definitions leave open. */
  timeouts?: Timeouts;
  leaseMs?: number;
  heartbeatMs?: number;
  pollMs?: number;
  /** After each attempt of this process was settled, or refused. */
  onAttempt?(attempt: Claimed, ending: Ending, accepted: boolean): void;
  /** Runs that ended in this process's transactions. */
  onEnded?(executionIds: string[]): void;
  /** Called on trouble with the database, before a retry; may bring the server back. */
  onTrouble?(error: unknown): Promise<void> | void;
  random?(): number;
};

export type Worker = {
  id: string;
  start(request: StartRequest): Promise<Started>;
  /** See restart.ts; with this worker's timeouts for what the definition leaves open. */
  restart: Restart;
  /** Confines a scoped worker to one run and its children; until then it claims nothing. */
  only(rootId: string): void;
  /** Looks for work now. */
  wake(): void;
  /** Takes no more work and hands back what runs; `finishMs` lets it end by itself first. */
  stop(options?: { finishMs?: number }): Promise<void>;
};

export function startWorker(options: WorkerOptions): Worker {
  const { connection, store, slots, leaseMs = 10_000, random = Math.random, timeouts = usualTimeouts } = options;
  const { db } = connection;
  const heartbeatMs = options.heartbeatMs ?? leaseMs * 0.3;
  const pollMs = options.pollMs ?? Math.min(1000, leaseMs / 4);
  const tasks = new Map(options.tasks.map((task) => [task.type, task]));
  const taskTypes = [...tasks.keys(), CHILD_RUN];
  const identity = identify();
  const known = definitionsOf(db);
  const definitionOf = (id: number) => answeredWithin(answerMs(leaseMs), () => known(id));
  const context: Context = { store, definitionOf, timeouts };
  const running = new Map<string, Attempt>();
  const insert = openStarter(db, () => running.size === 0 && reserved <= 1);
  const settler = openSettler(db, context, { answerMs: answerMs(leaseMs), trouble });
  const { heartbeat, checkFences, abortStale, isStale, reportProgress, sayLetGo } = upkeepOf(db, running, leaseMs);
  const overdue = { context, random, ended: tellEnds };
  const reap = reaperOf(db, { leaseMs, identity, settler, reaped: wake, overdue });
  const handover = (): Handover => ({ workerId: identity.id, leaseMs });
  let rootId: string | null = null;
  let reserved = 0;
  let stopping = false;
  const guarded = new Set<Promise<boolean>>();
  const open = () => !stopping && !(options.scoped && rootId === null);
  const { admissionLimit } = options;
  const dispatcher = openDispatcher({ db, admissionLimit, pollMs, open, request, holds, launch, guard });

  const wakes = openWakes(connection.listenUrl, { work: wake, fenced: () => void guard(checkFences) });
  const timers = [
    setInterval(wake, pollMs),
    // where no notification arrives, cancelled work is found by looking
    setInterval(() => void (connection.listenUrl ? null : guard(checkFences)), pollMs),
    setInterval(() => void guard(heartbeat), heartbeatMs),
    setInterval(() => void guard(reap), Math.min(500, leaseMs / 4)), // so a lease and a second suffice
    setInterval(abortStale, Math.min(250, leaseMs / 10)),
    setInterval(() => void guard(reportProgress), 500),
  ];

  function free(): number {
    return slots - running.size - reserved;
  }

  function wake(): void {
    dispatcher.expect();
    dispatcher.fill();
  }

  function request(): ClaimRequest {
    return { workerId: identity.id, leaseMs, taskTypes, rootId, limit: free() };
  }

  function holds(group: string): boolean {
    return [...running.values()].some(({ claimed }) => claimed.groupKey === group);
  }

  function launch(claimed: Claimed, leasedAt: number): void {
    const attempt = newAttempt(claimed, leasedAt);
    running.set(tokenKey(claimed), attempt);
    if (stopping || isStale(leasedAt)) attempt.controller.abort(new Stopped()); // handed back before it begins
    void (claimed.taskType === CHILD_RUN ? startChildRun(attempt) : runTask(attempt));
  }

  async function runTask(attempt: Attempt): Promise<void> {
    const { claimed } = attempt;
    const finished = await runAttempt(attempt, tasks.get(claimed.taskType), context, { random, abortStale });
    if (!finished) return leave(attempt);
    const { outcome } = finished;
    outcome.handover = !stopping && canTake(outcome.ending, taskTypes) ? handover() : null;
    const settled: Settlement["settled"] = (result, accepted, sentAt) => {
      options.onAttempt?.(claimed, outcome.ending, accepted);
      afterSettle(attempt, result, accepted ? variablesAfter(attempt, outcome.ending) : null, sentAt);
      if (!accepted) leave(attempt);
    };
    const { rootId, inChildRun } = claimed;
    settler.add({ ...finished, rootId, inChildRun, settled }, running.size === 1);
  }

  function afterSettle(attempt: Attempt, result: Settled, variables: Variables | null, leasedAt: number): void {
    const { claimed } = attempt;
    running.delete(tokenKey(claimed));
    if (variables) {
      for (const step of result.taken.filter((each) => each.executionId === claimed.executionId)) {
        failpoint("handover.after");
        launch(claimedOf(step, { ...claimed, variables }), leasedAt);
      }
    }
    tellEnds(result);
    if (result.opened || result.admits || (claimed.groupKey !== null && free() > 0)) wakes.work();
    dispatcher.freed();
  }

  /** Of steps and runs that ended here, or that were ended elsewhere. */
  function tellEnds({ ended, opened, admits }: Pick<Settled, "ended" | "opened" | "admits">): void {
    if (ended.length > 0) options.onEnded?.(ended);
    if (opened || admits) dispatcher.expect();
  }

  /** It was taken from this process, or goes on elsewhere: its place in the group is another's now. */
  function leave(attempt: Attempt): void {
    running.delete(tokenKey(attempt.claimed));
    wake();
    if (attempt.claimed.groupKey === null) return;
    void guard(() => sayLetGo(attempt).then(() => (wake(), wakes.work())));
  }

  async function startChildRun(attempt: Attempt): Promise<void> {
    const { claimed } = attempt;
    let step: StepDefinition | null = null;
    const failed = (error: unknown) => endingOf(error, claimed, isConnectionError(error) ? null : step, random);
    try {
      step = (await context.definitionOf(claimed.workflowId)).steps[claimed.step - 1]!;
      const { workflow } = step;
      const input = await resolveInput(store, claimed.input);
      const opening = { ...claimed, input };
      const settled = await answeredWithin(answerMs(leaseMs), () => openChildRun(db, context, opening, workflow!));
      if (settled) tellEnds(settled);
      leave(attempt);
      wakes.work();
    } catch (error) {
      settler.add({
        outcome: { ...outcomeOf(claimed), ending: failed(error) },
        apply: null,
        failed,
        rootId: claimed.rootId,
        inChildRun: claimed.inChildRun,
        settled: (result, accepted, sentAt) => {
          afterSettle(attempt, result, null, sentAt);
          if (!accepted) leave(attempt);
        },
      });
    }
  }

  /**
   * Runs a piece of upkeep; trouble with the database is waited out, anything else is a bug and thrown. Answers whether
   * there was trouble.
   */
  function guard(work: () => Promise<void>): Promise<boolean> {
    const waitedOut = attend(work).finally(() => guarded.delete(waitedOut));
    guarded.add(waitedOut);
    return waitedOut;
  }

  async function attend(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return false;
    } catch (error) {
      if (!isConnectionError(error) && !isConflict(error)) throw error;
      await trouble(error);
      return true;
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
      const started = await startRun(db, store, { timeouts, ...request }, reserve, insert);
      if (!started.taken) {
        wake();
        wakes.work();
        return started;
      }
      const { step, inputText, ...run } = started.taken;
      const variables: Variables = { input: JSON.parse(inputText), steps: {} };
      launch(claimedOf(step, { ...run, inChildRun: false, variables }), leasedAt);
      return started;
    } finally {
      reserved -= Number(held);
    }
  }

  /**
   * A task that ignores its signal, and a database that is away, hold a stop for half a lease at most: what was
   * not handed back by then passes on when its lease runs out.
   */
  async function stop({ finishMs = 0 }: { finishMs?: number } = {}): Promise<void> {
    stopping = true;
    const until = monotonicMs() + finishMs;
    while (running.size > 0 && monotonicMs() < until) await sleep(20);
    const patience = new AbortController();
    const enough = sleep(leaseMs / 2, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([handBack(patience.signal), enough]);
    patience.abort();
    timers.forEach((timer) => clearInterval(timer));
    settler.close();
  }

  async function handBack(patience: AbortSignal): Promise<void> {
    await dispatcher.idle();
    for (const attempt of running.values()) attempt.controller.abort(new Stopped());
    while (running.size + reserved > 0 && !patience.aborted) await Promise.all([settler.idle(), sleep(5)]);
    timers.forEach((timer) => clearInterval(timer));
    wakes.close();
    await Promise.all(guarded);
    await settler.idle();
  }

  return {
    id: identity.id,
    start,
    restart: (...asked) => restartRun(db, context, ...asked),
    only(root) {
      rootId = root;
      wake();
    },
    wake,
    stop,
  };
}
