/** The real program, run from outside in a data folder of its own, as a person at a terminal runs it. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { embeddedPostgres } from "../../src/database/embedded.ts";

const ROOT = join(import.meta.dirname, "../..");
const NODE = join(ROOT, "node_modules/.bin/node");
const BIN = join(ROOT, "bin/lector.js");

export type Ended = { code: number | null; stdout: string; stderr: string };

/** What `lector narrate --json` prints. */
export type Narrated = {
  execution_id: string;
  status: string;
  files: Record<string, string>;
  duration_s: number;
  loudness_lufs: number | null;
  segments: { total: number; synthesised: number; reused: number };
  characters: { total: number; billed: number };
  elapsed_s: number;
};

export type Program = {
  pid: number;
  ended: Promise<Ended>;
  /** Waits until standard error has a match; rejects where the program ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** To the program alone. */
  kill(signal: NodeJS.Signals): void;
  /** To its process group, as a terminal does on Ctrl-C. */
  interrupt(): void;
};

export type StartOptions = { env?: NodeJS.ProcessEnv; stdin?: string | Buffer };

export type Database = {
  rows<T = Record<string, unknown>>(query: string, values?: unknown[]): Promise<T[]>;
  leave(): Promise<void>;
};

export type Place = {
  /** The data folder. */
  data: string;
  /** The working folder; texts and what is made of them. */
  work: string;
  write(name: string, content: string | Buffer): string;
  start(args: string[], options?: StartOptions): Program;
  run(args: string[], options?: StartOptions): Promise<Ended>;
  /** `lector narrate FILE --json …`, which must complete and print its one object. */
  narrate(file: string, args?: string[], options?: StartOptions): Promise<Narrated>;
  /** Joins the data folder's Postgres as one more user of it. */
  database(): Promise<Database>;
  /** Processes of this data folder, of any user. */
  processes(): string[];
  /** Removes the folder, and fails where a process was left. */
  close(): Promise<void>;
};

export function place(): Place {
  const data = realpathSync(mkdtempSync(join(tmpdir(), "lector-journey-")));
  const work = join(data, "work");
  mkdirSync(work);
  const start = (args: string[], options: StartOptions = {}) => launch(args, data, work, options);
  const run = (args: string[], options?: StartOptions) => start(args, options).ended;
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(work, name), content);
    return join(work, name);
  };
  return {
    data,
    work,
    write,
    start,
    run,
    narrate: async (file, args = [], options = {}) =>
      narrated(await run(["narrate", file, "--json", ...args], options)),
    database: () => joinDatabase(data),
    processes: () => processesOf(data),
    close: () => close(data),
  };
}

export function narrated({ code, stdout, stderr }: Ended): Narrated {
  if (code !== 0) throw new Error(`lector ended with ${code}:\n${stderr}\n${stdout}`);
  return onlyObject(stdout) as Narrated;
}

/** The one JSON object that all of standard output is. */
export function onlyObject(stdout: string): unknown {
  const lines = stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`Expected one line on standard output:\n${stdout}`);
  return JSON.parse(lines[0]!);
}

/** Nothing is configured but the data folder, and what the test gives. */
export function environment(data: string, given: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const foreign = /^(LECTOR_|DATABASE_|LOG_|PG|VITEST|NODE_|npm_)|_API_KEY$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), LECTOR_DATA: data, ...given };
}

function launch(args: string[], data: string, cwd: string, { env, stdin = "" }: StartOptions): Program {
  const options = { cwd, env: environment(data, env), detached: true }; // a process group of its own
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(NODE, [BIN, ...args], {
    ...options,
    stdio: "pipe",
  });
  child.stdin.on("error", () => {}); // it need not read
  child.stdin.end(stdin);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, ...texts }));
  });
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(texts.stderr);
        if (match) resolve(match);
      };
      look();
      child.stderr.on("data", look);
      void ended.then(({ stderr }) => reject(new Error(`It ended without a match of ${pattern}:\n${stderr}`)));
    });
  const pid = child.pid!;
  return { pid, ended, says, kill: (signal) => child.kill(signal), interrupt: () => process.kill(-pid, "SIGINT") };
}

async function joinDatabase(data: string): Promise<Database> {
  const server = await embeddedPostgres({ dataDir: data });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    rows: async (query, values) => (await client.query(query, values)).rows,
    leave: async () => {
      await client.end();
      await server.leave();
    },
  };
}

/** By their environment, arguments or working folder (Postgres's own processes change the others). */
export function processesOf(data: string): string[] {
  const folders = [data, homeOf(data)].filter((folder) => folder !== null);
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return false;
    const traces = [read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`), whereTo(`/proc/${pid}/cwd`)].join("\0");
    return folders.some((folder) => traces.includes(folder));
  });
}

/** Root's Postgres cannot live everywhere; then this is where it went. */
function homeOf(data: string): string | null {
  const entry = lstatSync(join(data, "postgres"), { throwIfNoEntry: false });
  return entry?.isSymbolicLink() ? readlinkSync(join(data, "postgres")) : null;
}

async function close(data: string): Promise<void> {
  let left = processesOf(data);
  for (let looks = 0; left.length > 0 && looks < 40; looks++) {
    await sleep(25); // ended ones need a moment to be gone
    left = processesOf(data);
  }
  const named = left.map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
  killAll(data);
  const elsewhere = homeOf(data);
  if (elsewhere?.startsWith("/var/lib/lector/")) rmSync(elsewhere, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  if (left.length > 0) throw new Error(`Processes were left:\n${named.join("\n")}`);
}

/** `kill -9` of all processes of a data folder, its Postgres too. */
export function killAll(data: string): void {
  for (let left = processesOf(data); left.length > 0; left = processesOf(data)) {
    for (const pid of left) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // it was faster
      }
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended meanwhile, or is not ours to look into
  }
}

function whereTo(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

/** Asks until the answer is true. */
export async function until(what: string, ask: () => Promise<boolean> | boolean, patienceMs = 50_000): Promise<void> {
  const start = performance.now();
  while (!(await ask())) {
    if (performance.now() - start > patienceMs) throw new Error(`Not within ${patienceMs} ms: ${what}`);
    await sleep(15);
  }
}

const NOUNS = [
  "lamp",
  "harbour",
  "teacher",
  "window",
  "river",
  "letter",
  "garden",
  "train",
  "baker",
  "mountain",
  "clock",
];
const VERBS = ["watches", "follows", "remembers", "paints", "forgets", "describes", "crosses"];
const LOOKS = ["quiet", "yellow", "distant", "broken", "patient", "narrow", "early", "heavy", "little", "wooden"];

/** The n-th of 59,290,000 sentences; no two are alike. */
export function sentence(n: number): string {
  let rest = n;
  const pick = (words: string[]) => {
    const word = words[rest % words.length]!;
    rest = Math.floor(rest / words.length);
    return word;
  };
  const [noun, look, verb] = [pick(NOUNS), pick(LOOKS), pick(VERBS)];
  return `The ${look} ${noun} ${verb} the ${pick(LOOKS)} ${pick(NOUNS)} by a ${pick(LOOKS)} ${pick(NOUNS)}, ${pick(["slowly", "again", "today", "gladly", "alone", "twice", "softly"])}.`;
}

/** Paragraphs of sentences that no other story of this run has, unless it begins at the same number. */
export function story(first: number, { paragraphs = 3, each = 2 } = {}): string {
  const texts = Array.from({ length: paragraphs }, (_, paragraph) =>
    Array.from({ length: each }, (_, index) => sentence(first + paragraph * each + index)).join(" "),
  );
  return `${texts.join("\n\n")}\n`;
}
