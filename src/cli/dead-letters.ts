/** `lector dead-letters list|show|replay`: steps that failed for good. */
import {
  DeadLetterNotFound,
  findDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  type Autopsy,
  type DeadLetter,
} from "../orchestrator/dead-letters.ts";
import { presentDeadLetter } from "../orchestrator/present.ts";
import { RunConflict } from "../orchestrator/tree.ts";
import { exits, type Setup } from "./lector.ts";
import { reasonOf, type ActionOptions } from "./run-actions.ts";
import { checkId, momentOf, print, withLector } from "./runs.ts";

const KIND = 'task_id of a dead letter. "lector dead-letters list" shows them';

type ListOptions = { workflow?: string; limit: number; json: boolean };

export function deadLettersList(setup: Setup, { workflow, limit, json }: ListOptions): Promise<number> {
  return withLector(setup, async ({ connection: { db } }) => {
    const { letters } = await listDeadLetters(db, { workflow, limit });
    if (json) print({ dead_letters: letters.map(presentDeadLetter) });
    else if (letters.length === 0) process.stdout.write("No dead letters.\n");
    else for (const letter of letters) process.stdout.write(`${line(letter)}\n`);
    return exits.completed;
  });
}

export function deadLettersShow(setup: Setup, id: string, { json }: { json: boolean }): Promise<number> {
  checkId(id, KIND);
  return withLector(setup, async ({ connection: { db } }) => {
    const found = await findDeadLetter(db, id);
    if (json)
      print({ ...presentDeadLetter(found), input: found.input, causes: found.causes, revivals: found.revivals });
    else tell(found);
    return exits.completed;
  });
}

/** Each by itself: one that cannot be replayed, or is none, keeps back no other, and makes the exit code 2. */
export function deadLettersReplay(setup: Setup, ids: string[], o: ActionOptions): Promise<number> {
  ids.forEach((id) => checkId(id, KIND));
  const reason = reasonOf(o, "lector dead-letters replay");
  return withLector(setup, async ({ connection: { db } }) => {
    const replayed = [];
    let code: number = exits.completed;
    for (const id of ids) {
      try {
        const { executionId, status, changed } = await replayDeadLetter(db, id, reason);
        replayed.push({ task_id: id, execution_id: executionId, status, changed });
        const told = changed ? `Reopened ${executionId}.` : `Nothing to replay: the run ${executionId} is ${status}.`;
        if (!o.json) process.stdout.write(`${told}\n`);
      } catch (error) {
        if (!(error instanceof RunConflict || error instanceof DeadLetterNotFound)) throw error;
        process.stderr.write(`${error.message}\n`);
        code = exits.notStarted;
      }
    }
    if (o.json) print({ replayed });
    return code;
  });
}

function line({ taskId, failedAt, workflow, name, item, error }: DeadLetter): string {
  const at = failedAt ? momentOf(failedAt) : "";
  return `${taskId}  ${at}  ${workflow}/${name}${item === null ? "" : `[${item}]`}  ${error?.message ?? ""}`;
}

function tell(found: Autopsy): void {
  const { rootId, runStatus, state, causes, revivals } = found;
  const lines = [
    `${line(found)}`,
    `  ${state}; run ${rootId} is ${runStatus}`,
    ...causes.map(({ attempt, at, error }) => `  attempt ${attempt}  ${momentOf(at)}  ${told(error)}`),
    ...revivals.map(
      ({ at, kind, data }) => `  ${kind}  ${momentOf(at)}  by ${data["by"] as string}: ${data["why"] as string}`,
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** An error with what caused it, in one line. */
function told(error: DeadLetter["error"]): string {
  if (!error) return "";
  return error.cause ? `${error.message} (${told(error.cause)})` : error.message;
}
