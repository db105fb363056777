/** What the HTTP server works with; main.ts brings it together. */
import type { FastifyBaseLogger } from "fastify";
import type { Voices } from "../catalog/voices.ts";
import type { Connection } from "../database/connect.ts";
import type { StoredDefinition } from "../orchestrator/definition.ts";
import type { ReadingSettings } from "../narration/reading-settings.ts";
import type { Feed } from "../orchestrator/feed.ts";
import type { Prepare } from "../orchestrator/schedules.ts";
import type { Worker } from "../orchestrator/worker.ts";
import type { Storage } from "../storage/storage.ts";
import type { Providers } from "../workflows/voice-in-use.ts";

export type HttpApp = {
  connection: Connection;
  storage: Storage;
  /** Starts runs; a server without workers of its own gives one that claims nothing. */
  worker: Pick<Worker, "start" | "restart" | "wake">;
  feed: Feed;
  voices(): Promise<Voices>;
  providers: Providers;
  /** What a schedule's runs start with. */
  prepare: Prepare;
  definitions: { audioGeneration: StoredDefinition };
  /** The newest migration that this program knows; `/health/ready` wants it applied. */
  schema: string;
  settings: HttpSettings;
  logger: FastifyBaseLogger;
  version: string;
  /** The folder with the built page; null where it was not built. */
  pageDir: string | null;
};

export type HttpSettings = {
  /** Wanted as bearer; null: nobody is asked (loopback only). */
  apiKey: string | null;
  /** Of a request's body. */
  maxBodyBytes: number;
  /** Of one text, in Unicode code points. */
  maxCharacters: number;
  /** Of the metadata as JSON. */
  maxMetadataBytes: number;
  /** Runs that may wait to begin, 100,000 if not given; a start beyond is a 429. */
  maxWaitingRuns?: number;
  /** How texts are read, `standardReading` if not given. */
  reading?: ReadingSettings;
  /** How long answers that are under way may take to end when the server closes, in ms. */
  shutdownMs: number;
  /** Origins (`https://example.org`) whose pages may call; `*`: all. */
  corsOrigins: string[];
};
