/**
 * `lector serve` beside a bare Fastify route with one insert, and beside node:http streaming the same file; in turn, on
 * one machine, which the client shares. The server runs without workers: accepting is measured, not speaking.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { embeddedPostgres } from "../src/database/embedded.ts";
import { median, narrateFile, openDesk, rounded, say } from "./program.ts";
import type { Claim } from "./run.ts";
import { proseOf } from "./text.ts";

const LANES = 32;
const STARTS = 2000;
const DOWNLOADS = 24;
const ROUNDS = 3;

const agent = new Agent({ keepAlive: true, maxSockets: LANES });

export async function run(): Promise<Claim> {
  const desk = await openDesk();
  const postgres = await embeddedPostgres({ dataDir: desk.data });
  const children: ChildProcess[] = [];
  try {
    const narrated = await narrateFile(desk, desk.text(proseOf(20_000)));
    const file = narrated.files["mp3_128"]!;
    const lector = await serve(desk.data, children);
    const id = narrated.execution_id;
    const floor = await serveFloor(postgres.url, file, children);
    const starts = await inTurn(
      () => startsPerSecond(`${lector}/audio/generate`, (n) => ({ text: `Sentence number ${n}.`, locale: "en" })),
      () =>
        startsPerSecond(`http://127.0.0.1:${floor.start}/start`, (n) => ({
          text: `Sentence number ${n}.`,
          locale: "en",
        })),
    );
    const media = await inTurn(
      () => bytesPerSecond(`${lector}/audio/${id}/audio.mp3`),
      () => bytesPerSecond(`http://127.0.0.1:${floor.media}/`),
    );
    const ratio = rounded(median(starts.map(({ ours, floor: bare }) => ours.rate / bare.rate)));
    return {
      claim: "accepted starts a second beside a bare route with one insert; media bytes a second beside node:http",
      ratio,
      goal: "told, not set: the larger the better",
      holds: true,
      starts_per_s: rounded(median(starts.map(({ ours }) => ours.rate))),
      starts_p99_ms: rounded(median(starts.map(({ ours }) => ours.p99))),
      floor_starts_per_s: rounded(median(starts.map(({ floor: bare }) => bare.rate))),
      floor_starts_p99_ms: rounded(median(starts.map(({ floor: bare }) => bare.p99))),
      media_ratio: rounded(median(media.map(({ ours, floor: bare }) => ours / bare))),
      media_mb_per_s: rounded(median(media.map(({ ours }) => ours)) / 1e6),
      floor_media_mb_per_s: rounded(median(media.map(({ floor: bare }) => bare)) / 1e6),
    };
  } finally {
    agent.destroy();
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once("exit", resolve))));
    await postgres.leave();
    desk.end();
  }
}

async function inTurn<T>(ours: () => Promise<T>, floor: () => Promise<T>): Promise<{ ours: T; floor: T }[]> {
  const rounds: { ours: T; floor: T }[] = [];
  for (let round = 0; round <= ROUNDS; round++) rounds.push({ ours: await ours(), floor: await floor() });
  return rounds.slice(1); // the first warms both
}

async function serve(data: string, children: ChildProcess[]): Promise<string> {
  const bin = join(import.meta.dirname, "../bin/lector.js");
  const env = {
    ...process.env,
    LECTOR_DATA: data,
    PORT: "0",
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
    LECTOR_MAX_WAITING_RUNS: "1000000",
  };
  const child = spawn(process.execPath, [bin, "serve", "--no-workers"], { env, stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /HTTP ready at (http:[^"\s]+)/.exec(line)?.[1];
    if (!address) continue;
    child.stderr.resume();
    say(`lector serve at ${address}`);
    return address;
  }
  throw new Error("lector serve ended before it was ready.");
}

async function serveFloor(
  url: string,
  file: string,
  children: ChildProcess[],
): Promise<{ start: number; media: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "http-floor.ts"), url, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error("The floor ended before it was ready.");
}

async function startsPerSecond(url: string, bodyOf: (n: number) => object): Promise<{ rate: number; p99: number }> {
  const took: number[] = [];
  let next = 0;
  const began = performance.now();
  const lane = async () => {
    while (next < STARTS) {
      const sent = performance.now();
      await exchange(url, JSON.stringify(bodyOf(next++)), 202);
      took.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - began) / 1000;
  return { rate: took.length / seconds, p99: took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)]! };
}

async function bytesPerSecond(url: string): Promise<number> {
  const began = performance.now();
  let bytes = 0;
  let left = DOWNLOADS;
  const lane = async () => {
    while (left-- > 0) bytes += await exchange(url, null, 200);
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return bytes / ((performance.now() - began) / 1000);
}

/** Answers the bytes of the body. */
function exchange(url: string, body: string | null, expected: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = body ? { "content-type": "application/json" } : {};
    const sent = request(url, { method: body ? "POST" : "GET", agent, headers }, (response) => {
      let bytes = 0;
      if (response.statusCode !== expected) reject(new Error(`${url} answers ${response.statusCode}.`));
      response.on("data", (piece: Buffer) => (bytes += piece.length)).on("end", () => resolve(bytes));
    });
    sent.on("error", reject).end(body ?? undefined);
  });
}
