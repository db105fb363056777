/** Step `assemble`: fragments are stitched into files, and captions are written for the same timeline. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { FORMATS, timelineLength, type FormatId } from "../media/formats.ts";
import { layParts } from "../media/parts.ts";
import { captionSentences } from "../narration/captions-sentences.ts";
import { srt, webvtt } from "../narration/captions-format.ts";
import { cues, type CaptionSentence } from "../narration/captions.ts";
import {
  findFragments,
  findPublication,
  savePublication,
  type Fragment,
  type Publication,
} from "../narration/fragments.ts";
import { distinctSegments, tokensOf, type Plan } from "../narration/plan.ts";
import type { Script } from "../narration/script.ts";
import { sentenceLocale, tokenLanguages } from "../narration/script-languages.ts";
import { readySegments, segmentWords } from "../narration/speech-segments.ts";
import { layOut, type Timeline } from "../narration/timeline.ts";
import { blockTimes, tokenTimes } from "../narration/words.ts";
import type { Task } from "../orchestrator/task.ts";
import { keyOf } from "../storage/storage.ts";
import type { LevelOutput } from "./narrate-level.ts";
import type { NarrationTools } from "./narrate.ts";
import { ours, type PlanOutput } from "./narrate-plan.ts";

export type AssembledFile = { name: string; format: string; key: string; sha256: string; bytes: number };
export type Assembled = {
  title: string | null;
  sample_rate: number;
  /** Of every decoded file. */
  samples: number;
  audio: AssembledFile[];
  captions: AssembledFile[];
};

const input = z.object({
  script: ours<Script>(),
  plan: ours<PlanOutput>(),
  level: ours<LevelOutput>(),
  formats: z.array(z.custom<FormatId>()),
  title: z.string().nullable(),
});

export function assembleTask(tools: NarrationTools): Task<z.infer<typeof input>, Assembled> {
  return {
    type: "assemble_narration",
    input,
    output: ours<Assembled>(),
    async run({ script, plan: { plan }, level, formats, title: given }, { signal, progress }) {
      const title = given ?? script.title;
      const bases = plan.fragments.map((fragment) => fragment.base);
      const made = await findFragments(tools.db, bases, level.mastering.gain_db, formats);
      const inFormat = (format: FormatId) => plan.fragments.map(({ base }) => made.get(`${base} ${format}`)!);
      const timeline = layFragments(plan, inFormat(formats[0]!));
      const tags = { ...(title !== null && { title }), language: script.locale };
      const stitchAll = async () => {
        const audio: AssembledFile[] = [];
        for (const format of formats) {
          const fragments = inFormat(format);
          audio.push(fileOf(format, await publish(tools, { format, plan, timeline, tags, fragments }, signal)));
          progress(audio.length / (formats.length + 1));
        }
        return audio;
      };
      // A child stitches while this process writes the captions.
      const [audio, captions] = await Promise.all([stitchAll(), writeCaptions(tools, script, plan, timeline)]);
      return { title, sample_rate: plan.sampleRate, samples: timeline.samples, audio, captions };
    },
  };
}

function layFragments(plan: Plan, fragments: Fragment[]): Timeline {
  const pieces = fragments.map(({ samples }, index) => ({ samples, pauseBefore: plan.fragments[index]!.pauseBefore }));
  const { starts, samples } = layOut({ pieces, lead: plan.lead, tail: plan.tail });
  return { starts, samples: timelineLength(samples, plan.sampleRate) };
}

type PublishJob = {
  format: FormatId;
  plan: Plan;
  timeline: Timeline;
  tags: { title?: string; language?: string };
  fragments: Fragment[];
};

/** A published file is named by all that is stitched into it: asked for again, it is there. */
async function publish(tools: NarrationTools, job: PublishJob, signal: AbortSignal): Promise<Publication> {
  const { format, plan, timeline, tags, fragments } = job;
  const placed = fragments.map(({ audioSha256 }, index) => [timeline.starts[index], audioSha256]);
  const named = JSON.stringify([1, format, plan.sampleRate, timeline.samples, tags, placed]);
  const key = createHash("sha256").update(named).digest("hex");
  const there = await findPublication(tools.db, key);
  if (there) return there;
  const path = tools.storage.scratch();
  try {
    const places = fragments.map(async ({ audioSha256, samples, frames }, index) => {
      return { path: await tools.storage.local(keyOf(audioSha256)), start: timeline.starts[index]!, samples, frames };
    });
    const { sampleRate } = plan;
    const stitched = await tools.studio.stitch(
      { format, sampleRate, fragments: await Promise.all(places), samples: timeline.samples, tags, path },
      { signal },
    );
    const { sha256, bytes } = await tools.storage.adopt(path);
    const publication = { key, format, audioSha256: sha256, bytes, frames: stitched.frames, samples: stitched.samples };
    await savePublication(tools.db, publication);
    return publication;
  } finally {
    await tools.storage.discard(path);
  }
}

function fileOf(format: FormatId, { audioSha256, bytes }: Publication): AssembledFile {
  return { name: `audio.${FORMATS[format].extension}`, format, key: keyOf(audioSha256), sha256: audioSha256, bytes };
}

async function writeCaptions(
  tools: NarrationTools,
  script: Script,
  plan: Plan,
  timeline: Timeline,
): Promise<AssembledFile[]> {
  const all = cues(await captionsOf(tools, script, plan, timeline), plan.sampleRate);
  const texts = {
    vtt: webvtt(all, plan.sampleRate, { language: script.locale }),
    srt: srt(all, plan.sampleRate),
  };
  const files = Object.entries(texts).map(async ([format, text]) => {
    const { key, sha256, bytes } = await tools.storage.put(Buffer.from([...text].join("")));
    return { name: `captions.${format}`, format, key, sha256, bytes };
  });
  return Promise.all(files);
}

/** The sentences of all blocks with the times of their tokens on the timeline. */
async function captionsOf(
  { db }: NarrationTools,
  script: Script,
  plan: Plan,
  timeline: Timeline,
): Promise<CaptionSentence[]> {
  const fingerprints = [...distinctSegments(plan).keys()];
  const [spoken, words] = await Promise.all([readySegments(db, fingerprints), segmentWords(db, fingerprints)]);
  const ofBlock = new Map<number, Parameters<typeof blockTimes>[0][number][]>();
  for (const [index, { block, segments }] of plan.fragments.entries()) {
    const tokens = tokensOf(script.blocks[block]!);
    const parts = segments.map(({ fingerprint, pauseAfter }) => ({
      ...spoken.get(fingerprint)!,
      path: "",
      pauseAfter,
    }));
    const { places } = layParts(parts, plan.sampleRate);
    const timed = segments.map((segment, at) => {
      const { start, samples } = places[at]!;
      const wordRate = parts[at]!.sampleRate;
      const heard = { words: words.get(segment.fingerprint)!, wordRate, sampleRate: plan.sampleRate, samples };
      const times = tokenTimes(segment, tokens, heard);
      return { tokens: segment.tokens, start: timeline.starts[index]! + start, times };
    });
    ofBlock.set(block, [...(ofBlock.get(block) ?? []), ...timed]);
  }
  return [...ofBlock].flatMap(([block, segments]) => {
    const { locale, blocks } = script;
    const rules = sentenceLocale(tokenLanguages(blocks[block]!, locale), locale);
    return captionSentences(tokensOf(blocks[block]!), blockTimes(segments), rules);
  });
}
