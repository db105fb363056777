/** A speech provider behind HTTP that keeps books of its own, and behaves as badly as it is told to. */
import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type VoiceCall = {
  text: string;
  /** Who called, by pid. */
  caller: number;
  /** ms of the epoch; `ended`: answered, or the caller hung up. */
  began: number;
  ended: number | null;
  how: Manner["how"];
  hungUp: boolean;
};

/** `limited`: 429 with a Retry-After; `hangs`: no answer at all; `broken`: silence. So many ms after `from` (at once). */
export type Manner = { how: "spoken" | "broken" | "failed" | "limited" | "hangs"; ms: number; from?: Promise<void> };

export type VoiceServer = {
  url: string;
  calls: VoiceCall[];
  /** The most calls that were under way at one instant. */
  most(): number;
  close(): Promise<void>;
};

const RATE = 24_000;
/** A usual pace, and a tone of 1 kHz that measures −16 LUFS. */
const SECONDS_A_CHARACTER = 0.06;
const AMPLITUDE = 0.243;

export async function voiceServer(manner: (text: string) => Manner): Promise<VoiceServer> {
  const calls: VoiceCall[] = [];
  const server = createServer(async (request, response) => {
    const parts = (await request.toArray()) as Buffer[];
    const { text, caller } = JSON.parse(Buffer.concat(parts).toString()) as { text: string; caller: number };
    const { how, ms, from } = manner(text);
    const call: VoiceCall = { text, caller, began: Date.now(), ended: null, how, hungUp: false };
    calls.push(call);
    response.on("close", () => {
      call.hungUp = call.ended === null;
      call.ended ??= Date.now();
    });
    if (how === "hangs") return;
    await from;
    await sleep(ms);
    if (call.ended === null) answer(response, text, how);
    call.ended ??= Date.now();
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/speak`,
    calls,
    most: () => mostAtOnce(calls),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(response: ServerResponse, text: string, how: Manner["how"]): void {
  if (how === "failed") return void response.writeHead(503).end();
  if (how === "limited") return void response.writeHead(429, { "retry-after": "1" }).end();
  response.writeHead(200, { "content-type": "application/octet-stream" });
  response.end(how === "broken" ? Buffer.alloc(2 * RATE) : tone(text.length * SECONDS_A_CHARACTER));
}

function tone(seconds: number): Buffer {
  const samples = Math.round(seconds * RATE);
  const turn = (2 * Math.PI * 1000) / RATE;
  return Buffer.from(Int16Array.from({ length: samples }, (_, at) => AMPLITUDE * 32_767 * Math.sin(at * turn)).buffer);
}

/** How many spans hold one instant at most; a span without an end has not ended yet. */
export function mostAtOnce(spans: { began: number; ended: number | null }[]): number {
  const turns = spans.flatMap(({ began, ended }) => [
    { at: began, by: 1 },
    { at: ended ?? Infinity, by: -1 },
  ]);
  let [now, most] = [0, 0];
  for (const { by } of turns.toSorted((a, b) => a.at - b.at || a.by - b.by)) most = Math.max(most, (now += by));
  return most;
}
