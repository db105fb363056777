import type { Tag } from "./html-tags.ts";
import type { Delimiter } from "./markdown-emphasis.ts";

/** Positions are UTF-16 units of the text that was read. */
export type Piece =
  /** `struck`: struck-out text begins (1) or ends (-1) here. */
  | { type: "text"; start: number; end: number; struck?: 1 | -1 }
  | { type: "literal"; start: number; end: number; text: string }
  | { type: "code"; start: number; end: number }
  | { type: "formula"; start: number; end: number; tex: string }
  | { type: "footnote"; start: number; end: number; label: string }
  | { type: "open" | "close"; start: number; end: number; tag: Tag }
  | { type: "space"; start: number; end: number }
  | { type: "image" | "imageEnd"; start: number; end: number };

export type References = { has(label: string): boolean; hasNote(label: string): boolean; any: boolean };

export type Bracket = { piece: number; image: boolean; at: number; delimiters: number };

export type Scanner = {
  text: string;
  at: number;
  /** The next character that may be markup, once `at` has not passed it. */
  mark: number;
  pieces: Piece[];
  delimiters: Delimiter[];
  brackets: Bracket[];
  /** Brackets below this index open no link: a link holds no link. */
  dead: number;
  /** Where the last `[` stands: a link's label holds none. */
  lastOpen: number;
  references: References;
  /** Where a mark was last found from where, or that it was not (-1). */
  found: Map<string, { from: number; at: number }>;
  ticks: Map<number, number> | null;
  urls: Iterator<[number, number], void>;
  url: [number, number] | null;
};

/** Adds a piece and goes on behind it. */
export function add(scanner: Scanner, piece: Piece): true {
  scanner.pieces.push(piece);
  scanner.at = piece.end;
  return true;
}

/** The next place of `mark` from `from` on, or -1. */
export function find(scanner: Scanner, mark: string, from: number): number {
  const known = scanner.found.get(mark);
  if (known !== undefined && from >= known.from && (known.at === -1 || from <= known.at)) return known.at;
  const at = scanner.text.indexOf(mark, from);
  scanner.found.set(mark, { from, at });
  return at;
}
