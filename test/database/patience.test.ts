/** A database that says nothing: the way to it is cut without a word, or it is frozen. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect, isConnectionError, type Connection } from "../../src/database/connect.ts";
import { listen } from "../../src/database/listen.ts";
import { answeredWithin } from "../../src/database/patience.ts";
import { testDatabase, type TestDatabase } from "../support/database.ts";
import { until } from "../support/program.ts";
import { wire, type Wire } from "../support/wire.ts";
import { stopwatch } from "../support/stopwatch.ts";

let database: TestDatabase;
let way: Wire;
let connection: Connection;
beforeEach(async () => {
  database = await testDatabase({ migrated: false });
  way = await wire(database.url);
  connection = connect(way.url, { answerMs: 300 });
});
afterEach(async () => {
  await connection.close();
  await way.close();
  await database.drop();
});

const ask = () =>
  sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection.db).then(({ rows }) => rows[0]!.pid);
/** Where there is an answer, a busy machine may take its time for it. */
const askInPeace = () => answeredWithin(Infinity, ask);
const setting = (name: string, db = connection.db) =>
  sql<{ value: string }>`select current_setting(${name}) as value`.execute(db).then(({ rows }) => rows[0]!.value);

async function timed<T>(work: Promise<T>): Promise<{ ms: number; error: Error & { code?: string } }> {
  const took = stopwatch();
  const error = await work.then(
    () => new Error("it was answered"),
    (reason: Error) => reason,
  );
  return { ms: took(), error };
}

test("a statement without an answer fails in time as a broken connection does, and the next one goes another way", async () => {
  const first = await askInPeace();
  way.freeze();
  const { ms, error } = await timed(ask());
  expect([error.code, isConnectionError(error), ms < 2000]).toEqual(["ETIMEDOUT", true, true]);
  expect(error.message).toBe("The database gave no answer within 0.3 s.");
  expect(await askInPeace()).not.toBe(first);
  while (way.open() > 1) await sleep(5);
});

test("a connection that becomes silent while it is opened holds its caller no longer than a statement would", async () => {
  way.freeze({ all: true });
  const usual = connect(way.url);
  const { ms, error } = await timed(answeredWithin(300, () => sql`select 1`.execute(usual.db)));
  expect([isConnectionError(error), ms < 2000]).toEqual([true, true]);
  await usual.close();
});

test("whoever gets no connection that is there already, since another takes the last one, is held no longer either", async () => {
  const usual = connect(way.url);
  const question = () => answeredWithin(300, () => sql`select 1`.execute(usual.db));
  await answeredWithin(Infinity, () => sql`select 1`.execute(usual.db));
  way.freeze({ all: true });
  const both = await Promise.all([timed(question()), timed(question())]);
  for (const { ms, error } of both) expect([isConnectionError(error), ms < 2000]).toEqual([true, true]);
  await usual.close();
});

test("a transaction that is cut off does not wait once more for its end", async () => {
  const { ms, error } = await timed(
    connection.db.transaction().execute(async (tx) => {
      await sql`select 1`.execute(tx);
      way.freeze();
      await sql`select 1`.execute(tx);
    }),
  );
  expect([isConnectionError(error), ms < 590]).toEqual([true, true]);
});

test("a frozen server holds no caller, for it is not waited for when connections are made either", async () => {
  const pid = await askInPeace();
  process.kill(pid, "SIGSTOP");
  try {
    expect((await timed(ask())).error.code).toBe("ETIMEDOUT");
    expect(await askInPeace()).not.toBe(pid);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test("the end does not wait for a silent server", async () => {
  await askInPeace();
  way.freeze({ all: true });
  const asked = timed(answeredWithin(60_000, ask));
  await sleep(50);
  const { ms } = await timed(connection.close());
  expect(ms).toBeLessThan(4000);
  expect(isConnectionError((await asked).error)).toBe(true);
  connection = connect(database.url);
});

describe("what may take long", () => {
  test("is waited for as long as its caller says", async () => {
    expect((await timed(sql`select pg_sleep(0.6)`.execute(connection.db))).error.code).toBe("ETIMEDOUT");
    const slow = () => sql`select pg_sleep(0.6)`.execute(connection.db);
    expect((await timed(answeredWithin(Infinity, slow))).error.message).toBe("it was answered");
  });

  test("has no limit of the server's in a transaction without one, and elsewhere one beyond ours", async () => {
    const patient = connect(way.url, { answerMs: 60_000 });
    const inside = () => patient.db.transaction().execute((tx) => setting("statement_timeout", tx as never));
    expect(await answeredWithin(Infinity, inside)).toBe("0");
    expect([await inside(), await setting("statement_timeout", patient.db)]).toEqual(["65s", "65s"]);
    await patient.close();
  });
});

test("behind a pooler each transaction brings its limits along, and leaves none behind", async () => {
  const pooled = connect(way.url, { pooled: true, max: 1, answerMs: 30_000 });
  const names = ["idle_in_transaction_session_timeout", "statement_timeout"];
  const both = (db = pooled.db) => Promise.all(names.map((name) => setting(name, db)));
  expect(await pooled.db.transaction().execute((tx) => both(tx as never))).toEqual(["10s", "35s"]);
  expect(await both()).toEqual(["0", "0"]);
  await pooled.close();
});

test("whoever listens notices the silence, and hears again", async () => {
  const heard: (string | null)[] = [];
  const listener = listen(
    () => way.url,
    ["news"],
    (channel) => heard.push(channel),
    { beatMs: 100 },
  );
  await until("it listens", () => heard.length > 0);
  const before = heard.length; // more than once where the machine itself was silent for a beat
  way.freeze();
  await until("it listens again", () => heard.length > before);
  const notify = () => answeredWithin(Infinity, () => sql`notify news`.execute(connection.db));
  await until("it hears", async () => (await notify(), heard.includes("news")));
  expect(heard.slice(0, before + 1)).toEqual(Array(before + 1).fill(null));
  way.freeze({ all: true });
  listener.close();
});
