/** What is done beside waiting runs, each by the product's own functions, and how long it takes. */
import { performance } from "node:perf_hooks";
import { sql } from "kysely";
import { transact } from "../src/database/connect.ts";
import { admit, releaseAbandoned } from "../src/orchestrator/admit.ts";
import { cancelRun } from "../src/orchestrator/cancel.ts";
import { claimInGroup, claimUngrouped, groupsWithWork, type Claimed } from "../src/orchestrator/claim.ts";
import { definitionsOf } from "../src/orchestrator/definition.ts";
import { openDispatcher } from "../src/orchestrator/dispatch.ts";
import { openFeed } from "../src/orchestrator/feed.ts";
import { identify } from "../src/orchestrator/identity.ts";
import { renew } from "../src/orchestrator/lease.ts";
import { reaperOf } from "../src/orchestrator/reap.ts";
import { removeEnded } from "../src/orchestrator/retention.ts";
import { startRun } from "../src/orchestrator/start.ts";
import { usualTimeouts } from "../src/orchestrator/timeouts.ts";
import { admissionLimit, BUSY, GROUP, store, type Filled } from "./waiting-fill.ts";

const LEASE_MS = 60_000;

export type Beside = {
  /** Each operation once; adds to `times`, ms by name. */
  round(times: Map<string, number[]>): Promise<void>;
};

export async function beside({ connection: { db }, workflows }: Filled): Promise<Beside> {
  const identity = identify();
  const request = {
    workerId: identity.id,
    leaseMs: LEASE_MS,
    taskTypes: ["echo", "hold", "held", "later"],
    rootId: null,
    limit: 8,
  };
  const context = { store, definitionOf: definitionsOf(db), timeouts: usualTimeouts };
  const settler = { add() {}, idle: async () => {}, close() {} };
  const overdue = { context, random: Math.random, ended() {} };
  const reap = reaperOf(db, { leaseMs: LEASE_MS, identity, settler, reaped() {}, overdue });
  const launched: Claimed[] = [];
  const dispatcher = openDispatcher({
    db,
    admissionLimit,
    pollMs: 1000,
    open: () => true,
    request: () => request,
    holds: () => false,
    launch: (claimed) => launched.push(claimed),
    guard: async (work) => (await work(), false),
  });
  if ((await groupsWithWork(db, request)).length > 0) await claimInGroup(db, { ...request, limit: 1 }, GROUP);
  const start = () => startRun(db, store, { workflow: workflows["echo"]!, input: { x: 1 } });

  async function round(times: Map<string, number[]>): Promise<void> {
    const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      times.set(name, [...(times.get(name) ?? []), performance.now() - began]);
      return result;
    };
    const { executionId } = await timed("start", start);
    const { claimed } = await timed("claim", () => claimUngrouped(db, request));
    if (claimed.length !== 1) throw new Error(`${claimed.length} steps were claimed where one was ready.`);
    await timed("heartbeat", () => renew(db, claimed, LEASE_MS));
    await timed("reap", reap);
    await timed("events", () => firstEvents(executionId));
    await timed("remove", () => removeEnded(db, 30));
    await cancelRun(db, executionId, { by: "bench" });
    await look(timed);
    await admission(timed);
  }

  type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

  /** All that a worker does when it is woken. */
  async function look(timed: Timed): Promise<void> {
    const { executionId } = await start();
    await timed("look", async () => {
      dispatcher.expect();
      dispatcher.fill();
      await dispatcher.idle();
    });
    if (launched.length !== 1) throw new Error(`${launched.length} steps were claimed where one was ready.`);
    launched.length = 0;
    await cancelRun(db, executionId, { by: "bench" });
  }

  /** The next run is admitted when a place comes free: of the busy user, then of another, who stands behind all of its runs. */
  async function admission(timed: Timed): Promise<void> {
    for (const [name, isBusy] of [
      ["admit", true],
      ["admit behind a full key", false],
    ] as const) {
      const { rows } = await sql<{ id: string }>`select execution_id as id from lector.workflow_instances
        where status in ('PENDING', 'RUNNING', 'PAUSED') and admission_keys <> '{}' and admitted_at is not null
          and (${BUSY} = any(admission_keys)) = ${isBusy} limit 1`.execute(db);
      if (rows.length === 0) return;
      await transact(db, (tx) => releaseAbandoned(tx, [rows[0]!.id]));
      const admitted = await timed(name, () => admit(db, admissionLimit, null));
      if (admitted !== 1) throw new Error(`${admitted} runs were admitted where one place was free.`);
    }
  }

  function firstEvents(executionId: string): Promise<void> {
    return new Promise((resolve) => {
      const feed = openFeed(db);
      feed.follow(executionId, null, () => (feed.close(), resolve()));
    });
  }

  return { round };
}
