/** Processes of Lector with the provider of the test (voiced-process.ts), and what is asked of them over HTTP. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Voices } from "../../src/catalog/voices.ts";

export type Voiced = {
  database: string;
  /** Of the storage. */
  folder: string;
  /** URL of the provider. */
  voice: string;
  leaseMs: number;
  slots: number;
  /** Calls at once, over all processes. */
  speechCalls: number;
  /** How long an answer of the voice is waited for, ms. */
  patienceMs?: number;
  port?: number;
  /** Where it listens instead: another database of the server, where no wake-up is ever heard and none is said. */
  listenAt?: string | undefined;
};

export const toneVoices: Voices = {
  all: [
    {
      key: "tone",
      provider: "tone",
      voice: "tone",
      locales: ["en"],
      settings: {},
      unit: "sentence",
      gainDb: 0,
      name: "Tone",
      samples: {},
    },
  ],
  defaults: { en: "tone" },
};

export type VoicedProcess = { child: ChildProcess; url: string };

/** Resolves when it works and can be asked. `stderr`: where it complains, a file descriptor. */
export async function startVoiced(
  given: Voiced,
  { env = {}, stderr = 2 }: { env?: NodeJS.ProcessEnv; stderr?: number } = {},
): Promise<VoicedProcess> {
  const child = fork(join(import.meta.dirname, "voiced-process.ts"), [JSON.stringify(given)], {
    stdio: ["ignore", "inherit", stderr, "ipc"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`The process ended before it was ready (${code ?? signal}).`);
  });
  ended.catch(() => {});
  const [{ url }] = (await Promise.race([once(child, "message"), ended])) as [{ url: string }];
  return { child, url };
}

export async function endVoiced({ child }: VoicedProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** `POST /audio/generate`; the run's id. */
export async function generate(url: string, text: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/audio/generate`, { method: "POST", headers, body: JSON.stringify({ text }) });
  if (answer.status !== 202) throw new Error(`Not accepted: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { execution_id: string }).execution_id;
}
