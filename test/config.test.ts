/** Every setting by its default, its errors, and what README.md and `.env.example` say of it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidSetting, loadConfig, settings, type Config } from "../src/config.ts";

const root = join(import.meta.dirname, "..");
const table = Object.entries(settings) as [keyof Config, (typeof settings)[keyof Config]][];
const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "lector-config-")));
  process.chdir(folder);
  for (const name of [...table.map(([, setting]) => setting.name), "XDG_DATA_HOME"]) vi.stubEnv(name, undefined);
});

afterEach(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function load(environment: Record<string, string> = {}): Config {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return loadConfig().config;
}

function refusal(environment: Record<string, string>): string {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof InvalidSetting) return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(environment)} was accepted`);
}

describe("without any setting", () => {
  test("Lector runs its own Postgres, uses every core and takes the documented limits", () => {
    expect(load()).toEqual({
      databaseUrl: null,
      databaseDirectUrl: null,
      answerMs: 30_000,
      dataDir: expect.stringMatching(/lector$/),
      voicesFile: null,
      logLevel: "info",
      logFormat: expect.stringMatching(/^(json|pretty)$/),
      leaseMs: 10_000,
      generations: 20,
      runsPerUser: null,
      runsPerKey: null,
      speechCalls: 20,
      retentionDays: null,
      queueMs: 3 * 86_400_000,
      attemptMs: 3_600_000,
      heartbeatMs: 900_000,
      stepMs: 14 * 86_400_000,
      runMs: 14 * 86_400_000,
      ageingMs: 60_000,
      cores: availableParallelism(),
      maxInputBytes: 16 * 1024 * 1024,
      maxCharacters: 2_000_000,
      tableColumns: 6,
      tableRows: 30,
      codeBlocks: "announce",
      port: 8080,
      host: "127.0.0.1",
      apiKey: null,
      maxTextCharacters: 1_000_000,
      maxBodyBytes: 8 * 1024 * 1024,
      maxMetadataBytes: 16 * 1024,
      maxWaitingRuns: 10_000,
      corsOrigins: [],
      shutdownMs: 5000,
    } satisfies Record<keyof Config, unknown>);
  });

  test("logs are pretty on a terminal and JSON elsewhere", () => {
    const { isTTY } = process.stderr;
    try {
      process.stderr.isTTY = true;
      expect(load().logFormat).toBe("pretty");
      process.stderr.isTTY = false;
      expect(load().logFormat).toBe("json");
    } finally {
      process.stderr.isTTY = isTTY;
    }
  });

  test.runIf(process.platform === "linux")(
    "the data folder lies in the user's data home (Linux: other systems have other homes)",
    () => {
      expect(load().dataDir).toBe(join(homedir(), ".local", "share", "lector"));
      expect(load({ XDG_DATA_HOME: "/data/home" }).dataDir).toBe("/data/home/lector");
    },
  );

  test("an empty HOME is no place for the data folder", () => {
    expect(refusal({ HOME: "" })).toBe("HOME is empty. Set it, or give LECTOR_DATA as a whole path.");
    expect(refusal({ HOME: "", LECTOR_DATA: "~/data" })).toContain("HOME is empty");
    expect(load({ HOME: "", LECTOR_DATA: "/data" }).dataDir).toBe("/data");
  });
});

describe("a value", () => {
  test.each(table)("of %s is taken as its example shows it", (key, { name, example }) => {
    const given = load({ [name]: example })[key];
    const plain = typeof given === "number" || Array.isArray(given) ? String(given) : given;
    const expected: Partial<Record<keyof Config, string>> = {
      dataDir: join(homedir(), ".local/share/lector"),
      voicesFile: join(folder, "voices.json"),
    };
    expect(plain).toBe(expected[key] ?? example);
  });

  test("may have spaces around it, and LOG_LEVEL and LOG_FORMAT may be in capitals", () => {
    const config = load({ LECTOR_CORES: " 3 ", LOG_LEVEL: "WARN", LOG_FORMAT: "Pretty" });
    expect(config).toMatchObject({ cores: 3, logLevel: "warn", logFormat: "pretty" });
  });

  test.each(table)("of %s that is empty or blank means the default", (key, { name }) => {
    const unset = load()[key];
    expect(load({ [name]: "" })[key]).toEqual(unset);
    expect(load({ [name]: "  " })[key]).toEqual(unset);
  });

  test("of LECTOR_DATA and LECTOR_VOICES is a path from the working folder, and LECTOR_DATA knows ~", () => {
    expect(load({ LECTOR_DATA: "data", LECTOR_VOICES: "../voices.json" })).toMatchObject({
      dataDir: join(folder, "data"),
      voicesFile: join(folder, "..", "voices.json"),
    });
    expect(load({ LECTOR_DATA: "~" }).dataDir).toBe(homedir());
    expect(load({ LECTOR_DATA: "~other/x" }).dataDir).toBe(join(folder, "~other/x"));
  });
});

describe("a bad value", () => {
  const limits: [name: string, key: keyof Config, least: number, most: number][] = [
    ["LECTOR_LEASE_MS", "leaseMs", 200, 600_000],
    ["LECTOR_GENERATIONS", "generations", 1, 10_000],
    ["LECTOR_RUNS_PER_USER", "runsPerUser", 1, 10_000],
    ["LECTOR_RUNS_PER_KEY", "runsPerKey", 1, 10_000],
    ["LECTOR_SPEECH_CALLS", "speechCalls", 1, 10_000],
    ["LECTOR_RETENTION_DAYS", "retentionDays", 1, 36_500],
    ["LECTOR_TIMEOUT_QUEUE_MS", "queueMs", 1, 2_000_000_000],
    ["LECTOR_TIMEOUT_ATTEMPT_MS", "attemptMs", 1, 2_000_000_000],
    ["LECTOR_TIMEOUT_HEARTBEAT_MS", "heartbeatMs", 1, 2_000_000_000],
    ["LECTOR_TIMEOUT_STEP_MS", "stepMs", 1, 2_000_000_000],
    ["LECTOR_TIMEOUT_RUN_MS", "runMs", 1, 2_000_000_000],
    ["LECTOR_AGEING_MS", "ageingMs", 1, 2_000_000_000],
    ["LECTOR_CORES", "cores", 1, 1024],
    ["LECTOR_MAX_INPUT_BYTES", "maxInputBytes", 1, 2 ** 30],
    ["LECTOR_MAX_CHARACTERS", "maxCharacters", 1, 100_000_000],
    ["LECTOR_TABLE_COLUMNS", "tableColumns", 0, 1000],
    ["LECTOR_TABLE_ROWS", "tableRows", 0, 100_000],
    ["PORT", "port", 0, 65_535],
    ["LECTOR_MAX_TEXT_CHARACTERS", "maxTextCharacters", 1, 100_000_000],
    ["LECTOR_MAX_BODY_BYTES", "maxBodyBytes", 1024, 2 ** 30],
    ["LECTOR_MAX_METADATA_BYTES", "maxMetadataBytes", 2, 2 ** 20],
    ["LECTOR_MAX_WAITING_RUNS", "maxWaitingRuns", 1, 10_000_000],
    ["LECTOR_SHUTDOWN_MS", "shutdownMs", 0, 600_000],
  ];

  test.each(limits)("of %s is refused with the name, the value and the range", (name, key, least, most) => {
    for (const bad of [String(least - 1), String(most + 1), "-1", "1.5", "many", "10 s", "NaN", "Infinity"]) {
      expect(refusal({ [name]: bad })).toBe(
        `Expected ${name} to be a whole number from ${least} to ${most}, got "${bad}".`,
      );
    }
    expect([load({ [name]: String(least) })[key], load({ [name]: String(most) })[key]]).toEqual([least, most]);
  });

  test("of LECTOR_API_KEY is refused without being repeated", () => {
    const message = refusal({ LECTOR_API_KEY: "short-secret" });
    expect(message).toContain("Expected LECTOR_API_KEY to have at least 16 characters");
    expect(message).not.toContain("short-secret");
  });

  test("of LECTOR_CORS_ORIGINS is refused where it is no origin", () => {
    expect(load({ LECTOR_CORS_ORIGINS: "https://a.example/, http://localhost:3000" }).corsOrigins).toEqual([
      "https://a.example",
      "http://localhost:3000",
    ]);
    for (const bad of ["example.org", "https://a.example/path", "ftp://a.example", "*"]) {
      expect(refusal({ LECTOR_CORS_ORIGINS: bad })).toContain(`got "${bad}"`);
    }
  });

  test("of LOG_LEVEL or LOG_FORMAT is refused with the names that exist", () => {
    expect(refusal({ LOG_LEVEL: "loud" })).toBe(
      'Expected LOG_LEVEL to be one of trace, debug, info, warn, error, fatal, silent, got "loud".',
    );
    expect(refusal({ LOG_LEVEL: "info", LOG_FORMAT: "xml" })).toBe(
      'Expected LOG_FORMAT to be one of json, pretty, got "xml".',
    );
  });

  test.each(["nonsense", "mysql://user:secret@host/db", "localhost:5432/lector", "http://host/secret"])(
    "of DATABASE_URL (%s) is refused with an example, and without its password",
    (url) => {
      const message = refusal({ DATABASE_URL: url });
      expect(message).toMatch(/DATABASE_URL.*postgres:\/\/user:password@host:5432\/database/);
      expect(message).not.toContain("secret");
    },
  );

  test.each(["postgres", "postgresql"])("of DATABASE_URL is not one that begins with %s://", (scheme) => {
    const url = `${scheme}://user:pass%40word@[::1]:5432/lector?sslmode=require`;
    expect(load({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });
});

describe(".env in the working folder", () => {
  test("stands beneath the environment, and its path is told", () => {
    writeFileSync(join(folder, ".env"), "# ours\nLECTOR_CORES=3\nexport LECTOR_LEASE_MS='4000'\nUNKNOWN=1\n");
    vi.stubEnv("LECTOR_CORES", "5");
    const { config, envFile } = loadConfig();
    expect(config).toMatchObject({ cores: 5, leaseMs: 4000 });
    expect(envFile).toBe(join(folder, ".env"));
  });

  test("is hidden by a variable that is set to nothing", () => {
    writeFileSync(join(folder, ".env"), "LECTOR_LEASE_MS=4000\n");
    expect(load({ LECTOR_LEASE_MS: "" }).leaseMs).toBe(10_000);
  });

  test("is not told of where there is none", () => {
    expect(loadConfig().envFile).toBeNull();
  });

  test("gives values that are checked like any other", () => {
    writeFileSync(join(folder, ".env"), "LECTOR_CORES=zero\n");
    expect(refusal({})).toContain('Expected LECTOR_CORES to be a whole number from 1 to 1024, got "zero"');
  });

  test("gives no setting that there is not; of other programs it may hold what it likes", () => {
    writeFileSync(join(folder, ".env"), "SPEECH=1\nLECTOR_SPEECH_CALL=5\n");
    const told = `${join(folder, ".env")} sets LECTOR_SPEECH_CALL, which is no setting. .env.example has them all.`;
    expect(refusal({})).toBe(told);
  });

  test("that cannot be read is an error that names it", () => {
    mkdirSync(join(folder, ".env"));
    expect(refusal({})).toContain(`The file ${join(folder, ".env")} cannot be read`);
  });

  test("is left out of the process's environment, which children inherit", () => {
    writeFileSync(join(folder, ".env"), "LECTOR_CORES=3\n");
    load();
    expect(process.env["LECTOR_CORES"]).toBeUndefined();
  });
});

describe(".env.example", () => {
  const text = readFileSync(join(root, ".env.example"), "utf8");
  const entries = text.split("\n\n").slice(1);

  test("has every setting in order, with the help and the example of config.ts", () => {
    const expected = table.map(([, { name, help, example }]) => `# ${help}\n#${name}=${example}`);
    expect(entries.map((entry) => entry.trim())).toEqual(expected);
  });

  test("changes nothing as it stands, and is accepted with every line taken in", () => {
    expect(parseEnv(text)).toEqual({});
    writeFileSync(join(folder, ".env"), text.replaceAll(/^#(?=\w)/gm, ""));
    expect(load()).toMatchObject({ cores: 2, leaseMs: 10_000, voicesFile: join(folder, "voices.json") });
  });
});

describe("README.md", () => {
  const rows = readFileSync(join(root, "README.md"), "utf8").matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$/gm);
  const documented = [...rows].map(([, name, byDefault, help]) => ({
    name: name!,
    byDefault: byDefault!,
    help: help!,
  }));

  test("lists every setting in order, with the help of config.ts", () => {
    const expected = table.map(([, { name, help }]) => ({ name, help }));
    expect(documented.map(({ name, help }) => ({ name, help }))).toEqual(expected);
  });

  test("gives each its real default, in figures or in the help", () => {
    const unset = load();
    const real = table.map(([key, { name, help }]) => {
      const value = unset[key] === null ? "none" : `\`${unset[key]}\``;
      return { name, byDefault: help.includes(" Default: ") ? "see there" : value };
    });
    expect(documented.map(({ name, byDefault }) => ({ name, byDefault }))).toEqual(real);
  });
});
