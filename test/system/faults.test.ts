/** What docs/faults.md says of a database that dies, a disk that is full and a clock that is set back, held against processes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import pg from "pg";
import { connect } from "../../src/database/connect.ts";
import { checkHistory } from "../support/checker.ts";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.ts";
import { story, until } from "../support/program.ts";
import { voiceServer, type VoiceServer } from "../support/voice-server.ts";
import { fakeTime, fillDisk, smallDisk } from "../support/machine.ts";
import { endVoiced, generate, startVoiced, type VoicedProcess } from "../support/voiced.ts";

const SENTENCES = 30;
const text = (first: number) => story(first, { paragraphs: SENTENCES, each: 1 });

let postgres: OwnPostgres;
let voice: VoiceServer;
let folder: string;
let started: VoicedProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lector-faults-"));
  postgres = await ownPostgres();
  voice = await voiceServer(() => ({ how: "spoken", ms: 400 }));
});
afterEach(async () => {
  await Promise.all(started.map(endVoiced));
  started = [];
  const { db, close } = connect(postgres.url, { max: 1 });
  await checkHistory(db).finally(close);
  await Promise.all([postgres.close(), voice.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: NodeJS.ProcessEnv = {}, storage = folder): Promise<VoicedProcess> {
  const places = { database: postgres.url, folder: storage, voice: voice.url };
  const one = await startVoiced({ ...places, leaseMs: 10_000, slots: 8, speechCalls: 4 }, { env });
  started.push(one);
  return one;
}

async function rows<T>(query: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  return client
    .query(query)
    .then(
      ({ rows: found }) => found,
      (error) => Promise.reject(error),
    )
    .finally(() => client.end());
}

const statusOf = async (id: string) =>
  (await rows<{ status: string }>(`select status from lector.workflow_instances where execution_id = '${id}'`))[0]!
    .status;

async function expectCompletedOnce(id: string): Promise<void> {
  await until("the end", async () => !["PENDING", "RUNNING"].includes(await statusOf(id)), 90_000);
  expect(await statusOf(id)).toBe("COMPLETED");
  expect(voice.calls).toHaveLength(SENTENCES);
  expect(await rows("select count(*)::int as n from lector.ledger where state = 'settled'")).toEqual([
    { n: SENTENCES },
  ]);
}

test("Postgres is killed again and again under load: it all goes on, and nothing is bought twice", async () => {
  const [one] = await Promise.all([start(), start()]);
  const id = await generate(one.url, text(1000));
  for (let kills = 1; kills <= 3; kills++) {
    await until("calls", () => voice.calls.length >= kills * 6 && voice.calls.some(({ ended }) => ended === null));
    await postgres.kill();
    await sleep(700); // answers arrive meanwhile
    await postgres.revive();
  }
  await expectCompletedOnce(id);
});

test("a storage that is full lets its runs wait, buys nothing meanwhile, and they go on when there is space", async () => {
  const disk = smallDisk(folder, 96);
  try {
    const one = await start({}, disk.path);
    const id = await generate(one.url, text(2000));
    await until("calls", () => voice.calls.length > 6);
    fillDisk(disk.path, join(disk.path, "ballast"));
    await until("the waiting", async () => (await waiting()).length > 0);
    expect(await waiting()).toEqual([{ code: "disk_full", message: expect.stringMatching(/^No space is left/) }]);
    await until("the end of the calls", () => voice.calls.every(({ ended }) => ended !== null));
    const before = voice.calls.length;
    await sleep(6000); // longer than it waits until it looks again
    expect([voice.calls.length, await statusOf(id)]).toEqual([before, "RUNNING"]);
    rmSync(join(disk.path, "ballast"));
    await until("the end", async () => (await statusOf(id)) !== "RUNNING", 90_000);
    expect(await statusOf(id)).toBe("COMPLETED");
    expect(await rows("select 1 from lector.workflow_steps where failures > 0 or lost > 0")).toEqual([]);
    const [{ n }] = (await rows<{ n: number }>(
      "select count(*)::int as n from lector.ledger where state <> 'settled'",
    )) as [{ n: number }];
    expect(voice.calls.length).toBeLessThanOrEqual(SENTENCES + n);
    expect(n).toBeLessThanOrEqual(4); // what was under way
  } finally {
    await Promise.all(started.map(endVoiced));
    disk.remove();
  }
});

const waiting = () =>
  rows<{ code: string }>(`select distinct error ->> 'code' as code, left(error ->> 'message', 16) as message
    from lector.workflow_steps where state = 'ready' and error is not null`);

test("a clock that is set back by an hour under a process changes nothing", async () => {
  const clock = join(folder, "clock");
  writeFileSync(clock, "+0");
  const one = await start(fakeTime(clock));
  const id = await generate(one.url, text(3000));
  await until("calls", () => voice.calls.length > 6);
  writeFileSync(clock, "-1h");
  await expectCompletedOnce(id);
  expect(await rows("select 1 from lector.workflow_steps where attempt > 1 or failures > 0")).toEqual([]);
});
