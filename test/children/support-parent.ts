/** A parent for pool.test.ts: forks a child, tells its pid, and waits idle or busy until it is killed. */
import { childPool } from "../../src/children/pool.ts";
import type { TestJob } from "./support-child.ts";

const pool = childPool<TestJob, { pid: number }>(new URL("support-child.ts", import.meta.url), { size: 1 });
const { pid } = await pool.run({ do: "echo", value: null });
process.stdout.write(`${pid}\n`);
if (process.argv[2] === "wait") setInterval(() => {}, 60_000);
if (process.argv[2] === "close") {
  await pool.close();
  process.stdout.write("closed\n");
}
