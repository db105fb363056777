/** `lector runs list|show`, and what the commands about runs share. */
import { findRun, listRuns, RUN_STATUSES, runTreeSteps, type Run, type StepSummary } from "../orchestrator/find.ts";
import { presentRun, presentStep } from "../orchestrator/present.ts";
import { exits, Unusable, type Lector, type Setup } from "./lector.ts";

export async function runsList(setup: Setup, o: { status?: string; limit: number; json: boolean }): Promise<number> {
  const status = RUN_STATUSES.find((each) => each === o.status?.toUpperCase());
  if (o.status && !status) {
    throw new Unusable(`No run has the status "${o.status}". There are: ${RUN_STATUSES.join(", ")}.`);
  }
  return withLector(setup, async ({ connection }) => {
    const runs = await listRuns(connection.db, { status, limit: o.limit });
    if (o.json) print({ runs: runs.map(presentRun) });
    else if (runs.length === 0) process.stdout.write("No runs.\n");
    else for (const run of runs) process.stdout.write(`${line(run)}\n`);
    return exits.completed;
  });
}

export async function runsShow(setup: Setup, id: string, o: { json: boolean }): Promise<number> {
  checkId(id, 'execution_id. "lector runs list" shows them');
  return withLector(setup, async ({ connection: { db } }) => {
    const run = await findRun(db, id);
    const steps = await runTreeSteps(db, id);
    if (o.json) print({ ...presentRun(run), steps: steps.map(presentStep), elapsed_s: run.elapsedMs / 1000 });
    else {
      process.stdout.write(`${line(run)}\n`);
      for (const step of steps) process.stdout.write(`  ${stepLine(step, run)}\n`);
      if (run.error) process.stdout.write(`  error: ${run.error.message}\n`);
      if (run.supersededBy) process.stdout.write(`  superseded by: ${run.supersededBy}\n`);
    }
    return exits.completed;
  });
}

export async function withLector(setup: Setup, use: (lector: Lector) => Promise<number>): Promise<number> {
  const lector = await setup.open((text) => void process.stderr.write(`${text}\n`));
  try {
    return await use(lector);
  } finally {
    await lector.close();
  }
}

/** `kind`: what it should be, and where such are found. */
export function checkId(id: string, kind: string): void {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return;
  throw new Unusable(`"${id}" is no ${kind}.`);
}

export function line(run: Run): string {
  return `${run.executionId}  ${run.status.padEnd(9)}  ${momentOf(run.createdAt)}  ${run.workflow}  ${(run.elapsedMs / 1000).toFixed(1)} s`;
}

/** UTC, to the second. */
export const momentOf = (at: Date) => at.toISOString().slice(0, 19).replace("T", " ");

function stepLine(step: StepSummary, run: Run): string {
  const name = step.workflow === run.workflow ? step.name : `${step.workflow}/${step.name}`; // of a child run
  const items = step.items ? `  ${step.items.done}/${step.items.total}` : "";
  const attempts = step.attempt > 1 ? `  attempt ${step.attempt}` : "";
  const error = step.error ? `  ${step.error.message}` : "";
  return `${String(step.step).padStart(2)}  ${name.padEnd(10)} ${step.state}${items}${attempts}${error}`;
}

export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
