import type { HtmlBlockEnd } from "./markdown-html-block.ts";
import { readDefinitions } from "./markdown-references.ts";

export type Place = {
  kind: "paragraph" | "item" | "quote";
  /** Lists around it. */
  depth: number;
  /** The number of the ordered item whose first words these are. */
  number: { text: string; source: [number, number] } | null;
  /** The first block of its item: a task's `[ ]` may stand here. */
  first: boolean;
};

export type Leaf = {
  kind: "heading" | "paragraph" | "code" | "formula" | "html" | "table";
  /** 1 to 6. */
  level?: number;
  /** What stands behind a fence's marks. */
  info?: string;
  /** Start and end of each line in the body, in UTF-16 units, without the marks of what contains it. */
  lines: number[];
  place: Place;
};

export type Blocks = { leaves: Leaf[]; notes: Map<string, Leaf[]>; references: Set<string> };

export type List = { mark: string; next: number };
export type Container =
  | { type: "quote"; list: List | null }
  | { type: "item"; indent: number; empty: boolean; fresh: boolean; number: Place["number"]; list: List | null }
  | { type: "note"; into: Leaf[]; list: List | null };

export type Open =
  | { type: "paragraph"; leaf: Leaf }
  | { type: "indented"; leaf: Leaf }
  | { type: "fence"; leaf: Leaf; mark: string; length: number }
  | { type: "formula"; leaf: Leaf; close: string }
  | { type: "html"; leaf: Leaf; until: HtmlBlockEnd }
  | { type: "table"; leaf: Leaf }
  | { type: "module"; leaf: Leaf };

export type Reader = Blocks & {
  body: string;
  containers: Container[];
  rootList: List | null;
  open: Open | null;
  /** The line: where it ends, where we are in it, at which column (tabs stop at every fourth). */
  end: number;
  at: number;
  column: number;
  /** Containers of the line so far. */
  depth: number;
  /** From where on the line holds nothing but one rule mark and white space, by mark. */
  ruleStart: Map<string, number>;
  /** Where the next end of a formula was found last, by its mark; -1: there is none any more. */
  closes: Map<string, number>;
  indentedCode: boolean;
};

export function addLeaf(reader: Reader, kind: Leaf["kind"], lines: number[]): Leaf {
  setList(reader, null);
  const place = placeOf(reader);
  const leaf: Leaf = { kind, lines, place };
  let into = reader.leaves;
  for (const container of reader.containers) {
    if (container.type === "note") into = container.into;
    if (container.type === "item") container.empty = false;
  }
  into.push(leaf);
  return leaf;
}

export function placeOf(reader: Reader): Place {
  const place: Place = { kind: "paragraph", depth: 0, number: null, first: false };
  for (const container of reader.containers) {
    if (container.type === "note") continue;
    place.kind = container.type;
    place.first = container.type === "item" && container.fresh;
    if (container.type !== "item") continue;
    container.fresh = false;
    place.depth++;
    place.number = container.number ?? place.number;
    container.number = null;
  }
  return place;
}

export function listOf(reader: Reader): List | null {
  return reader.depth === 0 ? reader.rootList : reader.containers[reader.depth - 1]!.list;
}

export function setList(reader: Reader, list: List | null): void {
  if (reader.depth === 0) reader.rootList = list;
  else reader.containers[reader.depth - 1]!.list = list;
}

export function openContainer(reader: Reader, container: Container): void {
  if (container.type !== "item") setList(reader, null);
  reader.containers.push(container);
  reader.depth = reader.containers.length;
}

export function closeDownTo(reader: Reader, depth: number): void {
  closeLeaf(reader);
  reader.containers.length = Math.min(reader.containers.length, depth);
}

export function closeLeaf(reader: Reader): void {
  const { open } = reader;
  reader.open = null;
  if (open?.type === "module") open.leaf.lines = [];
  if (open?.type === "paragraph") dropDefinitions(reader, open.leaf);
}

export function dropDefinitions(reader: Reader, leaf: Leaf): void {
  const start = leaf.lines[0];
  if (start === undefined || reader.body[start] !== "[") return;
  leaf.lines = readDefinitions(reader.body, leaf.lines, reader.references);
}

export function takeQuoteMark(reader: Reader, next: number, indent: number): boolean {
  reader.at = next + 1;
  reader.column += indent + 1;
  const after = reader.body[reader.at];
  if (reader.at < reader.end && (after === " " || after === "\t")) advance(reader, 1);
  return true;
}

export function indentation(reader: Reader): { next: number; indent: number } {
  let { at, column } = reader;
  for (; at < reader.end; at++) {
    const letter = reader.body[at];
    if (letter === " ") column++;
    else if (letter === "\t") column += 4 - (column % 4);
    else break;
  }
  return { next: at, indent: column - reader.column };
}

// A tab may be taken in part: what is left of it follows from the column.
export function advance(reader: Reader, columns: number): void {
  let left = columns;
  while (left > 0 && reader.at < reader.end) {
    const width = reader.body[reader.at] === "\t" ? 4 - (reader.column % 4) : 1;
    if (width > left) {
      reader.column += left;
      return;
    }
    reader.column += width;
    reader.at++;
    left -= width;
  }
}

export function trimEnd(reader: Reader, from: number, to: number): number {
  let end = to;
  while (end > from && " \t".includes(reader.body[end - 1]!)) end--;
  return end;
}

export function finishLine(reader: Reader): true {
  reader.at = reader.end;
  return true;
}
