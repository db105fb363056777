/**
 * Wake-ups between processes over LISTEN/NOTIFY. They are hints: empty, coalesced, sent after the commit, and never
 * relied upon, since a poll of at most 1 s stands behind each of them.
 */
import pg from "pg";

export type Wakes = {
  /** Tells the other processes that there may be work. Coalesced; never fails. */
  work(): void;
  close(): Promise<void>;
};

const COALESCE_MS = 20;
const RECONNECT_MS = 1000;

/**
 * `lector_work` says that there may be work, `lector_fenced` that attempts may have been fenced off (cancel.ts).
 * `url` must lead to Postgres itself: a pooler in transaction mode loses notifications (then only the polls remain).
 */
export function openWakes(url: string, heard: { work(): void; fenced(): void }): Wakes {
  let client: pg.Client | null = null;
  let reconnect: NodeJS.Timeout | null = null;
  let closed = false;
  let due: NodeJS.Timeout | null = null;

  async function listen(): Promise<void> {
    reconnect = null;
    const next = new pg.Client({ connectionString: url, application_name: "lector wakes", keepAlive: true });
    next.on("error", () => {}); // 'end' follows
    next.once("end", lost);
    next.on("notification", ({ channel, processId }) => {
      if (processId === (next as unknown as { processID: number }).processID) return;
      if (channel === "lector_work") heard.work();
      else heard.fenced();
    });
    try {
      await next.connect();
      await next.query("listen lector_work; listen lector_fenced");
    } catch {
      return lost();
    }
    if (closed) return void next.end().catch(() => {});
    client = next;
    heard.work(); // whatever was said while nobody listened
  }

  function lost(): void {
    client = null;
    if (!closed && !reconnect) reconnect = setTimeout(() => void listen(), RECONNECT_MS).unref();
  }

  function work(): void {
    if (closed || due) return;
    const send = () => {
      due = null;
      client?.query("notify lector_work").catch(() => {});
    };
    due = setTimeout(send, COALESCE_MS).unref();
  }

  const listening = listen();
  return {
    work,
    async close() {
      closed = true;
      if (reconnect) clearTimeout(reconnect);
      if (due) clearTimeout(due);
      await listening;
      await client?.end().catch(() => {});
    },
  };
}
