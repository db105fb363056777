/**
 * Follows one run until it ended: its events say that something happened, its status says what.
 * A lost connection is made again, from the last event that was seen. A page that nobody sees holds none, but looks
 * now and then: a browser gives all tabs of one server six connections together.
 */
import { type Api, Problem } from "./api.ts";
import { readEvents } from "./event-stream.ts";
import { isActive, type RunDetail } from "./run.ts";

const LOOK_AGAIN_MS = 250;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** The server sends a heartbeat every 15 s. */
const SILENCE_MS = 40_000;
const UNSEEN_MS = 5000;

export type Follower = {
  onStatus(run: RunDetail): void;
  onConnection(state: "live" | "lost"): void;
  /** Nothing will be tried again: no such run, no key. */
  onProblem(problem: Problem): void;
};

export function followRun(api: Api, id: string, follower: Follower): { close(): void } {
  const closed = new AbortController();
  void follow(api, id, follower, closed.signal);
  return { close: () => closed.abort() };
}

async function follow(api: Api, id: string, follower: Follower, signal: AbortSignal): Promise<void> {
  const path = `audio/status/${encodeURIComponent(id)}`;
  const position = { id: "" };
  const look = async () => {
    const run = await api.json<RunDetail>(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]) });
    if (!signal.aborted) follower.onStatus(run);
    return isActive(run);
  };
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      if (!(await look())) return;
      if (document.hidden) {
        wait = FIRST_WAIT_MS / 2;
        await pause(UNSEEN_MS, signal, "visibilitychange");
        continue;
      }
      await listen(api, id, position, signal, {
        onOpen: () => {
          wait = FIRST_WAIT_MS / 2;
          follower.onConnection("live");
        },
        look,
      });
      if (!(await look())) return;
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) return follower.onProblem(error);
    }
    if (document.hidden) continue;
    follower.onConnection("lost");
    await pause(wait, signal);
  }
}

type Listening = { onOpen(): void; look(): Promise<boolean> };

/** Looks at the run whenever something happened, at most every quarter of a second, until the stream ends. */
async function listen(
  api: Api,
  id: string,
  position: { id: string },
  signal: AbortSignal,
  { onOpen, look }: Listening,
): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort();
  const leaveUnseen = () => document.hidden && leave();
  document.addEventListener("visibilitychange", leaveUnseen);
  let alarm = setTimeout(leave, SILENCE_MS);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(alarm);
      alarm = setTimeout(leave, SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  let due: ReturnType<typeof setTimeout> | undefined;
  const lookSoon = () => {
    due ??= setTimeout(
      () =>
        void look()
          .catch(() => {})
          .finally(() => (due = undefined)),
      LOOK_AGAIN_MS,
    );
  };
  try {
    const headers = { Accept: "text/event-stream", ...(position.id ? { "Last-Event-ID": position.id } : {}) };
    const both = AbortSignal.any([signal, left.signal]);
    const response = await api.open(`audio/${encodeURIComponent(id)}/events`, { headers, signal: both });
    onOpen();
    for await (const event of readEvents(response.body!.pipeThrough(heard))) {
      position.id = event.id;
      if (event.event === "end") return;
      lookSoon();
    }
  } finally {
    leave();
    document.removeEventListener("visibilitychange", leaveUnseen);
    clearTimeout(alarm);
    clearTimeout(due);
  }
}

/** Neither waiting nor asking again would change it. */
function isFinal(error: unknown): error is Problem {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** Ends early with the signal, and with the document's event of that name. */
function pause(ms: number, signal: AbortSignal, event?: string): Promise<void> {
  const over = new AbortController();
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.signal.addEventListener("abort", () => clearTimeout(timer));
    signal.addEventListener("abort", () => resolve(), { signal: over.signal });
    if (event) document.addEventListener(event, () => resolve(), { signal: over.signal });
  }).finally(() => over.abort());
}
