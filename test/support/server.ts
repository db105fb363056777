/** The HTTP server on a real socket and a database of its own, for tests. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import type { Voices } from "../../src/catalog/voices.ts";
import { connect, type Connection } from "../../src/database/connect.ts";
import type { HttpApp, HttpSettings } from "../../src/http/app.ts";
import { buildServer } from "../../src/http/server.ts";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { openFeed } from "../../src/orchestrator/feed.ts";
import type { Task } from "../../src/orchestrator/task.ts";
import { startWorker, type Worker } from "../../src/orchestrator/worker.ts";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { audioGeneration } from "../../src/workflows/audio-generation.ts";
import { narrate } from "../../src/workflows/narrate.ts";
import { prepareStart } from "../../src/workflows/prepare-start.ts";
import type { Providers } from "../../src/workflows/voice-in-use.ts";
import { testDatabase } from "./database.ts";
import { until } from "./program.ts";

export type TestServer = {
  app: HttpApp;
  server: FastifyInstance;
  worker: Worker;
  url: string;
  /** Lines of the log, parsed. */
  log: Record<string, any>[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Waits until the run has ended; its status as the API gives it. */
  ended(executionId: string): Promise<any>;
  /** One more server on the same database, with connections of its own. */
  another(): Promise<TestServer>;
  close(): Promise<void>;
};

export type ServerOptions = {
  settings?: Partial<HttpSettings>;
  tasks?(tools: { db: Connection["db"]; storage: Storage }): Task[];
  voices?: Voices;
  providers?: Providers;
  pageDir?: string;
  app?: Partial<HttpApp>;
};

const settings: HttpSettings = {
  apiKey: null,
  maxBodyBytes: 1024 * 1024,
  maxCharacters: 1000,
  maxMetadataBytes: 1024,
  maxWaitingRuns: 10_000,
  shutdownMs: 1000,
  corsOrigins: [],
};

export async function testServer(options: ServerOptions = {}): Promise<TestServer> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), "lector-http-"));
  const opened: TestServer[] = [];
  const open = async () => {
    const one = await openServer(options, database.url, folder, open);
    opened.push(one);
    return one;
  };
  const first = await open();
  const close = async () => {
    await Promise.all(opened.map((each) => each.close()));
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...first, close };
}

async function openServer(
  options: ServerOptions,
  databaseUrl: string,
  folder: string,
  another: () => Promise<TestServer>,
): Promise<TestServer> {
  const connection = connect(databaseUrl);
  const storage = await filesystemStorage(folder);
  await ensureDefinition(connection.db, narrate);
  const definition = await ensureDefinition(connection.db, audioGeneration);
  const tasks = options.tasks?.({ db: connection.db, storage }) ?? [];
  const worker = startWorker({ connection, store: storage, tasks, slots: 8, admissionLimit: () => 20, pollMs: 50 });
  const log: TestServer["log"] = [];
  const voices = async () => options.voices ?? oneVoice;
  const providers = options.providers ?? silentProvider();
  const app: HttpApp = {
    connection,
    storage,
    worker,
    feed: openFeed(connection.db),
    voices,
    providers,
    definitions: { audioGeneration: definition },
    prepare: prepareStart({ ...settings, voices, providers, maxTextCharacters: settings.maxCharacters }),
    schema: "001-spine",
    settings: { ...settings, ...options.settings },
    logger: pino({ level: "trace" }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    version: "0.0.0",
    pageDir: options.pageDir ?? null,
    ...options.app,
  };
  const server = await buildServer(app);
  await server.listen({ port: 0, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const statusOf = async (id: string): Promise<any> => (await here.get(`/audio/status/${id}`)).json();
  const here: TestServer = {
    app,
    server,
    worker,
    url,
    log,
    another,
    get: (path, headers = {}) => fetch(url + path, { headers, redirect: "manual" }),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: "POST",
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      }),
    async ended(executionId) {
      let status: any;
      const look = async () => (status = await statusOf(executionId)).ended_at !== null;
      await until(`the end of run ${executionId}`, look);
      return status;
    },
    async close() {
      app.feed.close();
      server.server.closeAllConnections();
      await server.close();
      await worker.stop();
      await connection.close();
    },
  };
  return here;
}

const oneVoice: Voices = {
  all: [
    {
      key: "plain",
      provider: "silent",
      voice: "plain",
      locales: ["en"],
      settings: {},
      unit: "sentence",
      gainDb: 0,
      name: "Plain",
      samples: {},
    },
  ],
  defaults: { en: "plain" },
};

/** Speaks nothing: for tests in which no worker does. */
function silentProvider(): Providers {
  const refuse = async () => {
    throw new Error("The silent provider was asked to speak.");
  };
  const provider = {
    name: "silent",
    model: "none",
    maxCharacters: 1000,
    price: "0",
    check: (_voice: string, given: object) => ({ ...given }),
    speak: refuse,
    close: async () => {},
  };
  return new Map([["silent", provider]]);
}

export const randomId = () => {
  const hex = randomBytes(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
};
