/** A real PgBouncer in transaction mode, with TLS, between the program and Postgres. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { isPooled } from "../../src/database/connect.ts";
import { testDatabase, type TestDatabase } from "../support/database.ts";
import { place, story, until, type Place } from "../support/program.ts";
import { busyFor, serve } from "../support/served.ts";

let folder: string;
let database: TestDatabase;
let bouncer: ChildProcess;
let pooledUrl: string;
let here: Place;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lector-pooler-"));
  chmodSync(folder, 0o755);
  here = place();
  database = await testDatabase({ migrated: false });
  const to = new URL(database.url);
  const self = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  execFileSync("openssl", [...self, "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")], {
    stdio: "ignore",
  });
  chmodSync(join(folder, "key.pem"), 0o644); // the pooler drops to an account of its own
  const password = decodeURIComponent(to.password);
  writeFileSync(join(folder, "users.txt"), `"${to.username}" "${password}"\n`);
  const settings = (port: number) => `[databases]
* = host=${to.hostname} port=${to.port} user=${to.username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = 4
client_tls_sslmode = require
client_tls_key_file = ${join(folder, "key.pem")}
client_tls_cert_file = ${join(folder, "cert.pem")}
`;
  // It cannot say which port it took, so it is given one, and another where somebody was faster to take that.
  for (let answers = false; !answers;) {
    const port = await freePort();
    writeFileSync(join(folder, "pgbouncer.ini"), settings(port));
    pooledUrl = `postgres://${to.username}:${to.password}@127.0.0.1:${port}${to.pathname}?sslmode=no-verify`;
    answers = await bounces();
  }
});

/** Whether it answers; not, where it ends instead. */
async function bounces(): Promise<boolean> {
  const asRoot = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  bouncer = spawn("pgbouncer", [...asRoot, join(folder, "pgbouncer.ini")], { stdio: "ignore" });
  bouncer.once("error", () => {
    throw new Error("`pgbouncer` could not be run. Install it: apt-get install pgbouncer.");
  });
  let answers = false;
  await until("PgBouncer answers", async () => {
    answers = (await isPooled(pooledUrl).catch(() => null)) === true;
    return answers || bouncer.exitCode !== null;
  });
  return answers && bouncer.exitCode === null;
}

afterAll(async () => {
  bouncer?.kill("SIGKILL");
  await here?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe("behind a transaction pooler with TLS", () => {
  test("the pooler is noticed, and Postgres itself is not taken for one", async () => {
    expect(await isPooled(pooledUrl)).toBe(true);
    expect(await isPooled(inject("postgres"))).toBe(false);
  });

  test("a text is narrated, and the second time nothing is spoken again", async () => {
    const file = here.write("text.md", "# Pooled\n\nThe first sentence. The second sentence.\n\n- one\n- two\n");
    const { stderr } = await here.run(["narrate", file, "--json"], { env: { DATABASE_URL: pooledUrl } });
    expect(stderr).toContain("polling");
    const again = await here.narrate(file, [], { env: { DATABASE_URL: pooledUrl } });
    expect(again).toMatchObject({
      status: "COMPLETED",
      segments: { total: 5, synthesised: 0 },
      characters: { billed: 0 },
    });
  });

  test("wake-ups go over DATABASE_DIRECT_URL where there is one", async () => {
    const file = here.write("direct.md", "Another text entirely.\n");
    const env = { DATABASE_URL: pooledUrl, DATABASE_DIRECT_URL: database.url };
    const { code, stderr } = await here.run(["narrate", file, "--json"], { env });
    expect(code).toBe(0);
    expect(stderr).not.toContain("polling");
  });

  test("a cancel over HTTP stops running work within 2 s, though no notification arrives", async () => {
    const served = await serve(here, { DATABASE_URL: pooledUrl });
    try {
      const id = await served.generate(story(10_000, { paragraphs: 600, each: 4 }));
      await until("the speaking", async () => {
        const { steps } = await served.status(id);
        return steps.some((step: any) => step.name === "speech" && step.items?.done > 0);
      });
      await until("it computes", async () => (await busyFor(here.data, 500)) > 100);
      const asked = performance.now();
      expect((await served.cancel(id)).body).toEqual({ execution_id: id, status: "CANCELLED" });
      await sleep(Math.max(0, 2000 - (performance.now() - asked)));
      expect(await busyFor(here.data, 1000)).toBeLessThan(300);
      expect(await served.status(id)).toMatchObject({ status: "CANCELLED" });
    } finally {
      served.program.kill("SIGTERM");
      await served.program.ended;
    }
  });
});
