/**
 * A server that answers as Lector's would, told by the test what to say: for what a real one does only by chance (a lost
 * connection, an answer that never came) or slowly. The journeys of page.test.ts go to the real one.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const built = join(import.meta.dirname, "../../dist/web");
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** What the page must live with: nothing inline, nothing from elsewhere. */
const policy = "default-src 'self'; media-src 'self' blob:; object-src 'none'; frame-ancestors 'none'";

export type Call = { method: string; path: string; headers: IncomingMessage["headers"]; body: string };
/** Answers a call of the API, or leaves it open; false: not its own. */
export type Answer = (call: Call, response: ServerResponse) => boolean | void;
export type StandIn = { url: string; calls: Call[]; close(): Promise<void> };

export async function standIn(answer: Answer): Promise<StandIn> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void respond(request, response, calls, answer).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, calls: Call[], answer: Answer) {
  const path = request.url!;
  response.setHeader("Content-Security-Policy", policy);
  if (path === "/" || path.startsWith("/assets/")) {
    const file = path === "/" ? "/index.html" : path;
    response.setHeader("Content-Type", types[extname(file)]!);
    response.end(await readFile(join(built, file)));
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const call = { method: request.method!, path, headers: request.headers, body };
  calls.push(call);
  if (answer(call, response) === false) problem(response, 404, `There is no ${call.method} ${path}.`);
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, detail: string, more: object = {}): void {
  response
    .writeHead(status, { "Content-Type": "application/problem+json" })
    .end(JSON.stringify({ type: "about:blank", title: "Wrong", status, detail, ...more }));
}

export function events(response: ServerResponse): (text: string) => void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.flushHeaders();
  return (text) => void response.write(text);
}

/** A second of a 440 Hz tone as a WAV file: mono, 16 bits, 24,000 Hz. */
export function tone(seconds = 1): Buffer {
  const samples = Math.round(seconds * 24_000);
  const wav = Buffer.alloc(44 + 2 * samples);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + 2 * samples, 4);
  wav.write("WAVEfmt ", 8);
  for (const [at, value] of [
    [16, 16],
    [24, 24_000],
    [28, 48_000],
    [40, 2 * samples],
  ] as const)
    wav.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    wav.writeUInt16LE(value, at);
  wav.write("data", 36);
  for (let at = 0; at < samples; at++)
    wav.writeInt16LE(Math.round(8000 * Math.sin((at * 440 * 2 * Math.PI) / 24_000)), 44 + 2 * at);
  return wav;
}
