/** Of step `assemble`: `waveform.json`, put together from what each fragment keeps, whatever it is encoded as. */
import { writeFile } from "node:fs/promises";
import type { EncodingId } from "../media/formats.ts";
import { waveform, type Waveform } from "../media/peaks.ts";
import { findPeaks } from "../narration/fragments.ts";
import type { Plan } from "../narration/plan.ts";
import type { Timeline } from "../narration/timeline.ts";
import { keyOf } from "../storage/storage.ts";
import type { AssembledFile } from "./narrate-assemble.ts";
import type { NarrationTools } from "./narrate.ts";
import { publishOnce } from "./publication.ts";

/** So that memory does not grow with the length. */
const FRAGMENTS_AT_A_TIME = 256;

type Drawing = { plan: Plan; timeline: Timeline; gain: number; encoding: EncodingId };

export async function writeWaveform(tools: NarrationTools, drawing: Drawing): Promise<AssembledFile> {
  const { plan, timeline, gain } = drawing;
  const placed = plan.fragments.map(({ base }, index) => [timeline.starts[index], base]);
  const all = [plan.sampleRate, timeline.samples, gain, placed];
  const { audioSha256, bytes } = await publishOnce(tools, "waveform", all, async (path) => {
    const { length, json } = await drawn(tools, drawing);
    await writeFile(path, json());
    return { frames: length, samples: timeline.samples };
  });
  return { name: "waveform.json", format: "waveform", key: keyOf(audioSha256), sha256: audioSha256, bytes };
}

async function drawn({ db }: NarrationTools, { plan, timeline, gain, encoding }: Drawing): Promise<Waveform> {
  const drawing = waveform({ samples: timeline.samples, sampleRate: plan.sampleRate });
  for (let at = 0; at < plan.fragments.length; at += FRAGMENTS_AT_A_TIME) {
    const bases = plan.fragments.slice(at, at + FRAGMENTS_AT_A_TIME).map(({ base }) => base);
    const peaks = await findPeaks(db, bases, gain, encoding);
    for (const [index, base] of bases.entries()) drawing.add(timeline.starts[at + index]!, peaks.get(base)!);
  }
  return drawing;
}
