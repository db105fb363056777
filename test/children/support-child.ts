/** A child for pool.test.ts: does what its job says. */
import { serveJobs } from "../../src/children/serve.ts";

export type TestJob =
  | { do: "echo"; value: unknown }
  | { do: "hang" }
  | { do: "die"; say: string }
  | { do: "throw"; name: string; message: string; code: string };

serveJobs((job: TestJob) => {
  if (job.do === "echo") return { value: job.value, pid: process.pid };
  if (job.do === "hang") for (;;);
  if (job.do === "throw") throw Object.assign(new Error(job.message), { name: job.name, code: job.code });
  process.stderr.write(job.say, () => process.exit(3));
  return new Promise(() => {});
});
