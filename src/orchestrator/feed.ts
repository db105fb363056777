/**
 * The history of runs as it is written, for any number of followers: no gap, no repeat, resumable.
 *
 * Events are read in the order of their transactions, and only of transactions older than every one that is still
 * open: a plain serial would show gaps that fill later. One reader in a process serves all its followers.
 */
import { sql } from "kysely";
import { isConnectionError, type Database } from "../database/connect.ts";

export type FeedEvent = {
  /** Opaque; a follower that comes back with it goes on behind this event. */
  cursor: string;
  rootId: string;
  executionId: string;
  seq: number;
  kind: string;
  data: Record<string, unknown>;
  at: Date;
};

export type Feed = {
  /** `onEvents` gets the run tree's events after `cursor` (null: from the beginning), at once and then as they come. */
  follow(rootId: string, cursor: string | null, onEvents: (events: FeedEvent[]) => void): { close(): void };
  /** Looks for news now. */
  poke(): void;
  close(): void;
};

export class InvalidCursor extends Error {
  override name = "InvalidCursor";
}

type Place = { xid: string; executionId: string; seq: number };
type Follower = { rootId: string; place: Place | null; busy: boolean; onEvents(events: FeedEvent[]): void };

const POLL_MS = 250;
const PAGE = 500;

export function openFeed(db: Database): Feed {
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | null = null;
  let reading: Promise<void> | null = null;
  let again = false;

  /** Reads what is new for all runs that are followed, once for all followers. */
  async function read(): Promise<void> {
    const live = [...followers].filter((follower) => !follower.busy);
    if (live.length === 0) return;
    const roots = [...new Set(live.map((follower) => follower.rootId))];
    const from = live.map((follower) => follower.place).reduce((a, b) => (isBefore(b, a) ? b : a));
    const events = await eventsAfter(db, roots, from);
    const byRoot = Map.groupBy(events, (event) => event.rootId);
    for (const follower of live) {
      const news = (byRoot.get(follower.rootId) ?? []).filter((event) =>
        isBefore(follower.place, placeOf(event.cursor)),
      );
      deliver(follower, news);
    }
    passOver(live, events);
    if (events.length === PAGE) again = true;
  }

  /** Up to the last of these there is nothing more for anybody: a run in which nothing happens must not hold up the others. */
  function passOver(live: Follower[], events: FeedEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    const place = placeOf(last.cursor);
    for (const follower of live) if (isBefore(follower.place, place)) follower.place = place;
  }

  function deliver(follower: Follower, events: FeedEvent[]): void {
    if (events.length === 0 || !followers.has(follower)) return;
    follower.place = placeOf(events.at(-1)!.cursor);
    follower.onEvents(events);
  }

  /** What happened before a follower came is read for it alone. */
  async function catchUp(follower: Follower): Promise<void> {
    for (;;) {
      const events = await eventsAfter(db, [follower.rootId], follower.place);
      deliver(follower, events);
      if (events.length < PAGE || !followers.has(follower)) break;
    }
    follower.busy = false;
  }

  function poke(): void {
    again = true;
    reading ??= (async () => {
      while (again) {
        again = false;
        await read().catch(waitOut);
      }
      reading = null;
    })();
  }

  return {
    follow(rootId, cursor, onEvents) {
      const follower: Follower = { rootId, place: cursor === null ? null : placeOf(cursor), busy: true, onEvents };
      followers.add(follower);
      timer ??= setInterval(poke, POLL_MS).unref();
      void catchUp(follower).catch((error: unknown) => {
        follower.busy = false; // the shared reader goes on from its place
        waitOut(error);
      });
      return { close: () => void followers.delete(follower) };
    },
    poke,
    close() {
      followers.clear();
      if (timer) clearInterval(timer);
    },
  };
}

/** The database is away: the next poll reads from the same place. */
function waitOut(error: unknown): void {
  if (!isConnectionError(error)) throw error;
}

async function eventsAfter(db: Database, roots: string[], place: Place | null): Promise<FeedEvent[]> {
  const after = place
    ? sql`and (e.xid, e.execution_id, e.seq) > (${place.xid}::text::xid8, ${place.executionId}::uuid, ${place.seq}::int)`
    : sql``;
  const { rows } = await sql<Omit<FeedEvent, "cursor"> & { xid: string }>`
    select e.xid::text as xid, i.root_id as "rootId", e.execution_id as "executionId", e.seq, e.kind, e.data, e.at
    from lector.workflow_instances i join lector.workflow_events e using (execution_id)
    where (i.execution_id = any(${roots}::uuid[]) or (i.parent_step_id is not null and i.root_id = any(${roots}::uuid[]))) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) ${after}
    order by e.xid, e.execution_id, e.seq limit ${PAGE}`.execute(db);
  return rows.map(({ xid, ...event }) => ({ ...event, cursor: cursorOf({ ...event, xid }) }));
}

/** The cursor of a run tree's newest event, whether or not followers may see it yet; null where there is no such run. */
export async function newestCursor(db: Database, rootId: string): Promise<string | null> {
  const { rows } = await sql<Place>`select e.xid::text as xid, e.execution_id as "executionId", e.seq
    from lector.workflow_instances i join lector.workflow_events e using (execution_id)
    where i.execution_id = ${rootId} or (i.parent_step_id is not null and i.root_id = ${rootId}) order by e.xid desc, e.execution_id desc, e.seq desc limit 1`.execute(
    db,
  );
  return rows[0] ? cursorOf(rows[0]) : null;
}

function cursorOf({ xid, executionId, seq }: Place): string {
  return Buffer.from(`${xid}.${executionId}.${seq}`).toString("base64url");
}

function placeOf(cursor: string): Place {
  const [xid, executionId, seq] = Buffer.from(cursor, "base64url").toString().split(".");
  const valid =
    /^\d{1,20}$/.test(xid ?? "") && /^[0-9a-f-]{36}$/.test(executionId ?? "") && /^\d{1,9}$/.test(seq ?? "");
  if (!valid) throw new InvalidCursor(`"${cursor}" is not a cursor of this event stream.`);
  return { xid: xid!, executionId: executionId!, seq: Number(seq) };
}

function isBefore(a: Place | null, b: Place | null): boolean {
  if (a === null || b === null) return a === null && b !== null;
  const [x, y] = [BigInt(a.xid), BigInt(b.xid)];
  if (x !== y) return x < y;
  return a.executionId === b.executionId ? a.seq < b.seq : a.executionId < b.executionId;
}
