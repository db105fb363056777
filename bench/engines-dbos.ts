/** DBOS with its state in the same Postgres server, in a database of its own. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Contestant } from "./engines.ts";
import type { Installed } from "./engines-install.ts";

/** Its queue looks once a second by default, which would decide everything. */
const POLL_MS = 20;

export async function openDbos({ load }: Installed, serverUrl: string, limit: number): Promise<Contestant> {
  const { DBOS } = await load("@dbos-inc/dbos-sdk");
  const url = await newDatabase(serverUrl, "bench_dbos");
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logLevel: "error", systemDatabasePoolSize: 20 });
  const three = DBOS.registerWorkflow(
    async (input: unknown) => {
      let value = input;
      for (const name of ["a", "b", "c"]) value = await DBOS.runStep(async () => value, { name });
      return value;
    },
    { name: "three" },
  );
  const nap = DBOS.registerWorkflow((ms: number) => DBOS.runStep(() => sleep(ms, null), { name: "nap" }), {
    name: "nap",
  });
  const fan = DBOS.registerWorkflow(
    async (count: number, ms: number) => {
      const started = [];
      for (let index = 0; index < count; index++)
        started.push(await DBOS.startWorkflow(nap, { queueName: "bench" })(ms));
      for (const handle of started) await handle.getResult({ pollingIntervalMs: POLL_MS });
    },
    { name: "fan" },
  );
  await DBOS.launch();
  await DBOS.registerQueue("bench", { globalConcurrency: limit, minPollingIntervalMs: POLL_MS });
  return {
    name: "DBOS",
    three: async (input) => void (await (await DBOS.startWorkflow(three)(input)).getResult()),
    fan: async (count, ms) => {
      const handle = await DBOS.startWorkflow(fan)(count, ms);
      await handle.getResult({ pollingIntervalMs: POLL_MS });
    },
    close: () => DBOS.shutdown(),
  };
}

async function newDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
