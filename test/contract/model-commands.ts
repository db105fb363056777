/**
 * The commands of the model-based test. `perform` does one to the orchestrator and answers what it said; `judge` does the
 * same to the model, and throws `Impossible` where the orchestrator's answer cannot be.
 *
 * Commands are plain data. Numbers pick among what there is, so that each command means something in any state, and a
 * failing list of them shrinks to a short one.
 */
import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import type { Database } from "../../src/database/connect.ts";
import { admit } from "../../src/orchestrator/admit.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import type { Claimed } from "../../src/orchestrator/claim.ts";
import { DeadLetterNotFound, replayDeadLetter } from "../../src/orchestrator/dead-letters.ts";
import { endDelays } from "../../src/orchestrator/delays.ts";
import { letGo, renew, runningSteps, type RunningStep } from "../../src/orchestrator/lease.ts";
import { endOverdue } from "../../src/orchestrator/overdue.ts";
import { pauseRun, resumeRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { IdempotencyConflict } from "../../src/orchestrator/start.ts";
import { RunConflict } from "../../src/orchestrator/tree.ts";
import { deadLetters, isActive, isUnderWay, type Run, type State, type Step } from "./model.ts";
import { workflows } from "./model-workflows.ts";
import { Impossible, judge } from "./model-judge.ts";
import type { Answer, How, Real } from "./model-real.ts";
import { everyRun, everyStep, learnIds, linesOf, readRows, type Rows } from "./model-rows.ts";

export type Overdue = "queue" | "attempt" | "step" | "run";
export type Control = "cancel" | "pause" | "resume" | "reopen";

export type Command =
  | {
      do: "start";
      workflow: string;
      list: number | null;
      dedupe: boolean;
      hash: string | null;
      keyed: boolean;
      idem: string | null;
      take: boolean;
    }
  | { do: "claim"; limit: number; grouped: boolean }
  | { do: "end"; pick: number; live: boolean; how: How; take: boolean }
  | { do: "beat"; pick: number }
  | { do: "look" }
  | { do: "lose"; pick: number; last: boolean }
  | { do: "letGo"; pick: number }
  | { do: Control; pick: number; below: boolean }
  | { do: "restart"; pick: number; from: number }
  | { do: "replay"; pick: number }
  | { do: "overdue"; what: Overdue; pick: number }
  | { do: "admit"; limit: number }
  | { do: "wait" }
  | { do: "together"; all: Command[] };

/** A command with what it picked, and what the orchestrator answered. */
export type Done =
  | { do: "start"; command: Command & { do: "start" }; id: string | null; joined: boolean }
  | { do: "claim"; command: Command & { do: "claim" }; claimed: Claimed[] }
  | { do: "end"; how: How; take: boolean; claimed: Claimed; accepted: boolean | null }
  | { do: "beat"; tokens: Claimed[]; renewed: string[] }
  | { do: "look"; running: number }
  | { do: "lose"; seen: RunningStep; last: boolean; accepted: boolean | null }
  | { do: "letGo"; claimed: Claimed }
  | { do: Control; id: string; refused: boolean }
  | { do: "restart"; id: string; from: number; refused: boolean }
  | { do: "replay"; taskId: string; refused: boolean; changed: boolean }
  | { do: "overdue"; what: Overdue; target: string }
  | { do: "admit"; limit: number }
  | { do: "wait" };

export class World {
  readonly real: Real;
  state: State = { roots: [], accepted: {} };
  /** Every attempt there was: an old one may always come late. */
  private readonly calls: Claimed[] = [];
  private seen: RunningStep[] = [];
  /** Everything that was a dead letter. */
  private readonly letters: string[] = [];

  constructor(real: Real) {
    this.real = real;
  }

  /** Does it, and throws where the rows or an answer are none that the model allows. */
  async obey(command: Command): Promise<void> {
    const together = command.do === "together" ? command.all : [command];
    const asked = together.map((each) => this.prepare(each));
    const answers = await Promise.all(asked.map((perform) => perform?.() ?? null));
    const rows = await readRows(this.real.db);
    this.state = explain(
      this.state,
      answers.filter((answer) => answer !== null),
      rows,
    );
    learnIds(this.state, rows);
    for (const { taskId } of deadLetters(this.state)) if (!this.letters.includes(taskId!)) this.letters.push(taskId!);
  }

  /** Picks at once, so that commands that are done together pick in the same state. Undefined: there is nothing to pick. */
  private prepare(command: Command): (() => Promise<Done>) | undefined {
    const { real, state } = this;
    const { db } = real;
    switch (command.do) {
      case "start":
        return () => this.start(command);
      case "claim":
        return async () => ({
          do: "claim",
          command,
          claimed: this.keep(await real.claim(command.limit, command.grouped)),
        });
      case "end": {
        const claimed = pickFrom(
          command.live ? this.calls.filter((call) => this.isLive(call)) : this.calls,
          command.pick,
        );
        const { how, take } = command;
        return (
          claimed &&
          (async () => ({ do: "end", how, take, claimed, accepted: this.heard(await real.end(claimed, how, take)) }))
        );
      }
      case "beat": {
        const tokens = this.calls.filter((_, index) => (index + command.pick) % 3 > 0);
        return async () => ({ do: "beat", tokens, renewed: [...(await renew(db, tokens, 3_600_000)).renewed] });
      }
      case "look":
        return async () => {
          this.seen = await runningSteps(db);
          return { do: "look", running: this.seen.length };
        };
      case "lose": {
        const seen = pickFrom(this.seen, command.pick);
        const { last } = command;
        return seen && (async () => ({ do: "lose", seen, last, accepted: this.heard(await real.lose(seen, last)) }));
      }
      case "letGo": {
        const claimed = pickFrom(
          this.calls.filter((call) => this.isHeld(call)),
          command.pick,
        );
        return claimed && (() => letGo(db, claimed).then(() => ({ do: "letGo", claimed })));
      }
      case "restart": {
        const run = pickFrom(state.roots, command.pick);
        if (!run) return;
        const from = 1 + (command.from % workflows[run.workflow]!.length);
        const restart = () => restartRun(db, real.context, run.id!, from, reason);
        return async () => ({ do: "restart", id: run.id!, from, refused: await isRefused(restart) });
      }
      case "replay": {
        const taskId = pickFrom(this.letters, command.pick);
        return taskId ? () => replay(real, taskId) : undefined;
      }
      case "overdue": {
        const target = pickFrom<Run | Step>(
          command.what === "run" ? everyRun(state).filter(isActive) : everyStep(state).filter(isUnderWay),
          command.pick,
        );
        const id = target && ("taskId" in target ? target.taskId! : target.id!);
        return id ? () => makeOverdue(real, command.what, id) : undefined;
      }
      case "admit":
        return async () => {
          await admit(db, () => command.limit, null);
          return command;
        };
      case "wait":
        return async () => {
          await sql`update lector.workflow_steps set run_at = now() where state = 'ready' and delayed`.execute(db);
          await endDelays(db);
          // those that another command holds at this moment are passed over, and found by the next look
          while (await isDue(db)) await endDelays(db);
          return command;
        };
      case "together":
        throw new Error("Commands are done together on one level only.");
      default: {
        const run = pickFrom(command.below ? everyRun(state) : state.roots, command.pick);
        const change = { cancel: cancelRun, pause: pauseRun, resume: resumeRun, reopen: reopenRun }[command.do];
        return run
          ? async () => ({ do: command.do, id: run.id!, refused: await isRefused(() => change(db, run.id!, reason)) })
          : undefined;
      }
    }
  }

  private async start(command: Command & { do: "start" }): Promise<Done> {
    const { workflow, list, dedupe, hash, keyed, idem, take } = command;
    const input = list === null ? {} : { list: Array.from({ length: list }, (_, k) => ({ k })) };
    const request = {
      workflow,
      input,
      ...(dedupe && { dedupeKey: "same" }),
      ...(hash && { contentHash: hash }),
      ...(keyed && { admissionKeys: ["user"] }),
      ...(idem && { idempotency: { key: "once", requestHash: idem } }),
    };
    try {
      const { id, joined, taken } = await this.real.start(request, take);
      this.keep(taken);
      return { do: "start", command, id, joined };
    } catch (error) {
      if (!(error instanceof IdempotencyConflict)) throw error;
      return { do: "start", command, id: null, joined: false };
    }
  }

  private keep(claimed: Claimed[]): Claimed[] {
    this.calls.unshift(...claimed);
    return claimed;
  }

  private heard({ accepted, taken }: Answer): boolean | null {
    this.keep(taken);
    return accepted;
  }

  private isLive(claimed: Claimed): boolean {
    return this.stepOf(claimed)?.state === "running";
  }

  private isHeld(claimed: Claimed): boolean {
    return this.stepOf(claimed)?.held === true;
  }

  private stepOf({ taskId, attempt }: Claimed): Step | undefined {
    return everyStep(this.state).find((step) => step.taskId === taskId && step.attempt === attempt);
  }
}

async function isDue(db: Database): Promise<boolean> {
  const due = sql`select 1 from lector.workflow_steps where state = 'ready' and delayed and run_at <= now() limit 1`;
  return (await due.execute(db)).rows.length > 0;
}

const reason = { by: "model", why: "a command" };

async function isRefused(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return false;
  } catch (error) {
    if (error instanceof RunConflict) return true;
    throw error;
  }
}

async function replay({ db }: Real, taskId: string): Promise<Done> {
  try {
    return { do: "replay", taskId, refused: false, ...(await replayDeadLetter(db, taskId, reason)) };
  } catch (error) {
    if (!(error instanceof RunConflict || error instanceof DeadLetterNotFound)) throw error;
    return { do: "replay", taskId, refused: true, changed: false };
  }
}

/** Its time is over; what is not ended by it has its time again afterwards. */
async function makeOverdue({ db, context }: Real, what: Overdue, target: string): Promise<Done> {
  const over = sql`now() - interval '1 s'`;
  const step = sql`update lector.workflow_steps set`;
  const one = sql`where task_id = ${target} and state in ('ready', 'running', 'waiting')`;
  if (what === "queue")
    await sql`${step} due_at = ${over} ${one} and state = 'ready' and due_at is not null`.execute(db);
  if (what === "attempt")
    await sql`${step} started_at = now() - interval '2 h' ${one} and state = 'running'`.execute(db);
  if (what === "step")
    await sql`${step} deadline_at = ${over}, due_at = case when due_at is not null then ${over} end ${one}`.execute(db);
  if (what === "run")
    await sql`update lector.workflow_instances set deadline_at = ${over} where execution_id = ${target}
      and deadline_at is not null and ended_at is null`.execute(db);
  await endOverdue(db, { context, random: () => 1, ended() {} });
  const later = sql`now() + interval '100 h'`;
  await sql`${step} deadline_at = ${later}, started_at = now(), due_at = case when due_at is not null then ${later} end
    where task_id = ${target}`.execute(db);
  await sql`update lector.workflow_instances set deadline_at = ${later} where execution_id = ${target}
    and deadline_at is not null`.execute(db);
  return { do: "overdue", what, target };
}

function pickFrom<T>(among: T[], pick: number): T | undefined {
  return among[pick % among.length];
}

/** The model's state behind the answers, in the order in which they may have come about; throws where there is none. */
function explain(before: State, answers: Done[], rows: Rows): State {
  const failures: unknown[] = [];
  for (const order of permutations(answers)) {
    const state = structuredClone(before);
    try {
      for (const answer of order) judge(state, answer, rows, answers.length > 1);
      const want = linesOf(state);
      if (isDeepStrictEqual(want, rows.lines)) return state;
      failures.push(differing(want, rows.lines));
    } catch (error) {
      if (!(error instanceof Impossible)) throw error;
      failures.push(error.message);
    }
  }
  const done = answers.map(({ do: what }) => what).join(" and ");
  throw new Error(
    `No order of ${done} explains the rows:\n${failures.join("\n--- or\n")}\nbefore:\n${linesOf(before).join("\n")}`,
  );
}

function differing(want: string[], have: string[]): string {
  const lacks = want.filter((line) => !have.includes(line)).map((line) => `- ${line}`);
  const more = have.filter((line) => !want.includes(line)).map((line) => `+ ${line}`);
  return [...lacks, ...more].join("\n");
}

function permutations<T>(all: T[]): T[][] {
  if (all.length <= 1) return [all];
  return all.flatMap((first, at) => permutations(all.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}
