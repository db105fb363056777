/** `lector schedules add|list|show|pause|resume|remove`: runs that the clock starts. */
import { readFileSync } from "node:fs";
import { listRuns } from "../orchestrator/find.ts";
import type { Missed } from "../orchestrator/occurrences.ts";
import { presentRun, presentSchedule } from "../orchestrator/present.ts";
import {
  addSchedule,
  changeSchedule,
  findSchedule,
  listSchedules,
  removeSchedule,
  type Schedule,
  type ScheduleTools,
} from "../orchestrator/schedules.ts";
import { exits, Unusable, type Lector, type Setup } from "./lector.ts";
import { line as runLine, momentOf, print, withLector } from "./runs.ts";

export type AddOptions = {
  cron: string;
  timeZone: string;
  missed: string;
  workflow?: string;
  event?: string;
  input: string;
  json: boolean;
};

type Json = { json: boolean };

const RUNS_SHOWN = 10;

const toolsOf = ({ connection: { db }, storage: store, prepare }: Lector): ScheduleTools => ({ db, store, prepare });

export function schedulesAdd(setup: Setup, name: string, { json, ...o }: AddOptions): Promise<number> {
  const { cron, timeZone, workflow = null, event = null } = o;
  const given = { name, cron, timeZone, missed: o.missed as Missed, workflow, event, enabled: true };
  const input = inputOf(o.input);
  return withLector(setup, async (lector) => {
    const added = await addSchedule(toolsOf(lector), { ...given, input });
    return told(
      json,
      added,
      `Added ${name}: due ${dueOf(added)}. A worker starts its runs: "lector worker" or "lector serve".`,
    );
  });
}

/** `given`: JSON, or @ and the name of a file with JSON. */
function inputOf(given: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(given.startsWith("@") ? readFileSync(given.slice(1), "utf8") : given);
  } catch (cause) {
    const hint = cause instanceof SyntaxError ? "is not JSON (a file's name needs a @ before it)" : "cannot be read";
    throw new Unusable(`--input ${hint}: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Unusable(`--input is no JSON object: ${JSON.stringify(value).slice(0, 100).toWellFormed()}`);
}

export function schedulesList(setup: Setup, { limit, json }: Json & { limit: number }): Promise<number> {
  return withLector(setup, async ({ connection: { db } }) => {
    const found = await listSchedules(db, { limit });
    if (json) print({ schedules: found.map(presentSchedule) });
    else if (found.length === 0) process.stdout.write("No schedules.\n");
    else for (const each of found) process.stdout.write(`${line(each)}\n`);
    return exits.completed;
  });
}

export function schedulesShow(setup: Setup, key: string, { json }: Json): Promise<number> {
  return withLector(setup, async (lector) => {
    const found = await findSchedule(toolsOf(lector), key);
    const runs = await listRuns(lector.connection.db, { scheduleId: found.scheduleId, limit: RUNS_SHOWN });
    if (json) {
      print({ ...presentSchedule(found), input: found.input, runs: runs.map(presentRun) });
      return exits.completed;
    }
    process.stdout.write(`${line(found)}\n  ${found.scheduleId}  missed: ${found.missed}\n`);
    if (found.error)
      process.stdout.write(`  ${found.lastAt ? momentOf(found.lastAt) : ""}  error: ${found.error.message}\n`);
    for (const run of runs) process.stdout.write(`  ${runLine(run)}\n`);
    return exits.completed;
  });
}

export function schedulesPause(setup: Setup, key: string, { json }: Json): Promise<number> {
  return withLector(setup, async (lector) => {
    const changed = await changeSchedule(toolsOf(lector), key, { enabled: false });
    return told(
      json,
      changed,
      `Paused ${changed.name}: it starts nothing until "lector schedules resume ${changed.name}".`,
    );
  });
}

export function schedulesResume(setup: Setup, key: string, { json }: Json): Promise<number> {
  return withLector(setup, async (lector) => {
    const changed = await changeSchedule(toolsOf(lector), key, { enabled: true });
    return told(json, changed, `Resumed ${changed.name}: due ${dueOf(changed)}.`);
  });
}

export function schedulesRemove(setup: Setup, key: string, { json }: Json): Promise<number> {
  return withLector(setup, async ({ connection: { db } }) => {
    const removed = await removeSchedule(db, key);
    return told(json, removed, `Removed ${removed.name}. Its runs stay, and go on.`);
  });
}

function told(json: boolean, schedule: Schedule, said: string): number {
  if (json) print(presentSchedule(schedule));
  else process.stdout.write(`${said}\n`);
  return exits.completed;
}

function dueOf({ enabled, nextAt }: Schedule): string {
  if (!enabled) return "paused";
  return nextAt ? `${momentOf(nextAt)} UTC` : "never again";
}

function line(schedule: Schedule): string {
  const { name, cron, timeZone, workflow, event } = schedule;
  return `${name}  ${cron} ${timeZone}  ${workflow ?? `event ${event}`}  ${dueOf(schedule)}`;
}
