import { htmlBlockEnd, htmlBlockStart, type HtmlBlockEnd } from "./markdown-html-block.ts";
import { columnsOf, isDelimiterRow } from "./markdown-table.ts";
import { normalLabel, readDefinitions } from "./markdown-references.ts";

/*
 * The block structure of a Markdown text, by the rules of CommonMark 0.31 (lists, quotes, fences, HTML blocks, lazy
 * continuation) with GitHub's tables and footnotes and `$$` blocks. One pass over the lines; a leaf keeps where its
 * lines stand in the body, not their text.
 *
 * Not the parser of unified: that one overflows the stack at 20,000 nested quotes, takes 14 s for 10,000 nested lists and
 * 80 MB for 100,000 characters of prose. We need no syntax tree, only what is said. The tests hold both against each other.
 */

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

type List = { mark: string; next: number };
type Container =
  | { type: "quote"; list: List | null }
  | { type: "item"; indent: number; empty: boolean; fresh: boolean; number: Place["number"]; list: List | null }
  | { type: "note"; into: Leaf[]; list: List | null };

type Open =
  | { type: "paragraph"; leaf: Leaf }
  | { type: "indented"; leaf: Leaf }
  | { type: "fence"; leaf: Leaf; mark: string; length: number }
  | { type: "formula"; leaf: Leaf }
  | { type: "html"; leaf: Leaf; until: HtmlBlockEnd }
  | { type: "table"; leaf: Leaf }
  | { type: "module"; leaf: Leaf };

type Reader = Blocks & {
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
};

// Deeper marks are read past: what they hold is spoken, in the innermost of these.
const deepest = 64;

export function readBlocks(body: string, start: number): Blocks {
  const reader: Reader = {
    body,
    leaves: [],
    notes: new Map(),
    references: new Set(),
    containers: [],
    rootList: null,
    open: null,
    end: 0,
    at: 0,
    column: 0,
    depth: 0,
    ruleStart: new Map(),
  };
  const lineEnd = /\r\n|\n|\r/g;
  for (let from = start; from < body.length; ) {
    lineEnd.lastIndex = from;
    const match = lineEnd.exec(body);
    reader.end = match?.index ?? body.length;
    reader.at = from;
    reader.column = 0;
    reader.ruleStart.clear();
    readLine(reader);
    from = match === null ? body.length : lineEnd.lastIndex;
  }
  closeDownTo(reader, 0);
  return { leaves: reader.leaves, notes: reader.notes, references: reader.references };
}

function readLine(reader: Reader): void {
  matchContainers(reader);
  const all = reader.depth === reader.containers.length;
  if (reader.open !== null && reader.open.type !== "paragraph" && reader.open.type !== "table") {
    if (all && continueLeaf(reader, reader.open)) return;
    closeLeaf(reader);
  }
  const matched = reader.depth;
  while (openBlock(reader)) if (reader.open !== null && reader.open.type !== "paragraph") return;
  const { next } = indentation(reader);
  if (next >= reader.end) return blankLine(reader);
  addText(reader, next, matched);
}

function blankLine(reader: Reader): void {
  closeDownTo(reader, reader.depth);
}

function addText(reader: Reader, next: number, matched: number): void {
  const { open } = reader;
  const fresh = reader.depth > matched;
  const lazy = reader.depth < reader.containers.length;
  if (open?.type === "paragraph" && !fresh) {
    if (!lazy && startTable(reader, open.leaf, next)) return;
    open.leaf.lines.push(next, reader.end);
    return;
  }
  if (open?.type === "table" && !fresh && !lazy) {
    open.leaf.lines.push(next, reader.end);
    return;
  }
  closeDownTo(reader, reader.depth);
  const leaf = addLeaf(reader, "paragraph", [next, reader.end]);
  reader.open = { type: isModuleLine(reader, next) ? "module" : "paragraph", leaf };
}

// MDX: `import … from "…"` and `export const …` at the margin, up to the next blank line.
function isModuleLine(reader: Reader, next: number): boolean {
  if (reader.column !== 0 || reader.depth > 0 || !"ie".includes(reader.body[next]!)) return false;
  const line = reader.body.slice(next, Math.min(reader.end, next + 300));
  return (
    /^import\s+(?:["']|[\w*{}\s,$]+\sfrom\s+["']|\{[\w\s,$]*$)/.test(line) ||
    /^export\s+(?:(?:const|let|var|class|async\s+function|function)\s+[\w$]+\s*[=({]?|default\s+(?:function|class|\{|\(|async\b|[\w$]+[;(]?\s*$)|\{|\*\s+from\s)/.test(line)
  );
}

function startTable(reader: Reader, leaf: Leaf, next: number): boolean {
  const line = reader.body.slice(next, Math.min(reader.end, next + 2000));
  if (!isDelimiterRow(line)) return false;
  const [start, end] = leaf.lines.slice(-2) as [number, number];
  const header = reader.body.slice(start, end);
  if (!(header.includes("|") || line.includes("|")) || columnsOf(header) !== columnsOf(line)) return false;
  leaf.lines.length -= 2;
  closeLeaf(reader);
  reader.open = { type: "table", leaf: addLeaf(reader, "table", [start, end, next, reader.end]) };
  return true;
}

/** Walks into the open containers that this line continues; `depth` says how many. */
function matchContainers(reader: Reader): void {
  reader.depth = 0;
  for (const container of reader.containers) {
    if (!continues(reader, container)) return;
    reader.depth++;
  }
}

function continues(reader: Reader, container: Container): boolean {
  const { next, indent } = indentation(reader);
  if (container.type === "quote") return indent < 4 && reader.body[next] === ">" && takeQuoteMark(reader, next, indent);
  if (next >= reader.end) {
    const starved = container.type === "item" && container.empty;
    return !starved;
  }
  const wanted = container.type === "item" ? container.indent : 4;
  if (indent < wanted) return false;
  advance(reader, wanted);
  return true;
}

function takeQuoteMark(reader: Reader, next: number, indent: number): boolean {
  reader.at = next + 1;
  reader.column += indent + 1;
  const after = reader.body[reader.at];
  if (reader.at < reader.end && (after === " " || after === "\t")) advance(reader, 1);
  return true;
}

function continueLeaf(reader: Reader, open: Open): boolean {
  const { next, indent } = indentation(reader);
  const blank = next >= reader.end;
  if (open.type === "indented") {
    if (!blank && indent < 4) return false;
    if (!blank) open.leaf.lines.push(next, reader.end);
    return true;
  }
  if (open.type === "module") return !blank;
  if (open.type === "html") return continueHtml(reader, open);
  const line = reader.body.slice(next, reader.end);
  const closes = open.type === "fence" ? indent < 4 && closesFence(line, open) : line.includes("$$");
  if (!closes || open.type === "formula") open.leaf.lines.push(next, reader.end);
  if (closes) reader.open = null;
  return true;
}

function closesFence(line: string, { mark, length }: { mark: string; length: number }): boolean {
  let run = 0;
  while (line[run] === mark) run++;
  return run >= length && line.slice(run).trim() === "";
}

function continueHtml(reader: Reader, open: Extract<Open, { type: "html" }>): boolean {
  const line = reader.body.slice(reader.at, reader.end);
  if (open.until === "blank") {
    if (line.trim() === "") return false;
    open.leaf.lines.push(reader.at, reader.end);
    return true;
  }
  open.leaf.lines.push(reader.at, reader.end);
  if (open.until.test(line)) reader.open = null;
  return true;
}

/** Opens the next container (true: look again behind its mark) or leaf that starts here. */
function openBlock(reader: Reader): boolean {
  const { next, indent } = indentation(reader);
  if (next >= reader.end) return false;
  if (indent >= 4) return reader.open === null && openIndented(reader, next);
  const first = reader.body[next]!;
  if (first === ">") return openQuote(reader, next, indent);
  if (first === "#") return openHeading(reader, next);
  if (first === "`" || first === "~") return openFence(reader, next);
  if (first === "$") return openFormula(reader, next);
  if (first === "<") return openHtml(reader, next);
  if (first === "[") return openNote(reader, next);
  if ((first === "=" || first === "-") && closeHeading(reader, next, first)) return true;
  if ("*-_".includes(first) && isRule(reader, next, first)) return openRule(reader);
  return openItem(reader, next, indent);
}

function openIndented(reader: Reader, next: number): boolean {
  closeDownTo(reader, reader.depth);
  reader.open = { type: "indented", leaf: addLeaf(reader, "code", [next, reader.end]) };
  return true;
}

function openQuote(reader: Reader, next: number, indent: number): boolean {
  closeDownTo(reader, reader.depth);
  takeQuoteMark(reader, next, indent);
  if (reader.depth < deepest) openContainer(reader, { type: "quote", list: null });
  return true;
}

function openHeading(reader: Reader, next: number): boolean {
  const line = reader.body.slice(next, Math.min(reader.end, next + 8));
  const marks = /^#{1,6}(?=[ \t]|$)/.exec(line)?.[0];
  if (marks === undefined) return false;
  closeDownTo(reader, reader.depth);
  let end = trimEnd(reader, next, reader.end);
  let closing = end;
  while (reader.body[closing - 1] === "#") closing--;
  if (closing === next || " \t".includes(reader.body[closing - 1]!)) end = trimEnd(reader, next + marks.length, closing);
  addLeaf(reader, "heading", [Math.min(next + marks.length, end), end]).level = marks.length;
  return finishLine(reader);
}

function openFence(reader: Reader, next: number): boolean {
  const mark = reader.body[next]!;
  let end = next;
  while (end < reader.end && reader.body[end] === mark) end++;
  if (end - next < 3) return false;
  const info = reader.body.slice(end, Math.min(reader.end, end + 200)).trim();
  if (mark === "`" && reader.body.slice(end, reader.end).includes("`")) return false;
  closeDownTo(reader, reader.depth);
  const leaf = addLeaf(reader, /^(?:math|latex-math)\b/i.test(info) ? "formula" : "code", []);
  leaf.info = info;
  reader.open = { type: "fence", leaf, mark, length: end - next };
  return true;
}

function openFormula(reader: Reader, next: number): boolean {
  const { body } = reader;
  if (!body.startsWith("$$", next) || body.slice(next + 2, reader.end).includes("$")) return false;
  // Without an end it is no formula, nor across a blank line: "$$" in prose must not silence the rest.
  const close = body.indexOf("$$", reader.end);
  if (close === -1 || /\n[ \t]*\r?\n/.test(body.slice(reader.end, close))) return false;
  closeDownTo(reader, reader.depth);
  reader.open = { type: "formula", leaf: addLeaf(reader, "formula", [next, reader.end]) };
  return true;
}

function openHtml(reader: Reader, next: number): boolean {
  const line = reader.body.slice(next, reader.end);
  const until = htmlBlockStart(line, reader.open?.type === "paragraph");
  if (until === null) return false;
  closeDownTo(reader, reader.depth);
  const leaf = addLeaf(reader, "html", [reader.at, reader.end]);
  if (until !== "blank" && htmlBlockEnd(line, until)) return finishLine(reader);
  reader.open = { type: "html", leaf, until };
  return true;
}

function openNote(reader: Reader, next: number): boolean {
  const mark = /\[\^([^\]\s[]{1,200})\]:[ \t]?/y;
  mark.lastIndex = next;
  const match = mark.exec(reader.body);
  if (match === null || reader.depth > 0) return false;
  closeDownTo(reader, 0);
  reader.column += mark.lastIndex - reader.at;
  reader.at = mark.lastIndex;
  const label = normalLabel(match[1]!);
  const into: Leaf[] = [];
  if (!reader.notes.has(label)) reader.notes.set(label, into);
  openContainer(reader, { type: "note", into, list: null });
  return true;
}

/** A line of `=` or `-` makes the open paragraph a heading. */
function closeHeading(reader: Reader, next: number, mark: string): boolean {
  const { open } = reader;
  if (open?.type !== "paragraph" || reader.depth < reader.containers.length) return false;
  const ruled = ruleStart(reader, mark);
  if (ruled > next || /[ \t]\S/.test(reader.body.slice(next, trimEnd(reader, next, reader.end)))) return false;
  dropDefinitions(reader, open.leaf);
  if (open.leaf.lines.length === 0) return false;
  open.leaf.kind = "heading";
  open.leaf.level = mark === "=" ? 1 : 2;
  reader.open = null;
  return finishLine(reader);
}

function isRule(reader: Reader, next: number, mark: string): boolean {
  if (ruleStart(reader, mark) > next) return false;
  let marks = 0;
  for (let at = next; at < reader.end && marks < 3; at++) if (reader.body[at] === mark) marks++;
  return marks === 3;
}

function openRule(reader: Reader): boolean {
  closeDownTo(reader, reader.depth);
  setList(reader, null);
  return finishLine(reader);
}

// Found once a line, so that "- - - - x" is not scanned again behind each of its marks.
function ruleStart(reader: Reader, mark: string): number {
  let start = reader.ruleStart.get(mark);
  if (start !== undefined) return start;
  start = reader.end;
  while (start > reader.at && (reader.body[start - 1] === mark || " \t".includes(reader.body[start - 1]!))) start--;
  reader.ruleStart.set(mark, start);
  return start;
}

function openItem(reader: Reader, next: number, indent: number): boolean {
  const mark = /(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|[\r\n]|$)/y;
  mark.lastIndex = next;
  const match = mark.exec(reader.body);
  if (match === null) return false;
  const behind = mark.lastIndex;
  const blank = /^[ \t]*$/.test(reader.body.slice(behind, Math.min(reader.end, behind + 1000)));
  const interrupts = reader.open?.type === "paragraph" && reader.depth === reader.containers.length;
  if (interrupts && (blank || (match[1] !== undefined && Number(match[1]) !== 1))) return false;
  closeDownTo(reader, reader.depth);
  reader.column += indent + match[0].length;
  reader.at = behind;
  if (reader.depth >= deepest) return true;
  const after = indentation(reader).indent;
  const padding = blank || after > 4 ? 1 : after;
  if (!blank) advance(reader, padding);
  const number = numberOf(reader, match[0], match[1], next);
  const width = indent + match[0].length + padding;
  openContainer(reader, { type: "item", indent: width, empty: blank, fresh: true, number, list: null });
  return true;
}

/** The list goes on where the mark is of its kind: its numbers count up from the first, whatever is written. */
function numberOf(reader: Reader, mark: string, digits: string | undefined, start: number): Place["number"] {
  const list = listOf(reader);
  const kind = mark.at(-1)!;
  const number = list?.mark === kind ? list.next : Number(digits ?? 0);
  setList(reader, { mark: kind, next: number + 1 });
  return digits === undefined ? null : { text: `${number}.`, source: [start, start + mark.length] };
}

function listOf(reader: Reader): List | null {
  return reader.depth === 0 ? reader.rootList : reader.containers[reader.depth - 1]!.list;
}

function setList(reader: Reader, list: List | null): void {
  if (reader.depth === 0) reader.rootList = list;
  else reader.containers[reader.depth - 1]!.list = list;
}

function openContainer(reader: Reader, container: Container): void {
  if (container.type !== "item") setList(reader, null);
  reader.containers.push(container);
  reader.depth = reader.containers.length;
}

function addLeaf(reader: Reader, kind: Leaf["kind"], lines: number[]): Leaf {
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

function placeOf(reader: Reader): Place {
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

function closeDownTo(reader: Reader, depth: number): void {
  closeLeaf(reader);
  reader.containers.length = Math.min(reader.containers.length, depth);
}

function closeLeaf(reader: Reader): void {
  const { open } = reader;
  reader.open = null;
  if (open?.type === "module") open.leaf.lines = [];
  if (open?.type === "paragraph") dropDefinitions(reader, open.leaf);
}

function dropDefinitions(reader: Reader, leaf: Leaf): void {
  const start = leaf.lines[0];
  if (start === undefined || reader.body[start] !== "[") return;
  leaf.lines = readDefinitions(reader.body, leaf.lines, reader.references);
}

function indentation(reader: Reader): { next: number; indent: number } {
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
function advance(reader: Reader, columns: number): void {
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

function trimEnd(reader: Reader, from: number, to: number): number {
  let end = to;
  while (end > from && " \t".includes(reader.body[end - 1]!)) end--;
  return end;
}

function finishLine(reader: Reader): true {
  reader.at = reader.end;
  return true;
}
