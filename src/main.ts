/** Wires the configuration to adapters, then runs a command. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { destination, pino, stdTimeFunctions, type Logger } from "pino";
import prettyLog from "pino-pretty";
import { loadVoices, type Voices } from "./catalog/voices.ts";
import { runCli } from "./cli/main.ts";
import type { Lector, Setup } from "./cli/lector.ts";
import { InvalidSetting, loadConfig, type Config } from "./config.ts";
import { connect, DatabaseUnreachable, sqlState, isPooled, type Connection } from "./database/connect.ts";
import { embeddedPostgres } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { armFailpoint, InvalidFailpoint } from "./failpoint.ts";
import { buildServer } from "./http/server.ts";
import { markAbandoned } from "./ledger/ledger.ts";
import { openStudio } from "./media/studio.ts";
import { limitGroup, type Claimed } from "./orchestrator/claim.ts";
import { ensureDefinition } from "./orchestrator/definition.ts";
import type { Fired } from "./orchestrator/fire.ts";
import { keepHouse } from "./orchestrator/housekeeping.ts";
import { openFeed } from "./orchestrator/feed.ts";
import type { Ending } from "./orchestrator/outcome.ts";
import { startWorker } from "./orchestrator/worker.ts";
import { espeakSpeech } from "./providers/speech/espeak.ts";
import { espeakLanguages } from "./providers/speech/espeak-voices.ts";
import { SPEECH_SAMPLES } from "./providers/speech/samples.ts";
import { filesystemStorage } from "./storage/filesystem.ts";
import { admissionLimitOf } from "./workflows/admission.ts";
import { audioGeneration, audioGenerationTasks } from "./workflows/audio-generation.ts";
import { speechGroup } from "./workflows/narrate-plan.ts";
import { narrate, narrateTasks } from "./workflows/narrate.ts";
import { prepareStart } from "./workflows/prepare-start.ts";
import type { Providers } from "./workflows/voice-in-use.ts";

/** How often reservations are looked for whose caller died and whose segment nobody wants any more. */
const SWEEP_MS = 60_000;

/** Steps at once for each core: while some wait for the database or a child, the children have work at hand. */
const SLOTS_PER_CORE = 4;

function setupOf(config: Config): Setup {
  const providers: Providers = new Map();
  // Encoding takes twice what speaking does, and each child has to warm up: one for two cores keeps all cores busy.
  const espeak = espeakSpeech({ processes: Math.ceil(config.cores / 2) });
  providers.set(espeak.name, espeak);
  const logger = openLog(config);
  const setup: Setup = {
    dataDir: config.dataDir,
    limits: config,
    reading: config,
    providers,
    voices: () => {
      const file = config.voicesFile ?? join(config.dataDir, "voices.json");
      return loadVoices(shippedVoices(), file, { required: config.voicesFile !== null });
    },
    open: (say) => open(config, setup, logger, say),
    serve: (options) => serve(config, setup, logger, options),
    log: (level, message, fields = {}) => logger[level](fields, message),
  };
  return setup;
}

/** JSON lines for programs, readable ones for people; to standard error, at once, so that nothing is lost at the end. */
function openLog(config: Config): Logger {
  const options = { level: config.logLevel, base: null, timestamp: stdTimeFunctions.isoTime };
  const pretty = () =>
    prettyLog({ destination: 2, sync: true, colorize: process.stderr.isTTY, ignore: "pid,hostname" });
  if (config.logFormat === "pretty") return pino(options, pretty());
  return pino({ ...options, formatters: { level: (level) => ({ level }) } }, destination({ dest: 2, sync: true }));
}

async function open(
  config: Config,
  { providers, voices }: Setup,
  logger: Logger,
  say: (line: string) => void,
): Promise<Lector> {
  const database = await openDatabase(config, say);
  const { connection } = database;
  const studio = openStudio({ size: config.cores });
  const sweep = setInterval(() => void markAbandoned(connection.db).catch(() => {}), SWEEP_MS).unref();
  const close = async () => {
    clearInterval(sweep);
    await Promise.all([studio.close(), ...[...providers.values()].map((provider) => provider.close())]);
    await connection.close();
    await database.leave();
  };
  try {
    const migrated = await migrate(connection.db);
    const [storage, narration, generation] = await Promise.all([
      filesystemStorage(join(config.dataDir, "storage")),
      ensureDefinition(connection.db, narrate),
      ensureDefinition(connection.db, audioGeneration),
      ...[...providers.keys()].map((name) => limitGroup(connection.db, speechGroup(name), config.speechCalls)),
    ]);
    const tools = { db: connection.db, storage, studio, providers };
    const prepare = prepareStart({ ...config, voices, providers, reading: config });
    return {
      connection,
      storage,
      migrated,
      definitions: { narrate: narration, audioGeneration: generation },
      prepare,
      work: async ({ scoped, idle = false, onEnded }) => {
        const worker = startWorker({
          connection,
          store: storage,
          tasks: [...narrateTasks(tools), ...audioGenerationTasks()],
          slots: idle ? 0 : config.cores * SLOTS_PER_CORE,
          admissionLimit: admissionLimitOf(config),
          timeouts: config,
          leaseMs: config.leaseMs,
          scoped,
          ...(onEnded && { onEnded }),
          onAttempt: (attempt, ending, accepted) => logAttempt(logger, attempt, ending, accepted),
          onTrouble: database.recover,
        });
        if (scoped || idle) return worker;
        const house = keepHouse(
          { db: connection.db, store: storage, prepare, timeouts: config },
          { ...config, onFired: (fired) => logFired(logger, fired), onTrouble: database.recover },
        );
        return { ...worker, stop: async (o) => void (await Promise.all([house.stop(), worker.stop(o)])) };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function logFired(logger: Logger, { scheduleId, name, runs, error }: Fired): void {
  const fields = { schedule: name, schedule_id: scheduleId, runs, ...(error && { error }) };
  logger[error ? "error" : "info"](fields, error ? "schedule could start nothing" : "schedule started runs");
}

/** One line an attempt: what went well only for who asks for details. */
function logAttempt(logger: Logger, attempt: Claimed, ending: Ending, accepted: boolean): void {
  const { executionId, step, item, name, attempt: number, traceparent } = attempt;
  const fields = { ...traceOf(traceparent), execution_id: executionId, step, name, item, attempt: number };
  if (!accepted) return logger.warn(fields, "result refused: the attempt was no longer current");
  if (ending.to === "done") return logger.debug(fields, "step done");
  const needsSomebody = ending.failures > 0 || ending.error?.code === "disk_full";
  const level = ending.to === "failed" ? "error" : needsSomebody ? "warn" : "debug";
  logger[level](
    { ...fields, error: ending.error },
    ending.to === "failed" ? "step failed" : `step again: ${ending.why}`,
  );
}

/** The trace id of a W3C traceparent: `00-TRACE-PARENT-FLAGS`. */
function traceOf(traceparent: string | null): { trace_id?: string } {
  const trace = traceparent?.split("-")[1];
  return trace ? { trace_id: trace } : {};
}

/** Says in a line each what became ready, and where. */
async function serve(
  config: Config,
  setup: Setup,
  logger: Logger,
  o: { workers: boolean },
): Promise<{ stop(): Promise<void> }> {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(config.host);
  if (!loopback && config.apiKey === null) {
    throw new InvalidSetting(
      `HOST is ${config.host}, which others can reach. Set LECTOR_API_KEY, or listen on 127.0.0.1.`,
    );
  }
  const lector = await setup.open((line) => logger.info(line));
  const { connection, storage, migrated, definitions, prepare } = lector;
  const at = new URL(connection.url());
  logger.info(`database ready at ${at.hostname}:${at.port || 5432}${at.pathname}, schema ${migrated.schema}`);
  const feed = openFeed(connection.db);
  const worker = await lector.work({ scoped: false, idle: !o.workers, onEnded: () => feed.poke() });
  if (o.workers) logger.info({ worker_id: worker.id }, `workers ready on ${config.cores} cores`);
  const server = await buildServer({
    connection,
    storage,
    worker,
    feed,
    voices: setup.voices,
    providers: setup.providers,
    definitions,
    prepare,
    schema: migrated.schema,
    settings: { ...config, maxCharacters: config.maxTextCharacters, reading: config },
    logger,
    version: packageVersion(),
    pageDir: pageFolder(),
  });
  const stop = async () => {
    feed.close();
    await Promise.all([server.close(), worker.stop({ finishMs: config.shutdownMs })]);
    await lector.close();
  };
  try {
    const listenTextResolver = (address: string) => `HTTP ready at ${address}`; // Fastify logs it
    await server.listen({ host: config.host, port: config.port, listenTextResolver });
  } catch (cause) {
    await stop();
    const why = (cause as NodeJS.ErrnoException).code === "EADDRINUSE" ? "the port is taken" : (cause as Error).message;
    throw new InvalidSetting(`Cannot listen on ${config.host}, port ${config.port} (HOST, PORT): ${why}.`, { cause });
  }
  return { stop };
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function pageFolder(): string | null {
  const folder = fileURLToPath(new URL("../dist/web", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : null;
}

type OpenDatabase = { connection: Connection; recover(error?: unknown): Promise<void>; leave(): Promise<void> };

async function openDatabase(config: Config, say: (line: string) => void): Promise<OpenDatabase> {
  const { answerMs, leaseMs } = config;
  if (config.databaseUrl) {
    const pooled = await reach(config.databaseUrl);
    if (config.databaseDirectUrl) await reach(config.databaseDirectUrl);
    const connection = connect(config.databaseUrl, { pooled, directUrl: config.databaseDirectUrl, answerMs, leaseMs });
    if (pooled && !connection.listenUrl)
      say("A pooler stands before the database: polling for work (DATABASE_DIRECT_URL wakes at once).");
    return { connection, recover: async () => {}, leave: async () => {} };
  }
  const server = await embeddedPostgres({ dataDir: config.dataDir, log: say });
  let said = "";
  const recover = async (error?: unknown) => {
    const full = sqlState(error)?.startsWith("53") ? (error as Error).message : "";
    if (full !== "" && full !== said) say(`The database waits: ${full}.`);
    said = full || said;
    await server.recover().catch(() => {}); // the next trouble calls again
  };
  return { connection: connect(() => server.url, { answerMs, leaseMs }), recover, leave: () => server.leave() };
}

/** Whether a pooler answers; or one line that says what is wrong, without the password. */
async function reach(address: string): Promise<boolean> {
  try {
    return await isPooled(address);
  } catch (cause) {
    const url = new URL(address);
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

// Whoever reads our output may stop reading (`| head`): that is no error of ours, and the work goes on to its proper end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  const { config, envFile, failpoint } = loadConfig();
  if (failpoint !== null) armFailpoint(failpoint);
  process.exitCode = await runCli(setupOf(config), { envFile });
} catch (error) {
  if (!(error instanceof InvalidSetting || error instanceof InvalidFailpoint)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
