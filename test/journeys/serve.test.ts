/** What `lector serve` has accepted it finishes, whatever is killed; and what is cancelled stops. */
import { readlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import { expectBoughtOnce } from "../support/bought-once.ts";
import { killAll, place, story, until } from "../support/program.ts";
import { randomFrom } from "../support/random.ts";
import { busyFor, serve, type Served } from "../support/served.ts";
import { stopwatch } from "../support/stopwatch.ts";

const here = place();
let served: Served | null = null;
afterEach(async () => {
  served?.program.kill("SIGTERM");
  await served?.program.ended;
  served = null;
});
afterAll(() => here.close());

const kinds = async (id: string) => {
  const database = await here.database();
  const rows = await database.rows<{ kind: string }>(
    "select kind from lector.workflow_events where execution_id = $1 order by seq",
    [id],
  );
  await database.leave();
  return rows.map(({ kind }) => kind);
};

/** Less than the text below takes on an idle machine, ms. */
const SPAN_MS = 1500;

test(
  "a run that was accepted is finished after kill -9 of everything, again and again",
  { timeout: 120_000 },
  async () => {
    const random = randomFrom(11);
    served = await serve(here);
    const id = await served.generate(story(40_000, { paragraphs: 48, each: 3 }));
    let underWay = 0;
    for (let kills = 0; kills < 3; kills++) {
      await sleep(kills === 0 ? 0 : random() * SPAN_MS); // the first one right behind the answer
      killAll(here.data);
      await served.program.ended;
      served = await serve(here);
      underWay += Number((await served.status(id)).ended_at === null);
    }
    expect(underWay).toBeGreaterThan(1);
    const status = await served.ended(id);
    expect(status).toMatchObject({ status: "COMPLETED", current_step: 3, segments: { total: 144 } });
    const audio = await fetch(served.url + status.audio.mp3_128);
    expect((await audio.arrayBuffer()).byteLength).toBeGreaterThan(1_000_000);
    await expectBoughtOnce(here);
  },
);

test(
  "its Postgres is killed and its port taken: it comes back on another one, and all goes on",
  { timeout: 60_000 },
  async () => {
    served = await serve(here);
    const { program } = served;
    const [, port] = await program.says(/database ready at 127\.0\.0\.1:(\d+)/);
    const id = await served.generate(story(50_000, { paragraphs: 24, each: 3 }));
    await until("the speaking", async () => (await served!.status(id)).progress > 10);
    process.kill(program.pid, "SIGSTOP"); // or it would be back before the port is taken
    const postgres = here.processes().filter((pid) => readlink(pid).endsWith("/postgres"));
    expect(postgres.length).toBeGreaterThan(2);
    postgres.forEach((pid) => process.kill(Number(pid), "SIGKILL"));
    await until("the end of Postgres", () => postgres.every((pid) => readlink(pid) === ""));
    const taker = createServer((socket) => socket.destroy()).listen(Number(port), "127.0.0.1");
    await once(taker, "listening");
    process.kill(program.pid, "SIGCONT");
    try {
      await until("an answer", async () => (await fetch(`${served!.url}/health/ready`)).ok);
      expect(await served.ended(id)).toMatchObject({ status: "COMPLETED", segments: { total: 72 } });
      const { code, stdout } = await here.run(["runs", "show", id, "--json"]);
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: "COMPLETED" }]);
    } finally {
      taker.close();
    }
    await expectBoughtOnce(here);
  },
);

test(
  "a cancelled run stops in less than a second, its speaking too, and stays as it is",
  { timeout: 60_000 },
  async () => {
    served = await serve(here);
    const id = await served.generate(story(60_000, { paragraphs: 600, each: 4 }));
    await until("the speaking", async () => {
      const { steps } = await served!.status(id);
      return steps.some((step: any) => step.name === "speech" && step.items?.done > 0);
    });
    await until("it computes", async () => (await busyFor(here.data, 500)) > 100);
    const took = stopwatch();
    const cancelled = { status: 200, body: { execution_id: id, status: "CANCELLED" } };
    expect(await served.cancel(id)).toEqual(cancelled);
    const status = await served.status(id);
    expect(took()).toBeLessThan(1000);
    expect(status).toMatchObject({ status: "CANCELLED", ended_at: expect.any(String) });
    expect(status.steps.filter(({ state }: any) => !["done", "cancelled"].includes(state))).toEqual([]);
    await sleep(Math.max(0, 1000 - took()));
    expect(await busyFor(here.data, 1000)).toBeLessThan(300);

    expect(await served.cancel(id)).toEqual(cancelled);
    expect((await kinds(id)).filter((kind) => kind === "run.cancelled")).toHaveLength(1);
    expect((await served.status(id)).ended_at).toBe(status.ended_at);
    const completed = await served.generate("A short one.");
    await served.ended(completed);
    expect((await served.cancel(completed)).body).toEqual({ execution_id: completed, status: "COMPLETED" });
    expect(await served.cancel("019aa3b2-7c1e-7c53-b7a0-4c1b2f0f7a11")).toMatchObject({ status: 404 });
  },
);

test("a signal in the middle of its start stops it as well, and nothing is left behind", async () => {
  for (const pattern of [/database ready/, /workers ready/, /HTTP ready/]) {
    const program = here.start(["serve"], { env: { PORT: "0", LOG_FORMAT: "json" } });
    await program.says(pattern);
    program.kill("SIGTERM");
    const { code, stderr } = await program.ended;
    expect([code, stderr.trim().split("\n").at(-1)]).toEqual([0, expect.stringContaining('"stopped"')]);
    await until("the end of all", () => here.processes().length === 0);
  }
});

test("a signal ends a start that hangs on a silent database, too", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const env = { PORT: "0", DATABASE_URL: `postgres://127.0.0.1:${port}/none`, LECTOR_SHUTDOWN_MS: "200" };
  const program = here.start(["serve"], { env: { ...env, LOG_FORMAT: "json" } });
  await once(silent, "connection");
  const took = stopwatch();
  program.kill("SIGTERM");
  const { code, stderr } = await program.ended;
  silent.close();
  expect([code, stderr]).toEqual([130, expect.stringContaining("SIGTERM during a start that does not end")]);
  expect(took()).toBeLessThan(3000);
});

test("it says in one line each what became ready, and where", async () => {
  served = await serve(here);
  const { url, program } = served;
  program.kill("SIGTERM");
  const { code, stderr, stdout } = await program.ended;
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).msg as string);
  expect(lines).toEqual([
    expect.stringMatching(/^database ready at 127\.0\.0\.1:\d+\/lector, schema \d{3}-/),
    expect.stringMatching(/^workers ready on \d+ cores$/),
    `HTTP ready at ${url}`,
    expect.stringMatching(/^SIGTERM: /),
    "stopped",
  ]);
  expect([code, stdout]).toEqual([0, ""]);
});

function readlink(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}
