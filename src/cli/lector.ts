/** What a command works with, opened by main.ts when it is first needed. */
import type { Voices } from "../catalog/voices.ts";
import type { Connection } from "../database/connect.ts";
import type { Migrated } from "../database/migrate.ts";
import type { ReadingSettings } from "../narration/reading-settings.ts";
import type { Prepare } from "../orchestrator/schedules.ts";
import type { Worker } from "../orchestrator/worker.ts";
import type { Storage } from "../storage/storage.ts";
import type { StoredDefinition } from "../orchestrator/definition.ts";
import type { Providers } from "../workflows/voice-in-use.ts";

export type Lector = {
  connection: Connection;
  storage: Storage;
  /** What the start applied of the schema's migrations. */
  migrated: Migrated;
  definitions: { narrate: StoredDefinition; audioGeneration: StoredDefinition };
  /** What a schedule's runs start with. */
  prepare: Prepare;
  /** A scoped worker works one run only (`Worker.only`), an idle one none: it only starts runs. */
  work(options: { scoped: boolean; idle?: boolean; onEnded?(executionIds: string[]): void }): Promise<Worker>;
  close(): Promise<void>;
};

export type Setup = {
  /** Where narrations and their database are kept. */
  dataDir: string;
  limits: { maxInputBytes: number; maxCharacters: number; shutdownMs: number };
  reading: ReadingSettings;
  voices(): Promise<Voices>;
  providers: Providers;
  /** Connects, migrates and seeds. `say` gets a line for what takes longer than a moment. */
  open(say: (line: string) => void): Promise<Lector>;
  /** Starts the HTTP server; `stop` lets it finish or hand back what runs. */
  serve(options: { workers: boolean }): Promise<{ stop(): Promise<void> }>;
  /** A line of a program's log, for `lector serve` and `lector worker`. */
  log(level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>): void;
};

/** Exit codes that mean something. */
export const exits = { completed: 0, ended: 1, notStarted: 2, detached: 130 } as const;

/** Wrong use or unusable circumstances: one or two clear lines, and nothing was started. */
export class Unusable extends Error {
  override name = "Unusable";
}
