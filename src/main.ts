/** Wires the configuration to adapters, then runs a command. */
import { join } from "node:path";
import { destination, pino, stdTimeFunctions, type Logger } from "pino";
import prettyLog from "pino-pretty";
import { loadVoices, type Voices } from "./catalog/voices.ts";
import { runCli } from "./cli/main.ts";
import type { Lector, Setup } from "./cli/lector.ts";
import { InvalidSetting, loadConfig, type Config } from "./config.ts";
import { connect, DatabaseUnreachable, type Connection } from "./database/connect.ts";
import { embeddedPostgres } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { openStudio } from "./media/studio.ts";
import { limitGroup } from "./orchestrator/claim.ts";
import { ensureDefinition } from "./orchestrator/definition.ts";
import { startWorker } from "./orchestrator/worker.ts";
import { espeakSpeech } from "./providers/speech/espeak.ts";
import { espeakLanguages } from "./providers/speech/espeak-voices.ts";
import { SPEECH_SAMPLES } from "./providers/speech/samples.ts";
import { filesystemStorage } from "./storage/filesystem.ts";
import { speechGroup } from "./workflows/narrate-plan.ts";
import { narrate, narrateTasks } from "./workflows/narrate.ts";
import type { Providers } from "./workflows/voice-in-use.ts";

/** Every core has one child to speak and one to encode, and the next task at hand when either is free. */
const SLOTS_PER_CORE = 4;

function setupOf(config: Config): Setup {
  const providers: Providers = new Map();
  const espeak = espeakSpeech({ processes: config.cores });
  providers.set(espeak.name, espeak);
  const logger = openLog(config);
  return {
    dataDir: config.dataDir,
    limits: { maxInputBytes: config.maxInputBytes, maxCharacters: config.maxCharacters },
    providers,
    voices: () => {
      const file = config.voicesFile ?? join(config.dataDir, "voices.json");
      return loadVoices(shippedVoices(), file, { required: config.voicesFile !== null });
    },
    open: (say) => open(config, providers, say),
    log: (level, message, fields = {}) => logger[level](fields, message),
  };
}

/** JSON lines for programs, readable ones for people; to standard error, at once, so that nothing is lost at the end. */
function openLog(config: Config): Logger {
  const options = { level: config.logLevel, base: null, timestamp: stdTimeFunctions.isoTime };
  const pretty = () =>
    prettyLog({ destination: 2, sync: true, colorize: process.stderr.isTTY, ignore: "pid,hostname" });
  if (config.logFormat === "pretty") return pino(options, pretty());
  return pino({ ...options, formatters: { level: (level) => ({ level }) } }, destination({ dest: 2, sync: true }));
}

async function open(config: Config, providers: Providers, say: (line: string) => void): Promise<Lector> {
  const database = await openDatabase(config, say);
  const { connection } = database;
  const studio = openStudio({ size: config.cores });
  const close = async () => {
    await Promise.all([studio.close(), ...[...providers.values()].map((provider) => provider.close())]);
    await connection.close();
    await database.leave();
  };
  try {
    const migrated = await migrate(connection.db);
    const [storage, definition] = await Promise.all([
      filesystemStorage(join(config.dataDir, "storage")),
      ensureDefinition(connection.db, narrate),
      ...[...providers.keys()].map((name) => limitGroup(connection.db, speechGroup(name), config.speechCalls)),
    ]);
    const tools = { db: connection.db, storage, studio, providers };
    return {
      connection,
      storage,
      migrated,
      narrate: definition,
      work: async ({ scoped, onEnded }) =>
        startWorker({
          connection,
          store: storage,
          tasks: narrateTasks(tools),
          slots: config.cores * SLOTS_PER_CORE,
          admissionLimit: () => config.generations,
          leaseMs: config.leaseMs,
          scoped,
          ...(onEnded && { onEnded }),
          onTrouble: database.recover,
        }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type OpenDatabase = { connection: Connection; recover(): Promise<void>; leave(): Promise<void> };

async function openDatabase(config: Config, say: (line: string) => void): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    const connection = connect(config.databaseUrl);
    await reach(connection);
    return { connection, recover: async () => {}, leave: async () => {} };
  }
  const server = await embeddedPostgres({ dataDir: config.dataDir, log: say });
  const recover = async () => {
    await server.recover().catch(() => {}); // the next trouble calls again
  };
  return { connection: connect(server.url), recover, leave: () => server.leave() };
}

/** One line that says what is wrong with a `DATABASE_URL`, its password left out. */
async function reach(connection: Connection): Promise<void> {
  try {
    await connection.ping();
  } catch (cause) {
    await connection.close();
    const url = new URL(connection.url);
    const where = `${url.hostname}:${url.port || 5432}${url.pathname}`;
    const why = (cause as Error).message || String((cause as NodeJS.ErrnoException).code);
    throw new DatabaseUnreachable(`Cannot use the database at ${where} (DATABASE_URL): ${why}.`, { cause });
  }
}

/** Gains that were measured to bring the voice to −16 LUFS, limiter included; all espeak voices lie close together. */
const MEASURED_GAIN_DB: Record<string, number> = { "en-us": 7, id: 6.5 };
const USUAL_GAIN_DB = 6.5;

/** `espeak-en` is the American voice; the engine's own `en` is the British one. */
const KEYS: Record<string, string> = { "en-us": "espeak-en", en: "espeak-en-gb" };

function shippedVoices(): Voices {
  const all = espeakLanguages().map(({ id, language, name }) => ({
    key: KEYS[id] ?? `espeak-${id}`,
    provider: "espeak",
    voice: id,
    locales: [language],
    settings: {},
    unit: "sentence" as const,
    gainDb: MEASURED_GAIN_DB[id] ?? USUAL_GAIN_DB,
    name: `${name} (espeak)`,
    samples: sampleOf(id),
  }));
  return { all, defaults: { en: "espeak-en", id: "espeak-id" } };
}

function sampleOf(espeakId: string): Record<string, string> {
  const found = Object.entries(SPEECH_SAMPLES).find(([, sample]) => sample.espeak === espeakId);
  return found ? { [found[0]]: found[1].text } : {};
}

// Whoever reads our output may stop reading (`| head`): that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  const { config, envFile } = loadConfig();
  process.exitCode = await runCli(setupOf(config), { envFile });
} catch (error) {
  if (!(error instanceof InvalidSetting)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
