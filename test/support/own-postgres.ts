/**
 * A Postgres of a test's own, to be killed: the server that a data folder has, migrated, on one port for its life. The
 * process that keeps it (postgres-user.ts) is frozen while it is down, or it would have it back at once.
 */
import { fork } from "node:child_process";
import { on, once } from "node:events";
import { chmodSync, mkdtempSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/database/connect.ts";
import { migrate } from "../../src/database/migrate.ts";
import type { Report } from "./postgres-user.ts";
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
  const embedded = new URL("../../src/database/embedded.ts", import.meta.url).href;
  const keeper = fork(join(import.meta.dirname, "postgres-user.ts"), [embedded, data]);
  const reports = on(keeper, "message");
  const report = async () => {
    const { value } = (await reports.next()) as { value: [Report] };
    if (value[0].error) throw new Error(`Postgres cannot be kept: ${value[0].error}`);
    return value[0];
  };
  const url = (await report()).url!;
  const { db, close } = connect(url, { max: 2 });
  await migrate(db).finally(close);
  const running = () => processesOf(data).filter((pid) => isPostgres(pid));
  return {
    url,
    async kill() {
      keeper.kill("SIGSTOP");
      await until("the end of Postgres", () => {
        const left = running(); // a session that began meanwhile among them
        left.forEach(killed);
        return left.length === 0;
      });
    },
    async revive() {
      keeper.kill("SIGCONT");
      keeper.send("recover");
      const now = await report();
      if (now.url !== url) throw new Error(`Postgres came back at ${now.url} instead of ${url}.`);
    },
    async close() {
      keeper.send("leave");
      await report();
      keeper.disconnect();
      await once(keeper, "exit");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function killed(pid: string): void {
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // it was faster
  }
}

function isPostgres(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).endsWith("/postgres");
  } catch {
    return false; // it ended meanwhile
  }
}
