/** A database for one test (or file): cloned from a template to which the migrations were applied once. */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import { connect } from "../../src/database/connect.ts";
import { migrate } from "../../src/database/migrate.ts";

export type TestDatabase = { url: string; drop(): Promise<void> };

/**
 * Any number at once. `migrated: false` gives an empty database.
 * `drop` ends the connections that are still open; the server's end removes what nobody dropped.
 */
export async function testDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const source = migrated ? await template() : "template0";
  await asAdmin((admin) => admin.query(`create database ${name} template ${source}`));
  return {
    url: urlOf(name),
    drop: () => asAdmin(async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  };
}

let made: Promise<string> | undefined;

/** Named for the migrations' text, so that watch mode notices when they change. */
function template(): Promise<string> {
  made ??= asAdmin(async (admin) => {
    const name = `template_${migrationsHash()}`;
    await admin.query("select pg_advisory_lock(1)"); // the workers of a run ask at the same moment
    const { rowCount } = await admin.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount) return name;
    const building = `building_${randomUUID().replaceAll("-", "")}`; // so that a half of one is never taken for it
    await admin.query(`create database ${building} template template0`);
    const { db, close } = connect(urlOf(building), { max: 2 });
    await migrate(db).finally(close);
    await admin.query(`alter database ${building} rename to ${name}`);
    return name;
  });
  return made;
}

function migrationsHash(): string {
  const folder = join(import.meta.dirname, "../../src/database/migrations");
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).toSorted()) hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 16);
}

function urlOf(database: string): string {
  const url = new URL(inject("postgres"));
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: inject("postgres") });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
