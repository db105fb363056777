/** Clients: they start texts that share sentences, edit, cancel and retry, and write down what they were told. */
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { sentence } from "../support/program.ts";

export type Told = {
  /** Ids of the runs that were accepted with 202, each once. */
  accepted: Set<string>;
  cancelled: Set<string>;
  /** Final states as the API told them, the last one of each run. */
  ended: Map<string, string>;
};

export type Load = {
  told: Told;
  stop(): Promise<void>;
  /** Waits until the API tells a final state of each. */ allEnded(ms: number): Promise<void>;
};

const POOL = 150;
const FINAL = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];

export function startLoad(urls: () => string[], random: () => number, log: (entry: object) => void): Load {
  const told: Told = { accepted: new Set(), cancelled: new Set(), ended: new Map() };
  const texts: string[] = [];
  const under: Promise<void>[] = [];
  let stopping = false;
  const pick = <T>(of: T[]) => of[Math.floor(random() * of.length)]!;

  /** Of whichever process answers; null where none does, or the answer is lost. */
  async function ask(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: any } | null> {
    try {
      const answer = await fetch(pick(urls()) + path, {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(5000),
      });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return null;
    }
  }

  function nextText(): string {
    if (texts.length > 3 && random() < 0.3)
      return pick(texts).replace(
        /The \w+ \w+/,
        () => `The ${pick(["new", "other", "third"])} ${pick(["word", "name"])}`,
      );
    const paragraph = () =>
      Array.from({ length: 1 + Math.floor(random() * 2) }, () => sentence(7000 + Math.floor(random() * POOL))).join(
        " ",
      );
    return Array.from({ length: 2 + Math.floor(random() * 2) }, paragraph).join("\n\n");
  }

  /** The same key until it is answered: that no start is lost, and none is made twice. */
  async function accept(text: string): Promise<string | null> {
    const key = { "idempotency-key": randomUUID() };
    for (let tries = 0; tries < 60; tries++) {
      const answer = await ask("/audio/generate", { text }, key);
      if (answer?.status === 202) return answer.body.execution_id as string;
      await sleep(500);
    }
    return null;
  }

  async function one(): Promise<void> {
    const text = nextText();
    texts.push(text);
    const fate = random();
    const id = await accept(text);
    if (id === null) return log({ what: "refused" });
    told.accepted.add(id);
    log({ what: "accepted", id });
    if (fate > 0.12) return;
    await sleep(fate * 20_000);
    const answer = await ask(`/audio/${id}/cancel`, {});
    if (answer?.status !== 200) return;
    log({ what: "cancelled", id, status: answer.body.status });
    if (answer.body.status === "CANCELLED") told.cancelled.add(id);
  }

  async function retrySome(): Promise<void> {
    for (const id of told.accepted) {
      const status = (await ask(`/audio/status/${id}`))?.body.status as string | undefined;
      if (status !== "FAILED" || random() < 0.5) continue;
      const answer = await ask(`/audio/${id}/retry`, {});
      log({ what: "retried", id, status: answer?.status ?? null });
    }
  }

  const loop = (async () => {
    for (let turn = 1; !stopping; turn++) {
      under.push(one());
      if (turn % 8 === 0) under.push(retrySome());
      await sleep(700 + random() * 600);
    }
  })();

  return {
    told,
    async stop() {
      stopping = true;
      await loop;
      await Promise.all(under);
    },
    async allEnded(ms) {
      const until = Date.now() + ms;
      while (told.ended.size < told.accepted.size && Date.now() < until) {
        for (const id of told.accepted) {
          if (told.ended.has(id)) continue;
          const status = (await ask(`/audio/status/${id}`))?.body.status as string | undefined;
          if (status && FINAL.includes(status)) told.ended.set(id, status);
        }
        await sleep(300);
      }
    },
  };
}
