/**
 * A long text to one mp3, against the least it could cost on the same machine in the same minute (floor.ts), on two
 * cores: 1 would mean that keeping everything durable, sentence by sentence, costs nothing.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeWhole, speakBare } from "./floor.ts";
import type { Part } from "./processes.ts";
import { median, narrateFile, openDesk, pinTo, rounded, say, type Desk, type Narrated } from "./program.ts";
import type { Claim } from "./run.ts";
import { proseOf } from "./text.ts";

const GOAL = 0.8;
const GOAL_WITHOUT_START = 0.85;
const CORES = 2;
/** The gain of the shipped English voice; an encoder's time hardly knows it. */
const GAIN_DB = 7;

export async function run(args: string[]): Promise<Claim> {
  const { values } = parseArgs({
    args,
    options: {
      characters: { type: "string", default: "60000" },
      times: { type: "string", default: "3" },
    },
  });
  const body = proseOf(Number(values.characters));
  const pinned = pinTo(CORES);
  const measured: Measured[] = [];
  for (let time = 1; time <= Number(values.times); time++) {
    const one = await measure(body, pinned);
    say(`${time}: ${JSON.stringify(one)}`);
    measured.push(one);
  }
  const middle = <Key extends keyof Measured>(key: Key) => rounded(median(measured.map((one) => one[key])));
  const ratio = middle("ratio");
  const ratioWithoutStart = middle("ratio_without_start");
  return {
    claim: "a narration takes little more time than its bare engine and encoder, on two cores",
    ratio,
    goal: `floor ÷ wall ≥ ${GOAL} with start-up, ≥ ${GOAL_WITHOUT_START} without`,
    holds: ratio >= GOAL && ratioWithoutStart >= GOAL_WITHOUT_START,
    ratio_without_start: ratioWithoutStart,
    cores: pinned.cores,
    pinned: pinned.prefix.length > 0,
    characters: body.length,
    duration_s: middle("duration_s"),
    floor_s: middle("floor_s"),
    /** The floor with the other cores idle, and the ratios to it. */
    floor_alone: {
      s: middle("alone_s"),
      ratio: rounded(median(measured.map((one) => one.alone_s / one.wall_s))),
      ratio_without_start: rounded(median(measured.map((one) => one.alone_s / one.elapsed_s))),
    },
    floor_cpu_s: { engine: middle("engine_s"), ffmpeg: middle("ffmpeg_s") },
    wall_s: middle("wall_s"),
    elapsed_s: middle("elapsed_s"),
    cpu_s: {
      all: middle("cpu_s"),
      speech: middle("speech_s"),
      media: middle("media_s"),
      main: middle("main_s"),
      postgres: middle("postgres_s"),
    },
    /** Part of the two cores' time that no process of ours used. */
    idle: rounded(1 - middle("cpu_s") / (middle("wall_s") * pinned.cores)),
    times: measured.length,
  };
}

type Measured = Awaited<ReturnType<typeof measure>>;

/** Each in a data folder of its own, so that nothing is there already. */
async function measure(body: string, { cores, prefix }: ReturnType<typeof pinTo>) {
  const desk = await openDesk();
  try {
    const alone = await floorAlone(body, desk);
    const { engineS, ffmpegS } = await floorOnAll(cores, body, desk);
    const narrated = await narrateFile(desk, desk.text(body), { prefix, cores });
    const floorS = (engineS + ffmpegS) / cores;
    return {
      ratio: rounded(floorS / narrated.wallS),
      ratio_without_start: rounded(floorS / narrated.elapsed_s),
      alone_s: rounded((alone.engineS + alone.ffmpegS) / cores),
      floor_s: rounded(floorS),
      engine_s: rounded(engineS),
      ffmpeg_s: rounded(ffmpegS),
      wall_s: rounded(narrated.wallS),
      elapsed_s: narrated.elapsed_s,
      duration_s: narrated.duration_s,
      cpu_s: rounded(narrated.cpuS),
      ...cpuByPart(narrated),
    };
  } finally {
    desk.end();
  }
}

type Floor = { engineS: number; ffmpegS: number };

/** With nothing beside it. */
async function floorAlone(body: string, desk: Desk): Promise<Floor> {
  const spoken = await speakBare(body, desk.folder);
  const encoded = await encodeWhole(spoken.pcm, spoken.sampleRate, GAIN_DB);
  return { engineS: spoken.cpuS, ffmpegS: encoded.cpuS };
}

/**
 * The same on each core at once, as a narration keeps them all busy: two cores share caches and memory, and the same work
 * takes more processor time than on one whose neighbour sleeps.
 */
async function floorOnAll(cores: number, body: string, desk: Desk): Promise<Floor> {
  const folders = Array.from({ length: cores }, () => mkdtempSync(join(desk.folder, "floor-")));
  const spoken = await Promise.all(folders.map((folder) => speakBare(body, folder)));
  const encoded = await Promise.all(spoken.map(({ pcm, sampleRate }) => encodeWhole(pcm, sampleRate, GAIN_DB)));
  const mean = (all: { cpuS: number }[]) => all.reduce((sum, { cpuS }) => sum + cpuS, 0) / cores;
  return { engineS: mean(spoken), ffmpegS: mean(encoded) };
}

/** By the last look at each process, a quarter of a second before its end at most. */
function cpuByPart({ processes }: Narrated) {
  const of = (part: Part) => {
    return rounded(processes.filter((one) => one.part === part).reduce((sum, { cpuS }) => sum + cpuS, 0));
  };
  return { speech_s: of("speech"), media_s: of("media"), main_s: of("main"), postgres_s: of("postgres") };
}
