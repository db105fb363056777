import type { BlockKind } from "./document.ts";
import type { Border } from "./segments-cut.ts";

/*
 * How long it is silent where, in ms. One table. Voices' own silence at the ends of a segment is trimmed before, so
 * this is about what a listener hears.
 */

/** Inside a block, by what the segment before ends with. */
const insideMs: Record<Border, number> = { sentence: 300, clause: 200, word: 40, character: 0 };

/** Around a block; between two blocks the longer of both counts. */
const aroundMs: Record<BlockKind, { before: number; after: number }> = {
  heading: { before: 1000, after: 750 },
  paragraph: { before: 650, after: 650 },
  item: { before: 450, after: 450 },
  quote: { before: 800, after: 800 },
  row: { before: 500, after: 500 },
  caption: { before: 650, after: 500 },
  code: { before: 650, after: 650 },
  image: { before: 650, after: 650 },
  note: { before: 650, after: 650 },
};

export const startPauseMs = 200;
export const endPauseMs = 500;

/** A segment of `segmentBlock`, as far as pauses look at it. */
type Paused = { border: Border; pauseBeforeMs?: number; pauseAfterMs?: number };

/** ms between this segment and the next of its block. A pause marker says it exactly, be it shorter than usual. */
export function pauseAfterSegment({ border, pauseAfterMs }: Paused): number {
  return pauseAfterMs ?? insideMs[border];
}

/** ms between two blocks: the longest of what either wants and what pause markers at the border ask for. */
export function pauseBetween(
  previous: { kind: BlockKind; last?: Paused },
  next: { kind: BlockKind; first?: Paused },
): number {
  const marked = (previous.last?.pauseAfterMs ?? 0) + (next.first?.pauseBeforeMs ?? 0);
  return Math.max(aroundMs[previous.kind].after, aroundMs[next.kind].before, marked);
}

/** The nearest whole number of samples at `rate` Hz. */
export function msToSamples(ms: number, rate: number): number {
  return Math.round((ms * rate) / 1000);
}
