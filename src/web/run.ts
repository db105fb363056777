/** A run as `GET /audio/status/:execution_id` and `GET /audio` give it; only what the page shows. */

export type RunStatus = "PENDING" | "RUNNING" | "PAUSED" | "COMPLETED" | "FAILED" | "CANCELLED" | "TIMED_OUT";

export type Step = {
  name: string;
  workflow: string;
  state: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
  attempt: number;
  items?: { total: number; done: number; failed: number } | null;
  started_at?: string | null;
  ended_at?: string | null;
};

export type RunError = { code: string; message: string; step: string | null };

export type Run = {
  execution_id: string;
  workflow: string;
  status: RunStatus;
  created_at: string;
  metadata?: Record<string, unknown> | null;
  error?: RunError | null;
};

export type RunDetail = Run & {
  /** 0 to 100. */
  progress: number;
  steps: Step[];
  segments?: { total: number; synthesised: number; reused: number } | null;
  /** URLs by format id; absent or empty before there is any. */
  audio?: Record<string, string> | null;
  captions?: { vtt?: string; srt?: string } | null;
  duration_s?: number | null;
};

export const isActive = ({ status }: Run) => status === "PENDING" || status === "RUNNING" || status === "PAUSED";

/** What a person can do with a run: stop it, have it tried again, or nothing. */
export function actionOf(run: Run): "cancel" | "retry" | null {
  if (isActive(run)) return "cancel";
  return run.status === "COMPLETED" ? null : "retry";
}

const TITLE_CHARACTERS = 80;

/** The start of a text on one line: what a run is listed as. It travels in the run's metadata. */
export function titleOf(text: string): string {
  const line = text
    .slice(0, 1000)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const characters = [...line];
  if (characters.length <= TITLE_CHARACTERS) return line;
  return `${characters
    .slice(0, TITLE_CHARACTERS - 1)
    .join("")
    .trimEnd()}…`;
}

/** The title the page gave the run; other clients give none. */
export function nameOf(run: Run): string {
  const title = run.metadata?.["title"];
  return typeof title === "string" && title.trim() ? titleOf(title) : `Narration ${run.execution_id.slice(-8)}`;
}
