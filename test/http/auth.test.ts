import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { request } from "node:http";
import { randomId, testServer, type TestServer } from "../support/server.ts";

const key = "a-key-of-enough-characters";
const bearer = { authorization: `Bearer ${key}` };
const site = "https://example.org";
const id = randomId();

let here: TestServer;
let keyed: TestServer;
beforeAll(async () => {
  here = await testServer();
  keyed = await testServer({ settings: { apiKey: key, corsOrigins: [site] } });
});
afterAll(async () => {
  await here.close();
  await keyed.close();
});

describe("a server with a key", () => {
  const guarded = [
    ["POST", "/audio/generate"],
    ["GET", "/audio"],
    ["GET", `/audio/status/${id}`],
    ["POST", `/audio/${id}/cancel`],
    ["POST", `/audio/${id}/retry`],
    ["GET", `/audio/${id}/audio.mp3`],
    ["HEAD", `/audio/${id}/captions.vtt`],
    ["GET", `/audio/${id}/events`],
    ["GET", "/metrics"],
  ] as const;

  test.each(guarded)("does not answer %s %s without it", async (method, path) => {
    const response = await fetch(keyed.url + path, { method });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="lector"');
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  test.each(guarded)("lets %s %s through with it", async (method, path) => {
    const response = await fetch(keyed.url + path, { method, headers: bearer });
    expect(response.status).not.toBe(401);
  });

  test.each([
    "Bearer wrong",
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Basic ${key}`,
    key,
    "Bearer",
    `Bearer ${key} ${key}`,
  ])("refuses Authorization: %s", async (authorization) => {
    expect((await keyed.get("/audio", { authorization })).status).toBe(401);
  });

  test("takes no key from the URL", async () => {
    expect((await keyed.get(`/audio?key=${key}`)).status).toBe(401);
  });

  test.each(["/", "/docs", "/docs/", "/openapi.json", "/health", "/health/live", "/health/ready"])(
    "leaves %s open",
    async (path) => {
      expect((await keyed.get(path)).status).toBeLessThan(400);
    },
  );

  test.each(["/health/../audio", "/docs/../audio", "//audio", "/audio?x=/health", "/%61udio"])(
    "is not talked round by %s",
    async (path) => {
      // fetch would tidy the path up
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(keyed.url);
        request({ port, path, host: "127.0.0.1" }, (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
      expect([401, 404]).toContain(status);
    },
  );

  test("tells browsers which pages may call, and only those", async () => {
    const preflight = (origin: string) =>
      fetch(`${keyed.url}/audio/generate`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,content-type,idempotency-key",
        },
      });
    const allowed = await preflight(site);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(site);
    expect(allowed.headers.get("access-control-allow-headers")).toContain("idempotency-key");
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    const refused = await keyed.get("/audio", { origin: site });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, site]);
  });
});

describe("a server without a key", () => {
  const post = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const { port } = new URL(here.url);
      const asked = request(
        { port, host: "127.0.0.1", path: `/audio/${id}/cancel`, method: "POST", headers },
        (response) => resolve(response.resume().statusCode!),
      );
      asked.on("error", reject).end();
    });

  test("does not do what a page of another site wants", async () => {
    expect(await post({ origin: "https://evil.example" })).toBe(403);
    expect(await post({ origin: "null" })).toBe(403);
    expect(await post({ origin: here.url })).toBe(404);
    expect(await post({})).toBe(404);
  });

  test.each([
    ["evil.example", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["localhost", 404],
    ["localhost:8080", 404],
    ["127.0.0.1:1", 404],
    ["[::1]:8080", 404],
    ["local host/../", 403],
    ["localhost:99999999", 403],
  ])("asked as the host %s answers %i, whatever that name resolves to", async (host, status) => {
    expect(await post({ host })).toBe(status);
  });
});

test("every answer has the headers that keep browsers safe", async () => {
  for (const path of ["/", "/docs", "/audio", "/nothing", `/audio/${id}/audio.mp3`, "/health"]) {
    const { headers } = await here.get(path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-powered-by")).toBeNull();
  }
});
