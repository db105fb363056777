/** Step `publish`: what was made, described in `narration.json`. */
import { z } from "zod";
import { billOfRun } from "../ledger/ledger.ts";
import { charactersOf, distinctSegments } from "../narration/plan.ts";
import type { Task } from "../orchestrator/task.ts";
import type { Assembled, AssembledFile } from "./narrate-assemble.ts";
import type { LevelOutput } from "./narrate-level.ts";
import type { NarrationTools } from "./narrate.ts";
import { mediaTypeOf } from "./media-types.ts";
import { ours, type PlanOutput } from "./narrate-plan.ts";

export type Published = {
  duration_s: number;
  loudness_lufs: number | null;
  segments: { total: number; synthesised: number; reused: number };
  /** `total`: of the distinct segments; `billed`: of all this run's calls. Unicode code points. */
  characters: { total: number; billed: number };
  files: AssembledFile[];
};

const about = z.object({ name: z.string(), locale: z.string(), voice: z.string(), content_hash: z.string() });
const input = z.object({
  assembled: ours<Assembled>(),
  level: ours<LevelOutput>(),
  plan: ours<PlanOutput>(),
  request: about,
});

export function publishTask({ db, storage }: NarrationTools): Task<z.infer<typeof input>, Published> {
  return {
    type: "publish_narration",
    input,
    output: ours<Published>(),
    async run({ assembled, level, plan, request }, { executionId }) {
      const distinct = distinctSegments(plan.plan);
      const bill = await billOfRun(db, executionId);
      const facts = {
        duration_s: assembled.samples / assembled.sample_rate,
        loudness_lufs: level.loudness === null ? null : Math.round(level.loudness * 100) / 100,
        segments: {
          total: distinct.size,
          synthesised: bill.synthesised,
          reused: distinct.size - bill.synthesised,
        },
        characters: {
          total: [...distinct.values()].reduce((sum, { text }) => sum + charactersOf(text), 0),
          billed: bill.billed,
        },
      };
      const made = [...assembled.audio, ...assembled.captions];
      const described = {
        version: 1,
        execution_id: executionId,
        title: assembled.title,
        ...request,
        sample_rate: assembled.sample_rate,
        samples: assembled.samples,
        ...facts,
        files: made.map(({ name, format, bytes, sha256 }) => {
          return { name, format, media_type: mediaTypeOf(name), bytes, sha256 };
        }),
      };
      const { key, sha256, bytes } = await storage.put(Buffer.from(`${JSON.stringify(described, null, 2)}\n`));
      return { ...facts, files: [...made, { name: "narration.json", format: "json", key, sha256, bytes }] };
    },
  };
}
