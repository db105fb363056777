/** Runs Lector as its user does, by `npm run`, in a data folder of its own. */
import { execFile } from "node:child_process";
import { lstatSync, mkdtempSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Summary = {
  execution_id: string;
  status: string;
  files: unknown;
  duration_s: number;
  loudness_lufs: number | null;
  segments: { total: number; synthesised: number; reused: number };
  characters: { total: number; billed: number };
  elapsed_s: number;
};
export type Ended = { code: number; stdout: string; stderr: string };

const root = join(import.meta.dirname, "../..");

/** A data folder that is removed again, with what its database kept elsewhere (root's Postgres cannot live everywhere). */
export function dataFolder(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "lector-system-")));
  const remove = () => {
    const database = join(path, "postgres");
    const elsewhere = lstatSync(database, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(database);
    if (elsewhere && elsewhere.startsWith("/var/lib/lector/")) rmSync(elsewhere, { recursive: true, force: true });
    rmSync(path, { recursive: true, force: true });
  };
  return { path, remove };
}

/** Nothing but `LECTOR_DATA` is configured: no key, no database, no broker of whoever runs the test. */
function environment(data: string): NodeJS.ProcessEnv {
  const foreign = /^(LECTOR_|KAFKA_|DATABASE_|LOG_|PORT$|HOST$|VITEST|NODE_|npm_)|_API_KEY$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), LECTOR_DATA: data };
}

export function lector(data: string, command: string[]): Promise<Ended> {
  return execute("npm", ["run", ...command], { cwd: root, env: environment(data) });
}

/** `npm run narrate -- FILE --out OUT --json`, and the one object that it prints. */
export async function narrate(data: string, file: string, out: string): Promise<Summary> {
  const { code, stdout, stderr } = await lector(data, ["narrate", "--", file, "--out", out, "--json"]);
  if (code !== 0) throw new Error(`narrate ${file} ended with ${code}:\n${stderr}\n${stdout}`);
  const printed = stdout.split("\n").filter((line) => !line.startsWith("> ")); // npm says first what it runs
  return JSON.parse(printed.join("\n")) as Summary;
}

/** Ends well, or with the tool's own words; a tool that is not there is named. */
export async function tool(name: string, args: string[]): Promise<Ended> {
  const ended = await execute(name, args, { cwd: root, env: process.env });
  if (ended.code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
  return ended;
}

function execute(name: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = execFile(name, args, { ...options, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code === "string") return reject(missing(name, error));
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** Debian's packages. */
const JUDGES: Record<string, string> = {
  ffmpeg: "ffmpeg",
  ffprobe: "ffmpeg",
  flac: "flac",
  opusinfo: "opus-tools",
  mp3val: "mp3val",
};

function missing(name: string, cause: Error): Error {
  const debian = JUDGES[name];
  const judge = debian ? ` We need it as an independent judge; on Debian: apt-get install ${debian}.` : "";
  return new Error(`\`${name}\` could not be run: ${cause.message}.${judge}`, { cause });
}
