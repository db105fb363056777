/** `lector runs cancel|retry|pause|resume|restart`: what a person does to a run. */
import { cancelRun } from "../orchestrator/cancel.ts";
import type { RunStatus } from "../orchestrator/find.ts";
import { pauseRun, resumeRun } from "../orchestrator/pause.ts";
import { reopenRun } from "../orchestrator/reopen.ts";
import type { Reason } from "../orchestrator/tree.ts";
import { exits, Unusable, type Lector, type Setup } from "./lector.ts";
import { checkId, print, withLector } from "./runs.ts";

export type ActionOptions = { why?: string; json: boolean };

type Told = { status: RunStatus; /** For people. */ line: string };

const WORKERS = 'A worker goes on with it: "lector worker", or the command that started it.';

async function cancel({ connection: { db } }: Lector, id: string, reason: Reason): Promise<Told> {
  const { status, changed } = await cancelRun(db, id, reason);
  const line = changed ? `Cancelled ${id}.` : `${id} had ended as ${status}; nothing to cancel.`;
  return { status, line };
}

async function retry({ connection: { db } }: Lector, id: string, reason: Reason): Promise<Told> {
  return { status: await reopenRun(db, id, reason), line: `Reopened ${id}. ${WORKERS}` };
}

async function pause({ connection: { db } }: Lector, id: string, reason: Reason): Promise<Told> {
  const { status, changed } = await pauseRun(db, id, reason);
  if (!changed) return { status, line: `${id} is paused already.` };
  return {
    status,
    line: `Paused ${id}: what runs may end, nothing more starts. "lector runs resume" goes on with it.`,
  };
}

async function resume({ connection: { db } }: Lector, id: string, reason: Reason): Promise<Told> {
  const { status, changed } = await resumeRun(db, id, reason);
  return { status, line: changed ? `Resumed ${id}. ${WORKERS}` : `${id} is not paused: it is ${status}.` };
}

/** The actions that need nothing but the run. */
export const runActions = { cancel, retry, pause, resume };

type Act = (lector: Lector, id: string, reason: Reason) => Promise<Told>;

export async function runsAct(act: Act, verb: string, setup: Setup, id: string, o: ActionOptions): Promise<number> {
  checkId(id, 'execution_id. "lector runs list" shows them');
  return withLector(setup, async (lector) => {
    const { status, line } = await act(lector, id, reasonOf(o, `lector runs ${verb}`));
    if (o.json) print({ execution_id: id, status });
    else process.stdout.write(`${line}\n`);
    return exits.completed;
  });
}

export function runsRestart(setup: Setup, id: string, o: ActionOptions & { step: string }): Promise<number> {
  const from = /^\d+$/.test(o.step) ? Number(o.step) : o.step;
  const restart: Act = async (lector, executionId, reason) => {
    const worker = await lector.work({ scoped: false, idle: true });
    const { status, step, name } = await worker.restart(executionId, from, reason).finally(() => worker.stop());
    const next = status === "PAUSED" ? 'It is paused: "lector runs resume" goes on with it.' : WORKERS;
    return { status, line: `Restarted ${executionId} from step ${step} (${name}). ${next}` };
  };
  return runsAct(restart, "restart", setup, id, o);
}

/** Who it was, over what, and why, if that was said. */
export function reasonOf({ why }: { why?: string }, command: string): Reason {
  if (why !== undefined && why.length > 500) throw new Unusable(`--why has ${why.length} characters; the most is 500.`);
  return { by: "cli", why: why ?? command };
}
