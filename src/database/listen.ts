/** One connection that listens, reconnects by itself, and can notify without hearing itself. */
import pg from "pg";

export type Listener = {
  /** Sends an empty notification; nothing where the connection is down. */
  notify(channel: string): void;
  close(): Promise<void>;
};

const RECONNECT_MS = 1000;

/**
 * `heard` is called with the channel of each notification of others, and with null whenever listening begins: what was
 * said before is lost. `url` must lead to Postgres itself; a pooler in transaction mode loses notifications.
 */
export function listen(url: string, channels: string[], heard: (channel: string | null) => void): Listener {
  let client: pg.Client | null = null;
  let reconnect: NodeJS.Timeout | null = null;
  let closed = false;

  async function open(): Promise<void> {
    reconnect = null;
    const next = new pg.Client({
      connectionString: url,
      application_name: "lector listener",
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    next.on("error", () => {}); // 'end' follows
    next.once("end", lost);
    next.on("notification", ({ channel, processId }) => {
      if (processId !== (next as unknown as { processID: number }).processID) heard(channel);
    });
    try {
      await next.connect();
      await next.query(channels.map((channel) => `listen ${channel}`).join("; "));
    } catch {
      void next.end().catch(() => {});
      return lost();
    }
    if (closed) return void next.end().catch(() => {});
    client = next;
    heard(null);
  }

  function lost(): void {
    client = null;
    if (!closed && !reconnect) reconnect = setTimeout(() => void open(), RECONNECT_MS).unref();
  }

  const opening = open();
  return {
    notify: (channel) => void client?.query(`notify ${channel}`).catch(() => {}),
    async close() {
      closed = true;
      if (reconnect) clearTimeout(reconnect);
      await opening;
      await client?.end().catch(() => {});
    },
  };
}
