/**
 * A workflow that comes past every commit, its tasks, and the commands that a person gives: for the process that dies
 * at a failpoint (boundary-process.ts) and for the one that goes on after it.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { sql } from "kysely";
import type { Database } from "../../src/database/connect.ts";
import { inspect } from "../../src/media/inspect.ts";
import type { Studio } from "../../src/media/studio.ts";
import { markAbandoned } from "../../src/ledger/ledger.ts";
import { savePublication } from "../../src/narration/fragments.ts";
import { cancelRun } from "../../src/orchestrator/cancel.ts";
import { listDeadLetters, replayDeadLetter } from "../../src/orchestrator/dead-letters.ts";
import type { DefinitionInput } from "../../src/orchestrator/definition.ts";
import { fireDue } from "../../src/orchestrator/fire.ts";
import { pauseRun, resumeRun } from "../../src/orchestrator/pause.ts";
import { reopenRun } from "../../src/orchestrator/reopen.ts";
import { restartRun } from "../../src/orchestrator/restart.ts";
import { removeEnded } from "../../src/orchestrator/retention.ts";
import type { StartRequest } from "../../src/orchestrator/start.ts";
import { PermanentError, type Task } from "../../src/orchestrator/task.ts";
import { usualTimeouts } from "../../src/orchestrator/timeouts.ts";
import { RunConflict } from "../../src/orchestrator/tree.ts";
import { SpeechError, type SpeechProvider } from "../../src/providers/speech/speech.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { speechTask } from "../../src/workflows/narrate-speech.ts";
import { task } from "./orchestra.ts";

export const kid: DefinitionInput = {
  name: "kid",
  steps: [
    { name: "first", task_type: "note" },
    { name: "second", task_type: "note" },
  ],
};

const fields = ["voice", "formats", "plan", "pace"].map((name) => [name, `/input/${name}`]);

export const whole: DefinitionInput = {
  name: "whole",
  steps: [
    { name: "note", task_type: "note", input: { doomed: "/input/doomed" } },
    {
      name: "speech",
      task_type: "speak_fragment",
      for_each: "/input/fragments",
      input: { fragment: "/item", ...Object.fromEntries(fields) },
      group: "/input/group",
      retry: { failures: 5, initial_ms: 1 },
    },
    { name: "kids", workflow: "kid", for_each: "/input/kids" },
    { name: "kid", workflow: "kid" },
    { name: "seal", task_type: "seal" },
    { name: "publish", task_type: "publish" },
  ],
};

/** The provider's own books, by text and process; what a process sealed; and which run is doomed no more. */
export const TABLES = `create table bought (text text, pid int); create table sealed (task_id uuid, attempt int);
  create table mended (at timestamptz)`;

const large = "x".repeat(70_000);

export function boundaryTasks(db: Database, storage: Storage): Task[] {
  const providers = new Map(["paid", "free"].map((name) => [name, bookkeeper(db, name)]));
  return [
    task("note", async ({ doomed }) => {
      const { rows } = await sql`select 1 from mended`.execute(db);
      if (doomed === true && rows.length === 0) throw new PermanentError("doomed");
      return { large }; // goes to the storage
    }),
    speechTask({ db, storage, studio: workbench, providers }) as Task,
    task("seal", () => ({}), { apply: seal as Task["apply"] & {} }),
    task("publish", async (_, { executionId: key }) => {
      const file = { format: "mp3_128", audioSha256: sha256(key), bytes: 1, frames: 1, samples: 1 };
      await savePublication(db, { key: sha256(key), ...file });
    }),
  ];
}

async function seal(tx: Database): Promise<void> {
  await sql`insert into sealed select task_id, attempt from lector.workflow_steps
    where name = 'seal' and state = 'done' and not exists (select 1 from sealed s where s.task_id = workflow_steps.task_id)`.execute(
    tx,
  );
}

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Writes each call down before it answers. What "fails" does so once, and what is "broken" is silent once. */
function bookkeeper(db: Database, name: string): SpeechProvider {
  return {
    name,
    model: "m",
    maxCharacters: 400,
    price: name === "paid" ? "0.001" : "0",
    check: (_, settings) => settings,
    async speak(requests) {
      return Promise.all(
        requests.map(async ({ text, path }) => {
          await sql`insert into bought values (${text}, ${process.pid})`.execute(db);
          const { rows } = await sql<{ n: number }>`select count(*)::int as n from bought where text = ${text}`.execute(
            db,
          );
          const isFirst = rows[0]!.n === 1;
          if (isFirst && text.includes("fails")) throw new SpeechError("It fails once.", { kind: "transient" });
          const samples = 24_000 * 2;
          const silent = isFirst && text.includes("broken");
          const sound = Int16Array.from({ length: samples }, (_, at) =>
            silent ? 0 : 8000 * Math.sin(at / 10) + text.length,
          );
          writeFileSync(path, sound);
          return { encoding: "s16le" as const, sampleRate: 24_000, samples, words: [] };
        }),
      );
    },
    close: async () => {},
  };
}

/** Looks at what it gets as the real one does, and encodes nothing. */
const workbench = {
  warm() {},
  inspect,
  async master({ outputs }) {
    outputs.forEach(({ path }) => writeFileSync(path, `fragment ${path}`));
    const made = outputs.map(({ encoding }) => ({ encoding, frames: 1 }));
    return { samples: 1, powers: new Float32Array(1), peaks: new Int8Array(2), outputs: made } as never;
  },
} as Partial<Studio> as Studio;

/** `seed` makes its texts its own; the run's id becomes known with its start. */
export function wholeInput(seed: string, { provider = "paid", doomed = false } = {}) {
  const texts = ["is plain speech", "fails the first time", "is broken at first", "is the last of all"];
  const segment = (what: string) => {
    const text = `The sentence ${seed} ${what}.`;
    return { fingerprint: sha256(text), text, pause_after: 0 };
  };
  const voice = { key: "v", provider, model: "m", voice: "v", language: "en", settings: {} };
  return {
    doomed,
    group: `speech:${provider}`,
    fragments: texts.map((what) => ({ base: sha256(`${seed} ${what}`), segments: [segment(what)] })),
    voice: { ...voice, max_characters: 400, unit: "sentence", gain_db: 0, pauses: {} },
    formats: ["mp3_128"],
    plan: { sample_rate: 24_000, gain_db: 0 },
    pace: null,
    kids: [1, 2],
  };
}

export type Command =
  | { what: "run"; request: Omit<StartRequest, "workflow"> }
  | {
      what: "look" | "cancel" | "pause" | "resume" | "reopen" | "restart" | "replay" | "sweep" | "fire" | "remove";
      executionId: string;
    };

const by = { by: "test", why: "boundaries" };

/** What a person asks for, as often as need be: a second time it finds done what the first one did. */
export async function command(db: Database, store: Storage, asked: Exclude<Command, { what: "run" }>): Promise<void> {
  const { what, executionId: id } = asked;
  if (what === "sweep") await markAbandoned(db);
  if (what === "remove") await removeEnded(db, 30);
  if (what === "fire") await fireDue({ db, store, timeouts: usualTimeouts, prepare: async (_, input) => ({ input }) });
  if (what === "cancel") await cancelRun(db, id, by);
  if (what === "pause") await pauseRun(db, id, by);
  if (what === "resume") await resumeRun(db, id, by);
  if (what === "reopen") await reopenRun(db, id, by).catch(unlessDone);
  if (what === "restart") await restartRun(db, { store, timeouts: usualTimeouts }, id, "speech", by);
  if (what !== "replay") return;
  const { letters } = await listDeadLetters(db, { limit: 100 });
  const letter = letters.find(({ executionId }) => executionId === id);
  if (letter) await replayDeadLetter(db, letter.taskId, by);
}

function unlessDone(error: unknown): void {
  if (!(error instanceof RunConflict)) throw error;
}
