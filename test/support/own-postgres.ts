/** A Postgres of a test's own, to be killed: the server that a data folder has, migrated, on one port for its life. */
import { chmodSync, mkdtempSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/database/connect.ts";
import { embeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { processesOf, until } from "./program.ts";

export type OwnPostgres = {
  url: string;
  /** `kill -9` of all its processes; resolves when they are gone. */
  kill(): Promise<void>;
  /** It reads its log and is there again. */
  revive(): Promise<void>;
  close(): Promise<void>;
};

export async function ownPostgres(): Promise<OwnPostgres> {
  const data = realpathSync(mkdtempSync(join(tmpdir(), "lector-postgres-")));
  chmodSync(data, 0o711);
  const server = await embeddedPostgres({ dataDir: data });
  const { db, close } = connect(server.url, { max: 2 });
  await migrate(db).finally(close);
  const { url } = server;
  const running = () => processesOf(data).filter((pid) => isPostgres(pid));
  return {
    url,
    async kill() {
      running().forEach((pid) => process.kill(Number(pid), "SIGKILL"));
      await until("the end of Postgres", () => running().length === 0);
    },
    async revive() {
      const now = await server.recover();
      if (now !== url) throw new Error(`Postgres came back at ${now} instead of ${url}.`);
    },
    async close() {
      await server.leave();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function isPostgres(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).endsWith("/postgres");
  } catch {
    return false; // it ended meanwhile
  }
}
