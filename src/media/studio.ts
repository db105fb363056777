/** Where audio is made: mastering, measuring and stitching in child processes, forked when first needed. */
import { childPool } from "../children/pool.ts";
import type { Inspected, InspectJob } from "./inspect.ts";
import type { Mastered, MasterJob, Measured, MeasureJob } from "./master.ts";
import type { Counted, RecountJob } from "./recount.ts";
import type { Stitched, StitchJob } from "./stitch.ts";

/**
 * Files are written under the names that the job gives, which should be temporary: a job that failed, or was aborted,
 * leaves them incomplete. Abort kills the child, at once. Broken input rejects with an error that names the file;
 * a crash with `ChildDied`, after which the next job finds a new child.
 */
export type Studio = {
  /** Joins, resamples, applies gain and limiter, measures and encodes one block; memory constant however long it is. */
  master(job: MasterJob, options?: { signal?: AbortSignal | undefined }): Promise<Mastered>;
  /** What sounds like, before anything is done to them, in their order. */
  inspect(job: InspectJob, options?: { signal?: AbortSignal | undefined }): Promise<Inspected[]>;
  /** Powers of a block at another gain, without encoding. */
  measure(job: MeasureJob, options?: { signal?: AbortSignal | undefined }): Promise<Measured>;
  /** Writes one published file from fragments. */
  stitch(job: StitchJob, options?: { signal?: AbortSignal | undefined }): Promise<Stitched>;
  /** How many samples a published file really holds. */
  recount(job: RecountJob, options?: { signal?: AbortSignal | undefined }): Promise<Counted>;
  /** Forks the children now, while there is nothing for them to do yet. */
  warm(): void;
  close(): Promise<void>;
};

export type StudioJob =
  | { kind: "inspect"; job: InspectJob }
  | { kind: "master"; job: MasterJob }
  | { kind: "measure"; job: MeasureJob }
  | { kind: "stitch"; job: StitchJob }
  | { kind: "recount"; job: RecountJob };

export type StudioResult = Inspected[] | Mastered | Measured | Stitched | Counted;

/** `size`: how many children at most, one job at a time in each. */
export function openStudio({ size }: { size: number }): Studio {
  const entry = new URL("./child.ts", import.meta.url);
  // A small young generation: nearly all garbage is a frame old, and memory must not grow with a block's length.
  const execArgv = ["--max-semi-space-size=1"];
  const pool = childPool<StudioJob, StudioResult>(entry, {
    size,
    execArgv,
  });
  return {
    inspect: (job, options) => pool.run({ kind: "inspect", job }, options) as Promise<Inspected[]>,
    master: (job, options) => pool.run({ kind: "master", job }, options) as Promise<Mastered>,
    measure: (job, options) => pool.run({ kind: "measure", job }, options) as Promise<Measured>,
    stitch: (job, options) => pool.run({ kind: "stitch", job }, options) as Promise<Stitched>,
    recount: (job, options) => pool.run({ kind: "recount", job }, options) as Promise<Counted>,
    warm: () => pool.warm(),
    close: () => pool.close(),
  };
}
