import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect as connectSocket } from "node:net";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { task, gate } from "../support/orchestra.ts";
import { randomId, testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
const hold = gate();
let broken = true;

beforeAll(async () => {
  here = await testServer({
    tasks: () => [
      task("wait", (_input, { signal, progress }) => {
        progress(0.5);
        return Promise.race([hold.opened, new Promise((_, reject) => signal.addEventListener("abort", reject))]);
      }),
      task("fail", () => {
        if (broken) throw new PermanentError("It is broken.", { code: "broken" });
        return {};
      }),
    ],
  });
});
afterAll(async () => {
  hold.open();
  await here.close();
});

async function start(taskType: string, metadata: Record<string, unknown> = {}): Promise<string> {
  const steps = [{ name: "only", task_type: taskType }];
  const workflow = await ensureDefinition(here.app.connection.db, { name: `just_${taskType}`, steps });
  const { executionId } = await here.worker.start({ workflow, input: {}, metadata });
  return executionId;
}

const json = async (response: Response) => (await response.json()) as any;

describe("the status of a run", () => {
  test("has every field that is promised", async () => {
    const id = await start("wait", { user_id: "s" });
    await expect.poll(async () => (await json(await here.get(`/audio/status/${id}`))).steps[0]?.progress).toBe(50);
    const response = await here.get(`/audio/status/${id.toUpperCase()}`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await json(response)).toEqual({
      execution_id: id,
      workflow: "just_wait",
      workflow_id: expect.any(Number),
      status: "RUNNING",
      current_step: 0,
      created_at: time,
      updated_at: time,
      started_at: time,
      ended_at: null,
      elapsed_s: expect.any(Number),
      metadata: { user_id: "s" },
      schedule_id: null,
      scheduled_for: null,
      superseded_by: null,
      progress: 50,
      steps: [
        {
          workflow: "just_wait",
          step: 1,
          name: "only",
          state: "running",
          attempt: 1,
          progress: 50,
          items: null,
          error: null,
          started_at: time,
          ended_at: null,
        },
      ],
      error: null,
      audio: null,
      captions: null,
      duration_s: null,
      loudness_lufs: null,
      segments: null,
      characters: null,
    });
  });

  test("says why it failed, and where", async () => {
    const status = await here.ended(await start("fail"));
    expect(status).toMatchObject({
      status: "FAILED",
      error: { code: "broken", message: "It is broken.", step: "only" },
    });
    expect(status.progress).toBeLessThan(100);
  });
});

describe("the list of runs", () => {
  test("gives each run once, newest first, over pages that keep their place while new ones start", async () => {
    const mine: string[] = [];
    for (let index = 0; index < 7; index++) mine.push(await start("nobody", { user_id: "pages" }));
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const next: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await json(await here.get(`/audio?user_id=pages&limit=3${next}`));
      expect(Object.keys(page)).toEqual(["runs", "next_cursor"]);
      seen.push(...page.runs.map((run: any) => run.execution_id));
      cursor = page.next_cursor;
      pages++;
      await start("nobody", { user_id: "pages" });
    } while (cursor !== null);
    expect(seen).toEqual(mine.toReversed());
    expect(pages).toBe(3);
  });

  test("is filtered by status and user", async () => {
    const id = await start("fail", { user_id: "filtered" });
    await here.ended(id);
    await start("nobody", { user_id: "filtered" });
    const page = await json(await here.get("/audio?status=FAILED&user_id=filtered"));
    expect(page.runs.map((run: any) => run.execution_id)).toEqual([id]);
    expect(page.next_cursor).toBeNull();
  });

  test.each([
    ["status=DONE", "status"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=many", "limit"],
    ["limit=1.5", "limit"],
    ["cursor=x", "cursor"],
    ["user_id=", "user_id"],
    ["user_id=%00", "user_id"],
    ["workflow=%00", "workflow"],
    ["stauts=FAILED", "stauts"],
    ["limit=1&limit=2", "limit"],
  ])("refuses ?%s and says which field is wrong", async (query, field) => {
    const response = await here.get(`/audio?${query}`);
    expect(response.status).toBe(400);
    expect((await json(response)).errors[0].field).toBe(field);
  });
});

describe("an action", () => {
  test("cancels a running run at once, and again without harm", async () => {
    const id = await start("wait");
    await expect.poll(async () => (await json(await here.get(`/audio/status/${id}`))).status).toBe("RUNNING");
    for (const body of [undefined, "", "{}"]) {
      const response = await here.post(`/audio/${id}/cancel`, body);
      expect([response.status, await json(response)]).toEqual([200, { execution_id: id, status: "CANCELLED" }]);
    }
    expect((await here.ended(id)).status).toBe("CANCELLED");
  });

  test("takes a cancel as curl sends it, with a form of nothing", async () => {
    const id = await start("nobody");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await here.post(`/audio/${id}/cancel`, "", headers)).status).toBe(200);
  });

  test("retries a failed run, which goes on as the same run", async () => {
    broken = true;
    const id = await start("fail");
    await here.ended(id);
    broken = false;
    const response = await here.post(`/audio/${id}/retry`);
    expect([response.status, await json(response)]).toEqual([202, { execution_id: id, status: expect.any(String) }]);
    expect((await here.ended(id)).status).toBe("COMPLETED");
    const again = await here.post(`/audio/${id}/retry`);
    expect([again.status, (await json(again)).type]).toEqual([409, "urn:lector:problem:run_conflict"]);
    broken = true;
  });

  test("does not retry what is under way", async () => {
    expect((await here.post(`/audio/${await start("nobody")}/retry`)).status).toBe(409);
  });
});

describe("what is not there", () => {
  const id = randomId();
  test.each([
    ["GET", `/audio/status/${id}`],
    ["GET", `/audio/${id}/audio.mp3`],
    ["HEAD", `/audio/${id}/audio.mp3`],
    ["GET", `/audio/${id}/events`],
    ["POST", `/audio/${id}/cancel`],
    ["POST", `/audio/${id}/retry`],
  ])("%s of an unknown run is a 404 that names it", async (method, path) => {
    const response = await fetch(here.url + path, { method });
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    if (method !== "HEAD") expect((await json(response)).detail).toContain(id);
  });

  test.each([
    "GET /audio/status/1",
    "GET /audio/x/events",
    "POST /audio/%F0%9F%98%80/cancel",
    "GET /audio/1/audio.mp3",
    `GET /audio/status/${"a".repeat(300)}`,
  ])("%s has no id that can be one: 400", async (request) => {
    const [method, path] = request.split(" ");
    const response = await fetch(here.url + path, { method: method! });
    expect([response.status, (await json(response)).errors[0].field]).toEqual([400, "execution_id"]);
  });

  test.each([
    ["GET", "/nothing", 404, null],
    ["GET", "/audio/", 404, null],
    ["GET", `/audio/${id}/${"a".repeat(300)}`, 404, null],
    ["HEAD", `/audio/${id}/events`, 405, "GET"],
    ["GET", `/audio/${id}/cancel`, 405, "POST"],
    ["POST", "/nothing", 404, null],
    ["GET", "/audio/generate", 405, "POST"],
    ["DELETE", "/audio", 405, "GET, HEAD"],
    ["PUT", `/audio/${id}/audio.mp3`, 405, "GET, HEAD"],
    ["OPTIONS", "/health", 405, "GET, HEAD"],
    ["PROPFIND", "/audio", 405, "GET, HEAD"],
  ])("%s %s is a %i", async (method, path, status, allow) => {
    const response = await fetch(here.url + path, { method });
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(response.headers.get("allow")).toBe(allow);
  });

  test("a path that cannot be decoded is a 400", async () => {
    const response = await here.get("/audio/status/%E0%A4%A");
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
  });

  test.each([
    ["GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["hello\r\n\r\n", 400],
  ])("what is no HTTP is answered and hung up on", async (bytes, status) => {
    const answer = await new Promise<string>((resolve, reject) => {
      let read = "";
      const socket = connectSocket(Number(new URL(here.url).port), "127.0.0.1", () => socket.write(bytes));
      socket.on("data", (chunk) => (read += chunk)).on("error", reject);
      socket.on("close", () => resolve(read));
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain("Content-Type: application/problem+json");
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toMatchObject({ status });
  });
});

test("a fault of ours tells nothing of itself but the trace, under which the log has it", async () => {
  const faulty = await testServer({
    app: {
      voices: async () => {
        throw new Error("secret: /home/somebody/voices.json");
      },
    },
  });
  try {
    const response = await faulty.post("/audio/generate", { text: "Hello." });
    const problem = await json(response);
    expect(response.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain("secret");
    const logged = faulty.log.find((line) => line["trace_id"] === problem.trace_id && line["err"]);
    expect(logged!["err"].message).toContain("secret");
  } finally {
    await faulty.close();
  }
});
