import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { request, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { task } from "../support/orchestra.ts";
import { until } from "../support/program.ts";
import { randomFrom } from "../support/random.ts";
import { testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
let broken = true;

beforeAll(async () => {
  here = await testServer({
    tasks: () => [
      task("short", () => sleep(2)),
      task("long", async (_input, { progress }) => {
        for (let part = 1; part <= 20; part++) {
          progress(part / 20);
          await sleep(100);
        }
      }),
      task("wide", () => ({ padding: "x".repeat(10) })),
      task("fail", () => {
        if (broken) throw new PermanentError("no");
      }),
    ],
  });
  await ensureDefinition(here.app.connection.db, { name: "kid", steps: [{ name: "a", task_type: "short" }] });
});
afterAll(() => here.close());

type Sent = { id?: string; event?: string; data?: any; comment?: true };

async function start(name: string, steps: object[], input: object = {}): Promise<string> {
  const workflow = await ensureDefinition(here.app.connection.db, { name, steps } as never);
  return (await here.worker.start({ workflow, input })).executionId;
}

const tree = (items: number) =>
  start(
    "tree",
    [
      { name: "each", task_type: "short", for_each: "/input/list" },
      { name: "kid", workflow: "kid" },
    ],
    { list: Array.from({ length: items }, () => 1) },
  );

/** Reads a stream to its end, or until `stop` says so and it is cut. */
async function listen(
  id: string,
  o: { headers?: Record<string, string>; query?: string; stop?(sent: Sent[]): boolean; server?: TestServer } = {},
): Promise<Sent[]> {
  const cut = new AbortController();
  const { url } = o.server ?? here;
  const response = await fetch(`${url}/audio/${id}/events${o.query ?? ""}`, {
    headers: o.headers ?? {},
    signal: cut.signal,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const all: Sent[] = [];
  let text = "";
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream() as never)) {
      text += chunk as unknown as string;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      all.push(...blocks.map(parse));
      if (o.stop?.(all)) break;
    }
  } catch (error) {
    if (!cut.signal.aborted) throw error;
  }
  cut.abort();
  return all;
}

function parse(block: string): Sent {
  const sent: Sent = {};
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line)!;
    if (field === "data") sent.data = JSON.parse(value!);
    else if (field === "id" || field === "event") sent[field] = value!;
  }
  return sent;
}

const ofHistory = (sent: Sent[]) => sent.filter((each) => each.id !== undefined);
const nameOf = ({ data }: Sent) => `${data.execution_id} ${data.seq}`;

/** The tree's events as they stand in the table. */
async function history(root: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select e.execution_id || ' ' || e.seq as name
    from lector.workflow_events e join lector.workflow_instances i using (execution_id)
    where i.root_id = ${root}`.execute(here.app.connection.db);
  return rows.map(({ name }) => name).toSorted();
}

describe("an event stream", () => {
  test("gives the whole tree's history once each, to who comes early and who comes late, and then ends", async () => {
    const id = await tree(50);
    const early = await listen(id);
    const late = await listen(id);
    const all = await history(id);
    for (const stream of [early, late]) {
      expect(ofHistory(stream).map(nameOf).toSorted()).toEqual(all);
      expect(stream.at(-1)).toMatchObject({
        event: "end",
        data: { execution_id: id, status: "COMPLETED", progress: 100 },
      });
    }
    expect(ofHistory(late)[0]).toEqual({
      id: expect.any(String),
      event: "run.created",
      data: { execution_id: id, seq: 1, kind: "run.created", at: expect.any(String), data: expect.any(Object) },
    });
  });

  test("has no gap and no repeat over random disconnects, on one server or the other", async () => {
    const id = await tree(120);
    const servers = [here, await here.another()];
    const random = randomFrom(5);
    const seen: Sent[] = [];
    for (let turn = 0; seen.at(-1)?.event !== "end"; turn++) {
      expect(turn).toBeLessThan(500);
      const last = ofHistory(seen).at(-1)?.id;
      const most = 1 + Math.floor(random() * 40);
      const got = await listen(id, {
        server: servers[turn % 2]!,
        headers: last === undefined ? {} : { "last-event-id": last },
        stop: (sent) => ofHistory(sent).length >= most,
      });
      seen.push(...got);
    }
    const names = ofHistory(seen).map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(await history(id));
  });

  test("resumes by ?after= too, and the header goes before it", async () => {
    const id = await tree(3);
    const all = ofHistory(await listen(id));
    const from = async (query: string, headers = {}) => ofHistory(await listen(id, { query, headers })).map(nameOf);
    expect(await from(`?after=${all[2]!.id}`)).toEqual(all.slice(3).map(nameOf));
    expect(await from(`?after=${all[2]!.id}`, { "last-event-id": all[5]!.id! })).toEqual(all.slice(6).map(nameOf));
    expect(await from("", { "last-event-id": all.at(-1)!.id! })).toEqual([]);
  });

  test("tells progress without an id, at most twice a second", async () => {
    const since = performance.now();
    const id = await start("slow", [{ name: "a", task_type: "long" }]);
    const sent = await listen(id);
    const seconds = (performance.now() - since) / 1000; // 2 of work, on a machine that has time for it
    const progress = sent.filter((each) => each.event === "progress");
    expect(progress.every((each) => each.id === undefined)).toBe(true);
    const values = progress.map((each) => each.data.progress as number);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(new Set(values).size).toBeGreaterThanOrEqual(3);
    expect(progress.length).toBeLessThanOrEqual(3 + 2 * seconds);
  });

  test("goes on through a retry: only the end that is the end ends it", async () => {
    broken = true;
    const id = await start("mends", [{ name: "a", task_type: "fail" }]);
    expect((await listen(id)).at(-1)).toMatchObject({ event: "end", data: { status: "FAILED" } });
    broken = false;
    await here.post(`/audio/${id}/retry`);
    const sent = await listen(id);
    expect(sent.at(-1)).toMatchObject({ event: "end", data: { status: "COMPLETED" } });
    const kinds = ofHistory(sent).map((each) => each.event);
    expect(kinds).toEqual(expect.arrayContaining(["run.failed", "run.reopened", "run.completed"]));
  });

  test.each(["x", "!!", "MTIzLmEuMQ"])("refuses the cursor %s, which is none", async (cursor) => {
    const id = await start("nobody", [{ name: "a", task_type: "nobody" }]);
    const response = await here.get(`/audio/${id}/events`, { "last-event-id": cursor });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "urn:lector:problem:invalid_cursor" });
  });

  test("is in the log with the whole time it was followed, also when the client leaves before the end", async () => {
    const [left, stayed] = [await start("left", [{ name: "a", task_type: "long" }]), await tree(2)];
    await listen(left, { stop: (sent) => sent.some(({ event }) => event === "progress") });
    await listen(stayed);
    const lineOf = (id: string) => here.log.find((line) => line["path"] === `/audio/${id}/events`);
    await expect.poll(() => lineOf(left) && lineOf(stayed)).toBeDefined();
    expect(lineOf(left)).toMatchObject({ msg: "request", status: 200, aborted: true, execution_id: left });
    expect(lineOf(stayed)).toMatchObject({ msg: "request", status: 200, execution_id: stayed });
    expect(lineOf(stayed)).not.toHaveProperty("aborted");
    await here.post(`/audio/${left}/cancel`);
  });

  test("keeps at most 64 KiB for a client that does not read, and loses nothing for it", async () => {
    const id = await start("history", [{ name: "a", task_type: "nobody" }]);
    await sql`insert into lector.workflow_events (execution_id, seq, kind, data)
      select ${id}::uuid, seq, 'step.started', jsonb_build_object('padding', repeat('x', 1200))
      from generate_series(2, 8000) as seq`.execute(here.app.connection.db);
    await sql`update lector.workflow_instances set event_seq = 8000 where execution_id = ${id}`.execute(
      here.app.connection.db,
    );
    await here.post(`/audio/${id}/cancel`);
    const raws: { writableLength: number }[] = [];
    here.server.server.on("request", (_request, response) => raws.push(response));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${here.url}/audio/${id}/events`, { highWaterMark: 1024 } as object, resolve);
      asked.on("error", reject).end();
    });
    response.pause();
    await expect.poll(() => raws[0]!.writableLength).toBeGreaterThan(32 * 1024); // it does wait
    let most = 0;
    for (let looks = 0; looks < 20; looks++) {
      most = Math.max(most, raws[0]!.writableLength);
      await sleep(20);
    }
    expect(most).toBeLessThanOrEqual(64 * 1024);
    let text = "";
    for await (const chunk of response) text += chunk as string;
    const names = ofHistory(text.split("\n\n").filter(Boolean).map(parse)).map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(await history(id));
  });

  test("ends when its server closes, for the client to come back to another", async () => {
    const other = await here.another();
    const id = await start("waits", [{ name: "a", task_type: "nobody" }]);
    let closing: PromiseLike<unknown> | null = null;
    const stop = (sent: Sent[]) => {
      if (ofHistory(sent).length > 0) closing ??= other.server.close();
      return false;
    };
    const sent = await listen(id, { server: other, stop });
    await closing;
    expect(sent.map((each) => each.event)).not.toContain("end");
    expect(ofHistory(sent)).toHaveLength(1);
  });

  test("is not begun for a client that left before it could be, and holds nothing up afterwards", async () => {
    const { db } = here.app.connection;
    const id = await start("early", [{ name: "a", task_type: "nobody" }]);
    const { follow } = here.app.feed;
    let followed = 0;
    here.app.feed.follow = (...given) => (followed++, follow(...given));
    await db.transaction().execute(async (tx) => {
      await sql`lock table lector.workflow_instances`.execute(tx);
      const left = new Promise((resolve) => {
        here.server.server.once("request", (_request, response) => response.once("close", resolve));
      });
      const asked = request(`${here.url}/audio/${id}/events`)
        .on("error", () => {})
        .end();
      const waits = sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      await until("it waits for the database", async () => (await waits.execute(tx)).rows.length > 0);
      asked.destroy();
      await left;
    });
    await here.get(`/audio/status/${id}`); // behind the one that waited
    here.app.feed.follow = follow;
    expect(followed).toBe(0);
  });

  test("serves 200 listeners of one run the same", async () => {
    const id = await tree(20);
    const streams = await Promise.all(Array.from({ length: 200 }, () => listen(id)));
    const all = await history(id);
    for (const stream of streams) expect(ofHistory(stream).map(nameOf).toSorted()).toEqual(all);
  });
});
