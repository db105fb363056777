/** Schedules: what is started by the clock. fire.ts starts the runs; here they are kept. */
import { sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { sqlState, transact, type Database, type Queryable, type Tx } from "../database/connect.ts";
import { definitionsOfEvent, newestDefinition, UnknownWorkflow, type StoredDefinition } from "./definition.ts";
import { checkTiming, InvalidSchedule, MISSED, nextOccurrence, type Timing } from "./occurrences.ts";
import type { StartRequest } from "./start.ts";
import type { StoredError } from "./task.ts";
import { resolve, toRow, type ValueStore } from "./values.ts";

/** What is started: a workflow by its name, or each whose definition names the event; the other is null. */
export type Starts = { workflow: string | null; event: string | null };

export type Schedule = Timing &
  Starts & {
    scheduleId: string;
    ownerId: string;
    name: string;
    enabled: boolean;
    /** Null: it is paused. */
    nextAt: Date | null;
    /** The last moment for which runs were started, or could not be. */
    lastAt: Date | null;
    /** Why no runs could be started for that moment. */
    error: StoredError | null;
    createdAt: Date;
    updatedAt: Date;
  };

export type NewSchedule = Timing & Starts & { name: string; input: Record<string, unknown>; enabled: boolean };

/** What a run of this workflow starts with. Throws where the input is none for it. */
export type Prepare = (workflow: string, input: Record<string, unknown>) => Promise<Prepared>;
export type Prepared = Pick<StartRequest, "input" | "priority" | "admissionKeys" | "metadata">;

export type ScheduleTools = { db: Database; store: ValueStore; prepare: Prepare };

export class ScheduleNotFound extends Error {
  override name = "ScheduleNotFound";
  constructor(key: string) {
    super(`No schedule has the id or name "${key}". "lector schedules list" shows those there are.`);
  }
}

export class ScheduleConflict extends Error {
  override name = "ScheduleConflict";
}

const columns = sql<Schedule>`s.schedule_id as "scheduleId", s.owner_id as "ownerId", s.name, s.cron,
  s.time_zone as "timeZone", s.missed, s.workflow, s.event, s.enabled, s.next_at as "nextAt", s.last_at as "lastAt",
  s.error, s.created_at as "createdAt", s.updated_at as "updatedAt"`;

/** In the order of their names, from the one behind `after`. */
export async function listSchedules(
  db: Queryable,
  { after = "", limit }: { after?: string | undefined; limit: number },
): Promise<Schedule[]> {
  const { rows } = await sql<Schedule>`select ${columns} from lector.schedules s
    where s.owner_id = 'local' and s.name > ${after} order by s.name limit ${limit}`.execute(db);
  return rows;
}

/** `key`: its id or name. Throws `ScheduleNotFound`. */
export async function findSchedule(
  { db, store }: { db: Queryable; store: ValueStore },
  key: string,
): Promise<Schedule & { input: Record<string, unknown> }> {
  const { rows } = await sql<Schedule & { input: unknown }>`
    select ${columns}, s.input from lector.schedules s where ${is(key)}`.execute(db);
  const [found] = rows;
  if (!found) throw new ScheduleNotFound(key);
  return { ...found, input: (await resolve(store, found.input)) as Record<string, unknown> };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function is(key: string) {
  return UUID.test(key) ? sql`s.schedule_id = ${key}` : sql`(s.owner_id, s.name) = ('local', ${key})`;
}

/** Throws `InvalidSchedule`, what `prepare` throws, and `ScheduleConflict` where its name is taken. */
export async function addSchedule(tools: ScheduleTools, given: NewSchedule): Promise<Schedule> {
  checkTiming(given);
  checkWords(given);
  await checkStart(tools.db, tools.prepare, given);
  const input = await toRow(tools.store, given.input, { outside: true });
  const scheduleId = uuidv7();
  const added = await nameTaken(given.name, () =>
    transact(tools.db, async (tx) => {
      const nextAt = given.enabled ? nextOccurrence(given, await nowOf(tx)) : null;
      const { rows } = await sql<Schedule>`insert into lector.schedules as s
        (schedule_id, name, cron, time_zone, missed, workflow, event, input, enabled, next_at)
        values (${scheduleId}, ${given.name}, ${given.cron}, ${given.timeZone}, ${given.missed}, ${given.workflow},
          ${given.event}, ${input}::jsonb, ${given.enabled}, ${nextAt}) returning ${columns}`.execute(tx);
      return rows[0]!;
    }),
  );
  return added;
}

/**
 * Other times begin to count from now on; where it was paused, nothing of that time was missed. Throws as `addSchedule`
 * does, and `ScheduleNotFound`.
 */
export function changeSchedule(tools: ScheduleTools, key: string, change: Partial<NewSchedule>): Promise<Schedule> {
  const update = async (tx: Tx) => {
    await sql`select 1 from lector.schedules s where ${is(key)} for update`.execute(tx);
    const before = await findSchedule({ db: tx, store: tools.store }, key);
    const after = { ...before, ...change };
    checkWords(after);
    const timed = after.cron !== before.cron || after.timeZone !== before.timeZone;
    // a zone may have gone while it was paused
    if (timed || (after.enabled && !before.enabled)) checkTiming(after);
    const starts = ["input", "workflow", "event"].some((field) => field in change);
    if (starts) await checkStart(tx, tools.prepare, after);
    const input = change.input ? await toRow(tools.store, change.input, { outside: true }) : null;
    const kept = before.enabled && !timed;
    const nextAt = !after.enabled
      ? null
      : kept
        ? before.nextAt
        : nextOccurrence(after, await laterOf(tx, before.lastAt));
    const { rows } = await sql<Schedule>`update lector.schedules s set name = ${after.name}, cron = ${after.cron},
        time_zone = ${after.timeZone}, missed = ${after.missed}, workflow = ${after.workflow}, event = ${after.event},
        input = coalesce(${input}::jsonb, s.input), enabled = ${after.enabled}, next_at = ${nextAt},
        revision = s.revision + 1, updated_at = now()
      where s.schedule_id = ${before.scheduleId} returning ${columns}`.execute(tx);
    return rows[0]!;
  };
  return nameTaken(change.name, () => transact(tools.db, update));
}

/** Its runs stay, and go on. Throws `ScheduleNotFound`. */
export async function removeSchedule(db: Queryable, key: string): Promise<Schedule> {
  const { rows } = await sql<Schedule>`
    delete from lector.schedules s where ${is(key)} returning ${columns}`.execute(db);
  if (!rows[0]) throw new ScheduleNotFound(key);
  return rows[0];
}

async function nameTaken<T>(name: string | undefined, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (cause) {
    if (sqlState(cause) !== "23505") throw cause;
    throw new ScheduleConflict(`A schedule named "${name}" is there already. Change that one, or take another name.`, {
      cause,
    });
  }
}

async function nowOf(tx: Tx): Promise<Date> {
  return (await sql<{ now: Date }>`select now() as now`.execute(tx)).rows[0]!.now;
}

/** A clock that was set back has no moment come twice. */
async function laterOf(tx: Tx, lastAt: Date | null): Promise<Date> {
  const now = await nowOf(tx);
  return lastAt !== null && lastAt > now ? lastAt : now;
}

function checkWords({ name, missed, workflow, event }: Omit<NewSchedule, "input">): void {
  if (!/^[a-z0-9][a-z0-9_.-]{0,62}$/.test(name)) {
    const expected = "expected lower-case letters, digits, _, . and -, at most 63 of them";
    throw new InvalidSchedule("name", name, expected);
  }
  if (!MISSED.includes(missed)) throw new InvalidSchedule("missed", missed, `expected ${MISSED.join(", ")}`);
  if ((workflow === null) === (event === null)) {
    throw new InvalidSchedule("workflow", workflow ?? undefined, "expected either a workflow or an event");
  }
}

/** All that the schedule starts is there and takes its input. */
async function checkStart(db: Queryable, prepare: Prepare, given: Starts & { input: NewSchedule["input"] }) {
  for (const { definition } of await definitionsFor(db, given)) await prepare(definition.name, given.input);
}

/** The newest definitions of what a schedule starts. Throws `InvalidSchedule` where there is none. */
export async function definitionsFor(db: Queryable, { workflow, event }: Starts): Promise<StoredDefinition[]> {
  if (event !== null) {
    const found = await definitionsOfEvent(db, event);
    if (found.length > 0) return found;
    const { events } = await known(db);
    throw new InvalidSchedule("event", event, `expected an event that starts a workflow (${events.join(", ")})`);
  }
  try {
    return [await newestDefinition(db, workflow!)];
  } catch (cause) {
    if (!(cause instanceof UnknownWorkflow)) throw cause;
    const { workflows } = await known(db);
    throw new InvalidSchedule("workflow", workflow, `expected a workflow (${workflows.join(", ")})`, { cause });
  }
}

/** What can be started: twenty names of each kind at most, for people. */
async function known(db: Queryable): Promise<{ workflows: string[]; events: string[] }> {
  const { rows } = await sql<{ workflows: string[]; events: string[] }>`
    select array(select distinct name from lector.workflows order by name limit 20) as workflows,
      array(select distinct event from lector.workflows where event is not null order by event limit 20) as events`.execute(
    db,
  );
  return rows[0]!;
}
