import { afterEach, describe, expect, test } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidCursor, openFeed, type Feed, type FeedEvent } from "../../src/orchestrator/feed.ts";
import { appendEvent } from "../../src/orchestrator/child-run.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { until as soon } from "../support/program.ts";

let here: Orchestra;
let feed: Feed;
afterEach(async () => {
  feed?.close();
  await here.close();
});

const names = (events: FeedEvent[]) => events.map((event) => `${event.executionId} ${event.seq}`);

async function busyRun(items: number) {
  here = await orchestra([task("a", () => sleep(1))]);
  await here.define({ name: "child", steps: [{ name: "a", task_type: "a" }] });
  const workflow = await here.define({
    name: "tree",
    steps: [
      { name: "each", task_type: "a", for_each: "/input/list" },
      { name: "kid", workflow: "child" },
    ],
  });
  feed = openFeed(here.connection.db);
  const workers = await Promise.all([here.worker(), here.worker()]);
  const { executionId } = await workers[0]!.start({
    workflow,
    input: { list: Array.from({ length: items }, () => 1) },
  });
  return executionId;
}

/** All events of the tree, as they stand in the table. */
async function history(root: string): Promise<string[]> {
  const rows = await here.rows<{ id: string; seq: number }>(
    `select e.execution_id as id, e.seq from lector.workflow_events e join lector.workflow_instances i using (execution_id)
     where i.root_id = '${root}'`,
  );
  return rows.map((row) => `${row.id} ${row.seq}`).toSorted();
}

const until = (condition: () => boolean) => soon("what the test waits for", condition);

const ended = (events: FeedEvent[], root: string) =>
  events.some((event) => event.executionId === root && event.kind === "run.completed");

describe("a feed", () => {
  test("gives a follower who comes early, and one who comes late, the whole tree's events once each", async () => {
    const root = await busyRun(100);
    const early: FeedEvent[] = [];
    feed.follow(root, null, (events) => early.push(...events));
    await here.ended(root);
    const late: FeedEvent[] = [];
    feed.follow(root, null, (events) => late.push(...events));
    await until(() => ended(early, root) && ended(late, root));
    const all = await history(root);
    expect(names(early).toSorted()).toEqual(all);
    expect(names(late).toSorted()).toEqual(all);
  });

  test("goes on behind the cursor of a follower who was cut off again and again, without gap or repeat", async () => {
    const root = await busyRun(150);
    const seen: FeedEvent[] = [];
    let cursor: string | null = null;
    for (let round = 0; round < 60 && !ended(seen, root); round++) {
      const here = feed.follow(root, cursor, (events) => {
        const some = events.slice(0, 1 + (round % 7)); // the connection broke before the rest was read
        seen.push(...some);
        cursor = some.at(-1)!.cursor;
        here.close();
      });
      await sleep(15);
      here.close();
    }
    feed.follow(root, cursor, (events) => seen.push(...events));
    await until(() => ended(seen, root));
    expect(names(seen).toSorted()).toEqual(await history(root));
  });

  test("follows a run with very many events beside one in which nothing happens", async () => {
    const busy = await busyRun(1);
    await here.ended(busy);
    const quiet = await startRun(here.connection.db, here.store, {
      workflow: await here.define({ name: "quiet", steps: [{ name: "nobody", task_type: "nobody" }] }),
      input: {},
    });
    const [seen, nothing]: FeedEvent[][] = [[], []];
    feed.follow(quiet.executionId, null, (events) => nothing!.push(...events));
    feed.follow(busy, null, (events) => seen!.push(...events));
    await until(() => nothing!.length === 1 && ended(seen!, busy));
    const more = (kind: string) => appendEvent(here.connection.db as never, busy, kind, {});
    for (let n = 0; n < 600; n++) await more("one.more");
    await more("the.last");
    await until(() => seen!.at(-1)!.kind === "the.last");
    expect(names(seen!).toSorted()).toEqual(await history(busy));
  });

  test("refuses a cursor that is none of its own", async () => {
    const root = await busyRun(1);
    expect(() => feed.follow(root, "nonsense", () => {})).toThrow(InvalidCursor);
    await here.ended(root);
  });
});
