/** Step `level`: the loudness of the whole, and a gain of its own where the voice's does not bring it to the target. */
import { z } from "zod";
import { encodingsOf, type FormatId } from "../media/formats.ts";
import { integratedLoudness, timelinePowers } from "../media/loudness.ts";
import { CEILING_DBTP, findFragments, TARGET_LUFS, TOLERANCE_LU } from "../narration/fragments.ts";
import { distinctSegments, type Plan } from "../narration/plan.ts";
import type { ReadySegment } from "../narration/speech-segments.ts";
import { layOut } from "../narration/timeline.ts";
import type { Task } from "../orchestrator/task.ts";
import { completeFragments } from "./lost-audio.ts";
import type { NarrationTools } from "./narrate.ts";
import {
  missingFragments,
  ours,
  segmentToMake,
  type FragmentToMake,
  type Mastering,
  type PlanOutput,
} from "./narrate-plan.ts";
import { partOf, speak } from "./narrate-speech.ts";
import { voiceInUse } from "./voice-in-use.ts";

export type LevelOutput = {
  mastering: Mastering;
  /** LUFS; null where the whole is shorter than a gating block or silent. */
  loudness: number | null;
  missing: FragmentToMake[];
};

/** Passes of gain, limiter and measurement; three converge. */
const PASSES = 3;
const GAIN_STEP_DB = 0.5;
/** More gain than this would only feed the limiter. */
const MOST_GAIN_DB = 30;

const input = z.object({ plan: ours<PlanOutput>(), voice: voiceInUse, formats: z.array(z.custom<FormatId>()) });

export function levelTask(tools: NarrationTools): Task<z.infer<typeof input>, LevelOutput> {
  return {
    type: "level_narration",
    input,
    output: ours<LevelOutput>(),
    async run({ plan: { plan, mastering }, voice, formats }, context) {
      const bases = plan.fragments.map((fragment) => fragment.base);
      const encodings = encodingsOf(formats);
      const [first] = encodings;
      const there = await findFragments(tools.db, bases, mastering.gain_db, [first!]);
      const made = plan.fragments.map(({ base }) => {
        const { samples, loudness } = there.get(`${base} ${first}`)!;
        return { samples, powers: loudness };
      });
      const loudness = loudnessOf(plan, made);
      if (isLevel(loudness)) return { mastering, loudness, missing: [] };
      const segments = [...distinctSegments(plan).values()].map(segmentToMake);
      const spoken = await speak(tools, segments, voice, context); // what was lost since
      const own = await ownGain(tools, { plan, spoken }, mastering.gain_db, loudness, context.signal);
      const complete = await completeFragments(tools, bases, own.gainDb, encodings);
      return {
        mastering: { ...mastering, gain_db: own.gainDb },
        loudness: own.loudness,
        missing: missingFragments(plan.fragments, complete),
      };
    },
  };
}

type Said = { plan: Plan; spoken: Map<string, ReadySegment> };
type Made = { samples: number; powers: Float32Array };

function isLevel(loudness: number | null): loudness is null {
  return loudness === null || Math.abs(loudness - TARGET_LUFS) <= TOLERANCE_LU;
}

function loudnessOf(plan: Plan, made: Made[]): number | null {
  const pieces = made.map(({ samples }, index) => ({ samples, pauseBefore: plan.fragments[index]!.pauseBefore }));
  const { starts, samples } = layOut({ pieces, lead: plan.lead, tail: plan.tail });
  const placed = made.map(({ powers }, index) => ({ start: starts[index]!, powers }));
  return integratedLoudness(timelinePowers(placed, { samples, sampleRate: plan.sampleRate }));
}

/** Gain, limiter and measurement until half a step of gain is right; the nearest, where the limiter leaves no way to it. */
async function ownGain(
  tools: NarrationTools,
  said: Said,
  gainDb: number,
  loudness: number | null,
  signal: AbortSignal,
): Promise<{ gainDb: number; loudness: number | null }> {
  let best = { gainDb, loudness };
  const distance = (of: number | null) => (of === null ? Infinity : Math.abs(of - TARGET_LUFS));
  for (let pass = 0, last = best; pass < PASSES && distance(last.loudness) > GAIN_STEP_DB / 2; pass++) {
    const wanted = last.gainDb + TARGET_LUFS - last.loudness!;
    const next = Math.min(MOST_GAIN_DB, Math.round(wanted / GAIN_STEP_DB) * GAIN_STEP_DB);
    if (next === last.gainDb) break;
    last = { gainDb: next, loudness: await loudnessAt(tools, said, next, signal) };
    if (distance(last.loudness) < distance(best.loudness)) best = last;
  }
  return best;
}

async function loudnessAt(
  tools: NarrationTools,
  { plan, spoken }: Said,
  gainDb: number,
  signal: AbortSignal,
): Promise<number | null> {
  const measured = new Map<string, Promise<Made>>();
  for (const { base, segments } of plan.fragments) {
    if (measured.has(base)) continue;
    const parts = Promise.all(
      segments.map(({ fingerprint, pauseAfter }) =>
        partOf(tools.storage, { fingerprint, pause_after: pauseAfter }, spoken),
      ),
    );
    const job = { sampleRate: plan.sampleRate, gainDb, ceilingDbtp: CEILING_DBTP };
    measured.set(
      base,
      parts.then((all) => tools.studio.measure({ ...job, parts: all }, { signal })),
    );
  }
  await Promise.all(measured.values());
  return loudnessOf(plan, await Promise.all(plan.fragments.map(({ base }) => measured.get(base)!)));
}
