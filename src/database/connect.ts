/** One pool of Postgres connections, spoken to through Kysely. */
import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import pg from "pg";
import { cut, DatabaseSilent, orSilent, patienceHere } from "./patience.ts";

/** Tables are written out in SQL beside each question (`sql<Row>`), so the builder knows none of them. */
// oxlint-disable-next-line typescript/no-empty-object-type
export type Database = Kysely<{}>;
// oxlint-disable-next-line typescript/no-empty-object-type
export type Tx = Transaction<{}>;
/** Where a question can be asked: the pool, or an open transaction. */
export type Queryable = Database | Tx;

export type Connection = {
  db: Database;
  /** Where the server is at this moment. */
  url: Address;
  /** Where notifications can be heard; null where only a pooler is known, which loses them. */
  listenUrl: Address | null;
  /** Makes one round trip; rejects where the server cannot be used. */
  ping(): Promise<void>;
  /** Lets statements that are under way end, for 2 s at most. */
  close(): Promise<void>;
};

/** Asked whenever a connection is made: a server of our own may come back on another port. */
export type Address = () => string;

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
  /** How long a worker may be silent, ms. A transaction that stands still longer loses its locks: its process is frozen. */
  leaseMs?: number;
  /** How long one statement is waited for, ms (patience.ts). */
  answerMs?: number;
};

/** How long to wait for a connection, and for the statements that are under way at the end, ms. */
const CONNECT_MS = 10_000;
const CLOSE_MS = 2000;
/** A silent peer is probed after so long, ms; then each second, ten times (libuv). */
export const KEEP_ALIVE_MS = 10_000;
/** Statements nobody waits for any more are ended by the server, so much later than we gave up, ms. */
const GRACE_MS = 5000;

/** Opens a pool; no connection is made until the first query. Statements are named, so that each is planned once. */
export function connect(
  address: string | Address,
  { max = 10, pooled = false, directUrl = null, leaseMs = 10_000, answerMs = 30_000 }: ConnectOptions = {},
): Connection {
  const url = typeof address === "string" ? () => address : address;
  const limits = { idle_in_transaction_session_timeout: leaseMs, statement_timeout: answerMs + GRACE_MS };
  // Our statements are found by key and take arrays: planning them anew costs three times what running them does.
  const session = `set plan_cache_mode = force_generic_plan; set jit = off; ${assignments("set", limits)}`;
  const onConnect = async (client: pg.ClientBase) => {
    await orSilent(client, CONNECT_MS, client.query(session));
  };
  const open = new Set<pg.ClientBase>(); // those that are still being opened, too
  const pool = new pg.Pool({
    Client: class extends pg.Client {
      constructor(options?: pg.ClientConfig) {
        super({ ...options, connectionString: url() });
        open.add(this);
        this.once("end", () => open.delete(this));
      }
    },
    max,
    connectionTimeoutMillis: Math.min(CONNECT_MS, answerMs),
    idleTimeoutMillis: 30_000,
    application_name: "lector",
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    allowExitOnIdle: true,
    types: { getTypeParser: parserOf },
    ...(pooled ? {} : { onConnect }),
  });
  pool.on("error", () => {}); // an idle connection went away; the next query opens another or fails by itself
  // one that breaks between two statements of a transaction has no other listener; its next statement fails
  pool.on("connect", (client) => void client.on("error", () => {}));
  const begin = pooled ? `begin; ${assignments("set local", limits)}` : "begin";
  const asked = new WeakMap<pg.PoolClient, pg.PoolClient>();
  const dialect = new PostgresDialect({
    pool: {
      connect: async () => {
        const client = await clientOf(pool);
        if (!asked.has(client)) asked.set(client, asking(client, { begin, named: !pooled, answerMs }));
        return asked.get(client) as never;
      },
      end: () => pool.end(),
    } as never,
  });
  const db: Database = new Kysely({ dialect });
  const ping = async () => void (await sql`select 1`.execute(db));
  const listenUrl = directUrl !== null ? () => directUrl : pooled ? null : url;
  const close = async () => {
    const late = setTimeout(() => open.forEach((client) => cut(client)), CLOSE_MS);
    await db.destroy().finally(() => clearTimeout(late));
  };
  return { db, url, listenUrl, ping, close };
}

/** One that is still being opened can become silent, too. Where it comes too late, it goes back to the pool. */
async function clientOf(pool: pg.Pool): Promise<pg.PoolClient> {
  const isThere = pool.idleCount > pool.waitingCount;
  const coming = pool.connect();
  const ms = patienceHere(Infinity);
  if (ms === Infinity || isThere) return coming;
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new DatabaseSilent(ms));
    coming.then((client) => client.release()).catch(() => {});
  }, ms);
  return Promise.race([coming, tooLong]).finally(() => clearTimeout(timer));
}

function assignments(how: "set" | "set local", settings: Record<string, number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${how} ${name} = ${value}`)
    .join("; ");
}

/**
 * Whether a pooler answers at this url: the process id that the greeting names is then not that of the session which
 * answers. Rejects where nothing answers.
 */
export async function isPooled(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "lector",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return rows[0]!.pid !== (client as unknown as { processID: number }).processID;
  } finally {
    await client.end().catch(() => {});
  }
}

type Asking = { begin: string; named: boolean; answerMs: number };

/**
 * The client as Kysely asks it. A statement that is not answered in time ends its connection. Each distinct
 * parameterised one gets a name, which is stable within a process. A transaction brings its limits along where a
 * session cannot keep them; one that may take for ever has none.
 */
function asking(client: pg.PoolClient, { begin, named, answerMs }: Asking): pg.PoolClient {
  return new Proxy(client, {
    get(target, property) {
      if (property !== "query") {
        const value = Reflect.get(target, property, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (text: string, values?: unknown[]) => {
        const ms = patienceHere(answerMs);
        const answer = () => {
          if (text === "begin") return target.query(ms === Infinity ? ENDLESS : begin);
          if (!named || !values || values.length === 0) return target.query(text, values);
          return target.query({ name: nameOf(text), text, values });
        };
        return orSilent(target, ms, answer());
      };
    },
  });
}

const ENDLESS = "begin; set local statement_timeout = 0";

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

/**
 * True where the server or the way to it is the trouble, not the statement: the same call may succeed later. So it is
 * with one that the server cancelled, since it had waited for too long (57014, 55P03) or somebody told it to.
 */
export function isConnectionError(error: unknown): boolean {
  const code = sqlState(error) ?? "";
  const lost = /^(08|53|55P03|57014|57P0|58|25006|25P03|E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND))/.test(code);
  return (
    lost ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|not queryable/.test(error.message))
  );
}
