/** Step `plan`: what is to be spoken and mastered, and what of it is there already. */
import { z } from "zod";
import type { FormatId } from "../media/formats.ts";
import { completeBases, usualGain } from "../narration/fragments.ts";
import { planNarration, type Plan, type PlannedFragment } from "../narration/plan.ts";
import type { Script } from "../narration/script.ts";
import type { Task } from "../orchestrator/task.ts";
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

export type PlanOutput = { plan: Plan; mastering: Mastering; group: string; missing: FragmentToMake[] };

/** Outputs of earlier steps are our own and large: they are taken as they are, not checked again. */
export const ours = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);

const input = z.object({ script: ours<Script>(), voice: voiceInUse, formats: z.array(z.custom<FormatId>()) });

export function planTask({ db }: NarrationTools): Task<z.infer<typeof input>, PlanOutput> {
  return {
    type: "plan_narration",
    input,
    output: ours<PlanOutput>(),
    async run({ script, voice, formats }) {
      const plan = planNarration(script, speakerOf(voice), 24_000);
      const bases = plan.fragments.map((fragment) => fragment.base);
      const gain_db = await usualGain(db, bases, voice.gain_db);
      const there = await completeBases(db, bases, gain_db, formats);
      return {
        plan,
        mastering: { sample_rate: plan.sampleRate, gain_db },
        group: speechGroup(voice.provider),
        missing: missingFragments(plan.fragments, there),
      };
    },
  };
}

/** The concurrency group of a speech provider. */
export function speechGroup(provider: string): string {
  return `speech:${provider}`;
}

/** Each fragment that is not there, once. */
export function missingFragments(fragments: PlannedFragment[], there: Set<string>): FragmentToMake[] {
  const missing = new Map<string, FragmentToMake>();
  for (const { base, segments } of fragments) {
    if (there.has(base) || missing.has(base)) continue;
    const parts = segments.map(({ fingerprint, text, language, pauseAfter }) => {
      return { fingerprint, text, ...(language !== undefined && { language }), pause_after: pauseAfter };
    });
    missing.set(base, { base, segments: parts });
  }
  return [...missing.values()];
}
