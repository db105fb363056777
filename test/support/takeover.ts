/**
 * What becomes of the work of processes that are killed and frozen, with whatever lease: the same for the shortened one
 * of `npm test` and for the real one.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkHistory } from "./checker.ts";
import { orchestra, type Orchestra } from "./orchestra.ts";
import { story, until } from "./program.ts";
import { voiceServer, type VoiceServer } from "./voice-server.ts";
import { endVoiced, generate, startVoiced, type VoicedProcess } from "./voiced.ts";
import { standstills, stopwatch } from "./stopwatch.ts";

/**
 * `limit`: calls at once over all processes, of which there are two with more slots each. `callMs` is less than a lease.
 * `rounds`: how many calls stand behind each other.
 */
export type TakeoverOptions = { leaseMs: number; limit: number; callMs: number; rounds: number };

/** Beyond the lease: what the reaper's look and the next claim take, and what a busy machine adds. */
const MARGIN_MS = 2000;

function takeoverScene({ leaseMs, limit, callMs, rounds }: TakeoverOptions) {
  let here: Orchestra;
  let folder: string;
  let voice: VoiceServer;
  let started: VoicedProcess[] = [];
  let from = Promise.resolve();
  let stops: () => number;

  afterEach(async () => {
    await Promise.all(started.map(endVoiced));
    started = [];
    await checkHistory(here.connection.db);
    await here.close();
    await voice.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(): Promise<void> {
    stops = standstills(leaseMs / 4);
    here = await orchestra();
    folder = mkdtempSync(join(tmpdir(), "lector-takeover-"));
    voice = await voiceServer(() => ({ how: "spoken", ms: callMs, from }));
  }

  async function start(env: NodeJS.ProcessEnv = {}): Promise<VoicedProcess> {
    const places = { database: here.url, folder, voice: voice.url };
    const one = await startVoiced({ ...places, leaseMs, slots: limit + 2, speechCalls: limit }, { env });
    started.push(one);
    return one;
  }

  /** One sentence a block, so that each call is a step of its own. */
  const sentences = limit * rounds;
  const text = (first: number) => story(first, { paragraphs: sentences, each: 1 });
  const callsOf = ({ child }: VoicedProcess) => voice.calls.filter(({ caller }) => caller === child.pid);
  const speaking = (one: VoicedProcess) => callsOf(one).some(({ ended }) => ended === null);

  /** A process in the middle of its calls, and another one beside it. */
  async function twoAt(first: number): Promise<{ held: VoicedProcess; other: VoicedProcess; id: string }> {
    const { promise, resolve } = Promise.withResolvers<void>();
    from = promise; // however long the second one takes to start
    const held = await start();
    const id = await generate(held.url, text(first));
    const other = await start();
    await until("calls", () => speaking(held));
    resolve();
    return { held, other, id };
  }

  /** ms of the epoch, of the first call of that process after `since`. */
  async function firstCall(one: VoicedProcess, since: number): Promise<number> {
    await until("a call of the other process", () => callsOf(one).some(({ began }) => began > since));
    return callsOf(one).find(({ began }) => began > since)!.began;
  }

  /** What a machine that stood still itself took from everybody, at most. */
  const lostToIt = () => limit * stops();

  const heldBy = ({ child }: VoicedProcess) => `state = 'running' and worker_id like '%/${child.pid}.%'`;

  /** Calls whose money it holds. */
  async function reservedBy(one: VoicedProcess): Promise<number> {
    const rows = await here.rows(`select 1 from lector.ledger where state = 'reserved'
      and task_id in (select task_id from lector.workflow_steps where ${heldBy(one)})`);
    return rows.length;
  }

  async function ledger(): Promise<Record<string, number>> {
    const rows = await here.rows<{ state: string; n: number }>(
      "select state, count(*)::int as n from lector.ledger group by 1",
    );
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  }

  async function expectCompleted(id: string): Promise<void> {
    await until("the end", async () => !["PENDING", "RUNNING"].includes(await status(id)), 60_000);
    expect(await status(id)).toBe("COMPLETED");
  }

  async function status(id: string): Promise<string> {
    const [row] = await here.rows<{ status: string }>(
      `select status from lector.workflow_instances where execution_id = '${id}'`,
    );
    return row!.status;
  }

  /** Each sentence was paid, and what was paid beyond that has its row. */
  async function expectExplained({ again }: { again: number }): Promise<void> {
    const { settled = 0, wasted = 0, unknown = 0, ...others } = await ledger();
    expect([settled, others]).toEqual([sentences, {}]);
    expect(wasted + unknown).toBeLessThanOrEqual(again + lostToIt());
    expect(voice.calls.length).toBeLessThanOrEqual(settled + wasted + unknown);
    expect(voice.most()).toBeLessThanOrEqual(limit);
  }

  const rows = (query: string) => here.rows(query);
  return {
    rows,
    open,
    start,
    text,
    twoAt,
    callsOf,
    heldBy,
    reservedBy,
    firstCall,
    lostToIt,
    ledger,
    expectCompleted,
    expectExplained,
    sentences,
  };
}

export function killedTests(options: TakeoverOptions): void {
  describe("processes that are killed", () => void killed(options));
}

export function frozenTests(options: TakeoverOptions): void {
  describe("processes that are frozen", () => void frozen(options));
}

function killed(options: TakeoverOptions): void {
  const { leaseMs, limit } = options;
  const { rows, open, twoAt, heldBy, firstCall, expectCompleted, expectExplained } = takeoverScene(options);
  test(
    "what a killed process held is taken over within its lease and 2 s, at once where its death is seen",
    { timeout: 100_000 },
    async () => {
      await open();
      const { held: doomed, other, id } = await twoAt(0);
      const [since, took] = [Date.now(), stopwatch()];
      doomed.child.kill("SIGKILL");
      await firstCall(other, since);
      // By its pid: the reaper looks each half second.
      expect(took()).toBeLessThan(Math.min(leaseMs, 1000) + 1500);
      await expectCompleted(id);
      await expectExplained({ again: limit });
    },
  );

  test("where nobody can see that it died, its lease tells", { timeout: 100_000 }, async () => {
    await open();
    const { held: doomed, other, id } = await twoAt(200);
    doomed.child.kill("SIGSTOP"); // or another could be faster than the next line
    await rows(`update lector.workflow_steps set worker_id = 'elsewhere/1.1/w' where ${heldBy(doomed)}`);
    const [since, took] = [Date.now(), stopwatch()];
    doomed.child.kill("SIGKILL");
    expect((await firstCall(other, since)) - since).toBeGreaterThan(leaseMs * 0.6); // since its last heartbeat
    expect(took()).toBeLessThan(leaseMs + MARGIN_MS);
    await expectCompleted(id);
    await expectExplained({ again: limit });
  });
}

function frozen(options: TakeoverOptions): void {
  const { leaseMs, limit } = options;
  const {
    rows,
    open,
    start,
    text,
    twoAt,
    callsOf,
    reservedBy,
    firstCall,
    lostToIt,
    ledger,
    expectCompleted,
    expectExplained,
    sentences,
  } = takeoverScene(options);
  test(
    "a frozen process loses its work within its lease and 2 s, and its late results when it comes back",
    { timeout: 100_000 },
    async () => {
      await open();
      const { held: frozen, other, id } = await twoAt(400);
      const [since, took] = [Date.now(), stopwatch()];
      frozen.child.kill("SIGSTOP");
      const held = await reservedBy(frozen);
      await firstCall(other, since);
      expect(took()).toBeLessThan(leaseMs + MARGIN_MS);
      await expectCompleted(id);
      const before = await rows("select to_jsonb(s) as s from lector.workflow_steps s order by task_id");
      const { unknown = 0, wasted = 0, ...others } = await ledger();
      expect(others).toEqual({ settled: sentences });
      expect(unknown).toBeGreaterThanOrEqual(held);
      expect(unknown - held + wasted).toBeLessThanOrEqual(lostToIt());
      frozen.child.kill("SIGCONT");
      await until("its late results", async () => ((await ledger())["wasted"] ?? 0) >= wasted + held);
      expect(await rows("select to_jsonb(s) as s from lector.workflow_steps s order by task_id")).toEqual(before);
      await expectExplained({ again: held });
      await endVoiced(other);
      await expectCompleted(await generate(frozen.url, "It goes on working, as if nothing had been.")); // by the thawed one
    },
  );

  test(
    "a process that froze in a transaction holds nobody up for longer than its lease and 2 s",
    { timeout: 100_000 },
    async () => {
      await open();
      const frozen = await start({ LECTOR_FAILPOINT: "claim-group.before:2=stop" }); // with the group's row locked
      const id = await generate(frozen.url, text(800));
      await until("its standstill", () => isStopped(frozen));
      const other = await start();
      const [since, took] = [Date.now(), stopwatch()];
      await firstCall(other, since);
      expect(took()).toBeLessThan(leaseMs + MARGIN_MS);
      await expectCompleted(id);
      await expectExplained({ again: limit });
    },
  );

  test(
    "a process that froze right before it called does not call when it comes back",
    { timeout: 100_000 },
    async () => {
      await open();
      const nth = limit + 1; // connections to the voice are there, and no other call is on its way to one
      const frozen = await start({ LECTOR_FAILPOINT: `call.before:${nth}=stop` });
      const id = await generate(frozen.url, text(600));
      await until("its standstill", () => isStopped(frozen));
      const before = callsOf(frozen).length;
      await start();
      await expectCompleted(id);
      frozen.child.kill("SIGCONT");
      await until("its end of waiting", async () => ((await ledger())["wasted"] ?? 0) > 0);
      expect(callsOf(frozen).length).toBe(before);
      await expectExplained({ again: limit });
    },
  );
}

/** Source: proc(5), field 3 of stat. */
function isStopped({ child }: VoicedProcess): boolean {
  return / T \d/.test(readFileSync(`/proc/${child.pid}/stat`, "utf8").replace(/^.*\)/, ""));
}
