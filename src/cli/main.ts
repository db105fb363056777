/** The command `lector`: what it understands, and how its errors are told. */
import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { inShort, UnknownVoice } from "../catalog/voices.ts";
import { deadLettersList, deadLettersReplay, deadLettersShow } from "./dead-letters.ts";
import { exits, type Setup } from "./lector.ts";
import { migrateCommand } from "./migrate.ts";
import { narrateCommand } from "./narrate.ts";
import { runActions, runsAct, runsRestart } from "./run-actions.ts";
import { runsList, runsShow } from "./runs.ts";
import {
  schedulesAdd,
  schedulesList,
  schedulesPause,
  schedulesRemove,
  schedulesResume,
  schedulesShow,
} from "./schedules.ts";
import { serveCommand } from "./serve.ts";
import { voicesList } from "./voices.ts";
import { workerCommand } from "./worker.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const json = ["--json", "print one JSON object to standard output, and nothing else"] as const;
const why = ["--why <text>", "goes into the run's history"] as const;

/** Makes a command's exit code the program's. */
type Does = <A extends unknown[]>(run: (...given: A) => Promise<number>) => (...given: A) => Promise<void>;

/** Runs the command of `process.argv` and answers its exit code. */
export async function runCli(setup: Setup, { envFile }: { envFile: string | null }): Promise<number> {
  let code: number = exits.completed;
  const program = new Command("lector")
    .description("Gives written content a voice and keeps it current.")
    .version(version, "--version")
    .showHelpAfterError('("lector --help" and "lector COMMAND --help" show the usage)')
    .exitOverride()
    .hook("preAction", () => {
      if (envFile) process.stderr.write(`Settings from ${envFile}\n`);
    });
  const does: Does =
    (run) =>
    async (...given) => {
      code = await run(...given);
    };

  program
    .command("narrate")
    .description("speak a text: audio, captions and narration.json")
    .argument("[source]", "a file (Markdown, HTML, plain text), a URL, or - for standard input")
    .option("--voice <key>", '"lector voices list" shows them; default: the voice of the locale')
    .option("--locale <tag>", "BCP 47, such as en or id; default: what the text says, else detected")
    .option(
      "--formats <list>",
      "audio formats, separated by commas: mp3, opus, m4a, flac, wav; mp3_64 with a rate",
      listOf,
      ["mp3"],
    )
    .option("--out <dir>", "where the files go; default: out/NAME")
    .option("--title <text>", "the title tag; default: the text's own title")
    .option("--cover <file>", "a PNG or JPEG picture that goes into the audio")
    .option("--preview", "print the script, which is what would be said, and start nothing", false)
    .option("--script <file>", "say what this script says: one from --preview, edited; then the source may be left out")
    .option(...json, false)
    .action(does((source: string | undefined, options) => narrateCommand(setup, source, options)));

  addRuns(program, setup, does);
  addDeadLetters(program, setup, does);
  addSchedules(program, setup, does);
  program
    .command("voices")
    .description("the configured voices")
    .command("list")
    .option("--locale <tag>", "only voices of this language")
    .option(...json, false)
    .action(does((options) => voicesList(setup, options)));
  program
    .command("migrate")
    .description("bring the database's schema up to date")
    .option(...json, false)
    .action(does((options) => migrateCommand(setup, options)));
  program
    .command("serve")
    .description("the HTTP API and the page, with workers")
    .option("--no-workers", "only the API: workers run elsewhere")
    .action(does((options) => serveCommand(setup, options)));
  program
    .command("worker")
    .description("work on all runs until stopped")
    .action(does(() => workerCommand(setup)));

  try {
    await program.parseAsync();
    return code;
  } catch (error) {
    return told(error);
  }
}

function addRuns(program: Command, setup: Setup, does: Does): void {
  const runs = program.command("runs").description("what has been made, and what is being made");
  runs
    .command("list")
    .option("--status <status>", "only runs with this status")
    .option("--limit <count>", "how many, newest first", countOf, 50)
    .option(...json, false)
    .action(does((options) => runsList(setup, options)));
  runs
    .command("show")
    .argument("<execution_id>")
    .option(...json, false)
    .action(does((id: string, options) => runsShow(setup, id, options)));
  for (const [name, act] of Object.entries(runActions)) {
    runs
      .command(name)
      .argument("<execution_id>")
      .option(...why)
      .option(...json, false)
      .action(does((id: string, options) => runsAct(act, name, setup, id, options)));
  }
  runs
    .command("restart")
    .argument("<execution_id>")
    .requiredOption("--step <step>", "its name, or its number from 1: this one and all after it run again")
    .option(...why)
    .option(...json, false)
    .action(does((id: string, options) => runsRestart(setup, id, options)));
}

function addDeadLetters(program: Command, setup: Setup, does: Does): void {
  const letters = program.command("dead-letters").description("steps that failed for good");
  letters
    .command("list")
    .option("--workflow <name>", "only of runs of this workflow")
    .option("--limit <count>", "how many, newest first", countOf, 50)
    .option(...json, false)
    .action(does((options) => deadLettersList(setup, options)));
  letters
    .command("show")
    .argument("<task_id>")
    .option(...json, false)
    .action(does((id: string, options) => deadLettersShow(setup, id, options)));
  letters
    .command("replay")
    .argument("<task_id...>")
    .option(...why)
    .option(...json, false)
    .action(does((ids: string[], options) => deadLettersReplay(setup, ids, options)));
}

function addSchedules(program: Command, setup: Setup, does: Does): void {
  const schedules = program.command("schedules").description("runs that the clock starts");
  schedules
    .command("add")
    .argument("<name>")
    .requiredOption(
      "--cron <expression>",
      'minute, hour, day, month, day of week: "30 6 * * 1-5"; of six, second first',
    )
    .option("--time-zone <zone>", "IANA, such as Europe/Berlin: whose clock the expression means", "UTC")
    .option("--missed <rule>", "skip, once or all: what becomes of moments at which no worker ran", "once")
    .option("--workflow <name>", "what is started: a workflow")
    .option("--event <name>", "or each workflow that this event starts")
    .option("--input <json>", "what the runs start with; @FILE reads it from a file", "{}")
    .option(...json, false)
    .action(does((name: string, options) => schedulesAdd(setup, name, options)));
  schedules
    .command("list")
    .option("--limit <count>", "how many, by name", countOf, 50)
    .option(...json, false)
    .action(does((options) => schedulesList(setup, options)));
  const each = { show: schedulesShow, pause: schedulesPause, resume: schedulesResume, remove: schedulesRemove };
  for (const [name, act] of Object.entries(each)) {
    schedules
      .command(name)
      .argument("<schedule>", "its name or id")
      .option(...json, false)
      .action(does((key: string, options) => act(setup, key, options)));
  }
}

function listOf(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Expected names such as mp3, with one comma between them.");
  return names;
}

function countOf(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count > 0 && count <= 1000) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 to 1000.");
}

/** Errors that say all there is to say; anything else is a fault of ours and shows where it came from. */
const clear = new Set([
  "Unusable",
  "InvalidSetting",
  "UnusableInput",
  "UnknownVoice",
  "InvalidVoices",
  "VoiceError",
  "UnknownProvider",
  "UnknownFormat",
  "UnusableCover",
  "DatabaseUnreachable",
  "SchemaTooNew",
  "RunNotFound",
  "RunConflict",
  "UnknownStep",
  "DeadLetterNotFound",
  "InvalidSchedule",
  "ScheduleNotFound",
  "ScheduleConflict",
  "UnstorableValue",
]);

function told(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.completed : exits.notStarted;
  if (!(error instanceof Error)) throw error;
  const system = "code" in error && typeof error.code === "string";
  if (!clear.has(error.name) && !system) process.stderr.write(`${error.stack}\n`);
  else process.stderr.write(`${error.message}\n`);
  if (error instanceof UnknownVoice) {
    process.stderr.write(`Known voices: ${inShort(error.known)}. "lector voices list" describes them.\n`);
  }
  return clear.has(error.name) ? exits.notStarted : exits.ended;
}
