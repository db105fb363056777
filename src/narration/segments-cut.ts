/*
 * Cuts what is too long for one call: at the mark nearest the middle, again and again; a sentence's end before a clause
 * mark, that before a space, that before the border of any character. Depends on the cut text alone.
 */

/** What stands at the end of a piece, from the longest pause to none. */
export type Border = "sentence" | "clause" | "word" | "character";
/** Offsets into the block's spoken text. */
export type Piece = { from: number; to: number; border: Border };

export type CutOptions = {
  /** UTF-16 units. */
  limit: number;
  /** Offsets at which sentences begin (where a whole paragraph is cut). */
  sentences: number[];
  /** Offsets between tokens that touch, where there is no space; asked for only when needed. */
  glued: () => number[];
};

const speakable = /[\p{L}\p{N}\p{Sc}%&]/u;
// A comma inside "1,500" and a dash inside "10–20" are no clause marks, so most need a space behind them.
const clauseMarks =
  /[,;:!?…،؛]["'’”»)\]]*(?=\s)|[)\]](?=\s)|\s(?=[([])|\s[–—-]+(?=\s)|—|(?<=\p{L}{3})\.(?=\s+\p{Ll})|[、，；：]/gu;
// Far more than any grapheme of a real language; longer ones are cut between code points.
const graphemeReach = 32;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The pieces of `whole`, none longer than the limit, without white space at their ends; silent ones are left out. */
export function cutLong(text: string, whole: Piece, o: CutOptions): Piece[] {
  const pieces: Piece[] = [];
  const rest = [whole];
  let marks: Marks | null = null;
  for (let next = rest.pop(); next; next = rest.pop()) {
    const piece = trim(text, next);
    const { from, to } = piece;
    if (to - from <= o.limit) {
      if (speakable.test(text.slice(from, to))) pieces.push(piece);
      continue;
    }
    marks ??= findMarks(text, whole, o);
    const [at, border] = nearestMark(marks, from, to) ?? [characterBorder(text, from, to), "character" as const];
    rest.push({ from: at, to, border: piece.border }, { from, to: at, border });
  }
  return pieces;
}

type Marks = [offsets: number[], border: Border][];

function findMarks(text: string, { from, to }: Piece, o: CutOptions): Marks {
  const inside = text.slice(from, to);
  const clauses = Array.from(inside.matchAll(clauseMarks), (mark) => from + mark.index + mark[0].length);
  const spaces = Array.from(inside.matchAll(/\s+/gu), (space) => from + space.index + space[0].length);
  return [
    [o.sentences, "sentence"],
    [clauses, "clause"],
    [spaces, "word"],
    [o.glued(), "word"],
  ];
}

function nearestMark(marks: Marks, from: number, to: number): [at: number, border: Border] | null {
  for (const [offsets, border] of marks) {
    const at = nearest(offsets, from, to);
    if (at !== null) return [at, border];
  }
  return null;
}

/** The offset nearest the middle of `from` to `to`, inside both; the earlier of two as near. `offsets` ascend. */
function nearest(offsets: number[], from: number, to: number): number | null {
  const middle = (from + to) / 2;
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const half = (low + high) >>> 1;
    if (offsets[half]! < middle) low = half + 1;
    else high = half;
  }
  const inside = [offsets[low - 1], offsets[low]].filter((at) => at !== undefined && at > from && at < to) as number[];
  const [first, second] = inside;
  if (first === undefined) return null;
  return second !== undefined && second - middle < middle - first ? second : first;
}

function characterBorder(text: string, from: number, to: number): number {
  const middle = (from + to) >>> 1;
  const start = codePointBorder(text, Math.max(from, middle - graphemeReach));
  const window = text.slice(start, Math.min(to, middle + graphemeReach));
  let best: number | null = null;
  for (const { index } of graphemes.segment(window)) {
    const at = start + index;
    if (index > 0 && (best === null || Math.abs(at - middle) < Math.abs(best - middle))) best = at;
  }
  return best ?? codePointBorder(text, middle);
}

function codePointBorder(text: string, at: number): number {
  const inPair = /^[\uDC00-\uDFFF]/.test(text.charAt(at)) && /^[\uD800-\uDBFF]/.test(text.charAt(at - 1));
  return inPair ? at + 1 : at;
}

function trim(text: string, { from, to, border }: Piece): Piece {
  while (from < to && /\s/u.test(text.charAt(from))) from++;
  while (to > from && /\s/u.test(text.charAt(to - 1))) to--;
  return { from, to, border };
}
