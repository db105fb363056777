/** `/v1/runs` and `/v1/dead-letters`: what is made, and what a person does to it. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { removeEnded } from "../../src/orchestrator/retention.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { gate, task } from "../support/orchestra.ts";
import { randomId, testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
let broken = true;
let spoken = "first";
const hold = gate();

beforeAll(async () => {
  here = await testServer({
    tasks: ({ storage }) => [
      task("good", () => ({})),
      task("wait", () => hold.opened),
      task("fail", () => {
        if (broken) throw new PermanentError("It is broken.", { code: "broken", cause: new Error("deep down") });
        return {};
      }),
      task("speak", async () => {
        const files = [{ name: "audio.mp3", format: "mp3_128", ...(await storage.put(Buffer.from(spoken))) }];
        return { duration_s: 1, loudness_lufs: null, segments: null, characters: null, files };
      }),
    ],
  });
});
afterAll(async () => {
  hold.open();
  await here.close();
});

async function start(name: string, steps: Record<string, string>): Promise<string> {
  const planned = Object.entries(steps).map(([step, task_type]) => ({ name: step, task_type }));
  const workflow = await ensureDefinition(here.app.connection.db, { name, steps: planned });
  return (await here.worker.start({ workflow, input: { said: "hello" }, metadata: { user_id: name } })).executionId;
}

const json = async (response: Response) => (await response.json()) as any;
const answer = async (response: Response) => [response.status, await json(response)];
const act = async (id: string, verb: string, body?: unknown) => answer(await here.post(`/v1/runs/${id}/${verb}`, body));
const eventsOf = async (id: string) =>
  (await (await here.get(`/audio/${id}/events`)).text())
    .split("\n")
    .filter((line) => line.startsWith("data: ") && line.includes('"kind"'))
    .map((line) => JSON.parse(line.slice(6)));

describe("/v1/runs", () => {
  test("lists and shows what /audio does", async () => {
    const id = await start("shown", { only: "good" });
    await here.ended(id);
    expect(await json(await here.get("/v1/runs?workflow=shown"))).toEqual(
      await json(await here.get("/audio?workflow=shown")),
    );
    expect(await json(await here.get(`/v1/runs/${id}`))).toEqual(await json(await here.get(`/audio/status/${id}`)));
    expect((await here.get("/v1/runs?limit=0")).status).toBe(400);
  });

  test("pauses and resumes, each as often as one likes", async () => {
    const id = await start("paused", { first: "wait", second: "good" });
    expect(await act(id, "pause", { why: "lunch" })).toEqual([200, { execution_id: id, status: "PAUSED" }]);
    expect(await act(id.toUpperCase(), "pause")).toEqual([200, { execution_id: id, status: "PAUSED" }]);
    expect(await json(await here.get("/v1/runs?status=PAUSED&user_id=paused"))).toMatchObject({
      runs: [{ execution_id: id, status: "PAUSED" }],
    });
    expect(await act(id, "resume")).toEqual([200, { execution_id: id, status: "RUNNING" }]);
    expect(await act(id, "resume")).toEqual([200, { execution_id: id, status: "RUNNING" }]);
    hold.open();
    await here.ended(id);
    const told = (await eventsOf(id)).filter(({ kind }) => /paused|resumed/.test(kind));
    expect(told.map(({ kind, data }) => [kind, data.by, data.why])).toEqual([
      ["run.paused", "http", "lunch"],
      ["run.resumed", "http", "POST /v1/runs/:execution_id/resume"],
    ]);
    for (const verb of ["pause", "resume"]) {
      const [status, problem] = await act(id, verb);
      expect([status, problem.type]).toEqual([409, "urn:lector:problem:run_conflict"]);
      expect(problem.detail).toContain("has ended as COMPLETED");
    }
  });

  test("cancels and retries as /audio does, with a reason", async () => {
    broken = true;
    const id = await start("reasons", { only: "fail" });
    await here.ended(id);
    broken = false;
    expect((await act(id, "retry", { why: "the voice is back" }))[0]).toBe(202);
    expect((await here.ended(id)).status).toBe("COMPLETED");
    expect(await act(id, "cancel")).toEqual([200, { execution_id: id, status: "COMPLETED" }]);
    expect((await eventsOf(id)).find(({ kind }) => kind === "run.reopened").data.why).toBe("the voice is back");
  });

  test("says which run took the place of a superseded one, in its view and in its last event, and retries it no more", async () => {
    const steps = [{ name: "only", task_type: "nobody" }];
    const workflow = await ensureDefinition(here.app.connection.db, { name: "changing", steps });
    const begin = async (contentHash: string) =>
      (await here.worker.start({ workflow, input: {}, dedupeKey: "article", contentHash })).executionId;
    const [old, next] = [await begin("v1"), await begin("v2")];
    const views = (await json(await here.get("/v1/runs?workflow=changing"))).runs;
    expect(views.map((run: any) => [run.execution_id, run.status, run.superseded_by])).toEqual([
      [next, "PENDING", null],
      [old, "CANCELLED", next],
    ]);
    expect(await json(await here.get(`/v1/runs/${old}`))).toMatchObject({ superseded_by: next });
    expect((await eventsOf(old)).at(-1)).toMatchObject({ kind: "run.cancelled", data: { superseded_by: next } });
    for (const [verb, body] of [["retry"], ["restart", { step: 1 }]] as const) {
      const [status, problem] = await act(old, verb, body);
      expect([verb, status, problem.type]).toEqual([verb, 409, "urn:lector:problem:run_conflict"]);
    }
    await act(next, "cancel");
  });

  test("restarts from a step by name or number, and the files are those of the new end", async () => {
    spoken = "first";
    const id = await start("again", { look: "good", publish: "speak" });
    await here.ended(id);
    const file = `/audio/${id}/audio.mp3`;
    expect(await (await here.get(file)).text()).toBe("first");
    spoken = "second";
    expect(await act(id, "restart", { step: "publish" })).toEqual([202, { execution_id: id, status: "RUNNING" }]);
    await here.ended(id);
    const second = await here.get(file);
    expect([await second.text(), second.headers.get("cache-control")]).toEqual(["second", "private, no-cache"]);
    expect((await act(id, "restart", { step: 1, why: "once more" }))[0]).toBe(202);
    const { steps } = await here.ended(id);
    expect(steps.map((step: any) => [step.name, step.attempt])).toEqual([
      ["look", 2],
      ["publish", 3],
    ]);
  });

  test.each([
    [{ step: "nothing" }, 422, "unknown_step", 'has no step "nothing". Its steps: 1 only.'],
    [{ step: 2 }, 422, "unknown_step", "has no step 2"],
    [{ step: 0 }, 400, "invalid_request", "step"],
    [{ step: 1.5 }, 400, "invalid_request", "step"],
    [{}, 400, "invalid_request", "step"],
    [undefined, 400, "invalid_request", "body"],
    [{ step: 1, why: "x".repeat(501) }, 400, "invalid_request", "why"],
    [{ step: 1, when: "now" }, 400, "invalid_request", "when"],
  ])("refuses to restart with %j", async (body, status, type, says) => {
    const id = await start("refused", { only: "good" });
    const [got, problem] = await act(id, "restart", body);
    expect([got, problem.type]).toEqual([status, `urn:lector:problem:${type}`]);
    expect(problem.detail).toContain(says);
  });

  test("refuses a reason that is none, and what is larger than one can be", async () => {
    const id = await start("refused", { only: "good" });
    for (const verb of ["cancel", "retry", "pause", "resume"]) {
      expect((await act(id, verb, { why: 7 }))[0]).toBe(400);
      expect((await act(id, verb, { why: "x".repeat(5000) }))[0]).toBe(413);
    }
    const form = { "content-type": "application/x-www-form-urlencoded" };
    await here.ended(id);
    expect((await here.post(`/v1/runs/${id}/cancel`, "", form)).status).toBe(200);
  });

  test("is not there any more once it was removed for its age, nor are its files", async () => {
    const id = await start("old", { publish: "speak" });
    await here.ended(id);
    const places = [`/v1/runs/${id}`, `/audio/status/${id}`, `/audio/${id}/audio.mp3`, `/audio/${id}/events`];
    const statuses = async () => {
      const answers = await Promise.all(places.map((place) => here.get(place)));
      await Promise.all(answers.map((each) => each.text()));
      return answers.map((each) => each.status);
    };
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const { db } = here.app.connection;
    await sql`update lector.workflow_instances set created_at = created_at - interval '31 days',
      ended_at = ended_at - interval '31 days' where execution_id = ${id}`.execute(db);
    expect(await removeEnded(db, 30)).toEqual({ removed: 1, more: false });
    expect(await statuses()).toEqual([404, 404, 404, 404]);
    expect((await json(await here.get("/v1/runs?workflow=old"))).runs).toEqual([]);
  });

  test.each(["", "/cancel", "/retry", "/pause", "/resume", "/restart"])(
    "of an unknown run: %s is a 404",
    async (what) => {
      const id = randomId();
      const response = what
        ? await here.post(`/v1/runs/${id}${what}`, { ...(what === "/restart" && { step: 1 }) })
        : await here.get(`/v1/runs/${id}`);
      const [status, problem] = await answer(response);
      expect([status, problem.type]).toEqual([404, "urn:lector:problem:run_not_found"]);
      expect(problem.detail).toContain(id);
    },
  );
});

describe("/v1/dead-letters", () => {
  test("lists, shows and replays, and once more does no harm", async () => {
    broken = true;
    const id = await start("dead", { only: "fail" });
    await here.ended(id);
    const { dead_letters: letters, next_cursor: next } = await json(await here.get("/v1/dead-letters?workflow=dead"));
    expect(next).toBe(null);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const about = {
      task_id: expect.any(String),
      execution_id: id,
      root_id: id,
      run_status: "FAILED",
      workflow: "dead",
      step: 1,
      item: null,
      name: "only",
      task_type: "fail",
      state: "failed",
      attempt: 1,
      failures: 1,
      lost: 0,
      error: { code: "broken", message: "It is broken.", step: "only" },
      failed_at: time,
    };
    expect(letters).toEqual([about]);
    const { task_id: letter } = letters[0];
    const whole = { code: "broken", message: "It is broken.", step: "only", cause: { message: "deep down" } };
    expect(await json(await here.get(`/v1/dead-letters/${letter.toUpperCase()}`))).toMatchObject({
      ...about,
      input: { said: "hello" },
      causes: [{ attempt: 1, at: time, kind: "failed", error: whole }],
      revivals: [],
    });
    broken = false;
    const replay = async (body?: unknown) => answer(await here.post(`/v1/dead-letters/${letter}/replay`, body));
    const replayed = await replay({ why: "mended" });
    expect(replayed).toEqual([202, { execution_id: id, status: "RUNNING" }]);
    expect((await here.ended(id)).status).toBe("COMPLETED");
    expect(await replay()).toEqual([202, { execution_id: id, status: "COMPLETED" }]);
    const { state, revivals } = await json(await here.get(`/v1/dead-letters/${letter}`));
    expect([state, revivals]).toMatchObject([
      "done",
      [{ at: time, kind: "reopened", data: { by: "http", why: "mended", replay: { task_id: letter, attempt: 1 } } }],
    ]);
    expect((await json(await here.get("/v1/dead-letters?workflow=dead"))).dead_letters).toEqual([]);
  });

  test("comes page by page, and refuses what is no page", async () => {
    broken = true;
    for (let n = 0; n < 3; n++) await here.ended(await start("pages", { only: "fail" }));
    const first = await json(await here.get("/v1/dead-letters?task_type=fail&workflow=pages&limit=2"));
    const second = await json(
      await here.get(`/v1/dead-letters?workflow=pages&limit=2&cursor=${encodeURIComponent(first.next_cursor)}`),
    );
    expect([first.dead_letters.length, second.dead_letters.length, second.next_cursor]).toEqual([2, 1, null]);
    expect(new Set([...first.dead_letters, ...second.dead_letters].map((each: any) => each.task_id)).size).toBe(3);
    for (const [query, type] of [
      ["cursor=x", "invalid_cursor"],
      ["limit=101", "invalid_request"],
      ["workflow=A", "invalid_request"],
      ["state=failed", "invalid_request"],
    ]) {
      const [status, problem] = await answer(await here.get(`/v1/dead-letters?${query}`));
      expect([status, problem.type], query).toEqual([400, `urn:lector:problem:${type}`]);
    }
  });

  test("does not know what never failed", async () => {
    const id = randomId();
    const post = here.post(`/v1/dead-letters/${id}/replay`);
    for (const response of [await here.get(`/v1/dead-letters/${id}`), await post]) {
      const [status, problem] = await answer(response);
      expect([status, problem.type]).toEqual([404, "urn:lector:problem:dead_letter_not_found"]);
      expect(problem.detail).toContain(id);
    }
    expect((await here.get("/v1/dead-letters/x")).status).toBe(400);
  });
});
