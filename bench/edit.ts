/** One sentence is changed in a short and in a long narration: how long until its new mp3 is there? */
import { parseArgs } from "node:util";
import { encodeWhole, speakBare } from "./floor.ts";
import { median, narrateFile, openDesk, rounded, say, type Desk } from "./program.ts";
import type { Claim } from "./run.ts";
import { proseOf } from "./text.ts";

const GOAL_S = 1.5;
const GOAL_RATIO = 2;
const CHARACTERS_A_MINUTE = 970;
const GAIN_DB = 7;

export async function run(args: string[]): Promise<Claim> {
  const { values } = parseArgs({ args, options: { edits: { type: "string", default: "7" } } });
  const edits = Number(values.edits);
  const short = await measure(10, edits);
  const long = await measure(60, edits);
  const ratio = rounded(long.wall_s / short.wall_s);
  return {
    claim: "an edit costs its own sentence, however long the narration is",
    ratio,
    goal: `a new mp3 within ${GOAL_S} s of wall time, and the hour at most ${GOAL_RATIO} × the ten minutes`,
    holds: Math.max(short.wall_s, long.wall_s) <= GOAL_S && ratio <= GOAL_RATIO,
    ten_minutes: short,
    one_hour: long,
    edits,
  };
}

async function measure(minutes: number, edits: number) {
  const desk = await openDesk();
  try {
    const body = proseOf(minutes * CHARACTERS_A_MINUTE);
    const whole = await narrateFile(desk, desk.text(body));
    say(`${minutes} minutes: ${rounded(whole.duration_s)} s of sound, first narrated in ${rounded(whole.wallS)} s`);
    const again = await timesOf(desk, Array(edits).fill(body) as string[], 0);
    const changed = await timesOf(desk, editionsOf(body, edits), 1);
    const encoded = await encodedAgain(body, desk);
    const figures = {
      duration_s: rounded(whole.duration_s),
      segments: whole.segments.total,
      wall_s: changed.wallS,
      elapsed_s: changed.elapsedS,
      unchanged: { wall_s: again.wallS, elapsed_s: again.elapsedS },
      first: { wall_s: rounded(whole.wallS), elapsed_s: whole.elapsed_s },
      encoding_whole_s: rounded(encoded),
    };
    say(JSON.stringify(figures));
    return figures;
  } finally {
    desk.end();
  }
}

/** Medians over narrations of which each one speaks `spoken` segments. */
async function timesOf(desk: Desk, bodies: string[], spoken: number): Promise<{ wallS: number; elapsedS: number }> {
  const narrated = [];
  for (const body of bodies) {
    const one = await narrateFile(desk, desk.text(body));
    if (one.segments.synthesised !== spoken) {
      throw new Error(`Expected ${spoken} segments to be spoken, got ${one.segments.synthesised}`);
    }
    say(`  ${one.elapsed_s} s of the run, ${rounded(one.wallS)} s of the process`);
    narrated.push(one);
  }
  return {
    wallS: rounded(median(narrated.map(({ wallS }) => wallS))),
    elapsedS: rounded(median(narrated.map(({ elapsed_s }) => elapsed_s))),
  };
}

const words = ["tomorrow", "alone", "together", "slowly", "tonight", "twice", "in silence", "by chance", "at once"];

/** Each changes the last word of one more sentence, all over the text. */
function editionsOf(body: string, count: number): string[] {
  const ends = [...body.matchAll(/[a-z]{3,}(?=\. [A-Z])/g)];
  let edition = body;
  return Array.from({ length: count }, (_, index) => {
    const end = ends[Math.floor((ends.length * (count - index - 0.5)) / count)]!; // from behind: places before stay
    const word = `${words[index % words.length]} ${"or so ".repeat(Math.floor(index / words.length))}`.trim();
    edition = `${edition.slice(0, end.index)}${word}${edition.slice(end.index + end[0].length)}`;
    return edition;
  });
}

/** What every edit costs without stitching; the speaking is not even counted. Wall time of one FFmpeg pass. */
async function encodedAgain(body: string, desk: Desk): Promise<number> {
  const { pcm, sampleRate } = await speakBare(body, desk.folder);
  return (await encodeWhole(pcm, sampleRate, GAIN_DB)).wallS;
}
