/** Four real servers on one data folder, under load. */
import { Agent, request } from "node:http";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { place, story, until, type Database } from "../support/program.ts";
import { serve, type Served } from "../support/served.ts";

const here = place();
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const servers: Served[] = [];
let database: Database;

type Answer = { status: number; body: string };

function send(
  url: string,
  o: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", ...o.headers };
    const sent = request(
      url,
      { method: o.method ?? "GET", headers: o.body ? headers : (o.headers ?? {}), agent },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode!, body }));
      },
    );
    sent.on("error", reject);
    sent.end(o.body ? JSON.stringify(o.body) : undefined);
  });
}

const generate = (server: number, text: string, key: string) =>
  send(`${servers[server]!.url}/audio/generate`, {
    method: "POST",
    body: { text },
    headers: { "idempotency-key": key },
  });

const privateKiB = (pid: number) =>
  [...readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].reduce(
    (sum, [, size]) => sum + Number(size),
    0,
  );

async function completed(server: number, id: string): Promise<void> {
  await until(
    "the run completed",
    async () => {
      const { body } = await send(`${servers[server]!.url}/audio/status/${id}`);
      return JSON.parse(body).status === "COMPLETED";
    },
    110_000,
  );
}

beforeAll(async () => {
  database = await here.database();
  for (let index = 0; index < 4; index++) {
    const server = await serve(here, { LECTOR_CORES: "1" });
    servers.push(server);
    await until("the server is ready", async () => (await send(`${server.url}/health/ready`)).status === 200);
  }
});

afterAll(async () => {
  agent.destroy();
  for (const { program } of servers) program.kill("SIGTERM");
  await Promise.all(servers.map(({ program }) => program.ended));
  await database.leave();
  await here.close();
});

test("10,000 equal starts under one Idempotency-Key over four servers make one run", async () => {
  const ids = new Set<string>();
  let left = 10_000;
  const lane = async (number: number) => {
    while (left-- > 0) {
      const { status, body } = await generate(number % 4, "One sentence for all of them.", "the same");
      expect(status).toBe(202);
      ids.add(JSON.parse(body).execution_id);
    }
  };
  await Promise.all(Array.from({ length: 48 }, (_, number) => lane(number)));
  expect(ids.size).toBe(1);
  const [runs] = await database.rows<{ count: string }>(
    "select count(*) from lector.workflow_instances where parent_step_id is null",
  );
  expect(Number(runs!.count)).toBe(1);
  await completed(0, [...ids][0]!);
});

test("60 simultaneous runs of one text speak each of its sentences once", async () => {
  const text = story(100, { paragraphs: 6, each: 3 });
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => generate(n % 4, text, `own ${n}`)));
  const ids = answers.map(({ body }) => JSON.parse(body).execution_id as string);
  expect(new Set(ids).size).toBe(60);
  for (const id of ids) await completed(1, id);
  const bought = await database.rows<{ count: string }>(
    `select count(*) from lector.ledger l
    where l.execution_id in (select execution_id from lector.workflow_instances where root_id = any($1::uuid[]))
    group by fingerprint`,
    [ids],
  );
  expect(bought.map((row) => Number(row.count))).toEqual(bought.map(() => 1));
  expect(bought).toHaveLength(18);
});

test("1,000 listeners to one server's events cost at most 64 KiB each, and all hear the end", async () => {
  const { url, program } = servers[2]!;
  const { body } = await generate(3, story(300, { paragraphs: 4 }), "heard");
  const id = JSON.parse(body).execution_id as string;
  const before = privateKiB(program.pid);
  const wide = new Agent({ maxSockets: Infinity });
  let open = 0;
  const listeners = Array.from({ length: 1000 }, () => {
    return new Promise<string[]>((resolve, reject) => {
      const sent = request(`${url}/audio/${id}/events`, { agent: wide }, (response) => {
        open++;
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve([...text.matchAll(/^id: (.+)$/gm)].map(([, cursor]) => cursor!)));
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end();
    });
  });
  await until("all are connected", () => open === 1000);
  const grown = privateKiB(program.pid) - before;
  const heard = await Promise.all(listeners);
  wide.destroy();
  expect(grown / 1000).toBeLessThanOrEqual(64);
  const events = await database.rows<{ count: string }>(
    "select count(*) from lector.workflow_events join lector.workflow_instances using (execution_id) where root_id = $1",
    [id],
  );
  for (const cursors of heard) {
    expect(cursors).toHaveLength(Number(events[0]!.count));
    expect(new Set(cursors).size).toBe(cursors.length);
  }
});

test("200 concurrent Range readers of one file are served from the disk as a stream", async () => {
  const { url, program } = servers[0]!;
  const { body } = await generate(0, story(500, { paragraphs: 40, each: 4 }), "read");
  const id = JSON.parse(body).execution_id as string;
  await completed(0, id);
  const size = Number(
    await new Promise<string>((resolve, reject) => {
      request(`${url}/audio/${id}/audio.mp3`, { method: "HEAD", agent }, (response) => {
        response.resume();
        resolve(response.headers["content-length"]!);
      })
        .on("error", reject)
        .end();
    }),
  );
  expect(size).toBeGreaterThan(3_000_000);
  const before = privateKiB(program.pid);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, privateKiB(program.pid))), 20);
  const wide = new Agent({ maxSockets: Infinity });
  const lengths = await Promise.all(
    Array.from({ length: 200 }, (_, n) => {
      return new Promise<number>((resolve, reject) => {
        const sent = request(
          `${url}/audio/${id}/audio.mp3`,
          { agent: wide, headers: { range: `bytes=${n * 100}-` } },
          (response) => {
            let bytes = 0;
            expect(response.statusCode).toBe(206);
            response.on("data", (piece: Buffer) => (bytes += piece.length));
            response.on("end", () => resolve(bytes));
          },
        );
        sent.on("error", reject);
        sent.end();
      });
    }),
  );
  clearInterval(watch);
  wide.destroy();
  await sleep(0);
  expect(lengths).toEqual(lengths.map((_, n) => size - n * 100));
  expect((peak - before) * 1024).toBeLessThan(0.25 * 200 * size); // held in memory it would be all of it
});
