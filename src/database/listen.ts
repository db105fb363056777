/** One connection that listens, reconnects by itself, and can notify without hearing itself. */
import pg from "pg";
import { KEEP_ALIVE_MS, type Address } from "./connect.ts";
import { cut, orSilent } from "./patience.ts";

export type Listener = {
  /** Sends an empty notification; nothing where the connection is down. */
  notify(channel: string): void;
  close(): void;
};

const RECONNECT_MS = 1000;
/** A connection that only listens would never notice that the other side is gone: so it asks, so often, ms. */
const BEAT_MS = 5000;

/**
 * `heard` is called with the channel of each notification of others, and with null whenever listening begins: what was
 * said before is lost. `url` must lead to Postgres itself; a pooler in transaction mode loses notifications.
 */
export function listen(
  url: Address,
  channels: string[],
  heard: (channel: string | null) => void,
  { beatMs = BEAT_MS } = {},
): Listener {
  let client: pg.Client | null = null;
  let newest: pg.Client | null = null;
  let reconnect: NodeJS.Timeout | null = null;
  let closed = false;
  const unsaid = new Set<string>();
  let saying: Promise<void> | null = null;
  const beat = setInterval(() => say(null), beatMs).unref();

  async function open(): Promise<void> {
    reconnect = null;
    const next = new pg.Client({
      connectionString: url(),
      application_name: "lector listener",
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      connectionTimeoutMillis: 10_000,
    });
    newest = next;
    next.on("error", () => {}); // 'end' follows
    next.once("end", lost);
    next.on("notification", ({ channel, processId }) => {
      if (processId !== (next as unknown as { processID: number }).processID) heard(channel);
    });
    try {
      await next.connect();
      await ask(next, channels.map((channel) => `listen ${channel}`).join("; "));
    } catch {
      cut(next);
      return lost();
    }
    client = next;
    heard(null);
  }

  function lost(): void {
    client = null;
    if (!closed && !reconnect) reconnect = setTimeout(() => void open(), RECONNECT_MS).unref();
  }

  /** One statement after the other; a channel that is said again meanwhile is said once more. */
  function say(channel: string | null): void {
    if (!client) return;
    if (channel !== null) unsaid.add(channel);
    saying ??= (async (through: pg.Client) => {
      const statements = () => [...unsaid].map((each) => `notify ${each}`).join("; ");
      do {
        const text = statements() || "select 1";
        unsaid.clear();
        await ask(through, text).catch(() => {}); // the connection is down: 'end' follows
      } while (unsaid.size > 0 && client === through);
      saying = null;
    })(client);
  }

  /** What gives no answer until the next beat is down. */
  async function ask(one: pg.Client, text: string): Promise<void> {
    await orSilent(one, beatMs, one.query(text));
  }

  void open();
  return {
    notify: say,
    close() {
      closed = true;
      clearInterval(beat);
      if (reconnect) clearTimeout(reconnect);
      if (newest) cut(newest); // a goodbye would wait for a server that is silent
    },
  };
}
