/** One pool of Postgres connections, spoken to through Kysely. */
import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import pg from "pg";

/** Tables are written out in SQL beside each question (`sql<Row>`), so the builder knows none of them. */
// oxlint-disable-next-line typescript/no-empty-object-type
export type Database = Kysely<{}>;
// oxlint-disable-next-line typescript/no-empty-object-type
export type Tx = Transaction<{}>;
/** Where a question can be asked: the pool, or an open transaction. */
export type Queryable = Database | Tx;

export type Connection = {
  db: Database;
  url: string;
  /** Where notifications can be heard; null where only a pooler is known, which loses them. */
  listenUrl: string | null;
  /** Makes one round trip; rejects where the server cannot be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export class DatabaseUnreachable extends Error {
  override name = "DatabaseUnreachable";
}

export type ConnectOptions = {
  /** Connections at most. */
  max?: number;
  /**
   * A pooler in transaction mode stands before Postgres: statements are not named and sessions get no settings, since
   * each transaction may meet another session.
   */
  pooled?: boolean;
  /** Leads to Postgres itself, past a pooler. */
  directUrl?: string | null;
  /** A frozen process must not hold row locks for ever. */
  idleTransactionMs?: number;
};

/** Opens a pool; no connection is made until the first query. Statements are named, so that each is planned once. */
export function connect(
  url: string,
  { max = 10, pooled = false, directUrl = null, idleTransactionMs = 10_000 }: ConnectOptions = {},
): Connection {
  // Our statements are found by key and take arrays: planning them anew costs three times what running them does.
  const settings = `set plan_cache_mode = force_generic_plan; set jit = off;
    set idle_in_transaction_session_timeout = ${idleTransactionMs}`;
  const onConnect = async (client: pg.ClientBase) => void (await client.query(settings));
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: "lector",
    keepAlive: true,
    allowExitOnIdle: true,
    types: { getTypeParser: parserOf },
    ...(pooled ? {} : { onConnect }),
  });
  pool.on("error", () => {}); // an idle connection went away; the next query opens another or fails by itself
  // one that breaks between two statements of a transaction has no other listener; its next statement fails
  pool.on("connect", (client) => void client.on("error", () => {}));
  const named = new WeakMap<pg.PoolClient, pg.PoolClient>();
  const dialect = new PostgresDialect({
    pool: {
      connect: async () => {
        const client = await pool.connect();
        if (pooled) return client as never;
        if (!named.has(client)) named.set(client, naming(client));
        return named.get(client) as never;
      },
      end: () => pool.end(),
    } as never,
  });
  const db: Database = new Kysely({ dialect });
  const ping = async () => void (await sql`select 1`.execute(db));
  return { db, url, listenUrl: directUrl ?? (pooled ? null : url), ping, close: () => db.destroy() };
}

/**
 * Whether a pooler answers at this url: the process id that the greeting names is then not that of the session which
 * answers. Rejects where nothing answers.
 */
export async function isPooled(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, application_name: "lector", connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return rows[0]!.pid !== (client as unknown as { processID: number }).processID;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Gives each distinct parameterised statement a name; names are stable within a process. */
function naming(client: pg.PoolClient): pg.PoolClient {
  return new Proxy(client, {
    get(target, property) {
      if (property !== "query") {
        const value = Reflect.get(target, property, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (text: unknown, values?: unknown[]) =>
        typeof text === "string" && values && values.length > 0
          ? target.query({ name: nameOf(text), text, values })
          : target.query(text as string, values);
    },
  });
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = `lector_${names.size}`));
  return name;
}

const BIGINT = 20;

/** bigint as number: all of ours (samples, bytes) stay far under 2^53. */
function parserOf(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === BIGINT) return Number;
  return pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown;
}

/**
 * Runs `change` in one transaction, again when Postgres chose it as the victim of a deadlock or of a serialisation
 * conflict (at most 5 times). `change` must therefore have no effect outside the transaction.
 */
export async function transact<T>(db: Queryable, change: (tx: Tx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return change(db as Tx);
  return unlessVictim(() => db.transaction().execute(change));
}

/** Runs one statement, which is a transaction of its own, again where it was such a victim; at most 5 times. */
export async function unlessVictim<T>(statement: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await statement();
    } catch (error) {
      if (attempt >= 5 || !isConflict(error)) throw error;
    }
  }
}

/** True where Postgres chose this transaction as the victim of a deadlock or of a serialisation conflict. */
export function isConflict(error: unknown): boolean {
  const code = sqlState(error);
  return code === "40001" || code === "40P01";
}

/** The five-character SQLSTATE of a Postgres error, or the errno name of a socket error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** True where the server or the way to it is the trouble, not the statement: the same call may succeed later. */
export function isConnectionError(error: unknown): boolean {
  const code = sqlState(error) ?? "";
  const lost = /^(08|53|57P0|58|25006|25P03|E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND))/.test(code);
  return (
    lost ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|not queryable/.test(error.message))
  );
}
