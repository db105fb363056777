/** The child's side of pool.ts: answers one job at a time, and ends when its parent is gone. */
import { flushCompileCache } from "node:module";
import type { Reply } from "./pool.ts";

export function serveJobs<Job, Result>(handle: (job: Job) => Promise<Result> | Result): void {
  // Ctrl-C reaches the whole process group; the parent decides what happens to the job.
  process.on("SIGINT", () => {});
  process.on("disconnect", () => process.exit(0));
  let answered = false;
  process.on("message", async (job: Job) => {
    const reply = await answer(handle, job);
    process.send?.(reply, undefined, undefined, (error) => error && process.exit(1));
    if (!answered) flushCompileCache(); // by itself it is written at a proper end, and we are killed
    answered = true;
  });
}

async function answer<Job, Result>(handle: (job: Job) => Promise<Result> | Result, job: Job): Promise<Reply> {
  try {
    return { result: await handle(job) };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const code = "code" in error ? String(error.code) : undefined;
    return { error: { name: error.name, message: error.message, code } };
  }
}
