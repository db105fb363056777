/** `lector narrate FILE|URL|-`: one text becomes one narration, durably. */
import { randomUUID } from "node:crypto";
import { copyFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionError } from "../database/connect.ts";
import { isActive } from "../orchestrator/cancel.ts";
import { findLastRun, findRun, runSteps, runVariables, type Run } from "../orchestrator/find.ts";
import { timeOutRuns } from "../orchestrator/overdue.ts";
import { reopenRun } from "../orchestrator/reopen.ts";
import { RunConflict } from "../orchestrator/tree.ts";
import { resolve as resolveValue } from "../orchestrator/values.ts";
import type { Worker } from "../orchestrator/worker.ts";
import { LOST } from "../workflows/lost-audio.ts";
import type { PreparedNarration } from "../workflows/narrate.ts";
import type { Published } from "../workflows/narrate-publish.ts";
import { exits, type Lector, type Setup } from "./lector.ts";
import { GENERATIONS } from "../workflows/admission.ts";
import { openOutFolder } from "./out-folder.ts";
import { progressView, type ProgressView } from "./progress.ts";
import { prepareCommand, preview, type TextOptions } from "./script.ts";

export type NarrateOptions = TextOptions & { out?: string; preview: boolean; json: boolean };

const LOOK_MS = 200;
/** How long calls under way may take to end after Ctrl-C: a call that is cut off is paid again. */
const FINISH_MS = 2000;
const WORTH_A_LINE_MS = 2000;
const WAITING = "Waiting: as many narrations as LECTOR_GENERATIONS allows are under way.";

/** `source` may be left out where `--script` is given. */
export async function narrateCommand(
  setup: Setup,
  source: string | undefined,
  options: NarrateOptions,
): Promise<number> {
  const { prepared, name, cover } = await prepareCommand(setup, source, options);
  for (const warning of prepared.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (options.preview) return preview(prepared, options);
  const folder = await openOutFolder(resolve(options.out ?? join("out", name)));

  const view = progressView({ bars: Boolean(process.stderr.isTTY), quiet: false });
  const lector = await setup.open(view.note).catch(async (error: unknown) => {
    await folder.undo();
    throw error;
  });
  const interrupted = interruption();
  const worker = await lector.work({ scoped: true, onEnded: () => interrupted.look() });
  try {
    if (cover) await lector.storage.put(cover);
    const run = await startOrJoin(lector, worker, prepared, view);
    worker.only(run);
    const ended = await follow(lector, run, view, interrupted);
    view.end();
    if (!ended) return detached(run);
    return await report(lector, ended, folder.path, { json: options.json, warnings: prepared.warnings });
  } finally {
    view.end();
    await worker.stop({ finishMs: FINISH_MS });
    await lector.close();
    interrupted.end();
  }
}

/**
 * An active run of the same narration is joined, one that failed or timed out is reopened; else a new one starts. One that failed on
 * lost audio would meet the loss again: a new one sees what is there.
 */
async function startOrJoin(
  lector: Lector,
  worker: Worker,
  { input, dedupeKey }: PreparedNarration,
  view: ProgressView,
): Promise<string> {
  const { db } = lector.connection;
  await timeOutRuns(db); // a run that nobody has worked on for weeks is not joined, to end in the next moment
  const last = await findLastRun(db, "local", dedupeKey);
  if ((last?.status === "FAILED" && last.error?.code !== LOST) || last?.status === "TIMED_OUT") {
    try {
      await reopenRun(db, last.executionId, { by: "cli", why: "narrated again" });
      const what = last.status === "FAILED" ? "failed" : "run out of time";
      view.note(`Going on with run ${last.executionId}, which had ${what}.`);
      return last.executionId;
    } catch (error) {
      if (!(error instanceof RunConflict)) throw error; // another terminal was faster: join it
    }
  }
  const started = await worker.start({
    workflow: lector.definitions.narrate,
    input,
    dedupeKey,
    admissionKeys: [GENERATIONS],
  });
  if (started.joined) view.note(`Following run ${started.executionId}, which is under way.`);
  return started.executionId;
}

/** Follows the run to its end; null after an interruption. */
async function follow(lector: Lector, id: string, view: ProgressView, interrupted: Interruption): Promise<Run | null> {
  const { db } = lector.connection;
  let waitedMs = 0;
  let paused = false;
  while (!interrupted.asked()) {
    try {
      const run = await findRun(db, id);
      view.show(await runSteps(db, id));
      if (!isActive(run.status)) return run;
      if (run.status === "PAUSED" && !paused)
        view.note(`Run ${id} is paused. "lector runs resume ${id}" goes on with it.`);
      paused = run.status === "PAUSED";
      waitedMs = run.admitted || paused ? 0 : waitedMs + LOOK_MS;
      if (waitedMs === WORTH_A_LINE_MS) view.note(WAITING);
    } catch (error) {
      if (!isConnectionError(error)) throw error; // the worker brings the database back
    }
    await interrupted.orAfter(LOOK_MS);
  }
  return null;
}

type Interruption = { asked(): boolean; look(): void; orAfter(ms: number): Promise<void>; end(): void };

/** Ctrl-C detaches: steps are handed back and nothing is cancelled. A second one ends the process at once. */
function interruption(): Interruption {
  let asked = false;
  let wake = () => {};
  const onSignal = () => {
    if (asked) process.exit(exits.detached);
    asked = true;
    wake();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked: () => asked,
    look: () => wake(),
    async orAfter(ms) {
      const abort = new AbortController();
      wake = () => abort.abort();
      await sleep(ms, undefined, { signal: abort.signal }).catch(() => {});
    },
    end: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
}

function detached(id: string): number {
  process.stderr.write(`Detached. Run ${id} keeps what is done; the same command goes on with it.\n`);
  return exits.detached;
}

type Report = { json: boolean; warnings: string[] };

async function report(lector: Lector, run: Run, folder: string, { json, warnings }: Report): Promise<number> {
  const summary = { execution_id: run.executionId, status: run.status, warnings };
  const elapsed = { elapsed_s: run.elapsedMs / 1000 };
  if (run.status !== "COMPLETED") {
    const error = run.error ?? { code: run.status.toLowerCase(), message: `The run was ${run.status.toLowerCase()}.` };
    if (json) print({ ...summary, error, ...elapsed });
    const at = error.step ? ` in "${error.step}"` : "";
    process.stderr.write(`Run ${run.executionId} ended as ${run.status}${at}: ${error.message}\n`);
    return exits.ended;
  }
  const { steps } = await runVariables(lector.connection.db, run.executionId);
  const published = (await resolveValue(lector.storage, steps["publish"])) as Published;
  const files = await writeFiles(lector, published, folder).catch((error: Error) => error);
  if (files instanceof Error) {
    if (json) print({ ...summary, error: { code: "files_not_written", message: files.message }, ...elapsed });
    process.stderr.write(`${files.message}\n`);
    return exits.ended;
  }
  const { duration_s, loudness_lufs, segments, characters } = published;
  if (json) print({ ...summary, files, duration_s, loudness_lufs, segments, characters, ...elapsed });
  else tell(published, files, elapsed.elapsed_s);
  return exits.completed;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function tell(
  { duration_s, loudness_lufs, segments, characters }: Published,
  files: Record<string, string>,
  elapsed: number,
): void {
  const loudness = loudness_lufs === null ? "" : `, ${loudness_lufs} LUFS`;
  const lines = [
    `${clock(duration_s)} of audio${loudness}, in ${elapsed.toFixed(1)} s`,
    `${segments.synthesised} of ${segments.total} segments spoken, ${segments.reused} reused; ${characters.billed} of ${characters.total} characters billed`,
    ...Object.values(files),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] ? parts : parts.slice(1)).map((part) => String(part).padStart(2, "0")).join(":");
}

/** Each file appears whole: copied beside its place, then renamed. */
async function writeFiles(lector: Lector, published: Published, folder: string): Promise<Record<string, string>> {
  const written: Record<string, string> = {};
  for (const { name, format, key } of published.files) {
    const path = join(folder, name);
    const stored = await lector.storage.local(key);
    const beside = `${path}.${randomUUID().slice(0, 8)}.tmp`;
    try {
      await copyFile(stored, beside);
      await rename(beside, path);
    } catch (cause) {
      await rm(beside, { force: true }).catch(() => {});
      const why = (cause as Error).message;
      throw new Error(`Cannot write ${path}: ${why}. The narration itself is kept: the same command writes it again.`, {
        cause,
      });
    }
    written[format] = path;
  }
  return written;
}
