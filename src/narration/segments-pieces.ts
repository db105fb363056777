import type { Border } from "./segments-cut.ts";

/*
 * A block with very many sentences is mastered and encoded in several fragments, so that an edit in a wall of text costs
 * a dozen sentences and not the wall. Cuts are chosen by content: behind a segment whose fingerprint is the smallest
 * among its neighbours, which an edit farther away cannot change. Where no such cut comes for long, behind the smallest
 * of that stretch, halving on; so what an edit can move ends at the local cuts around it.
 */

const wholeUpTo = 24;
const fewest = 6;
const most = 36;

export type PieceSegment = {
  fingerprint: string;
  /** No cut is made behind "word" or "character", where no pause hides it, while another is near. */
  border?: Border;
};

/** The fragments of one block, as ranges of its segments: one up to 24 segments, else 6 to 36 in each. */
export function fragmentPieces(segments: readonly PieceSegment[]): [from: number, to: number][] {
  const length = segments.length;
  if (length === 0) return [];
  if (length <= wholeUpTo) return [[0, length]];
  const ranks = segments.map(rank);
  const cuts = [0, ...localCuts(ranks), length];
  const all: number[] = [0];
  for (let index = 1; index < cuts.length; index++) all.push(...within(ranks, cuts[index - 1]!, cuts[index]!));
  return all.slice(1).map((to, index) => [all[index]!, to]);
}

/** Smallest wins. 2^-52 of the first digits; a border without a pause comes after all others. */
function rank({ fingerprint, border }: PieceSegment): number {
  const number = Number.parseInt(fingerprint.slice(0, 12), 16);
  const silent = border === undefined || border === "sentence" || border === "clause";
  return silent ? number : number + 2 ** 48;
}

function localCuts(ranks: number[]): number[] {
  const cuts: number[] = [];
  for (let index = fewest - 1; index < ranks.length - fewest; index++) {
    const mine = ranks[index]!;
    let smallest = mine < 2 ** 48;
    for (let near = index - fewest + 1; smallest && near < index + fewest; near++) {
      smallest = near === index || mine < ranks[near]!;
    }
    if (smallest) cuts.push(index + 1);
  }
  return cuts;
}

/** The ends of the pieces from `from` to `to`, the last of which is `to`. */
function within(ranks: number[], from: number, to: number): number[] {
  const ends: number[] = [];
  const rest: [from: number, to: number][] = [[from, to]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [start, end] = next;
    if (end - start <= most) {
      ends.push(end);
      continue;
    }
    const cut = smallestInside(ranks, start, end);
    rest.push([cut, end], [start, cut]);
  }
  return ends;
}

/** Of equal ranks (one sentence said again and again) the one nearest the middle. */
function smallestInside(ranks: number[], start: number, end: number): number {
  const middle = (start + end) / 2;
  let best = start + fewest;
  for (let cut = best + 1; cut <= end - fewest; cut++) {
    const difference = ranks[cut - 1]! - ranks[best - 1]!;
    if (difference < 0 || (difference === 0 && Math.abs(cut - middle) < Math.abs(best - middle))) best = cut;
  }
  return best;
}
