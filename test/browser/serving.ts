/** `lector serve` as a person starts it, on a database and folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "../support/database.ts";
import { wire } from "../support/wire.ts";

export type Serving = {
  url: string;
  /** Resolves when it is ready; further environment may be given. */
  start(env?: NodeJS.ProcessEnv): Promise<void>;
  /** SIGTERM by default; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it and removes what it kept. */
  end(): Promise<void>;
};

const program = join(import.meta.dirname, "../../bin/lector.js");

export async function serving(): Promise<Serving> {
  const database = await testDatabase({ migrated: false });
  const folder = await mkdtemp(join(tmpdir(), "lector-browser-"));
  const way = await wire("http://127.0.0.1:1/"); // a page stays at its address, and a server may take whatever port is free
  let child: ChildProcess | null = null;

  async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const own = { DATABASE_URL: database.url, LECTOR_DATA: folder, PORT: "0", LOG_FORMAT: "json", ...env };
    child = spawn(process.execPath, [program, "serve"], { cwd: folder, env: { ...process.env, ...own } });
    way.lead(await said(child, /HTTP ready at (http:[^"\s]+)/));
  }
  async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
  async function end(): Promise<void> {
    await stop();
    await way.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
  return { url: way.url, start, stop, end };
}

/** What the process has written in the pattern's group, once it has; throws with all it wrote if it ends before. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let written = "";
  let ready = false;
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      written += chunk;
      const found = pattern.exec(written)?.[1];
      if (ready || !found) return;
      ready = true;
      resolve(found);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", (code) => {
      if (!ready) reject(new Error(`lector serve ended with ${code}:\n${written}`));
      else if (code) console.error(`lector serve ended by itself, with ${code}:\n${written.slice(-3000)}`);
    });
  });
}
