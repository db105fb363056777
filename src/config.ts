/**
 * Every setting: its name, default, validator and help. The only reader of the environment; values are passed on.
 * `.env.example` is checked against this table by a test.
 */
import { readFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";

export type Config = {
  databaseUrl: string | null;
  databaseDirectUrl: string | null;
  answerMs: number;
  dataDir: string;
  voicesFile: string | null;
  logLevel: (typeof logLevels)[number];
  logFormat: "json" | "pretty";
  leaseMs: number;
  generations: number;
  runsPerUser: number | null;
  runsPerKey: number | null;
  speechCalls: number;
  retentionDays: number | null;
  queueMs: number;
  attemptMs: number;
  heartbeatMs: number;
  stepMs: number;
  runMs: number;
  ageingMs: number;
  cores: number;
  maxInputBytes: number;
  maxCharacters: number;
  tableColumns: number;
  tableRows: number;
  codeBlocks: (typeof codeBlocks)[number];
  port: number;
  host: string;
  apiKey: string | null;
  maxTextCharacters: number;
  maxBodyBytes: number;
  maxMetadataBytes: number;
  maxWaitingRuns: number;
  corsOrigins: string[];
  shutdownMs: number;
};

export class InvalidSetting extends Error {
  override name = "InvalidSetting";
}

type Setting<T> = { name: string; help: string; example: string; read(value: string | undefined): T };

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const codeBlocks = ["announce", "read"] as const;

export const settings: { [Key in keyof Config]: Setting<Config[Key]> } = {
  databaseUrl: {
    name: "DATABASE_URL",
    help: "A Postgres 15 or newer. Without it Lector runs its own in the data folder.",
    example: "postgres://user:password@localhost:5432/lector",
    read: (value) => (value ? postgresUrl("DATABASE_URL", value) : null),
  },
  databaseDirectUrl: {
    name: "DATABASE_DIRECT_URL",
    help: "The same database past its pooler, for wake-ups. Without it Lector polls behind a pooler.",
    example: "postgres://user:password@localhost:5432/lector",
    read: (value) => (value ? postgresUrl("DATABASE_DIRECT_URL", value) : null),
  },
  answerMs: {
    name: "LECTOR_DATABASE_TIMEOUT_MS",
    help: "How long one answer of the database is waited for before its connection is dropped, in ms.",
    example: "30000",
    read: (value) => integer("LECTOR_DATABASE_TIMEOUT_MS", value, { fallback: 30_000, least: 1000, most: 3_600_000 }),
  },
  dataDir: {
    name: "LECTOR_DATA",
    help: "The data folder: audio, and the own Postgres. Default: lector in the user's data home.",
    example: "~/.local/share/lector",
    read: (value) => (value ? pathOf(value) : join(dataHome(), "lector")),
  },
  voicesFile: {
    name: "LECTOR_VOICES",
    help: "The file with further voices. Default: voices.json in the data folder.",
    example: "./voices.json",
    read: (value) => (value ? pathOf(value) : null),
  },
  logLevel: {
    name: "LOG_LEVEL",
    help: `What lector serve and lector worker log: ${logLevels.join(", ")}.`,
    example: "info",
    read: (value) => oneOf("LOG_LEVEL", logLevels, value ?? "info"),
  },
  logFormat: {
    name: "LOG_FORMAT",
    help: "json, or pretty. Default: pretty on a terminal, json elsewhere.",
    example: "json",
    read: (value) =>
      oneOf("LOG_FORMAT", ["json", "pretty"] as const, value ?? (process.stderr.isTTY ? "pretty" : "json")),
  },
  leaseMs: {
    name: "LECTOR_LEASE_MS",
    help: "How long a silent worker keeps its work before another takes it over, in ms.",
    example: "10000",
    read: (value) => integer("LECTOR_LEASE_MS", value, { fallback: 10_000, least: 200, most: 600_000 }),
  },
  generations: {
    name: "LECTOR_GENERATIONS",
    help: "Narrations that are made at once, over all processes.",
    example: "20",
    read: (value) => integer("LECTOR_GENERATIONS", value, { fallback: 20, least: 1, most: 10_000 }),
  },
  runsPerUser: {
    name: "LECTOR_RUNS_PER_USER",
    help: "Narrations that one user (metadata.user_id) has under way at once; more wait their turn. Default: no limit of its own.",
    example: "2",
    read: (value) => mostRuns("LECTOR_RUNS_PER_USER", value),
  },
  runsPerKey: {
    name: "LECTOR_RUNS_PER_KEY",
    help: "Narrations that were asked for over the API with one key and are under way at once. Default: no limit of its own.",
    example: "10",
    read: (value) => mostRuns("LECTOR_RUNS_PER_KEY", value),
  },
  speechCalls: {
    name: "LECTOR_SPEECH_CALLS",
    help: "Synthesis calls to one provider that run at once, over all processes.",
    example: "20",
    read: (value) => integer("LECTOR_SPEECH_CALLS", value, { fallback: 20, least: 1, most: 10_000 }),
  },
  retentionDays: {
    name: "LECTOR_RETENTION_DAYS",
    help: "How many days runs are kept after their end; then they are removed with their steps and history, and their audio is no longer served under them. Default: for ever.",
    example: "90",
    read: (value) => integer("LECTOR_RETENTION_DAYS", value, { fallback: null, least: 1, most: 36_500 }),
  },
  queueMs: {
    name: "LECTOR_TIMEOUT_QUEUE_MS",
    help: "How long a step may wait until a worker takes it, in ms. This and the next four hold where a workflow's definition says nothing.",
    example: "259200000",
    read: (value) => timeout("LECTOR_TIMEOUT_QUEUE_MS", value, 72 * HOUR),
  },
  attemptMs: {
    name: "LECTOR_TIMEOUT_ATTEMPT_MS",
    help: "How long one attempt at a step may take before it counts as a failure, in ms.",
    example: "3600000",
    read: (value) => timeout("LECTOR_TIMEOUT_ATTEMPT_MS", value, HOUR),
  },
  heartbeatMs: {
    name: "LECTOR_TIMEOUT_HEARTBEAT_MS",
    help: "How long the task of an attempt may be silent before it counts as a failure, in ms.",
    example: "900000",
    read: (value) => timeout("LECTOR_TIMEOUT_HEARTBEAT_MS", value, HOUR / 4),
  },
  stepMs: {
    name: "LECTOR_TIMEOUT_STEP_MS",
    help: "How long a step may take in all before it fails for good, in ms.",
    example: "1209600000",
    read: (value) => timeout("LECTOR_TIMEOUT_STEP_MS", value, 14 * 24 * HOUR),
  },
  runMs: {
    name: "LECTOR_TIMEOUT_RUN_MS",
    help: "How long a run may take in all before it ends as TIMED_OUT, in ms.",
    example: "1209600000",
    read: (value) => timeout("LECTOR_TIMEOUT_RUN_MS", value, 14 * 24 * HOUR),
  },
  ageingMs: {
    name: "LECTOR_AGEING_MS",
    help: "How long a step or run waits until it has gained one class of priority, in ms.",
    example: "60000",
    read: (value) => timeout("LECTOR_AGEING_MS", value, HOUR / 60),
  },
  cores: {
    name: "LECTOR_CORES",
    help: "Processor cores that speech and encoding may use. Default: all.",
    example: "2",
    read: (value) => integer("LECTOR_CORES", value, { fallback: availableParallelism(), least: 1, most: 1024 }),
  },
  maxInputBytes: {
    name: "LECTOR_MAX_INPUT_BYTES",
    help: "The largest file or page that is read, in bytes.",
    example: "16777216",
    read: (value) => integer("LECTOR_MAX_INPUT_BYTES", value, { fallback: 16 * 2 ** 20, least: 1, most: 2 ** 30 }),
  },
  maxCharacters: {
    name: "LECTOR_MAX_CHARACTERS",
    help: "The longest text that is narrated in one run, in characters.",
    example: "2000000",
    read: (value) => integer("LECTOR_MAX_CHARACTERS", value, { fallback: 2_000_000, least: 1, most: 100_000_000 }),
  },
  tableColumns: {
    name: "LECTOR_TABLE_COLUMNS",
    help: "A table with more columns is announced and skipped.",
    example: "6",
    read: (value) => integer("LECTOR_TABLE_COLUMNS", value, { fallback: 6, least: 0, most: 1000 }),
  },
  tableRows: {
    name: "LECTOR_TABLE_ROWS",
    help: "A table with more rows below its header is announced and skipped.",
    example: "30",
    read: (value) => integer("LECTOR_TABLE_ROWS", value, { fallback: 30, least: 0, most: 100_000 }),
  },
  codeBlocks: {
    name: "LECTOR_CODE_BLOCKS",
    help: "announce, or read: whether a code block's body is heard behind its announcement.",
    example: "announce",
    read: (value) => oneOf("LECTOR_CODE_BLOCKS", codeBlocks, value ?? "announce"),
  },
  port: {
    name: "PORT",
    help: "Where lector serve listens.",
    example: "8080",
    read: (value) => integer("PORT", value, { fallback: 8080, least: 0, most: 65_535 }),
  },
  host: {
    name: "HOST",
    help: "The address it listens on. Any but loopback needs LECTOR_API_KEY.",
    example: "127.0.0.1",
    read: (value) => value ?? "127.0.0.1",
  },
  apiKey: {
    name: "LECTOR_API_KEY",
    help: "The bearer token that requests must carry, at least 16 characters. Default: none is asked for.",
    example: "a-long-random-secret",
    read: (value) => (value === undefined ? null : secret("LECTOR_API_KEY", value)),
  },
  maxTextCharacters: {
    name: "LECTOR_MAX_TEXT_CHARACTERS",
    help: "The longest text that a request may carry, in characters.",
    example: "1000000",
    read: (value) => integer("LECTOR_MAX_TEXT_CHARACTERS", value, { fallback: 1_000_000, least: 1, most: 100_000_000 }),
  },
  maxBodyBytes: {
    name: "LECTOR_MAX_BODY_BYTES",
    help: "The largest request body, in bytes.",
    example: "8388608",
    read: (value) => integer("LECTOR_MAX_BODY_BYTES", value, { fallback: 8 * 2 ** 20, least: 1024, most: 2 ** 30 }),
  },
  maxMetadataBytes: {
    name: "LECTOR_MAX_METADATA_BYTES",
    help: "The largest metadata of a request, in bytes of JSON.",
    example: "16384",
    read: (value) => integer("LECTOR_MAX_METADATA_BYTES", value, { fallback: 16_384, least: 2, most: 2 ** 20 }),
  },
  maxWaitingRuns: {
    name: "LECTOR_MAX_WAITING_RUNS",
    help: "Runs that may wait to begin; a request beyond gets a 429.",
    example: "10000",
    read: (value) => integer("LECTOR_MAX_WAITING_RUNS", value, { fallback: 10_000, least: 1, most: 10_000_000 }),
  },
  corsOrigins: {
    name: "LECTOR_CORS_ORIGINS",
    help: "Web origins whose pages may call the API, separated by commas. Default: none.",
    example: "https://example.org",
    read: (value) =>
      (value ?? "")
        .split(/\s*,\s*/)
        .filter(Boolean)
        .map(webOrigin),
  },
  shutdownMs: {
    name: "LECTOR_SHUTDOWN_MS",
    help: "How long running steps may take to end by themselves at a stop before they are handed back, in ms.",
    example: "5000",
    read: (value) => integer("LECTOR_SHUTDOWN_MS", value, { fallback: 5000, least: 0, most: 600_000 }),
  },
};

export type Loaded = {
  config: Config;
  /** The `.env` that was read, if there is one. */
  envFile: string | null;
  /** `LECTOR_FAILPOINT`, for tests of crashes alone (docs/faults.md): so it is no setting, and no `.env` gives it. */
  failpoint: string | null;
};

/** Reads the environment and, beneath it, `.env` in the working folder. Throws `InvalidSetting`. */
export function loadConfig(): Loaded {
  const envFile = resolve(".env");
  const fromFile = readEnvFile(envFile);
  const known = Object.values(settings).map(({ name }) => name);
  // in the environment others give such names, too (Kubernetes: LECTOR_SERVICE_HOST for a service called lector)
  const unknown = Object.keys(fromFile ?? {}).find((name) => name.startsWith("LECTOR_") && !known.includes(name));
  if (unknown) throw new InvalidSetting(`${envFile} sets ${unknown}, which is no setting. .env.example has them all.`);
  const values: NodeJS.Dict<string> = { ...fromFile, ...process.env };
  const read = Object.entries(settings).map(([key, setting]) => [
    key,
    setting.read(values[setting.name]?.trim() || undefined),
  ]);
  const failpoint = process.env["LECTOR_FAILPOINT"] ?? null;
  return { config: Object.fromEntries(read) as Config, envFile: fromFile && envFile, failpoint };
}

function readEnvFile(path: string): NodeJS.Dict<string> | null {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new InvalidSetting(`The file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Absolute; a leading ~ is the home folder, which no shell has put in where a `.env` says it. */
function pathOf(value: string): string {
  return resolve(value.replace(/^~(?=\/|$)/, home));
}

function dataHome(): string {
  if (process.platform === "darwin") return join(home(), "Library", "Application Support");
  if (process.platform === "win32") return process.env["LOCALAPPDATA"] ?? join(home(), "AppData", "Local");
  return process.env["XDG_DATA_HOME"] || join(home(), ".local", "share");
}

function home(): string {
  const folder = homedir();
  if (folder === "") throw new InvalidSetting("HOME is empty. Set it, or give LECTOR_DATA as a whole path.");
  return folder;
}

function postgresUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return value;
  throw new InvalidSetting(`Expected ${name} to look like "postgres://user:password@host:5432/database".`);
}

function secret(name: string, value: string): string {
  if (value.length >= 16 && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new InvalidSetting(
    `Expected ${name} to have at least 16 characters, all of them printable ASCII without spaces.`,
  );
}

function webOrigin(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && /^https?:$/.test(url.protocol) && url.origin === value.replace(/\/$/, "")) return url.origin;
  throw new InvalidSetting(`Expected LECTOR_CORS_ORIGINS to hold origins such as https://example.org, got "${value}".`);
}

function integer<Fallback extends number | null>(
  name: string,
  value: string | undefined,
  o: { fallback: Fallback; least: number; most: number },
): number | Fallback {
  if (value === undefined) return o.fallback;
  const number = Number(value);
  if (Number.isInteger(number) && number >= o.least && number <= o.most) return number;
  throw new InvalidSetting(`Expected ${name} to be a whole number from ${o.least} to ${o.most}, got "${value}".`);
}

function mostRuns(name: string, value: string | undefined): number | null {
  return integer(name, value, { fallback: null, least: 1, most: 10_000 });
}

const HOUR = 3_600_000;

/** At most 23 days: timers and columns have 31 bits. */
function timeout(name: string, value: string | undefined, fallback: number): number {
  return integer(name, value, { fallback, least: 1, most: 2_000_000_000 });
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((each) => each === value.toLowerCase());
  if (found) return found;
  throw new InvalidSetting(`Expected ${name} to be one of ${allowed.join(", ")}, got "${value}".`);
}
