/**
 * A text to mp3, opus and m4a, against what a person does by hand with the same voice: the bare engine, one pass of
 * Debian's ffmpeg that measures (`loudnorm`), and one command a format that corrects and encodes.
 */
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { speakBare } from "./floor.ts";
import { median, narrateFile, openDesk, pinTo, rounded, say } from "./program.ts";
import type { Claim } from "./run.ts";
import { proseOf } from "./text.ts";

const GOAL = 0.25;
const CORES = 2;
const CHARACTERS_A_MINUTE = 970;
const FORMATS = "mp3,opus,m4a";
const TARGET = "I=-16:TP=-1:LRA=11";

/** As one would write them; each gets the rate that it has with us. */
const COMMANDS: Record<string, string[]> = {
  "audio.mp3": ["-c:a", "libmp3lame", "-b:a", "128k"],
  "audio.opus": ["-c:a", "libopus", "-b:a", "48k"],
  "audio.m4a": ["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"],
};

const execute = promisify(execFile);

export async function run(args: string[]): Promise<Claim> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: "string", default: "30" }, times: { type: "string", default: "1" } },
  });
  const body = proseOf(Number(values.minutes) * CHARACTERS_A_MINUTE);
  const pinned = pinTo(CORES);
  const measured: Measured[] = [];
  for (let time = 1; time <= Number(values.times); time++) {
    const one = await measure(body, pinned);
    say(`${time}: ${JSON.stringify(one)}`);
    measured.push(one);
  }
  const middle = (key: keyof Measured) => rounded(median(measured.map((one) => one[key])));
  const ratio = middle("ratio");
  return {
    claim: "three formats of a narration take a quarter of the time that ffmpeg's two passes take, speaking included",
    ratio,
    goal: `wall time ÷ that of the engine, one measuring pass and one command a format ≤ ${GOAL}`,
    holds: ratio <= GOAL,
    cores: pinned.cores,
    pinned: pinned.prefix.length > 0,
    characters: body.length,
    duration_s: middle("duration_s"),
    wall_s: middle("wall_s"),
    cpu_s: middle("cpu_s"),
    by_hand_s: middle("by_hand_s"),
    of_which: { engine: middle("engine_s"), measuring: middle("measuring_s"), encoding: middle("encoding_s") },
    times: measured.length,
  };
}

type Measured = Awaited<ReturnType<typeof measure>>;

async function measure(body: string, { cores, prefix }: ReturnType<typeof pinTo>) {
  const desk = await openDesk();
  try {
    const narrated = await narrateFile(desk, desk.text(body), { prefix, cores, formats: FORMATS });
    const spokenFrom = performance.now();
    const spoken = await speakBare(body, desk.folder);
    const engineS = seconds(spokenFrom);
    const input = ["-f", "s16le", "-ar", String(spoken.sampleRate), "-ac", "1", "-i", spoken.pcm];
    const measuredFrom = performance.now();
    const filter = await measuredFilter(input);
    const measuringS = seconds(measuredFrom);
    const encodedFrom = performance.now();
    for (const [name, encoder] of Object.entries(COMMANDS)) {
      const file = join(desk.folder, name);
      await execute("ffmpeg", ["-v", "error", ...input, "-af", filter, "-ar", "24000", ...encoder, file]);
      say(
        `  ${name}: ${statSync(file).size} bytes by hand, ${statSync(join(desk.folder, "out", name)).size} by Lector`,
      );
    }
    const encodingS = seconds(encodedFrom);
    const byHandS = engineS + measuringS + encodingS;
    return {
      ratio: rounded(narrated.wallS / byHandS),
      duration_s: narrated.duration_s,
      wall_s: rounded(narrated.wallS),
      cpu_s: rounded(narrated.cpuS),
      by_hand_s: rounded(byHandS),
      engine_s: rounded(engineS),
      measuring_s: rounded(measuringS),
      encoding_s: rounded(encodingS),
    };
  } finally {
    desk.end();
  }
}

/** The first pass: what `loudnorm` found, as its second pass wants it. */
async function measuredFilter(input: string[]): Promise<string> {
  const measuring = ["-hide_banner", "-nostats", ...input, "-af", `loudnorm=${TARGET}:print_format=json`];
  const { stderr } = await execute("ffmpeg", [...measuring, "-f", "null", "-"]);
  const found = JSON.parse(stderr.slice(stderr.lastIndexOf("{"))) as Record<string, string>;
  const { input_i: i, input_tp: tp, input_lra: lra, input_thresh: thresh, target_offset: offset } = found;
  return `loudnorm=${TARGET}:measured_I=${i}:measured_TP=${tp}:measured_LRA=${lra}:measured_thresh=${thresh}:offset=${offset}`;
}

function seconds(from: number): number {
  return (performance.now() - from) / 1000;
}
