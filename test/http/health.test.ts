import { afterEach, describe, expect, test } from "vitest";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/database/connect.ts";
import type { TaskContext } from "../../src/orchestrator/task.ts";
import { testDatabase } from "../support/database.ts";
import { task } from "../support/orchestra.ts";
import { testServer, type TestServer } from "../support/server.ts";
import { wire } from "../support/wire.ts";
import { stopwatch } from "../support/stopwatch.ts";

let here: TestServer;
afterEach(() => here.close());

const json = async (response: Response) => (await response.json()) as any;

describe("health", () => {
  test("is well while database, schema and storage can be used", async () => {
    here = await testServer();
    const ok = { ok: true, message: expect.any(String) };
    expect(await json(await here.get("/health/live"))).toEqual({ status: "ok" });
    const ready = { status: "ok", checks: { database: ok, schema: ok, storage: ok } };
    expect(await json(await here.get("/health/ready"))).toEqual(ready);
    expect(await json(await here.get("/health"))).toEqual({
      ...ready,
      version: "0.0.0",
      uptime_s: expect.any(Number),
    });
  });

  test("lives but is not ready without its database, and says so; a start is a 503", async () => {
    const gone = await testDatabase();
    const connection = connect(gone.url);
    await gone.drop();
    here = await testServer({ app: { connection } });
    try {
      expect((await here.get("/health/live")).status).toBe(200);
      for (const path of ["/health/ready", "/health"]) {
        const response = await here.get(path);
        expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
        expect(await json(response)).toMatchObject({
          type: "urn:lector:problem:not_ready",
          detail: expect.stringContaining("The database cannot be used"),
          checks: { database: { ok: false }, schema: { ok: false }, storage: { ok: true } },
        });
      }
    } finally {
      await connection.close();
    }
  });

  test("is not ready with a schema that is not applied, or a storage that cannot be written", async () => {
    here = await testServer({ app: { schema: "999-later" } });
    const unwritable = join(tmpdir(), "no", "such", "folder");
    Object.assign(here.app.storage, { scratch: () => unwritable });
    const { detail, checks } = await json(await here.get("/health/ready"));
    expect(detail).toContain("999-later is not applied");
    expect(checks).toMatchObject({ database: { ok: true }, schema: { ok: false }, storage: { ok: false } });
    expect(checks.storage.message).toContain("ENOENT");
    expect(JSON.stringify(checks)).not.toContain(unwritable);
  });

  test("a request whose database is unreachable is a 503 that may be tried again", async () => {
    const connection = connect("postgres://nobody:x@127.0.0.1:1/none");
    here = await testServer({ app: { connection } });
    try {
      for (const path of ["/audio", "/audio/status/019aa3b2-7c1e-7c53-b7a0-4c1b2f0f7a11", "/metrics"]) {
        const response = await here.get(path);
        expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
        expect((await json(response)).detail).not.toContain("nobody");
      }
      const start = await here.post("/audio/generate", { text: "This is a text." });
      expect([start.status, (await json(start)).detail]).toEqual([503, expect.stringContaining("Idempotency-Key")]);
    } finally {
      await connection.close();
    }
  });
});

test("a request whose database is silent is a 503 in time", async () => {
  const database = await testDatabase();
  const way = await wire(database.url);
  const connection = connect(way.url, { answerMs: 500, max: 2 });
  here = await testServer({ app: { connection } });
  try {
    expect((await here.get("/audio")).status).toBe(200);
    way.freeze({ all: true });
    const took = stopwatch();
    const response = await here.get("/audio");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(took()).toBeLessThan(3000);
    expect(await json(response)).toMatchObject({ detail: "The database cannot be reached. Try again in a moment." });
  } finally {
    await connection.close();
    await way.close();
    await database.drop();
  }
});

describe("metrics", () => {
  test("count runs, steps, the queue and requests", async () => {
    const aborted = (_: unknown, { signal }: TaskContext) => sleep(60_000, {}, { signal });
    here = await testServer({ tasks: () => [task("extract_text", aborted)] });
    for (let index = 0; index < 3; index++) await here.post("/audio/generate", { text: "This is a text." });
    await here.get("/audio/status/nonsense");
    let response: Response;
    let text = "";
    const look = async () => (text = await (response = await here.get("/metrics")).text());
    await expect
      .poll(look, { interval: 500 }) // scrapes within 2 s share a look, each question its own moment
      .toMatch(/lector_runs\{status="RUNNING"\} 3[^]*lector_steps\{state="running",task_type="extract_text"\} 3/);
    expect(response!.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toContain('lector_runs{status="COMPLETED"} 0');
    expect(text).toMatch(/lector_queue_depth 0/);
    expect(text).toMatch(/lector_queue_oldest_seconds 0/);
    expect(text).toMatch(/lector_events_total \d+/);
    expect(text).toContain("process_resident_memory_bytes");
    expect(text).toContain(
      'lector_http_request_duration_seconds_count{method="POST",route="/audio/generate",status="202"} 3',
    );
    expect(text).toContain('route="/audio/status/:execution_id",status="400"} 1');
    expect(text).not.toContain("nonsense");
  });
});

describe("the page", () => {
  test("is served as it was built, its named files for ever", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lector-page-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<title>page</title>");
    await writeFile(join(folder, "assets", "page-abc.js"), "1");
    here = await testServer({ pageDir: folder, settings: { apiKey: "a-key-of-enough-characters" } });
    const index = await here.get("/");
    expect([index.status, await index.text()]).toEqual([200, "<title>page</title>"]);
    expect(index.headers.get("cache-control")).toBe("no-cache");
    const script = await here.get("/assets/page-abc.js");
    expect([script.status, await script.text()]).toEqual([200, "1"]);
    expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await here.get("/assets/none.js")).status).toBe(404);
    expect((await here.get("/assets/..%2f..%2f..%2fetc%2fpasswd")).status).toBe(404);
    await rm(folder, { recursive: true });
  });

  test("that was not built gives way to the documentation", async () => {
    here = await testServer();
    const response = await here.get("/");
    expect([response.status, response.headers.get("location")]).toEqual([302, "/docs"]);
    expect(await (await here.get("/docs")).text()).toContain("swagger-ui");
  });
});

test("the OpenAPI document describes every operation with its answers", async () => {
  here = await testServer();
  const document = await json(await here.get("/openapi.json"));
  expect(document.openapi).toBe("3.1.0");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as object).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  expect(operations.map(({ name }) => name).toSorted()).toEqual([
    "delete /v1/schedules/{schedule}",
    "get /audio",
    "get /audio/status/{execution_id}",
    "get /audio/{execution_id}/events",
    "get /audio/{execution_id}/{file}",
    "get /health",
    "get /health/live",
    "get /health/ready",
    "get /metrics",
    "get /v1/dead-letters",
    "get /v1/dead-letters/{task_id}",
    "get /v1/runs",
    "get /v1/runs/{execution_id}",
    "get /v1/schedules",
    "get /v1/schedules/{schedule}",
    "get /v1/voices",
    "patch /v1/schedules/{schedule}",
    "post /audio/generate",
    "post /audio/{execution_id}/cancel",
    "post /audio/{execution_id}/retry",
    "post /v1/dead-letters/{task_id}/replay",
    "post /v1/runs/{execution_id}/cancel",
    "post /v1/runs/{execution_id}/pause",
    "post /v1/runs/{execution_id}/restart",
    "post /v1/runs/{execution_id}/resume",
    "post /v1/runs/{execution_id}/retry",
    "post /v1/schedules",
  ]);
  for (const { name, operation } of operations) {
    const statuses = Object.keys(operation.responses);
    expect(statuses, name).toEqual(expect.arrayContaining(["400", "401", "403", "500", "503", "default"]));
    expect(operation.operationId, name).toBeTruthy();
    for (const status of statuses.filter((each) => each >= "400")) {
      expect(operation.responses[status].content, `${name} ${status}`).toEqual({
        "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
      });
    }
  }
  const generate = document.paths["/audio/generate"].post;
  expect(Object.keys(generate.responses)).toEqual(expect.arrayContaining(["202", "409", "413", "415", "422", "429"]));
  expect(generate.requestBody.content["application/json"].schema.required).toEqual(["text"]);
});
