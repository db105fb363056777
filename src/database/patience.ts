/**
 * How long a statement is waited for. A server that is frozen, or a path to it that is cut without a word, gives no
 * error: TCP alone waits a quarter of an hour. So what stays silent for too long ends its connection, which is never
 * used again, and the statement fails as if the connection had broken, which is what its callers are made for.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import type pg from "pg";

/** Looks like a broken connection, since that is what it is for whoever asked. */
export class DatabaseSilent extends Error {
  override name = "DatabaseSilent";
  readonly code = "ETIMEDOUT";
  constructor(ms: number) {
    super(`The database gave no answer within ${ms / 1000} s.`);
  }
}

const patience = new AsyncLocalStorage<number>();

/**
 * Statements inside `ask` are waited for `ms` milliseconds each, instead of what the connection was opened with;
 * Infinity: for ever. Keep it close around the question: what is begun inside inherits it.
 */
export function answeredWithin<T>(ms: number, ask: () => Promise<T>): Promise<T> {
  return patience.run(ms, ask);
}

/** Milliseconds that hold here; `usual` where nothing else was said. */
export function patienceHere(usual: number): number {
  return patience.getStore() ?? usual;
}

/** Gives the answer back, and ends the connection if there is none after `ms` milliseconds. */
export function orSilent<T>(client: pg.ClientBase, ms: number, answer: Promise<T>): Promise<T> {
  if (ms === Infinity) return answer;
  const timer = setTimeout(() => cut(client, new DatabaseSilent(ms)), ms);
  const clear = () => clearTimeout(timer);
  answer.then(clear, clear);
  return answer;
}

/** Ends a connection without a goodbye, for which a server that is silent would be waited for. */
export function cut(client: pg.ClientBase, reason?: Error): void {
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy(reason);
}
