/**
 * Wake-ups between processes. They are hints: empty, coalesced, sent after the commit, and never relied upon, since a
 * poll of at most 1 s stands behind each of them.
 */
import type { Address } from "../database/connect.ts";
import { listen } from "../database/listen.ts";

/** There may be work. */
export const WORK = "lector_work";
/** Attempts may have been fenced off (cancel.ts). */
export const FENCED = "lector_fenced";

const COALESCE_MS = 20;

export type Wakes = {
  /** Tells the other processes that there may be work; never fails. */
  work(): void;
  close(): void;
};

/** `url` null: nothing can be heard, and the polls do all. */
export function openWakes(url: Address | null, heard: { work(): void; fenced(): void }): Wakes {
  if (url === null) return { work() {}, close() {} };
  const listener = listen(url, [WORK, FENCED], (channel) => (channel === FENCED ? heard.fenced() : heard.work()));
  let due: NodeJS.Timeout | null = null;
  const send = () => {
    due = null;
    listener.notify(WORK);
  };
  return {
    work: () => void (due ??= setTimeout(send, COALESCE_MS).unref()),
    close() {
      if (due) clearTimeout(due);
      listener.close();
    },
  };
}
