/** Step `plan`: what is to be spoken and mastered, and what of it is there already. */
import { z } from "zod";
import { encodingsOf, type FormatId } from "../media/formats.ts";
import { usualGain } from "../narration/fragments.ts";
import { pausesOf } from "../narration/pauses.ts";
import { planNarration, type Plan, type PlannedFragment, type PlannedSegment } from "../narration/plan.ts";
import type { Script } from "../narration/script.ts";
import { paceOf, secondsPerUnit } from "../narration/speech-check.ts";
import { readySegments } from "../narration/speech-segments.ts";
import type { Task } from "../orchestrator/task.ts";
import { completeFragments } from "./lost-audio.ts";
import type { NarrationTools } from "./narrate.ts";
import { speakerOf, voiceInUse } from "./voice-in-use.ts";

/** How fragments are mastered in this run. */
export const mastering = z.object({
  sample_rate: z.union([z.literal(24_000), z.literal(48_000)]),
  gain_db: z.number(),
});
export type Mastering = z.infer<typeof mastering>;

/** A fragment as a task of a fan-out gets it: no more than it needs. */
export const fragmentToMake = z.object({
  base: z.string(),
  segments: z.array(
    z.object({
      fingerprint: z.string(),
      text: z.string(),
      /** BCP 47; only where it is not the voice's. */
      language: z.string().optional(),
      pause_after: z.int(),
    }),
  ),
});
export type FragmentToMake = z.infer<typeof fragmentToMake>;

export type PlanOutput = {
  plan: Plan;
  mastering: Mastering;
  group: string;
  missing: FragmentToMake[];
  /** How fast the voice speaks, seconds a unit, by what of this narration is there; null where that is little. */
  pace: number | null;
};

/** Outputs of earlier steps are our own and large: they are taken as they are, not checked again. */
export const ours = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);

const input = z.object({ script: ours<Script>(), voice: voiceInUse, formats: z.array(z.custom<FormatId>()) });

export function planTask(tools: NarrationTools): Task<z.infer<typeof input>, PlanOutput> {
  return {
    type: "plan_narration",
    input,
    output: ours<PlanOutput>(),
    async run({ script, voice, formats }) {
      const plan = planNarration(script, speakerOf(voice), 24_000, pausesOf(voice.pauses));
      const bases = plan.fragments.map((fragment) => fragment.base);
      const gain_db = await usualGain(tools.db, bases, voice.gain_db);
      const there = await completeFragments(tools, bases, gain_db, encodingsOf(formats));
      const missing = missingFragments(plan.fragments, there);
      return {
        plan,
        mastering: { sample_rate: plan.sampleRate, gain_db },
        group: speechGroup(voice.provider),
        missing,
        pace: missing.length === 0 ? null : await paceOfStored(tools, plan, there, voice.language),
      };
    },
  };
}

/** The concurrency group of a speech provider. */
export function speechGroup(provider: string): string {
  return `speech:${provider}`;
}

/** So many segments tell a voice's pace well enough. */
const PACE_SEGMENTS = 200;

async function paceOfStored(
  { db }: NarrationTools,
  plan: Plan,
  there: Set<string>,
  language: string,
): Promise<number | null> {
  const segments = plan.fragments.filter(({ base }) => there.has(base)).flatMap((fragment) => fragment.segments);
  const texts = new Map(segments.slice(0, PACE_SEGMENTS).map(({ fingerprint, text }) => [fingerprint, text]));
  if (texts.size === 0) return null;
  const ready = await readySegments(db, [...texts.keys()]);
  const paces = [...ready].map(([fingerprint, sound]) => secondsPerUnit(texts.get(fingerprint)!, language, sound));
  return paceOf(paces.filter((pace) => pace !== null));
}

/** Each fragment that is not there, once. */
export function missingFragments(fragments: PlannedFragment[], there: Set<string>): FragmentToMake[] {
  const missing = new Map<string, FragmentToMake>();
  for (const { base, segments } of fragments) {
    if (there.has(base) || missing.has(base)) continue;
    missing.set(base, { base, segments: segments.map(segmentToMake) });
  }
  return [...missing.values()];
}

export function segmentToMake(segment: PlannedSegment): FragmentToMake["segments"][number] {
  const { fingerprint, text, language, pauseAfter } = segment;
  return { fingerprint, text, ...(language !== undefined && { language }), pause_after: pauseAfter };
}
