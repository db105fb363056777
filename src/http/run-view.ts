/** A run as this API shows it. */
import { z } from "zod";
import type { Database } from "../database/connect.ts";
import { isFormatId } from "../media/formats.ts";
import { definitionsOf, newestDefinition, type Definition } from "../orchestrator/definition.ts";
import { findRun, RUN_STATUSES, runTreeSteps, type Run, type StepSummary } from "../orchestrator/find.ts";
import { presentRun, presentStep } from "../orchestrator/present.ts";
import type { HttpApp } from "./app.ts";
import { publishedBy, urlOf, type Published } from "./audio-files.ts";
import { progressOf } from "./run-progress.ts";

export const runStatus = z.enum(RUN_STATUSES);

export const time = z.string().meta({ format: "date-time" });
export const errorSchema = z.object({ code: z.string(), message: z.string(), step: z.string().nullable() });

export const stepSchema = z
  .object({
    workflow: z.string().describe("the run's own, or that of the child run it belongs to"),
    step: z.int().min(1),
    name: z.string(),
    state: z.enum(["ready", "running", "waiting", "done", "failed", "cancelled"]),
    attempt: z.int().min(0),
    progress: z.number().min(0).max(100),
    items: z
      .object({ total: z.int(), done: z.int(), failed: z.int() })
      .nullable()
      .describe("of a step with one task per element"),
    error: errorSchema.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: "Step" });

const counts = { segments: z.object({ total: z.int(), synthesised: z.int(), reused: z.int() }) };

const runFields = {
  execution_id: z.guid(),
  workflow: z.string(),
  workflow_id: z.int(),
  status: runStatus,
  current_step: z.int().min(0).describe("the last completed step, 0 before"),
  created_at: time,
  updated_at: time,
  started_at: time.nullable(),
  ended_at: time.nullable(),
  error: errorSchema.nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable().describe("as it was sent"),
  superseded_by: z
    .guid()
    .nullable()
    .describe("the run that took its place, with what had changed meanwhile: follow that one"),
  schedule_id: z.guid().nullable().describe("of the schedule that started it"),
  scheduled_for: time.nullable().describe("the moment for which it did"),
};

export const runSchema = z.object(runFields).meta({ id: "Run" });

const urls = z.record(z.string(), z.string().describe("a path on this server"));

export const statusSchema = z
  .object({
    ...runFields,
    progress: z.number().min(0).max(100).describe("percent of the whole run"),
    steps: z.array(stepSchema).describe("of the run and its child runs, in the order in which they were opened"),
    elapsed_s: z.number().describe("seconds from the start of the first attempt to the end, or to now"),
    audio: urls.nullable().describe("the audio's URL by format id, once there is any"),
    captions: z
      .object({ vtt: z.string(), srt: z.string() })
      .partial()
      .nullable()
      .describe("the captions' URLs, once there are any"),
    duration_s: z.number().nullable().describe("seconds of audio"),
    loudness_lufs: z.number().nullable().describe("integrated loudness (BS.1770); null for audio shorter than 0.4 s"),
    segments: counts.segments.nullable().describe("distinct sentences: all, spoken by this run, found ready"),
    characters: z
      .object({ total: z.int(), billed: z.int() })
      .nullable()
      .describe("Unicode code points: of all distinct sentences, and of this run's calls to the voice"),
  })
  .meta({ id: "Status" });

export type StatusView = z.output<typeof statusSchema>;

/** Throws `RunNotFound`. */
export async function statusOf(app: HttpApp, executionId: string): Promise<StatusView> {
  const { db } = app.connection;
  const run = await findRun(db, executionId);
  const [{ steps, progress }, published] = await Promise.all([howFar(db, run), publishedBy(app, run)]);
  return {
    ...presentRun(run),
    progress,
    steps: steps.map(presentStep),
    elapsed_s: run.elapsedMs / 1000,
    ...factsOf(executionId, published),
  };
}

function factsOf(executionId: string, published: Published | null) {
  if (!published) {
    return { audio: null, captions: null, duration_s: null, loudness_lufs: null, segments: null, characters: null };
  }
  const { duration_s, loudness_lufs, segments, characters, files } = published;
  const of = (wanted: (format: string) => boolean) =>
    Object.fromEntries(
      files.filter(({ format }) => wanted(format)).map(({ format, name }) => [format, urlOf(executionId, name)]),
    );
  const isCaptions = (format: string) => format === "vtt" || format === "srt";
  return {
    audio: of(isFormatId),
    captions: of(isCaptions),
    duration_s,
    loudness_lufs,
    segments,
    characters,
  };
}

type Definitions = { byId(id: number): Promise<Definition>; byName: Map<string, Definition> };

/** Rows never change, so what was read once stays; a child's newest version will do to weigh its steps. */
const known = new WeakMap<Database, Definitions>();

/** The steps of the whole tree, and its progress in percent. */
export async function howFar(db: Database, run: Run): Promise<{ steps: StepSummary[]; progress: number }> {
  const { byId, byName } = known.get(db) ?? { byId: definitionsOf(db), byName: new Map() };
  known.set(db, { byId, byName });
  const [steps, definition] = await Promise.all([runTreeSteps(db, run.executionId), byId(run.workflowId)]);
  for (const { workflow } of definition.steps) {
    if (workflow && !byName.has(workflow)) byName.set(workflow, (await newestDefinition(db, workflow)).definition);
  }
  const part = progressOf(definition, steps, (name) => byName.get(name) ?? null);
  return { steps, progress: run.status === "COMPLETED" ? 100 : Math.min(99, Math.floor(part * 100)) };
}
