/**
 * A narration's plan: its script cut into fragments (a block each, or a part of a huge one) and these into segments,
 * with all pauses. Everything that is spoken, mastered and published is named here by what shapes its sound.
 */
import { fingerprint, fragmentBase } from "./fingerprint.ts";
import { msToSamples, pauseAfterSegment, pauseBetween, usualPauses, type Pauses } from "./pauses.ts";
import { isToken, type Script, type ScriptBlock } from "./script.ts";
import { fragmentPieces } from "./segments-pieces.ts";
import { segmentBlock, type Segment } from "./segments.ts";

/** How a voice speaks, as it goes into fingerprints. */
export type Speaker = {
  provider: string;
  model: string;
  voice: string;
  language: string;
  settings: Record<string, string | number | boolean>;
  maxCharacters: number;
  unit: "sentence" | "paragraph";
};

export type PlannedSegment = Segment & { fingerprint: string; /** Samples. */ pauseAfter: number };

export type PlannedFragment = {
  /** Its name before gain and encoding. */
  base: string;
  /** Index of its block in the script. */
  block: number;
  /** Samples of silence before it. */
  pauseBefore: number;
  segments: PlannedSegment[];
};

export type Plan = {
  /** Hz of the mastered PCM. */
  sampleRate: 24_000 | 48_000;
  /** Samples of silence around everything. */
  lead: number;
  tail: number;
  fragments: PlannedFragment[];
};

/** Pauses are no part of how a segment is spoken: another voice's pauses have nothing spoken again. */
export function planNarration(
  script: Script,
  speaker: Speaker,
  sampleRate: 24_000 | 48_000,
  pauses: Pauses = usualPauses,
): Plan {
  const samples = (ms: number) => msToSamples(ms, sampleRate);
  const options = { locale: script.locale, maxCharacters: speaker.maxCharacters, unit: speaker.unit };
  const fragments: PlannedFragment[] = [];
  let previous: { kind: ScriptBlock["kind"]; last: PlannedSegment } | null = null;
  for (const [block, scriptBlock] of script.blocks.entries()) {
    const segments = segmentBlock(scriptBlock, options).map((segment): PlannedSegment => {
      const pauseAfter = samples(pauseAfterSegment(segment, pauses));
      return { ...segment, fingerprint: fingerprintOf(segment, speaker), pauseAfter };
    });
    const first = segments[0];
    const last = segments.at(-1);
    if (!first || !last) continue;
    const before = previous ? samples(pauseBetween(previous, { kind: scriptBlock.kind, first }, pauses)) : 0;
    fragments.push(...fragmentsOf(segments, block, before, sampleRate));
    previous = { kind: scriptBlock.kind, last };
  }
  return { sampleRate, lead: samples(pauses.start), tail: samples(pauses.end), fragments };
}

function fragmentsOf(all: PlannedSegment[], block: number, before: number, sampleRate: number): PlannedFragment[] {
  return fragmentPieces(all).map(([from, to], piece) => {
    // The pause behind the last segment belongs to the timeline, so that it is no part of the fragment's name.
    const segments = all.slice(from, to).map((segment, index, own) => {
      return index === own.length - 1 ? { ...segment, pauseAfter: 0 } : segment;
    });
    const pauseBefore = piece === 0 ? before : all[from - 1]!.pauseAfter;
    return { base: fragmentBase({ segments, sampleRate }), block, pauseBefore, segments };
  });
}

function fingerprintOf({ text, language: own }: Segment, speaker: Speaker): string {
  const { provider, model, voice, settings, language } = speaker;
  return fingerprint({ provider, model, voice, settings, language: own ?? language, text, lexicon: [] });
}

/** Unicode code points: what providers count and bill. */
export function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The distinct segments of a plan, in order. */
export function distinctSegments(plan: Plan): Map<string, PlannedSegment> {
  const distinct = new Map<string, PlannedSegment>();
  for (const { segments } of plan.fragments) {
    for (const segment of segments) if (!distinct.has(segment.fingerprint)) distinct.set(segment.fingerprint, segment);
  }
  return distinct;
}

/** A block's tokens without its markers: what `Segment.tokens` counts in. */
export function tokensOf(block: ScriptBlock) {
  return block.inline.filter(isToken);
}
