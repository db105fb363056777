/** Step `assemble`: fragments become files, and captions, words, chapters and a waveform are written for their timeline. */
import { z } from "zod";
import { timelineLength } from "../media/encodings.ts";
import { encodingsOf, formatOf, type EncodingId, type FormatId } from "../media/formats.ts";
import { chapterMarks, type Tags } from "../media/tags.ts";
import { chaptersOf, type Chapter } from "../narration/chapters.ts";
import { findFragments, type Fragment, type Publication } from "../narration/fragments.ts";
import type { Plan } from "../narration/plan.ts";
import type { Script } from "../narration/script.ts";
import { layOut, type Timeline } from "../narration/timeline.ts";
import type { Task } from "../orchestrator/task.ts";
import { keyOf } from "../storage/storage.ts";
import { writeTimedTexts } from "./narrate-captions.ts";
import type { LevelOutput } from "./narrate-level.ts";
import { cover, type Cover } from "./cover.ts";
import { blameLoss } from "./lost-audio.ts";
import type { NarrationTools } from "./narrate.ts";
import { ours, type PlanOutput } from "./narrate-plan.ts";
import { publishOnce } from "./publication.ts";
import { writeWaveform } from "./narrate-waveform.ts";

export type AssembledFile = { name: string; format: string; key: string; sha256: string; bytes: number };
export type Assembled = {
  title: string | null;
  sample_rate: number;
  /** Of every decoded file. */
  samples: number;
  audio: AssembledFile[];
  /** Captions, words, chapters and the waveform. */
  captions: AssembledFile[];
};

const input = z.object({
  script: ours<Script>(),
  plan: ours<PlanOutput>(),
  level: ours<LevelOutput>(),
  formats: z.array(z.custom<FormatId>()),
  title: z.string().nullable(),
  date: z.string().nullish(),
  author: z.string().nullish(),
  cover: cover.nullish(),
});

export function assembleTask(tools: NarrationTools): Task<z.infer<typeof input>, Assembled> {
  return {
    type: "assemble_narration",
    input,
    output: ours<Assembled>(),
    async run({ script, plan: { plan }, level, formats, title: given, date, author, cover }, { signal, progress }) {
      const title = given ?? script.title;
      const bases = plan.fragments.map((fragment) => fragment.base);
      const gain = level.mastering.gain_db;
      const encodings = encodingsOf(formats);
      const made = await findFragments(tools.db, bases, gain, encodings);
      const encoded = (encoding: EncodingId) => plan.fragments.map(({ base }) => made.get(`${base} ${encoding}`)!);
      const timeline = layFragments(plan, encoded(encodings[0]!));
      const chapters = chaptersOf({ script, plan, timeline, title });
      const described = { title, language: script.locale, date, author: author ?? undefined, cover, chapters };
      let done = 0;
      const stitched = formats.map(async (format) => {
        const fragments = encoded(formatOf(format).encoding);
        const file = fileOf(format, await publish(tools, { format, plan, timeline, described, fragments }, signal));
        progress(++done / (formats.length + 1));
        return file;
      });
      // Children stitch while this process writes the captions.
      const drawing = writeWaveform(tools, { plan, timeline, gain, encoding: encodings[0]! });
      const texts = writeTimedTexts(tools, { script, plan, timeline, chapters });
      const [audio, captions, drawn] = await Promise.all([Promise.all(stitched), texts, drawing]);
      const { samples } = timeline;
      return { title, sample_rate: plan.sampleRate, samples, audio, captions: [...captions, drawn] };
    },
  };
}

function layFragments(plan: Plan, fragments: Fragment[]): Timeline {
  const pieces = fragments.map(({ samples }, index) => ({ samples, pauseBefore: plan.fragments[index]!.pauseBefore }));
  const { starts, samples } = layOut({ pieces, lead: plan.lead, tail: plan.tail });
  return { starts, samples: timelineLength(samples, plan.sampleRate) };
}

/** What all files say of themselves; `chapters` at the master rate. */
type Described = {
  title: string | null;
  language: string;
  date: string | null | undefined;
  author: string | undefined;
  cover: Cover | null | undefined;
  chapters: Chapter[];
};

type PublishJob = { format: FormatId; plan: Plan; timeline: Timeline; described: Described; fragments: Fragment[] };

async function publish(tools: NarrationTools, job: PublishJob, signal: AbortSignal): Promise<Publication> {
  const { format, plan, timeline, described, fragments } = job;
  const placed = fragments.map(({ audioSha256 }, index) => [timeline.starts[index], audioSha256]);
  const whole = { sampleRate: plan.sampleRate, samples: timeline.samples };
  return publishOnce(tools, format, [whole.sampleRate, whole.samples, described, placed], async (path) => {
    const places = fragments.map(async ({ audioSha256, samples, frames }, index) => {
      return { path: await tools.storage.local(keyOf(audioSha256)), start: timeline.starts[index]!, samples, frames };
    });
    const tags = await tagsOf(tools, described, whole);
    const job = { format, ...whole, fragments: await Promise.all(places), tags, path };
    const stitched = await tools.studio.stitch(job, { signal }).catch(async (error: unknown) => {
      const hashes = fragments.map((fragment) => fragment.audioSha256);
      await blameLoss(tools, hashes, error);
      throw error;
    });
    const counted = await tools.studio.recount({ path, format }, { signal });
    if (counted.samples * plan.sampleRate !== timeline.samples * counted.rate) {
      const { samples, rate } = counted;
      throw new Error(
        `The stitched ${format} holds ${samples} samples at ${rate} Hz, but the timeline ${timeline.samples} at ${plan.sampleRate}.`,
      );
    }
    return stitched;
  });
}

async function tagsOf(
  { storage }: NarrationTools,
  { title, language, date, author, cover, chapters }: Described,
  whole: { sampleRate: number; samples: number },
): Promise<Tags> {
  return {
    title: title ?? undefined,
    language,
    author,
    date: date ?? undefined,
    comment: "Synthetic speech, made with Lector.",
    encoder: "Lector",
    cover: cover ? { ...cover.picture, path: await storage.local(keyOf(cover.sha256)) } : undefined,
    chapters: chapterMarks(chapters, whole),
  };
}

function fileOf(format: FormatId, { audioSha256, bytes }: Publication): AssembledFile {
  return { name: formatOf(format).fileName, format, key: keyOf(audioSha256), sha256: audioSha256, bytes };
}
