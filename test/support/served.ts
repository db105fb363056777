/** `lector serve` in a place of its own, and what a client asks of it. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf, until, type Place, type Program } from "./program.ts";

export type Served = {
  program: Program;
  url: string;
  /** `POST /audio/generate`, which must be accepted; the run's id. */
  generate(text: string): Promise<string>;
  status(id: string): Promise<any>;
  /** Waits for the end; the status. */
  ended(id: string): Promise<any>;
  cancel(id: string): Promise<{ status: number; body: any }>;
};

export async function serve(here: Place, env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const program = here.start(["serve"], { env: { PORT: "0", LOG_FORMAT: "json", ...env } });
  const [, url] = await program.says(/HTTP ready at (http:[^"\s]+)/);
  const served: Served = {
    program,
    url: url!,
    async generate(text) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${url}/audio/generate`, { method: "POST", headers, body: JSON.stringify({ text }) });
      if (answer.status !== 202) throw new Error(`Not accepted: ${answer.status} ${await answer.text()}`);
      return ((await answer.json()) as { execution_id: string }).execution_id;
    },
    status: async (id) => (await fetch(`${url}/audio/status/${id}`)).json(),
    async ended(id) {
      let status: any;
      await until(`the end of run ${id}`, async () => (status = await served.status(id)).ended_at);
      return status;
    },
    async cancel(id) {
      const answer = await fetch(`${url}/audio/${id}/cancel`, { method: "POST" });
      return { status: answer.status, body: await answer.json() };
    },
  };
  return served;
}

/** Processor time that the programs of a data folder take during so many ms, without its Postgres, in ms. */
export async function busyFor(data: string, ms: number): Promise<number> {
  const before = cpuOf(data);
  await sleep(ms);
  return cpuOf(data) - before;
}

/** Of the process's own threads, since it began, in ms. Source: proc(5), fields 14 and 15, in ticks of 10 ms. */
function cpuOf(data: string): number {
  return processesOf(data).reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      const isPostgres = /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      return isPostgres ? sum : sum + (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return sum; // it ended meanwhile
    }
  }, 0);
}
