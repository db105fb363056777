/** `/v1/schedules`: added, listed, shown, changed and removed; what they start; and what is refused. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "kysely";
import { fireDue } from "../../src/orchestrator/fire.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { randomId, testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
beforeAll(async () => {
  here = await testServer({ settings: { corsOrigins: ["https://example.org"] } });
});
afterAll(() => here.close());

const answer = async (response: Response) => [response.status, (await response.json()) as any] as const;
const send = async (method: string, path: string, body?: unknown) =>
  answer(
    await fetch(here.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    }),
  );
const add = (given: object) => send("POST", "/v1/schedules", { cron: "0 7 * * *", ...speak, ...given });
const speak = { workflow: "audio_generation", input: { text: "Good morning." } };
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test("a schedule is added, shown, listed, changed, paused, resumed and removed", async () => {
  const posted = await here.post("/v1/schedules", { name: "news", cron: "30 6 * * 1-5", ...speak });
  const added = (await posted.json()) as any;
  expect([posted.status, posted.headers.get("location")]).toEqual([201, `/v1/schedules/${added.schedule_id}`]);
  const shown = {
    schedule_id: expect.any(String),
    name: "news",
    cron: "30 6 * * 1-5",
    time_zone: "UTC",
    missed: "once",
    workflow: "audio_generation",
    event: null,
    enabled: true,
    next_at: expect.stringContaining("T06:30:00.000Z"),
    last_at: null,
    error: null,
    created_at: time,
    updated_at: time,
  };
  expect(added).toEqual(shown);
  const by = `/v1/schedules/${added.schedule_id}`;
  expect(await send("GET", by)).toEqual([200, { ...shown, input: speak.input }]);
  expect(await send("GET", "/v1/schedules/news")).toEqual(
    await send("GET", by.toUpperCase().replace("/V1/SCHEDULES", "/v1/schedules")),
  );
  expect(await send("GET", "/v1/schedules")).toEqual([200, { schedules: [shown], next_cursor: null }]);
  const change = { name: "early", time_zone: "Asia/Jakarta", missed: "all", cron: "0 5 * * *" };
  const [, changed] = await send("PATCH", by, change);
  expect(changed).toEqual({ ...shown, ...change, next_at: expect.stringContaining("T22:00:00.000Z") });
  expect((await send("PATCH", by, { enabled: false }))[1]).toMatchObject({ enabled: false, next_at: null });
  expect((await send("PATCH", by, { enabled: true }))[1]).toMatchObject({ enabled: true, next_at: changed.next_at });
  const event = { event: "audio_generate", input: { text: "Good evening." } };
  expect((await send("PATCH", by, event))[1]).toMatchObject({ workflow: null, event: "audio_generate" });
  expect((await send("GET", by))[1].input).toEqual(event.input);
  expect(await send("DELETE", by)).toMatchObject([200, { name: "early" }]);
  expect(await send("DELETE", by)).toMatchObject([404, { type: "urn:lector:problem:schedule_not_found" }]);
});

test("its runs are narrations as if they were sent, listed by their schedule", async () => {
  const input = { text: "Good morning.", metadata: { user_id: "u", priority: "high" } };
  const [, { schedule_id: id }] = await add({ name: "spoken", cron: "* * * * * *", input });
  const { connection, storage, prepare } = here.app;
  const { db } = connection;
  await sql`update lector.schedules set next_at = date_trunc('second', now())`.execute(db);
  const [fired] = await fireDue({ db, store: storage, prepare, timeouts: usualTimeouts });
  await send("DELETE", `/v1/schedules/${id}`);
  const [, { runs }] = await send("GET", `/v1/runs?schedule_id=${id}`);
  expect(runs.map((run: any) => run.execution_id)).toEqual(fired!.runs);
  expect(runs[0]).toMatchObject({
    workflow: "audio_generation",
    schedule_id: id,
    scheduled_for: expect.stringMatching(/\.000Z$/),
    metadata: input.metadata,
  });
  const { rows } = await sql<any>`select priority, admission_keys, variables -> 'input' as input
    from lector.workflow_instances where execution_id = ${runs[0].execution_id}`.execute(db);
  expect(rows[0]).toMatchObject({
    priority: 2,
    admission_keys: ["generations", "key:local", "user:local/u"],
    input: { body: "Good morning.", body_format: "text", locale: "en", voice: { key: "plain" } },
  });
  expect((await send("GET", `/v1/runs?schedule_id=${randomId()}`))[1].runs).toEqual([]);
});

test("they come page by page, by name", async () => {
  for (const name of ["p-2", "p-1", "p.3"]) await add({ name, enabled: false });
  const [, first] = await send("GET", "/v1/schedules?limit=2");
  const [, second] = await send("GET", `/v1/schedules?limit=2&cursor=${first.next_cursor}`);
  expect([...first.schedules, ...second.schedules].map(({ name }: any) => name)).toEqual(["p-1", "p-2", "p.3"]);
  expect([first.next_cursor, second.next_cursor]).toEqual(["p-2", null]);
});

test.each([
  [{ name: "Big" }, 400, "invalid_request", "name", "lower-case"],
  [{ name: undefined }, 400, "invalid_request", "name", "missing"],
  [{ cron: 5 }, 400, "invalid_request", "cron", "string"],
  [{ cron: "0 7 * *" }, 422, "invalid_schedule", "cron", "5 fields"],
  [{ cron: "0 25 * * *" }, 422, "invalid_schedule", "cron", "Invalid value for hour: 25"],
  [{ cron: "0 0 31 2 *" }, 422, "invalid_schedule", "cron", "a time that comes"],
  [{ time_zone: "Berlin" }, 422, "invalid_schedule", "time_zone", "Europe/Berlin"],
  [{ missed: "twice" }, 400, "invalid_request", "missed", "once"],
  [{ workflow: "dance" }, 422, "invalid_schedule", "workflow", "audio_generation, narrate"],
  [{ workflow: undefined }, 422, "invalid_schedule", "workflow", "either a workflow or an event"],
  [{ event: "audio_generate" }, 422, "invalid_schedule", "workflow", "either a workflow or an event"],
  [{ workflow: undefined, event: "noon" }, 422, "invalid_schedule", "event", "audio_generate"],
  [{ input: [] }, 400, "invalid_request", "input", "record"],
  [{ input: {} }, 422, "invalid_schedule", "input.text", "expected string"],
  [{ input: { text: ["x".repeat(9000)] } }, 422, "invalid_schedule", "input.text", '"value":"an array"'],
  [{ input: { text: "Hi.", tone: "warm" } }, 422, "invalid_schedule", "input.tone", "no such field"],
  [
    { input: { text: "Hi.", formats: [] } },
    422,
    "invalid_schedule",
    "input.formats",
    "expected array to have >=1 items",
  ],
  [{ input: { text: "Hi.", voice: "nina" } }, 422, "unknown_voice", "input.voice", "plain"],
  [{ input: { text: "Hi.", formats: ["mp9"] } }, 422, "unknown_format", "input.formats", "mp3"],
  [{ input: { text: "..." } }, 422, "unusable_input", "input.text", "at least one sentence"],
  [
    { input: { text: "Hi.", metadata: { a: "x".repeat(2000) } } },
    422,
    "invalid_schedule",
    "input.metadata",
    "1024 bytes",
  ],
  [{ when: "noon" }, 400, "invalid_request", "when", "no such field"],
])("refuses %j", async (given, status, type, field, says) => {
  const [got, problem] = await add({ name: "refused", ...given });
  expect([got, problem.type], JSON.stringify(problem)).toEqual([status, `urn:lector:problem:${type}`]);
  expect(problem.errors[0].field).toBe(field);
  expect(JSON.stringify(problem).length).toBeLessThan(2000);
  expect(JSON.stringify(problem)).toContain(says);
  expect((await send("GET", "/v1/schedules/refused"))[0]).toBe(404);
});

test("a name that is taken, an unknown schedule and another method are refused", async () => {
  await add({ name: "taken", enabled: false });
  expect(await add({ name: "taken" })).toMatchObject([409, { type: "urn:lector:problem:schedule_conflict" }]);
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    const [status, problem] = await send(method, "/v1/schedules/nobody", body);
    expect([status, problem.type]).toEqual([404, "urn:lector:problem:schedule_not_found"]);
    expect(problem.detail).toContain('"nobody"');
  }
  expect((await send("GET", "/v1/schedules/a%00b"))[0]).toBe(400);
  expect(await send("PUT", "/v1/schedules/taken", {})).toMatchObject([405, {}]);
  expect((await send("GET", "/v1/schedules?cursor=A"))[0]).toBe(400);
});

test("a page of an allowed origin may change and remove them", async () => {
  const headers = { origin: "https://example.org", "access-control-request-method": "DELETE" };
  const response = await fetch(`${here.url}/v1/schedules/x`, { method: "OPTIONS", headers });
  expect(response.headers.get("access-control-allow-methods")).toMatch(/PATCH.*DELETE/);
});
