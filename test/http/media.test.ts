import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { task } from "../support/orchestra.ts";
import { testServer, type TestServer } from "../support/server.ts";

const audio = randomBytes(1_000_000);
const vtt = Buffer.from("WEBVTT\n\n00:00.000 --> 00:01.000\nHé\n");
const etag = `"${createHash("sha256").update(audio).digest("hex")}"`;
const last = audio.length - 1;

let here: TestServer;
let path: string;
let id: string;

/** A run whose last step publishes the files above. */
beforeAll(async () => {
  here = await testServer({
    tasks: ({ storage }) => [
      task("publish", async () => {
        const files = [
          { name: "audio.mp3", format: "mp3_128", ...(await storage.put(audio)) },
          { name: "audio_opus_24.opus", format: "opus_24", ...(await storage.put(Buffer.from("OggS"))) },
          { name: "waveform.json", format: "waveform", ...(await storage.put(Buffer.from("{}\n"))) },
          { name: "captions.vtt", format: "vtt", ...(await storage.put(vtt)) },
          { name: "captions.srt", format: "srt", ...(await storage.put(Buffer.from("1\n"))) },
          { name: "narration.json", format: "json", ...(await storage.put(Buffer.from("{}"))) },
        ];
        const segments = { total: 1, synthesised: 1, reused: 0 };
        return { duration_s: 1.5, loudness_lufs: -16, segments, characters: { total: 5, billed: 5 }, files };
      }),
    ],
  });
  id = await start("published", "publish");
  await here.ended(id);
  path = `/audio/${id}/audio.mp3`;
});
afterAll(() => here.close());

async function start(name: string, taskType: string): Promise<string> {
  const steps = [{ name: "publish", task_type: taskType }];
  const workflow = await ensureDefinition(here.app.connection.db, { name, steps });
  return (await here.worker.start({ workflow, input: {} })).executionId;
}

const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe("a file", () => {
  test("is named in the status by its format, once it is there", async () => {
    expect(await (await here.get(`/audio/status/${id}`)).json()).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      audio: { mp3_128: path, opus_24: `/audio/${id}/audio_opus_24.opus` },
      captions: { vtt: `/audio/${id}/captions.vtt`, srt: `/audio/${id}/captions.srt` },
      duration_s: 1.5,
      loudness_lufs: -16,
      segments: { total: 1, synthesised: 1, reused: 0 },
      characters: { total: 5, billed: 5 },
    });
  });

  test("comes whole, with what a cache needs to know", async () => {
    const response = await here.get(path);
    expect(response.status).toBe(200);
    expect((await bytes(response)).equals(audio)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "audio/mpeg",
      "content-length": String(audio.length),
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      etag,
    });
  });

  test.each([
    ["audio.mp3", "audio/mpeg"],
    ["captions.vtt", "text/vtt; charset=utf-8"],
    ["captions.srt", "application/x-subrip; charset=utf-8"],
    ["narration.json", "application/json; charset=utf-8"],
    ["waveform.json", "application/json; charset=utf-8"],
    ["audio_opus_24.opus", "audio/ogg"],
  ])("%s is %s", async (name, type) => {
    expect((await here.get(`/audio/${id}/${name}`)).headers.get("content-type")).toBe(type);
  });

  test("answers HEAD as GET, without the bytes", async () => {
    const got = await here.get(path);
    await got.arrayBuffer();
    const head = await fetch(here.url + path, { method: "HEAD" });
    const without = ({ date: _date, connection: _c, "keep-alive": _k, ...headers }: Record<string, string>) => headers;
    expect(without(Object.fromEntries(head.headers))).toEqual(without(Object.fromEntries(got.headers)));
    expect((await bytes(head)).length).toBe(0);
  });

  test("that the run does not have is a 404 that names those it has", async () => {
    for (const name of ["audio.ogg", "audio_mp3_320.mp3"]) {
      const response = await here.get(`/audio/${id}/${name}`);
      expect(response.status).toBe(404);
      expect(((await response.json()) as any).detail).toContain(
        "audio.mp3, audio_opus_24.opus, waveform.json, captions.vtt, captions.srt, narration.json",
      );
    }
  });

  test.each(["..%2f..%2fpasswd", "%2e%2e", ".mp3", "audio", "a.b.c"])("cannot be called %s", async (name) => {
    expect((await here.get(`/audio/${id}/${name}`)).status).toBe(404);
  });

  test("that is not made yet is a 404 that says how far the run is", async () => {
    const waiting = await start("waits", "nobody");
    const response = await here.get(`/audio/${waiting}/audio.mp3`);
    expect(response.status).toBe(404);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({
      type: "urn:lector:problem:nothing_there",
      run_status: "PENDING",
      detail: expect.stringContaining(`/audio/status/${waiting}`),
    });
  });
});

describe("a part of a file", () => {
  test.each([
    ["bytes=0-99", 0, 99],
    ["bytes=0-0", 0, 0],
    ["bytes=999999-", last, last],
    ["bytes=500000-", 500_000, last],
    ["bytes=-500", last - 499, last],
    ["bytes=-5000000", 0, last],
    ["bytes=999000-2000000", 999_000, last],
    ["bytes=5-5", 5, 5],
  ])("%s is 206 with exactly those bytes", async (range, from, to) => {
    const response = await here.get(path, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to}/${audio.length}`);
    expect(response.headers.get("content-length")).toBe(String(to - from + 1));
    expect((await bytes(response)).equals(audio.subarray(from, to + 1))).toBe(true);
  });

  test.each(["bytes=1000000-", "bytes=1000000-1000001", "bytes=-0"])("%s is 416 with the length", async (range) => {
    const response = await here.get(path, { range });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${audio.length}`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ type: "urn:lector:problem:range_not_satisfiable" });
  });

  test.each(["bytes=0-1,5-6", "items=0-1", "bytes=a-b", "0-1", "bytes=5-2", "bytes=-", ""])(
    "%s is answered with the whole",
    async (range) => {
      const response = await here.get(path, { range });
      expect([response.status, response.headers.get("content-length")]).toEqual([200, String(audio.length)]);
      await response.arrayBuffer();
    },
  );

  test.each([
    [{ "if-range": etag }, 206],
    [{ "if-range": `W/${etag}` }, 200],
    [{ "if-range": '"other"' }, 200],
    [{ "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" }, 200],
    [{ "if-none-match": etag }, 304],
    [{ "if-none-match": `W/${etag}` }, 304],
    [{ "if-none-match": `"x", ${etag}` }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 206],
    [{ "if-match": etag }, 206],
    [{ "if-match": '"x"' }, 412],
    [{ "if-match": `W/${etag}` }, 412],
  ])("with the condition %o is %i", async (condition, status) => {
    const response = await here.get(path, { range: "bytes=0-9", ...(condition as Record<string, string>) });
    expect(response.status).toBe(status);
    const body = await bytes(response);
    if (status === 304) expect([body.length, response.headers.get("etag")]).toEqual([0, etag]);
    if (status === 206) expect(body.length).toBe(10);
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("many readers", () => {
  test("read one file at once, each its own part, from the disk and not from memory", async () => {
    const before = process.memoryUsage().arrayBuffers;
    // 100 clients that take nothing: what was read for them waits in the sockets
    const slow = await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          new Promise<{ destroy(): void }>((resolve, reject) => {
            const asked = request(here.url + path, (response) => resolve(response.pause()));
            asked.on("error", reject).end();
          }),
      ),
    );
    await sleep(300);
    collectGarbage(); // what was sent is held by nobody
    const held = process.memoryUsage().arrayBuffers - before;
    expect(held).toBeLessThan(100 * 600_000); // both ends are in this process
    const parts = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const from = index * 10_000;
        const response = await here.get(path, { range: `bytes=${from}-${from + 9_999}` });
        return (await bytes(response)).equals(audio.subarray(from, from + 10_000));
      }),
    );
    expect(parts.every(Boolean)).toBe(true);
    slow.forEach((response) => response.destroy());
  });
});

test("the description is given whole, whatever range is asked for: a part of JSON is no JSON", async () => {
  const response = await here.get(`/audio/${id}/narration.json`, { range: "bytes=0-0" });
  expect([response.status, response.headers.get("accept-ranges"), await response.text()]).toEqual([200, "none", "{}"]);
});

test("a file that the storage has lost is told as that, and logged", async () => {
  const { key } = await here.app.storage.put(vtt);
  await rm(await here.app.storage.local(key));
  const response = await here.get(`/audio/${id}/captions.vtt`);
  expect([response.status, ((await response.json()) as any).type]).toEqual([404, "urn:lector:problem:audio_lost"]);
  expect(here.log.filter((line) => line["msg"] === "a published file is lost")).toHaveLength(1);
});
