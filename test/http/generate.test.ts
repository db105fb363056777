import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { UnstorableValue } from "../../src/orchestrator/values.ts";
import { testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
beforeAll(async () => void (here = await testServer({ settings: { maxCharacters: 100, maxMetadataBytes: 200 } })));
afterAll(() => here.close());

const generate = (body: unknown, headers = {}) => here.post("/audio/generate", body, headers);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function runs(of: TestServer = here): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from lector.workflow_instances`.execute(
    of.app.connection.db,
  );
  return rows[0]!.n;
}

describe("a text", () => {
  test("is accepted with the answer that is promised, to the letter", async () => {
    const response = await generate({ text: "Hello, world.", metadata: { user_id: "123", priority: "high" } });
    expect(response.status).toBe(202);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const body = (await response.json()) as { execution_id: string };
    expect(body).toEqual({
      execution_id: expect.stringMatching(UUID),
      workflow: "audio_generation",
      status: "PENDING",
      message: "Audio generation workflow triggered successfully",
    });
    expect(response.headers.get("location")).toBe(`/audio/status/${body.execution_id}`);
  });

  test("has its metadata kept, its priority obeyed and its trace go on with the run", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const stored = { $ref: "ab/0", bytes: 1, sha256: "0".repeat(64) }; // looks like a reference of ours
    const metadata = { priority: "low", user_id: '"\\', nested: { list: [1, "two", null] }, "": "empty key", stored };
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    const { execution_id: id } = (await (await generate({ text: "Hi.", metadata }, { traceparent })).json()) as any;
    const { rows } = await sql<Record<string, unknown>>`select metadata, priority, traceparent, admission_keys
      from lector.workflow_instances where execution_id = ${id}`.execute(here.app.connection.db);
    expect(rows[0]).toEqual({
      metadata,
      priority: 0,
      traceparent: expect.stringMatching(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`)),
      admission_keys: ["generations", "key:local", 'user:local/"\\'],
    });
    expect(rows[0]!["traceparent"]).not.toBe(traceparent);
    const lines = here.log.filter((line) => line["trace_id"] === trace);
    expect(lines.map((line) => line["msg"])).toEqual(["accepted", "request"]);
    expect(lines[0]).toMatchObject({ execution_id: id });
    expect(lines[1]).toMatchObject({ method: "POST", path: "/audio/generate", status: 202 });
  });

  test.each([
    ["no traceparent", undefined],
    ["garbage", "hello"],
    ["a version that is forbidden", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    ["a trace of zeros", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
  ])("begins a trace of its own with %s", async (_what, traceparent) => {
    const response = await generate({ text: "Hi." }, traceparent === undefined ? {} : { traceparent });
    const { execution_id: id } = (await response.json()) as any;
    const { rows } = await sql<{ traceparent: string }>`select traceparent from lector.workflow_instances
      where execution_id = ${id}`.execute(here.app.connection.db);
    expect(rows[0]!.traceparent).toMatch(/^00-(?!0{32}|4bf9)[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

describe("an Idempotency-Key", () => {
  test("gives the same run for the same body, however its JSON is written", async () => {
    const key = { "idempotency-key": "same" };
    const before = await runs();
    const first = await generate({ text: "Same.", voice: "plain" }, key);
    const again = await generate('{ "voice" : "pl\\u0061in",\n "text":"Same." }', key);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(await again.json()).toEqual(await first.json());
    expect(await runs()).toBe(before + 1);
  });

  test("is refused with another body, and starts nothing", async () => {
    const key = { "idempotency-key": "other" };
    await generate({ text: "One." }, key);
    const before = await runs();
    const response = await generate({ text: "Two." }, key);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      type: "urn:lector:problem:idempotency_key_reused",
      detail: expect.stringContaining('"other"'),
    });
    expect(await runs()).toBe(before);
  });

  test.each([
    ["empty", "", 400],
    ["blank", "   ", 400],
    ["longer than 255 characters", "k".repeat(256), 400],
    ["of 255 characters", "k".repeat(255), 202],
  ])("that is %s is answered with its status", async (_what, key, status) => {
    const before = await runs();
    const response = await generate({ text: "Key." }, { "idempotency-key": key });
    expect(response.status).toBe(status);
    expect(await runs()).toBe(before + Number(status === 202));
    if (status === 400) expect(((await response.json()) as any).errors[0].field).toBe("idempotency-key");
  });

  test("makes one run of 500 equal starts at once over three servers", async () => {
    const servers = [here, await here.another(), await here.another()];
    const before = await runs();
    const body = { text: "Once only.", metadata: { user_id: "many" } };
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const response = await servers[index % 3]!.post("/audio/generate", body, { "idempotency-key": "many" });
        return `${response.status} ${((await response.json()) as any).execution_id}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^202 /);
    expect(await runs()).toBe(before + 1);
  });
});

describe("a request that cannot be done", () => {
  const text = "This is a text.";
  const json = "application/json";
  const deep = `${"[".repeat(70)}${"]".repeat(70)}`;
  type Bad = [what: string, body: unknown, status: number, type: string, field: string | null, headers?: object];
  const bad: Bad[] = [
    ["no body", undefined, 400, "invalid_request", "body"],
    ["an empty body", "", 400, "invalid_request", "body", { "content-type": json }],
    ["a body that is no JSON", "{", 400, "invalid_json", null],
    ["an array", [], 400, "invalid_request", "body"],
    ["null", "null", 400, "invalid_request", "body"],
    ["no text", {}, 400, "invalid_request", "text"],
    ["a text that is a number", { text: 7 }, 400, "invalid_request", "text"],
    ["an unknown field", { text, txet: "x" }, 400, "invalid_request", "txet"],
    ["an unknown body format", { text, format: "docx" }, 400, "invalid_request", "format"],
    ["no audio format", { text, formats: [] }, 400, "invalid_request", "formats"],
    ["an unknown priority", { text, metadata: { priority: "now" } }, 400, "invalid_request", "metadata.priority"],
    ["metadata that is a list", { text, metadata: [] }, 400, "invalid_request", "metadata"],
    [
      "a form",
      "text=Hello",
      415,
      "unsupported_media_type",
      null,
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    ["a body in gzip", gzipSync('{"text":"Hi."}'), 415, "unsupported_encoding", null, { "content-encoding": "gzip" }],
    ["a body without a type", text, 415, "unsupported_media_type", null, { "content-type": "" }],
    ["a text of spaces", { text: " \n\t " }, 422, "unusable_input", "text"],
    ["a text without a word", { text: "<p></p>", format: "html" }, 422, "unusable_input", "text"],
    ["a voice that nobody has", { text, voice: "nina" }, 422, "unknown_voice", "voice"],
    ["a locale that is none", { text, locale: "not a locale" }, 422, "unusable_input", "locale"],
    ["an audio format that is none", { text, formats: ["ogg"] }, 422, "unknown_format", "formats"],
    ["a NUL character", '{"text":"a\\u0000b"}', 422, "unusable_input", "text"],
    ["half a character", '{"text":"a\\ud83d b"}', 422, "unusable_input", "text"],
    ["a NUL in a key of metadata", { text, metadata: { a: { "b\0": 1 } } }, 422, "unusable_input", "metadata.a"],
    [
      "metadata without end",
      `{"text":"Hi.","metadata":{"a":${deep}}}`,
      422,
      "unusable_input",
      `metadata.a${".0".repeat(62)}`,
    ],
    ["a number beyond all", '{"text":"Hi.","metadata":{"a":1e999}}', 422, "unusable_input", "metadata.a"],
    ["the key __proto__", '{"text":"Hi.","metadata":{"__proto__":{}}}', 422, "unusable_input", "metadata"],
    ["a text that is too long", { text: "a".repeat(101) }, 413, "text_too_long", "text"],
    ["metadata that is too large", { text, metadata: { a: "b".repeat(200) } }, 413, "metadata_too_large", "metadata"],
    ["a body that is too large", { text: "a".repeat(1024 * 1024) }, 413, "body_too_large", null],
  ];

  test("a value that cannot be stored by its field", async () => {
    const start = () => Promise.reject(new UnstorableValue("a.b looks like a reference.", "a.b"));
    const there = await testServer({ app: { worker: { ...here.worker, start } } });
    const response = await there.post("/audio/generate", { text: "A text." });
    expect([response.status, ((await response.json()) as any).errors[0].field]).toEqual([422, "a.b"]);
    await there.close();
  });

  test("an unknown voice with those of the language, where to see all, and all of them for programs", async () => {
    const { detail, known_voices } = (await (await generate({ text: "A text.", voice: "nina" })).json()) as any;
    expect(detail).toBe('Voice "nina" is not configured. Voices for "en": plain. GET /v1/voices describes all 1.');
    expect(known_voices).toEqual(["plain"]);
  });

  test.each(bad)("with %s", async (_what, body, status, type, field, headers) => {
    const before = await runs();
    const response = await generate(body, headers);
    const problem = (await response.json()) as any;
    expect({ status: response.status, type: problem.type }).toEqual({ status, type: `urn:lector:problem:${type}` });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(problem).toMatchObject({
      status,
      title: expect.any(String),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(problem.detail.length).toBeGreaterThan(20);
    expect(problem.detail).not.toMatch(/undefined|Error:|node_modules| {4}at /);
    if (field !== null)
      expect(problem.errors[0]).toMatchObject({ field, expected: expect.stringContaining("expected") });
    expect(await runs()).toBe(before);
  });

  test("is told the value it sent and what would be right", async () => {
    const response = await generate({ text, format: "docx" });
    expect(await response.json()).toMatchObject({
      detail: 'format: expected one of "text"|"markdown"|"html", got "docx".',
      errors: [
        {
          field: "format",
          value: "docx",
          expected: 'expected one of "text"|"markdown"|"html"',
          detail: 'Expected one of "text"|"markdown"|"html", got "docx".',
        },
      ],
    });
  });

  test("is refused for bytes that are not UTF-8", async () => {
    const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const response = await fetch(`${here.url}/audio/generate`, {
      method: "POST",
      body,
      headers: { "content-type": json },
    });
    expect([response.status, ((await response.json()) as any).type]).toEqual([400, "urn:lector:problem:invalid_json"]);
  });

  test("is not refused for characters of four bytes: a limit counts characters", async () => {
    expect((await generate({ text: "👋".repeat(99) + "a" })).status).toBe(202);
    expect((await generate({ text: "👋".repeat(101) })).status).toBe(413);
  });

  test("waits outside while too many runs wait to begin, unless its key says that it was accepted before", async () => {
    const full = await testServer({ settings: { maxWaitingRuns: 2 } });
    const [key, other] = [{ "idempotency-key": "mine" }, { "idempotency-key": "other" }];
    try {
      const first = await full.post("/audio/generate", { text }, key);
      const started = [first, await full.post("/audio/generate", { text })];
      expect(started.map((response) => response.status)).toEqual([202, 202]);
      await expect.poll(async () => (await full.post("/audio/generate", { text })).status, { interval: 200 }).toBe(429);
      const response = await full.post("/audio/generate", { text });
      expect(response.headers.get("retry-after")).toBe("10");
      expect(((await response.json()) as any).type).toBe("urn:lector:problem:too_many_runs");
      const again = await full.post("/audio/generate", { text }, key);
      expect([again.status, await again.json()]).toEqual([202, await first.json()]);
      const answers = [
        full.post("/audio/generate", { text: "Another." }, key),
        full.post("/audio/generate", { text }, other),
      ];
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([409, 429]);
    } finally {
      await full.close();
    }
  });
});
