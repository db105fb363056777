/** Brings the schema `lector` up to this program's version. Any number of processes may call it at once. */
import { sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import type { Database } from "./connect.ts";
import { answeredWithin } from "./patience.ts";
import { spine } from "./migrations/001-spine.ts";
import { peaks } from "./migrations/002-peaks.ts";
import { timeouts } from "./migrations/003-timeouts.ts";
import { ageing } from "./migrations/004-ageing.ts";
import { control } from "./migrations/005-control.ts";
import { housekeeping } from "./migrations/006-housekeeping.ts";
import { waiting } from "./migrations/007-waiting.ts";
import { supersede } from "./migrations/008-supersede.ts";
import { held } from "./migrations/009-held.ts";

const migrations: Record<string, Migration> = {
  "001-spine": spine,
  "002-peaks": peaks,
  "003-timeouts": timeouts,
  "004-ageing": ageing,
  "005-control": control,
  "006-housekeeping": housekeeping,
  "007-waiting": waiting,
  "008-supersede": supersede,
  "009-held": held,
};

export type Migrated = { applied: string[]; schema: string };

export class SchemaTooNew extends Error {
  override name = "SchemaTooNew";
}

export async function migrate(db: Database): Promise<Migrated> {
  const newest = Object.keys(migrations).toSorted().at(-1)!;
  const known = await appliedMigrations(db);
  const unknown = known.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new SchemaTooNew(
      `The database was migrated by a newer Lector (${unknown.join(", ")}). Use that release or newer, or another database.`,
    );
  }
  if (known.includes(newest)) return { applied: [], schema: newest };
  await sql`create schema if not exists lector`.execute(db).catch(ignoreRace);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: "lector",
    migrationTableName: "migrations",
    migrationLockTableName: "migrations_lock",
  });
  // they take as long as they take, and so does the migration of another process, which is waited for
  const { error, results } = await answeredWithin(Infinity, () => migrator.migrateToLatest());
  if (error) throw error;
  return { applied: (results ?? []).map((result) => result.migrationName), schema: newest };
}

async function appliedMigrations(db: Database): Promise<string[]> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('lector.migrations') is not null as there`.execute(
    db,
  );
  if (!rows[0]!.there) return [];
  return (await sql<{ name: string }>`select name from lector.migrations`.execute(db)).rows.map((row) => row.name);
}

/** Two processes that create the schema in the same moment: one of them gets a unique violation on pg_namespace. */
function ignoreRace(error: unknown): void {
  if ((error as { code?: string }).code !== "23505") throw error;
}
