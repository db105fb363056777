/** What a worker runs. A task knows nothing of queues, retries or the transport that carried it. */
import type { z } from "zod";
import type { Tx } from "../database/connect.ts";

export type Task<Input = never, Output = unknown> = {
  type: string;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /**
   * Does the work. May run more than once (a crash, a lost lease), never again after it settled. Throw `PermanentError`
   * for what cannot heal, `RetryLater` to wait without a slot; any other error is retried with backoff.
   */
  run(input: Input, context: TaskContext): Promise<Output>;
  /** Must become true together with the step: runs inside the transaction that settles it. */
  apply?(tx: Tx, input: Input, output: Output): Promise<void>;
};

export type TaskContext = {
  /** The attempt's fencing token: every effect elsewhere carries it. */
  token: Token;
  executionId: string;
  ownerId: string;
  attempt: number;
  /** Aborts when the run was cancelled, the lease is lost or the process stops; the reason says which. */
  signal: AbortSignal;
  /**
   * Throws where the lease may have run out by this process's own clock. To be asked right before what cannot be taken
   * back, such as a paid call: a process that was frozen does not know it yet, and its signal tells a moment later.
   */
  assertLeased(): void;
  /** Part of the work that is done, 0 to 1; written at most twice a second. */
  progress(done: number): void;
};

export type Token = { taskId: string; attempt: number };

/** An error that cannot heal: the step fails at once. */
export class PermanentError extends Error {
  override name = "PermanentError";
  code: string;
  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code ?? "permanent";
  }
}

/** Not a failure: run the task again after `ms` milliseconds. */
export class RetryLater extends Error {
  override name = "RetryLater";
  ms: number;
  /** `ms` is kept between 10 ms and 7 days; what is no number (a broken `Retry-After`) is a second. */
  constructor(ms: number, reason: string) {
    super(reason);
    this.ms = Number.isNaN(ms) ? 1000 : Math.min(Math.max(ms, 10), 7 * 86_400_000);
  }
}

/** A step's or a run's error, as it is stored and shown. */
export type StoredError = { code: string; message: string; step?: string; cause?: StoredError };

const MAX_MESSAGE = 8000;
const MAX_CAUSES = 8;

/** An error as JSON that Postgres can keep, whatever was thrown: a message may quote binary data, a cause be itself. */
export function storedError(error: unknown, depth = 0): StoredError {
  if (!(error instanceof Error)) return { code: "error", message: storedText(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  const stored: StoredError = { code: storedText(code), message: storedText(error.message) };
  if (error.cause !== undefined && depth < MAX_CAUSES) stored.cause = storedError(error.cause, depth + 1);
  return stored;
}

function storedText(value: unknown): string {
  let text: string;
  try {
    text = String(value);
  } catch {
    text = "a value that has no text"; // Object.create(null)
  }
  return text.slice(0, MAX_MESSAGE).toWellFormed().replaceAll("\0", "\uFFFD");
}
