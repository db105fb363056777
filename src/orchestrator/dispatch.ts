/** Looks for work and claims it for the free slots of this process: after a wake-up, when slots came free, by poll. */
import type { Database } from "../database/connect.ts";
import { answeredWithin } from "../database/patience.ts";
import { admit, type AdmissionLimit } from "./admit.ts";
import { monotonicMs } from "./attempt.ts";
import { claimInGroup, claimUngrouped, groupsWithWork, type Claimed, type ClaimRequest } from "./claim.ts";
import { endDelays } from "./delays.ts";
import { answerMs } from "./lease.ts";

export type Dispatcher = {
  /** There may be work anywhere; it is looked for when `fill` is called. */
  expect(): void;
  /** Looks for work where there may be some, if slots are free. */
  fill(): void;
  /** Slots came free: looks where a limit ended the last claim. */
  freed(): void;
  /** Resolves when no claim is under way. */
  idle(): Promise<void>;
};

export type DispatchOptions = {
  db: Database;
  admissionLimit: AdmissionLimit;
  pollMs: number;
  /** False while nothing is to be claimed. */
  open(): boolean;
  /** What can be claimed now. */
  request(): ClaimRequest;
  /** Whether a step of this group runs here. */
  holds(group: string): boolean;
  launch(claimed: Claimed, leasedAt: number): void;
  /** Waits out trouble with the database; answers whether there was any. */
  guard(work: () => Promise<void>): Promise<boolean>;
};

export function openDispatcher(o: DispatchOptions): Dispatcher {
  const { db, request } = o;
  /** Places where a limit and not the lack of work ended the last claim (null: what belongs to no group). */
  const short = new Set<string | null>();
  /** Those that found no slot left, the longest ago first: so it goes in turn, and none takes every slot from the others. */
  const passedOver = new Set<string | null>();
  let filling: Promise<void> | null = null;
  let hungry = false;
  let look = false;
  let misses = 0;
  const soon = <T>(ask: () => Promise<T>) => answeredWithin(answerMs(request().leaseMs), ask);

  function fill(): void {
    if (!o.open() || filling || !hungry || request().limit <= 0) return;
    filling = o.guard(claimWork).then((failed) => {
      filling = null;
      if (hungry && !failed) fill();
    });
  }

  /** Everywhere after a wake-up; else, when slots came free, only where there was more than could be taken. */
  async function claimWork(): Promise<void> {
    hungry = false;
    const everywhere = look;
    look = false;
    if (everywhere && (await soon(() => endDelays(db)))) hungry = look = true;
    if (everywhere) await soon(() => admit(db, o.admissionLimit, request().rootId));
    const ungrouped = everywhere || short.has(null);
    const [first = null] = passedOver;
    const groupsFirst = first !== null;
    if (ungrouped && !groupsFirst) await claimFrom(null); // need not wait for the question for groups
    const groups = everywhere
      ? await soon(() => groupsWithWork(db, request()))
      : [...short].filter((group) => group !== null);
    const isIdle = (group: string | null) => everywhere && group !== null && !groups.includes(group);
    for (const group of [...short, ...passedOver].filter(isIdle)) forget(group);
    for (const group of inTurn(groups)) await claimFrom(group);
    if (ungrouped && groupsFirst) await claimFrom(null);
  }

  function inTurn(groups: string[]): string[] {
    const late = [...passedOver].filter((group): group is string => group !== null && groups.includes(group));
    return [...late, ...groups.filter((group) => !passedOver.has(group))];
  }

  function forget(group: string | null): void {
    short.delete(group);
    passedOver.delete(group);
  }

  async function claimFrom(group: string | null): Promise<void> {
    const asked = request();
    if (asked.limit <= 0) {
      short.add(group);
      return void passedOver.add(group);
    }
    passedOver.delete(group);
    const leasedAt = monotonicMs();
    const { claimed, missed } = await soon(() =>
      group === null ? claimUngrouped(db, asked) : claimInGroup(db, asked, group),
    );
    claimed.forEach((each) => o.launch(each, leasedAt));
    if (missed) return lookAgain(group);
    misses = 0;
    // a group gives less than was asked for at its limit, too: it is short of work only when it gives nothing
    if (claimed.length > 0 && (group !== null || claimed.length >= asked.limit)) short.add(group);
    else if (group === null || !o.holds(group)) short.delete(group);
  }

  /** Work was missed because its run was held just then: soon again, and then less and less soon. */
  function lookAgain(group: string | null): void {
    short.add(group);
    setTimeout(freed, Math.min(2 ** ++misses, o.pollMs)).unref();
  }

  function freed(): void {
    if (short.size > 0) hungry = true;
    fill();
  }

  return {
    expect: () => void (hungry = look = true),
    fill,
    freed,
    idle: async () => void (await filling),
  };
}
