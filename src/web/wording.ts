/** States, stages, times and amounts in words. Every state has its word and sign: colour never stands alone. */
import type { RunStatus, Step } from "./run.ts";

export type Wording = { label: string; sign: string; tone: "quiet" | "busy" | "good" | "bad" };

const statuses: Record<RunStatus, Wording> = {
  PENDING: { label: "Waiting", sign: "○", tone: "quiet" },
  RUNNING: { label: "Generating", sign: "●", tone: "busy" },
  PAUSED: { label: "Paused", sign: "‖", tone: "quiet" },
  COMPLETED: { label: "Ready", sign: "✓", tone: "good" },
  FAILED: { label: "Failed", sign: "✕", tone: "bad" },
  CANCELLED: { label: "Cancelled", sign: "–", tone: "quiet" },
  TIMED_OUT: { label: "Timed out", sign: "✕", tone: "bad" },
};

const states: Record<Step["state"], Wording> = {
  ready: { label: "waiting", sign: "○", tone: "quiet" },
  running: { label: "running", sign: "●", tone: "busy" },
  waiting: { label: "running", sign: "●", tone: "busy" }, // for the items or the run it started
  done: { label: "done", sign: "✓", tone: "good" },
  failed: { label: "failed", sign: "✕", tone: "bad" },
  cancelled: { label: "cancelled", sign: "–", tone: "quiet" },
};

const stages: Record<string, string> = {
  extract_text: "Read the text",
  generate_audio: "Make the audio",
  store_audio: "Store the audio",
  extract: "Find what is to be spoken",
  script: "Write the script",
  plan: "Cut it into sentences",
  speech: "Speak",
  level: "Measure the loudness",
  remaster: "Correct the loudness",
  assemble: "Join and encode",
  publish: "Publish",
};

const unknown = (name: string): Wording => ({ label: inWords(name.toLowerCase()), sign: "·", tone: "quiet" });
const inWords = (name: string) => name.replaceAll("_", " ");

export const wordingOfStatus = (status: RunStatus): Wording => statuses[status] ?? unknown(status);
export const wordingOfState = (state: Step["state"]): Wording => states[state] ?? unknown(state);
export const stageName = (name: string): string => stages[name] ?? inWords(name);

/** `75.4` → "1 min 15 s". */
export function inMinutes(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, rest && !hours && `${rest} s`];
  return parts.filter(Boolean).join(" ");
}

export function moment(iso: string): string {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const date = today ? {} : ({ day: "numeric", month: "short" } as const);
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...date }).format(at);
}

/** A BCP 47 tag by its English name: "Indonesian (id)"; the tag alone where nothing knows it. */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames(["en"], { type: "language" }).of(tag);
    return name && name !== tag ? `${name} (${tag})` : tag;
  } catch {
    return tag;
  }
}
