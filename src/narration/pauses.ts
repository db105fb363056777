import { z } from "zod";
import type { BlockKind } from "./document.ts";
import type { Border } from "./segments-cut.ts";

/*
 * How long it is silent where, in ms. One table, which a voice may change. Voices' own silence at the ends of a segment is
 * trimmed before, so this is about what a listener hears.
 */

export type Pauses = {
  /** Inside a block, by what the segment before ends with. */
  inside: Record<Border, number>;
  /** Around a block; between two blocks the longer of both counts. */
  around: Record<BlockKind, { before: number; after: number }>;
  /** Around the whole. */
  start: number;
  end: number;
};

export const usualPauses: Pauses = {
  inside: { sentence: 300, clause: 200, word: 40, character: 0 },
  around: {
    heading: { before: 1000, after: 750 },
    paragraph: { before: 650, after: 650 },
    item: { before: 450, after: 450 },
    quote: { before: 800, after: 800 },
    row: { before: 500, after: 500 },
    caption: { before: 650, after: 500 },
    code: { before: 650, after: 650 },
    image: { before: 650, after: 650 },
    note: { before: 650, after: 650 },
  },
  start: 200,
  end: 500,
};

const longestMs = 10_000;
const expected = `expected whole milliseconds from 0 to ${longestMs}`;
const got = (wanted: string) => (issue: { input?: unknown }) => `${wanted}, got ${JSON.stringify(issue.input)}`;
const whole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestMs;
const ms = z.custom<number>(whole, { error: got(expected) }).optional();
const around = z
  .custom<number | { before?: number; after?: number }>(
    (value) => whole(value) || (isSides(value) && Object.values(value).every(whole)),
    { error: got(`${expected}, or { "before", "after" } with one or both of them`) },
  )
  .optional();

function isSides(value: unknown): value is object {
  const sides = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return sides.length > 0 && sides.every((side) => side === "before" || side === "after");
}

/** What a voice says of pauses, in ms: any of the table's; a block's number means both its sides. */
export const pauseSettings = z.strictObject(
  {
    start: ms,
    end: ms,
    sentence: ms,
    clause: ms,
    word: ms,
    character: ms,
    heading: around,
    paragraph: around,
    item: around,
    quote: around,
    row: around,
    caption: around,
    code: around,
    image: around,
    note: around,
  },
  { error: (issue) => (issue.code === "unrecognized_keys" ? unknownPause(issue.keys) : undefined) },
);
export type PauseSettings = z.infer<typeof pauseSettings>;

function unknownPause(keys: string[]): string {
  const known = ["start", "end", ...Object.keys(usualPauses.inside), ...Object.keys(usualPauses.around)].join(", ");
  return `there is no pause called ${keys.map((key) => JSON.stringify(key)).join(", ")}. There are: ${known}`;
}

/** The table with a voice's own pauses in it. */
export function pausesOf(settings: PauseSettings): Pauses {
  const { start, end, inside, around } = usualPauses;
  const named = <Kind extends Border>(kind: Kind) => [kind, settings[kind] ?? inside[kind]] as const;
  const sides = (kind: BlockKind) => {
    const given = settings[kind];
    return [kind, typeof given === "number" ? { before: given, after: given } : { ...around[kind], ...given }] as const;
  };
  return {
    inside: Object.fromEntries((Object.keys(inside) as Border[]).map(named)) as Pauses["inside"],
    around: Object.fromEntries((Object.keys(around) as BlockKind[]).map(sides)) as Pauses["around"],
    start: settings.start ?? start,
    end: settings.end ?? end,
  };
}

/** A segment of `segmentBlock`, as far as pauses look at it. */
type Paused = { border: Border; pauseBeforeMs?: number; pauseAfterMs?: number };

/** ms between this segment and the next of its block. A pause marker says it exactly, be it shorter than usual. */
export function pauseAfterSegment({ border, pauseAfterMs }: Paused, { inside }: Pauses): number {
  return pauseAfterMs ?? inside[border];
}

/** ms between two blocks: the longest of what either wants and what pause markers at the border ask for. */
export function pauseBetween(
  previous: { kind: BlockKind; last?: Paused },
  next: { kind: BlockKind; first?: Paused },
  { around }: Pauses,
): number {
  const marked = (previous.last?.pauseAfterMs ?? 0) + (next.first?.pauseBeforeMs ?? 0);
  return Math.max(around[previous.kind].after, around[next.kind].before, marked);
}

/** The nearest whole number of samples at `rate` Hz. */
export function msToSamples(ms: number, rate: number): number {
  return Math.round((ms * rate) / 1000);
}
