/** Lector itself as a user starts it: `lector narrate`, in a data folder of its own, with its time, CPU and memory. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuOfEnded, watchTree, type Seen } from "./processes.ts";

const lector = fileURLToPath(new URL("../bin/lector.js", import.meta.url));

export type Desk = { folder: string; data: string; text(body: string): string; end(): void };

/** A temporary folder with a data folder in it, whose database is made and stopped again. */
export async function openDesk(): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), "lector-bench-"));
  chmodSync(folder, 0o755); // for root, Postgres is another user, and would keep its data elsewhere
  const desk: Desk = {
    folder,
    data: join(folder, "data"),
    text(body) {
      const path = join(folder, "text.md");
      writeFileSync(path, body);
      return path;
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
  try {
    await narrateFile(desk, desk.text("A few words, so that the database is made.\n"));
    return desk;
  } catch (error) {
    desk.end();
    throw error;
  }
}

/** Processors to pin to; null where this system cannot pin (`taskset` is missing), which `say` then tells. */
export function pinTo(cores: number): { cores: number; prefix: string[] } {
  const there = Math.min(cores, availableParallelism());
  if (spawnSync("taskset", ["-V"]).status !== 0) {
    say(`taskset is not there: Lector is told to use ${there} cores, but not pinned to them.`);
    return { cores: there, prefix: [] };
  }
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]!;
  const processors = list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: last! - first + 1 }, (_, index) => first + index);
  });
  return { cores: there, prefix: ["taskset", "-c", processors.slice(0, there).join(",")] };
}

export type Narrated = {
  elapsed_s: number;
  /** From the start of the process to its end, seconds. */
  wallS: number;
  /** Seconds of processor time of all its processes. */
  cpuS: number;
  duration_s: number;
  loudness_lufs: number;
  segments: { total: number; synthesised: number; reused: number };
  characters: { total: number; billed: number };
  files: Record<string, string>;
  execution_id: string;
  processes: Seen[];
};

export type NarrateOptions = {
  prefix?: string[];
  cores?: number;
  /** As `--formats` takes them; one mp3 unless told. */
  formats?: string;
  everyMs?: number;
  memory?: boolean;
};

/** Runs `lector narrate FILE --json` to its end. Throws with what it said where it failed. */
export async function narrateFile(desk: Desk, file: string, options: NarrateOptions = {}): Promise<Narrated> {
  const { prefix = [], cores, formats = "mp3", everyMs = 250, memory = false } = options;
  const [command, ...args] = [...prefix, lector, "narrate", file, "--formats", formats, "--json"]; // by its first line, as npx does
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    LECTOR_DATA: desk.data,
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    ...(cores && { LECTOR_CORES: String(cores) }),
  };
  delete env["DATABASE_URL"];
  const cpuBefore = cpuOfEnded();
  const from = performance.now();
  const child = spawn(command!, [...args, "--out", join(desk.folder, "out")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const watch = watchTree(child.pid!, { everyMs, memory });
  const said = { out: "", error: "" };
  child.stdout.on("data", (chunk) => (said.out += chunk));
  child.stderr.on("data", (chunk) => (said.error += chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const wallS = (performance.now() - from) / 1000;
  watch.end();
  if (code !== 0) throw new Error(`lector narrate ended with code ${code}: ${said.error || said.out}`);
  const told = JSON.parse(said.out) as Omit<Narrated, "wallS" | "cpuS" | "processes">;
  return { ...told, wallS, cpuS: cpuOfEnded() - cpuBefore, processes: [...watch.seen.values()] };
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Seconds and ratios are told to three digits behind the point: the machine is no more exact than that. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
