/** A worker in a process of its own, to be killed: `node waiting-worker.ts URL LEASE_MS`. Prints the type of each task that runs. */
import { connect } from "../src/database/connect.ts";
import { startWorker } from "../src/orchestrator/worker.ts";
import { admissionLimit, store, tasksOf } from "./waiting-fill.ts";

const [url = "", leaseMs = ""] = process.argv.slice(2);
const tasks = tasksOf((type) => process.stdout.write(`${type}\n`));
startWorker({ connection: connect(url), store, tasks, slots: 8, leaseMs: Number(leaseMs), admissionLimit });
