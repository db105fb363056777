import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { childPool, type ChildPool } from "../../src/children/pool.ts";
import type { TestJob } from "./support-child.ts";

type Echo = { value: unknown; pid: number };
let pool: ChildPool<TestJob, Echo>;

beforeEach(() => {
  pool = childPool<TestJob, Echo>(new URL("support-child.ts", import.meta.url), { size: 1 });
});
afterEach(() => pool.close());

const echo = (value: unknown) => pool.run({ do: "echo", value });

test("one child answers job after job, and typed arrays travel as they are", async () => {
  const first = await echo(new Uint8Array([1, 2, 255]));
  const second = await echo("again");
  expect(first.value).toEqual(new Uint8Array([1, 2, 255]));
  expect(second).toEqual({ value: "again", pid: first.pid });
});

test("no more children live than the size allows, and all jobs are answered in order", async () => {
  const answers = await Promise.all([1, 2, 3, 4, 5].map(echo));
  expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
});

test("an error keeps its name, message and code, and the child lives on", async () => {
  const { pid } = await echo(0);
  const failed = pool.run({ do: "throw", name: "BadTape", message: "The tape is torn", code: "E_TORN" });
  await expect(failed).rejects.toMatchObject({ name: "BadTape", message: "The tape is torn", code: "E_TORN" });
  expect((await echo(0)).pid).toBe(pid);
});

test("a child that dies rejects its job with what it said, and the next job gets a new child", async () => {
  const { pid } = await echo(0);
  const died = pool.run({ do: "die", say: "out of tape" });
  await expect(died).rejects.toMatchObject({
    name: "ChildDied",
    message: expect.stringMatching(/code 3: out of tape/),
  });
  expect((await echo(0)).pid).not.toBe(pid);
});

test("an abort kills a child that hangs and rejects with the signal's reason", async () => {
  const { pid } = await echo(0);
  const abort = new AbortController();
  const hanging = pool.run({ do: "hang" }, { signal: abort.signal });
  abort.abort(new Error("no longer wanted"));
  await expect(hanging).rejects.toThrow("no longer wanted");
  expect((await echo(0)).pid).not.toBe(pid);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("an abort that crosses the answer does not cost the next job its child", async () => {
  await echo(0);
  const abort = new AbortController();
  const crossed = failure(pool.run({ do: "echo", value: 1 }, { signal: abort.signal }));
  const next = echo("next");
  blockFor(100); // the answer arrives, and is not read yet
  abort.abort(new Error("too late"));
  expect(await crossed).toBe("too late");
  expect((await next).value).toBe("next");
});

test("a job aborted before it had a child leaves the queue", async () => {
  const abort = new AbortController();
  const running = echo("running");
  const queued = pool.run({ do: "hang" }, { signal: abort.signal });
  abort.abort(new Error("never mind"));
  await expect(queued).rejects.toThrow("never mind");
  expect((await running).value).toBe("running");
  await expect(pool.run({ do: "hang" }, { signal: abort.signal })).rejects.toThrow("never mind");
});

test("a job that takes too long is killed and says so; waiting for a child does not count", async () => {
  await echo(0);
  const slow = pool.run({ do: "hang" }, { timeoutMs: 300 });
  const waiting = pool.run({ do: "echo", value: "waited" }, { timeoutMs: 50_000 });
  await expect(slow).rejects.toMatchObject({ name: "ChildTimedOut", message: expect.stringContaining("300 ms") });
  expect((await waiting).value).toBe("waited");
});

test("closing kills the children, rejects what is under way and what comes later", async () => {
  const { pid } = await echo(0);
  const underWay = failure(pool.run({ do: "hang" }));
  const queued = failure(echo(1));
  await pool.close();
  expect(await underWay).toContain("SIGKILL");
  expect(await queued).toContain("closed");
  await expect(echo(2)).rejects.toMatchObject({ name: "ChildDied" });
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test.each(["end", "close"])("a parent with an idle child comes to its end by itself (%s)", async (way) => {
  const parent = startParent(way);
  const [code] = await once(parent.process, "exit");
  expect(code).toBe(0);
  await gone(await parent.childPid);
});

test("a child dies with its parent after kill -9", async () => {
  const parent = startParent("wait");
  const pid = await parent.childPid;
  expect(process.kill(pid, 0)).toBe(true);
  parent.process.kill("SIGKILL");
  await gone(pid);
});

function startParent(way: string) {
  const script = fileURLToPath(new URL("support-parent.ts", import.meta.url));
  const parent = spawn(process.execPath, [script, way], { stdio: ["ignore", "pipe", "inherit"] });
  const line = once(createInterface(parent.stdout), "line");
  return { process: parent, childPid: line.then(([text]) => Number(text)) };
}

const failure = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);

/** There is no event for the end of a process that is not our child. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { interval: 20 }).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`; // an orphan stays a zombie until process 1 looks
  return !(existsSync(stat) && / Z /.test(readFileSync(stat, "utf8")));
}

const blockFor = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
