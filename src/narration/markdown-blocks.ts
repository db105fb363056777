import {
  addLeaf,
  advance,
  closeDownTo,
  closeLeaf,
  indentation,
  takeQuoteMark,
  type Blocks,
  type Container,
  type Leaf,
  type Open,
  type Reader,
} from "./markdown-lines.ts";
import { openBlock } from "./markdown-starts.ts";
import { columnsOf, isDelimiterRow } from "./markdown-table.ts";

/*
 * The block structure of a Markdown text, by the rules of CommonMark 0.31 (lists, quotes, fences, HTML blocks, lazy
 * continuation) with GitHub's tables and footnotes, `$$` and `\\[` blocks. One pass over the lines; a leaf keeps where its
 * lines stand in the body, not their text.
 *
 * Not the parser of unified: that one overflows the stack at 20,000 nested quotes, takes 14 s for 10,000 nested lists and
 * 80 MB for 100,000 characters of prose. We need no syntax tree, only what is said. The tests hold both against each other.
 */

export function readBlocks(body: string, start: number, { indentedCode }: { indentedCode: boolean }): Blocks {
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
    closes: new Map(),
    indentedCode,
  };
  const lineEnd = /\r\n|\n|\r/g;
  for (let from = start; from < body.length;) {
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
    /^export\s+(?:(?:const|let|var|class|async\s+function|function)\s+[\w$]+\s*[=({]?|default\s+(?:function|class|\{|\(|async\b|[\w$]+[;(]?\s*$)|\{|\*\s+from\s)/.test(
      line,
    )
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
  const closes =
    open.type === "fence"
      ? (indent < 4 || !reader.indentedCode) && closesFence(line, open)
      : open.type === "formula" && line.includes(open.close);
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
