import type { Piece, Scanner } from "./markdown-scanner.ts";

/** A run of `*`, `_` or `~` that may open or close emphasis; `count` of its marks are not used yet. */
export type Delimiter = {
  mark: string;
  piece: Extract<Piece, { type: "text" }>;
  count: number;
  length: number;
  opens: boolean;
  closes: boolean;
};

const punctuation = /[\p{P}\p{S}]/u;

export function delimiterRun(scanner: Scanner): true {
  const { text, at } = scanner;
  const mark = text[at]!;
  let end = at;
  while (text[end] === mark) end++;
  const [before, after] = [letterBefore(text, at), letterAfter(text, end)];
  // Beyond CommonMark, as micromark: emphasis may touch struck text ("a*~~b~~*"), or its marks would be read out.
  const struck = (letter: string) => letter === "~" && mark !== "~";
  const left = !isSpace(after) && (!punctuation.test(after) || isApart(before) || struck(after));
  const right = !isSpace(before) && (!punctuation.test(before) || isApart(after) || struck(before));
  const word = mark === "_";
  const opens = left && (!word || !right || punctuation.test(before));
  const closes = right && (!word || !left || punctuation.test(after));
  const piece = { type: "text" as const, start: at, end };
  scanner.pieces.push(piece);
  scanner.at = end;
  const usable = mark !== "~" || end - at <= 2;
  if (usable && (opens || closes)) {
    scanner.delimiters.push({ mark, piece, count: end - at, length: end - at, opens, closes });
  }
  return true;
}

/**
 * CommonMark's "process emphasis" on the runs from `bottom` up: the marks that pair are dropped from their pieces, the runs
 * forgotten. A failed search for an opener is remembered by kind of closer, which makes it linear.
 */
export function closeEmphasis(scanner: Scanner, bottom: number): void {
  const stack: Delimiter[] = [];
  const floors = new Map<string, number>();
  for (const closer of scanner.delimiters.splice(bottom)) {
    while (closer.closes && closer.count > 0) {
      const kind = `${closer.mark}${closer.opens}${closer.length % 3}${closer.mark === "~" ? closer.length : ""}`;
      const opener = findOpener(stack, closer, floors.get(kind) ?? 0);
      if (opener === -1) {
        floors.set(kind, stack.length);
        break;
      }
      stack.length = opener + 1;
      pair(stack, closer);
      for (const [name, floor] of floors) if (floor > stack.length) floors.set(name, stack.length);
    }
    if (closer.opens && closer.count > 0) stack.push(closer);
  }
}

function pair(stack: Delimiter[], closer: Delimiter): void {
  const opener = stack.at(-1)!;
  const used = closer.mark === "~" ? closer.count : opener.count >= 2 && closer.count >= 2 ? 2 : 1;
  opener.count -= used;
  closer.count -= used;
  opener.piece.end -= used;
  closer.piece.start += used;
  if (closer.mark === "~") [opener.piece.struck, closer.piece.struck] = [1, -1];
  if (opener.count === 0) stack.pop();
}

function findOpener(stack: Delimiter[], closer: Delimiter, floor: number): number {
  for (let at = stack.length - 1; at >= floor; at--) if (pairs(stack[at]!, closer)) return at;
  return -1;
}

// The "rule of three" of CommonMark 0.31 §6.2, rules 9 and 10.
function pairs(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.mark !== closer.mark) return false;
  if (opener.mark === "~") return opener.length === closer.length;
  const both = opener.closes || closer.opens;
  return !both || (opener.length + closer.length) % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0);
}

function isApart(letter: string): boolean {
  return isSpace(letter) || punctuation.test(letter);
}

function letterBefore(text: string, at: number): string {
  if (at === 0) return " ";
  const code = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff && at > 1 ? text.slice(at - 2, at) : text[at - 1]!;
}

function letterAfter(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : " ";
}

function isSpace(letter: string): boolean {
  return /\s/.test(letter);
}
