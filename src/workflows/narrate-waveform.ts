/** Of step `assemble`: `waveform.json`, put together from what each fragment keeps, whatever it is encoded as. */
import { writeFile } from "node:fs/promises";
import type { EncodingId } from "../media/formats.ts";
import { waveform } from "../media/peaks.ts";
import { findPeaks } from "../narration/fragments.ts";
import type { Plan } from "../narration/plan.ts";
import type { Timeline } from "../narration/timeline.ts";
import type { AssembledFile } from "./narrate-assemble.ts";
import type { NarrationTools } from "./narrate.ts";

/** So that memory does not grow with the length. */
const FRAGMENTS_AT_A_TIME = 256;

export async function writeWaveform(
  { db, storage }: NarrationTools,
  { plan, timeline, gain, encoding }: { plan: Plan; timeline: Timeline; gain: number; encoding: EncodingId },
): Promise<AssembledFile> {
  const drawn = waveform({ samples: timeline.samples, sampleRate: plan.sampleRate });
  for (let at = 0; at < plan.fragments.length; at += FRAGMENTS_AT_A_TIME) {
    const bases = plan.fragments.slice(at, at + FRAGMENTS_AT_A_TIME).map(({ base }) => base);
    const peaks = await findPeaks(db, bases, gain, encoding);
    for (const [index, base] of bases.entries()) drawn.add(timeline.starts[at + index]!, peaks.get(base)!);
  }
  const path = storage.scratch();
  try {
    await writeFile(path, drawn.json());
    return { name: "waveform.json", format: "waveform", ...(await storage.adopt(path)) };
  } finally {
    await storage.discard(path);
  }
}
