/**
 * A process of its own that uses a data folder's Postgres: `node postgres-user.ts MODULE DATA_DIR [CYCLES]`.
 * It reports `{ url }` or `{ error }`, then obeys "recover" and "leave". With CYCLES it joins, asks and leaves so
 * many times, with random pauses. It dies with its parent.
 */
import { on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { EmbeddedPostgres } from "../../src/database/embedded.ts";

export type Report = { url?: string; lines?: string[]; error?: string; name?: string; left?: true; cycles?: number };

const [, , module, dataDir, cycles] = process.argv;
const { embeddedPostgres } = (await import(module!)) as typeof import("../../src/database/embedded.ts");
const lines: string[] = [];

process.on("disconnect", () => process.exit());
await (cycles ? cycle(Number(cycles)) : serve()).catch((error: Error) =>
  tell({ error: error.message, name: error.name }),
);

function tell(report: Report): void {
  process.send!(report);
}

function join(): Promise<EmbeddedPostgres> {
  return embeddedPostgres({ dataDir: dataDir!, log: (line) => lines.push(line) });
}

async function serve(): Promise<void> {
  const postgres = await join();
  tell({ url: postgres.url, lines });
  for await (const order of orders()) {
    if (order === "recover") tell({ url: await postgres.recover() });
    if (order === "leave") break;
  }
  await postgres.leave();
  tell({ left: true });
}

async function* orders(): AsyncGenerator<string> {
  for await (const [order] of on(process, "message")) yield order as string;
}

async function cycle(times: number): Promise<void> {
  for (let done = 0; done < times; done++) {
    const postgres = await join();
    const client = new Client({ connectionString: postgres.url });
    client.on("error", () => {});
    await client.connect();
    await client.query("select 1");
    await client.end();
    await sleep(Math.random() * 20);
    await postgres.leave();
    await sleep(Math.random() * 40);
  }
  tell({ cycles: times });
}
