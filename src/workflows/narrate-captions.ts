/** Of step `assemble`: what is written for the timeline of the audio, namely captions, timed words and chapters. */
import { layParts } from "../media/parts.ts";
import { captionSentences } from "../narration/captions-sentences.ts";
import { srt, webvtt } from "../narration/captions-format.ts";
import { cues } from "../narration/captions.ts";
import { chaptersJson, type Chapter } from "../narration/chapters.ts";
import { sentenceLocale, tokenLanguages } from "../narration/script-languages.ts";
import { distinctSegments, tokensOf, type Plan } from "../narration/plan.ts";
import type { Script } from "../narration/script.ts";
import { readySegments, segmentWords } from "../narration/speech-segments.ts";
import type { Timeline } from "../narration/timeline.ts";
import { wordsJson, type TimedBlock } from "../narration/words-json.ts";
import { blockTimes, tokenTimes } from "../narration/words.ts";
import type { AssembledFile } from "./narrate-assemble.ts";
import type { NarrationTools } from "./narrate.ts";

export type Laid = { script: Script; plan: Plan; timeline: Timeline; chapters: Chapter[] };

export async function writeTimedTexts(tools: NarrationTools, laid: Laid): Promise<AssembledFile[]> {
  const { script, plan, chapters } = laid;
  const { sampleRate } = plan;
  const blocks = await timedBlocks(tools, laid);
  const sentences = blocks.flatMap(({ block, tokens, times }) => {
    const rules = sentenceLocale(tokenLanguages(script.blocks[block]!, script.locale), script.locale);
    return captionSentences(tokens, times, rules);
  });
  const shown = cues(sentences, sampleRate);
  const texts: [name: string, format: string, text: Iterable<string>][] = [
    ["captions.vtt", "vtt", webvtt(shown, sampleRate, { language: script.locale })],
    ["captions.srt", "srt", srt(shown, sampleRate)],
    ["words.json", "words", wordsJson(script, blocks, sampleRate)],
  ];
  if (chapters.length > 0) texts.push(["chapters.json", "chapters", [chaptersJson(chapters, sampleRate)]]);
  const files = texts.map(async ([name, format, text]) => {
    const { key, sha256, bytes } = await tools.storage.put(Buffer.from([...text].join("")));
    return { name, format, key, sha256, bytes };
  });
  return Promise.all(files);
}

/** Each block's tokens with their times on the timeline, in order. */
async function timedBlocks({ db }: NarrationTools, { script, plan, timeline }: Laid): Promise<TimedBlock[]> {
  const fingerprints = [...distinctSegments(plan).keys()];
  const [spoken, words] = await Promise.all([readySegments(db, fingerprints), segmentWords(db, fingerprints)]);
  const ofBlock = new Map<number, Parameters<typeof blockTimes>[0][number][]>();
  for (const [index, { block, segments }] of plan.fragments.entries()) {
    const tokens = tokensOf(script.blocks[block]!);
    const parts = segments.map(({ fingerprint, pauseAfter }) => {
      return { ...spoken.get(fingerprint)!, path: "", pauseAfter };
    });
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
  return [...ofBlock].map(([block, segments]) => {
    return { block, tokens: tokensOf(script.blocks[block]!), times: blockTimes(segments) };
  });
}
