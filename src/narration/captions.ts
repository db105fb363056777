import { breakHard, columns } from "./captions-width.ts";

/*
 * Cues from timed sentences: at most two lines of 42 columns and 7 s, no two sentences in one cue. A longer sentence is
 * cut into cues of about the same length, at a clause mark where one is near.
 *
 * A cue stays until the next one when that comes within 0.3 s (a caption that blinks off between two sentences disturbs
 * more than one that stays), and at least a second where there is room; the last one ends with its sound.
 */

/** Samples. */
export type CaptionSentence = {
  start: number;
  end: number;
  tokens: readonly { display: string; glue?: true; start: number; end: number }[];
};
/** Samples; a cue lasts one or more, and ends at or before the next one's start. */
export type Cue = { start: number; end: number; lines: CueLine[] };
/** `words`: where each begins in the text (UTF-16), and when (samples); neither goes back from one to the next. */
export type CueLine = { text: string; words: { at: number; start: number }[] };

const lineColumns = 42;
const cueColumns = 2 * lineColumns;
const longest = 7;
const heldOver = 0.3;
const shortest = 1;

/** What is never cut: a token, or 42 columns of one that is wider. */
type Atom = { text: string; width: number; glue: boolean; mark: number; start: number; end: number };

export function cues(sentences: Iterable<CaptionSentence>, sampleRate: number): Cue[] {
  const all: Cue[] = [];
  let latest = 0;
  for (const sentence of sentences) {
    const atoms = toAtoms(sentence, latest);
    latest = atoms.at(-1)?.end ?? latest;
    for (const [from, to] of cutAtoms(atoms, longest * sampleRate)) {
      const taken = atoms.slice(from, to);
      all.push({ start: taken[0]!.start, end: taken.at(-1)!.end, lines: toLines(taken) });
    }
  }
  return settle(all, sampleRate);
}

function toAtoms({ start, end, tokens }: CaptionSentence, earliest: number): Atom[] {
  const atoms: Atom[] = [];
  let latest = Math.max(earliest, start);
  for (const token of tokens) {
    const text = token.display
      .toWellFormed()
      .replaceAll(/[\p{Cc}\s]+/gu, " ")
      .trim();
    if (text === "") continue;
    const from = Math.max(latest, token.start);
    const to = Math.max(from, Math.min(token.end, Math.max(end, token.start)));
    const parts = breakHard(text, lineColumns);
    for (const [index, part] of parts.entries()) {
      const at = (count: number) => from + Math.floor(((to - from) * count) / parts.length);
      const last = index === parts.length - 1;
      const glue = index > 0 || token.glue === true;
      atoms.push({
        text: part,
        width: columns(part),
        glue,
        mark: last ? markOf(part) : 0,
        start: at(index),
        end: at(index + 1),
      });
    }
    latest = to;
  }
  return atoms;
}

/** How good it is to cut behind this text, from 0. */
function markOf(text: string): number {
  if (/[.!?…。！？؟।]["'’”»)\]」』】]*$/u.test(text.slice(-8))) return 0.6;
  return /[,;:،؛、，；：–—]["'’”»)\]」』】]*$/u.test(text.slice(-8)) ? 0.45 : 0;
}

/** Ranges of atoms, one a cue. `most`: samples. */
function* cutAtoms(atoms: Atom[], most: number): Generator<[from: number, to: number]> {
  const widths = [0];
  for (const atom of atoms) widths.push(widths.at(-1)! + atom.width + (atom.glue ? 0 : 1));
  for (let from = 0, to = 0; from < atoms.length; from = to) {
    const furthest = fill(atoms, from, most);
    to = furthest === atoms.length ? furthest : bestCut(atoms, widths, [from, furthest], most);
    yield [from, to];
  }
}

/** The end of the most that one cue holds from `from` on; one atom at least. */
function fill(atoms: Atom[], from: number, most: number): number {
  let line = 1;
  let used = atoms[from]!.width;
  let to = from + 1;
  for (; to < atoms.length && atoms[to]!.end - atoms[from]!.start <= most; to++) {
    const { width, glue } = atoms[to]!;
    used += width + (glue ? 0 : 1);
    if (used <= lineColumns) continue;
    if (++line > 2) break;
    used = width;
  }
  return to;
}

/** Where to end a cue that cannot hold the rest: near an equal share of what is left, better behind a mark. */
function bestCut(atoms: Atom[], widths: number[], [from, furthest]: [number, number], most: number): number {
  const left = widths.at(-1)! - widths[from]!;
  const time = atoms.at(-1)!.end - atoms[from]!.start;
  const share = left / Math.max(2, Math.ceil(left / cueColumns), Math.ceil(time / most));
  let best = furthest;
  let least = Number.POSITIVE_INFINITY;
  for (let to = from + 1; to <= furthest; to++) {
    const off = Math.abs(widths[to]! - widths[from]! - share) / share;
    const cost = off - atoms[to - 1]!.mark + (atoms[to]!.glue ? 0.3 : 0);
    if (cost <= least) [best, least] = [to, cost];
  }
  return best;
}

/** One line, or the two that are most alike in width. */
function toLines(atoms: Atom[]): CueLine[] {
  const whole = join(atoms);
  if (columns(whole.text) <= lineColumns) return [whole];
  let best = [whole];
  let least = Number.POSITIVE_INFINITY;
  for (let cut = 1; cut < atoms.length; cut++) {
    const lines = [join(atoms.slice(0, cut)), join(atoms.slice(cut))];
    const [first, second] = lines.map(({ text }) => columns(text)) as [number, number];
    if (Math.max(first, second) > lineColumns) continue;
    const cost = Math.abs(first - second) / lineColumns - atoms[cut - 1]!.mark + (atoms[cut]!.glue ? 0.3 : 0);
    if (cost < least) [best, least] = [lines, cost];
  }
  return best;
}

function join(atoms: Atom[]): CueLine {
  const line: CueLine = { text: "", words: [] };
  for (const [index, { text, glue, start }] of atoms.entries()) {
    if (index > 0 && !glue) line.text += " ";
    line.words.push({ at: line.text.length, start });
    line.text += text;
  }
  return line;
}

function settle(all: Cue[], sampleRate: number): Cue[] {
  let latest = 0;
  for (const [index, cue] of all.entries()) {
    cue.start = Math.max(cue.start, latest);
    const last = cue.start + longest * sampleRate;
    const next = all[index + 1]?.start;
    let end = cue.end;
    if (next !== undefined) {
      const wanted = next - end <= heldOver * sampleRate ? next : Math.max(end, cue.start + shortest * sampleRate);
      end = Math.min(wanted, next);
    }
    latest = cue.end = Math.max(cue.start + 1, Math.min(end, last));
  }
  return all;
}
