/** Requests that Node refuses before a route sees them: they get a problem, too. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
beforeAll(async () => void (here = await testServer()));
afterAll(() => here.close());

/** Sends bytes as they are; the whole answer. */
function send(bytes: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(new URL(here.url).port), "127.0.0.1", () =>
      socket.write(bytes, () => end && socket.end()),
    );
    socket
      .on("data", (chunk) => (answer += chunk))
      .on("end", () => resolve(answer))
      .on("error", reject);
    socket.setTimeout(50_000, () => socket.destroy(new Error(`No end of the answer: ${answer}`)));
  });
}

const post =
  "POST /audio/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
const json = '{"text":"Hi."}';

test.each([
  ["HTTP/1.1 without a Host", "GET /audio HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "host_missing"],
  ["an expectation", `${post}Expect: tea\r\nContent-Length: 2\r\n\r\n{}`, 417, "expectation_failed"],
  ["no HTTP at all", "hello\r\n\r\n", 400, "not_http"],
  ["TLS", "\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03", 400, "not_http"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "not_http"],
  ["two lengths", `${post}Content-Length: 5\r\nContent-Length: 14\r\n\r\n${json}`, 400, "not_http"],
  ["a length and chunks", `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, "not_http"],
  ["a broken chunk", `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, "not_http"],
  [
    "headers of 20 KiB",
    `GET /audio HTTP/1.1\r\nHost: localhost\r\nA: ${"a".repeat(20_480)}\r\n\r\n`,
    431,
    "headers_too_large",
  ],
])("%s is refused with a problem", async (_what, bytes, status, type) => {
  const answer = await send(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\n`));
  expect(answer.toLowerCase()).toContain("content-type: application/problem+json");
  expect(answer).toContain(`"urn:lector:problem:${type}"`);
});

test("an address that cannot be read is refused with a problem, and stands in the log", async () => {
  const answer = await send("GET /audio/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"urn:lector:problem:/);
  const lines = here.log.filter(({ path }) => path === "/audio/%zz");
  expect(lines).toMatchObject([{ msg: "request", method: "GET", status: 400, ms: expect.any(Number) }]);
  expect(lines[0]).toHaveProperty("trace_id");
});

test("a client that closes its side in the middle of a body gets a problem and starts nothing", async () => {
  const answer = await send(`${post}Content-Length: 100\r\n\r\n{"text"`, { end: true });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(((await (await here.get("/audio")).json()) as any).runs).toEqual([]);
});

test("an old client is served, with or without a Host", async () => {
  for (const host of ["", "Host: localhost\r\n"]) {
    expect(await send(`GET /health/live HTTP/1.0\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK[^]*"status":"ok"/);
  }
});
