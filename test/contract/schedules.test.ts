/** Each moment of a schedule has its runs once, whoever looks, dies or comes late, and whatever clocks do. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { listRuns } from "../../src/orchestrator/find.ts";
import { fireDue } from "../../src/orchestrator/fire.ts";
import { keepHouse } from "../../src/orchestrator/housekeeping.ts";
import { InvalidSchedule, type Missed } from "../../src/orchestrator/occurrences.ts";
import {
  addSchedule,
  changeSchedule,
  findSchedule,
  removeSchedule,
  ScheduleConflict,
  ScheduleNotFound,
  type NewSchedule,
} from "../../src/orchestrator/schedules.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { checkHistory } from "../support/checker.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until } from "../support/program.ts";

let here: Orchestra;
let prepare: (workflow: string, input: Record<string, unknown>) => Promise<{ input: unknown }>;
beforeEach(async () => {
  here = await orchestra([task("say", () => ({}))]);
  prepare = async (_workflow, input) => ({ input });
  const steps = [{ name: "say", task_type: "say" }];
  await here.define({ name: "greet", event: "morning", steps });
  await here.define({ name: "wave", event: "morning", steps });
});
afterEach(async () => {
  await checkHistory(here.connection.db);
  await here.close();
});

const tools = (db = here.connection.db) => ({
  db,
  store: here.store,
  prepare: (workflow: string, input: Record<string, unknown>) => prepare(workflow, input),
  timeouts: usualTimeouts,
});
const daily: NewSchedule = {
  name: "daily",
  cron: "0 7 * * *",
  timeZone: "Asia/Jakarta",
  missed: "once",
  workflow: "greet",
  event: null,
  input: { to: "you" },
  enabled: true,
};
const add = (given: Partial<NewSchedule> = {}) => addSchedule(tools(), { ...daily, ...given });
const show = () => findSchedule(tools(), "daily");
const runs = async () => (await listRuns(here.connection.db, { limit: 1000 })).toReversed();

/**
 * As if nobody had looked for so long. Moments of every second are at hand whenever the test runs; it goes on early in a
 * second, so that no further moment comes before the test has looked.
 */
async function dueSince(interval: string): Promise<void> {
  await here.rows(
    `select pg_sleep(1 - part) from (select extract(second from clock_timestamp()) % 1 as part) now where part > 0.3`,
  );
  await here.rows(`update lector.schedules set next_at = date_trunc('second', now()) - interval '${interval}'`);
}
const everySecond = (missed: Missed) => add({ cron: "* * * * * *", missed });

test("it names its next moment, starts its runs with its input then, and they say what started them", async () => {
  const added = await add();
  expect(added.nextAt!.toISOString()).toMatch(/T00:00:00\.000Z$/);
  expect(await fireDue(tools())).toEqual([]);
  await changeSchedule(tools(), "daily", { cron: "* * * * * *" });
  await dueSince("0 s");
  const [fired] = await fireDue(tools());
  expect(fired).toMatchObject({ scheduleId: added.scheduleId, name: "daily", error: null });
  const [run] = await runs();
  const { lastAt, nextAt } = await show();
  expect(run).toMatchObject({ executionId: fired!.runs[0], workflow: "greet", scheduleId: added.scheduleId });
  expect([run!.scheduledFor, nextAt! > lastAt!]).toEqual([lastAt, true]);
  await here.worker();
  expect(await here.ended(run!.executionId)).toMatchObject({ status: "COMPLETED" });
  expect(await listRuns(here.connection.db, { scheduleId: added.scheduleId, limit: 9 })).toHaveLength(1);
});

test("of any number of processes that look at once, one starts the runs of a moment", async () => {
  await add({ missed: "all", cron: "* * * * * *" });
  const others = Array.from({ length: 6 }, () => connect(here.url, { max: 2 }));
  for (let round = 1; round <= 15; round++) {
    await dueSince("0 s"); // the same second may come twice, so moments are counted by round
    const before = (await runs()).length;
    const now = await here.rows<{ at: Date }>("select next_at as at from lector.schedules");
    await Promise.all(others.map(({ db }) => fireDue(tools(db))));
    const started = (await runs()).slice(before).map((run) => run.scheduledFor!.getTime());
    expect(started).toContain(now[0]!.at.getTime());
    expect(new Set(started).size).toBe(started.length);
  }
  await Promise.all(others.map((other) => other.close()));
});

test("processes that keep house start each second's run, and none twice", async () => {
  await everySecond("all");
  const houses = [1, 2, 3].map(() => keepHouse(tools(), { retentionDays: null }));
  await until("four seconds have had their runs", async () => (await runs()).length >= 4);
  await Promise.all(houses.map((house) => house.stop()));
  const moments = (await runs()).map((run) => run.scheduledFor!.getTime() / 1000);
  expect(moments).toEqual(moments.map((_, n) => moments[0]! + n));
});

test.each([
  ["skip", 0],
  ["once", 1],
  ["all", 3],
] as const)("of three days in which nothing ran, %s makes up for %i", async (missed, count) => {
  // at the hour that is half a day away from now, so that none comes while this goes on
  const [first] = await here.rows<{ at: Date }>("select date_trunc('hour', now(), 'UTC') - interval '60 hours' as at");
  await add({ missed, cron: `0 ${first!.at.getUTCHours()} * * *`, timeZone: "UTC" });
  await here.rows(`update lector.schedules set next_at = '${first!.at.toISOString()}'`);
  await fireDue(tools());
  expect(await runs()).toHaveLength(count);
  expect((await show()).nextAt!.getTime()).toBeGreaterThan(Date.now());
  expect(await fireDue(tools())).toEqual([]);
});

test("a hundred moments are made up for at most, each by its own", async () => {
  await everySecond("all");
  await dueSince("1 hour");
  await fireDue(tools());
  const moments = (await runs()).map((run) => run.scheduledFor!.getTime() / 1000);
  expect(moments).toHaveLength(100);
  expect(moments).toEqual(moments.map((_, n) => moments[0]! + n));
});

test("an event starts each workflow that names it, in its newest version", async () => {
  await here.define({ name: "wave", steps: [{ name: "say", task_type: "say" }] }); // no longer
  await here.define({ name: "greet", event: "morning", timeout_ms: 5000, steps: [{ name: "say", task_type: "say" }] });
  await here.define({ name: "sing", event: "morning", steps: [{ name: "say", task_type: "say" }] });
  await add({ workflow: null, event: "morning", cron: "* * * * * *", missed: "once" });
  await here.rows(
    "update lector.schedules set cron = '0 0 1 1 *', time_zone = 'UTC', next_at = '2020-01-01T00:00:00Z'",
  );
  await fireDue(tools());
  expect((await runs()).map((run) => [run.workflow, run.version])).toEqual([
    ["greet", 2],
    ["sing", 1],
  ]);
});

test("while it is paused it starts nothing, and nothing of that time was missed", async () => {
  await everySecond("all");
  expect(await changeSchedule(tools(), "daily", { enabled: false })).toMatchObject({ enabled: false, nextAt: null });
  expect(await fireDue(tools())).toEqual([]);
  await here.rows("update lector.schedules set created_at = now() - interval '1 day'");
  const since = Date.now();
  const { nextAt } = await changeSchedule(tools(), "daily", { enabled: true });
  expect(nextAt!.getTime()).toBeGreaterThanOrEqual(since);
  expect((await changeSchedule(tools(), "daily", { enabled: true })).nextAt).toEqual(nextAt);
});

test("a clock that was set back has no moment come twice, not even after a pause", async () => {
  await everySecond("once");
  await dueSince("0 s");
  await fireDue(tools());
  const before = await show();
  // the clock stands an hour before what it was: as if all moments so far lay in the future
  await here.rows(
    `update lector.schedules set next_at = next_at + interval '1 hour', last_at = last_at + interval '1 hour'`,
  );
  expect(await fireDue(tools())).toEqual([]);
  await changeSchedule(tools(), "daily", { enabled: false });
  const { nextAt, lastAt } = await changeSchedule(tools(), "daily", { enabled: true });
  expect(lastAt!.getTime() - before.lastAt!.getTime()).toBe(3_600_000);
  expect(nextAt!.getTime()).toBe(lastAt!.getTime() + 1000);
});

test("what is changed between the look and the lock is not started as it was", async () => {
  await everySecond("once");
  await dueSince("0 s");
  prepare = async (_workflow, input) => {
    prepare = async (_, given) => ({ input: given });
    await changeSchedule(tools(), "daily", { input: { to: "them" } });
    return { input };
  };
  expect(await fireDue(tools())).toEqual([]);
  expect(await fireDue(tools())).toMatchObject([{ error: null }]);
  const [variables] = await here.rows("select variables -> 'input' as input from lector.workflow_instances");
  expect(variables).toEqual({ input: { to: "them" } });
});

test("a moment whose runs cannot be started is passed over and says why, until the next succeeds", async () => {
  await add({ name: "other", cron: "* * * * * *" });
  await everySecond("once");
  await dueSince("0 s");
  const fine = prepare;
  prepare = async (_workflow, input) => {
    if ((await here.rows("select 1 from lector.schedules where error is not null")).length > 0) return { input };
    throw new Error("The voice is gone.", { cause: new Error("ENOENT") });
  };
  const fired = await fireDue(tools());
  expect(fired.map(({ error, runs: started }) => [error?.message, started.length]).toSorted()).toEqual([
    [undefined, 1],
    ["The voice is gone.", 0],
  ]);
  const failed = fired.find(({ error }) => error)!;
  const shown = await findSchedule(tools(), failed.name);
  expect(shown.error).toMatchObject({ message: "The voice is gone.", cause: { message: "ENOENT" } });
  expect(shown.nextAt! > shown.lastAt!).toBe(true);
  prepare = fine;
  await dueSince("0 s");
  await fireDue(tools());
  expect(await findSchedule(tools(), failed.name)).toMatchObject({ error: null });
});

test("a schedule whose times cannot be read any more is paused and says why, and holds up no other", async () => {
  await add({ name: "other", cron: "* * * * * *" });
  await everySecond("once");
  await dueSince("0 s");
  await here.rows("update lector.schedules set time_zone = 'Mars/Olympus' where name = 'daily'");
  const fired = await fireDue(tools());
  expect(fired.map(({ name, runs: started }) => [name, started.length]).toSorted()).toEqual([
    ["daily", 0],
    ["other", 1],
  ]);
  expect(await show()).toMatchObject({
    enabled: false,
    nextAt: null,
    error: { message: expect.stringContaining("Mars") },
  });
  await expect(changeSchedule(tools(), "daily", { enabled: true })).rejects.toThrow(InvalidSchedule);
  expect(await changeSchedule(tools(), "daily", { enabled: true, timeZone: "UTC" })).toMatchObject({ enabled: true });
});

test("a process that dies while it starts the runs leaves the moment to others, whole", async () => {
  await add({ workflow: null, event: "morning", cron: "* * * * * *" });
  await dueSince("0 s");
  await here.rows(`create function die() returns trigger language plpgsql as $$ begin
      perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
    create trigger die before update of next_at on lector.schedules for each row
      when (new.revision > old.revision) execute function die()`);
  const dying = connect(here.url, { max: 1 });
  await expect(fireDue(tools(dying.db))).rejects.toThrow("terminat");
  await dying.close();
  expect(await runs()).toEqual([]);
  await here.rows("drop trigger die on lector.schedules");
  expect((await fireDue(tools()))[0]!.runs).toHaveLength(2);
});

test("an input too large for the row is kept in storage", async () => {
  const input = { text: "é".repeat(50_000) };
  await add({ input, cron: "* * * * * *" });
  expect(here.store.stored.size).toBe(1);
  expect((await show()).input).toEqual(input);
  await dueSince("0 s");
  const [fired] = await fireDue(tools());
  await here.worker();
  expect(await here.ended(fired!.runs[0]!)).toMatchObject({ status: "COMPLETED" });
});

test("a name is taken once, what is removed is gone, and its runs stay", async () => {
  const { scheduleId } = await add({ cron: "* * * * * *" });
  await expect(add()).rejects.toThrow(ScheduleConflict);
  await add({ name: "second" });
  await expect(changeSchedule(tools(), "second", { name: "daily" })).rejects.toThrow('named "daily" is there already');
  await dueSince("0 s");
  await fireDue(tools());
  expect(await findSchedule(tools(), scheduleId)).toMatchObject({ name: "daily" });
  await removeSchedule(here.connection.db, scheduleId);
  await expect(show()).rejects.toThrow(ScheduleNotFound);
  await expect(removeSchedule(here.connection.db, "daily")).rejects.toThrow('id or name "daily"');
  await expect(changeSchedule(tools(), "daily", {})).rejects.toThrow(ScheduleNotFound);
  expect(await listRuns(here.connection.db, { scheduleId, limit: 9 })).toHaveLength(1);
});

test.each([
  [{ name: "Daily" }, "name: expected lower-case letters"],
  [{ name: "x".repeat(64) }, "name: expected lower-case letters"],
  [{ cron: "often" }, "cron: expected a cron expression of 5 fields"],
  [{ timeZone: "Mars" }, "time_zone: expected an IANA time zone"],
  [{ missed: "never" as Missed }, 'missed: expected skip, once, all, got "never".'],
  [{ workflow: "dance" }, 'workflow: expected a workflow (greet, wave), got "dance".'],
  [{ workflow: null, event: "noon" }, 'event: expected an event that starts a workflow (morning), got "noon".'],
  [{ workflow: null }, "workflow: expected either a workflow or an event"],
  [{ event: "morning" }, "workflow: expected either a workflow or an event"],
  [{ input: { a: { $ref: `x/${"0".repeat(64)}`, bytes: 1, sha256: "0".repeat(64) } } }, "looks like a reference"],
  [{ input: { a: "\0" } }, "NUL character"],
])("%j is refused, when it is added as well as when it is changed", async (wrong, says) => {
  await expect(add(wrong)).rejects.toThrow(says);
  await add();
  const before = await show();
  await expect(changeSchedule(tools(), "daily", wrong)).rejects.toThrow(says);
  expect(await show()).toEqual(before);
});
