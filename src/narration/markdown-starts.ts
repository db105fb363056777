import { htmlBlockEnd, htmlBlockStart } from "./markdown-html-block.ts";
import {
  addLeaf,
  advance,
  closeDownTo,
  dropDefinitions,
  finishLine,
  indentation,
  listOf,
  openContainer,
  setList,
  takeQuoteMark,
  trimEnd,
  type Leaf,
  type Place,
  type Reader,
} from "./markdown-lines.ts";
import { looksLikeTex } from "./markdown-formula.ts";
import { normalLabel } from "./markdown-references.ts";

// Deeper marks are read past: what they hold is spoken, in the innermost of these.
const deepest = 64;

/** Opens the next container (true: look again behind its mark) or leaf that starts here. */
export function openBlock(reader: Reader): boolean {
  const { next, indent } = indentation(reader);
  if (next >= reader.end) return false;
  if (indent >= 4 && reader.indentedCode) return reader.open === null && openIndented(reader, next);
  const first = reader.body[next]!;
  if (first === ">") return openQuote(reader, next, indent);
  if (first === "#") return openHeading(reader, next);
  if (first === "`" || first === "~") return openFence(reader, next);
  if (first === "$" || first === "\\") return openFormula(reader, next);
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
  if (closing === next || " \t".includes(reader.body[closing - 1]!))
    end = trimEnd(reader, next + marks.length, closing);
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

/** `$$` or `\[` at the start of a line opens a formula that ends at the end of this line or a later one. */
function openFormula(reader: Reader, next: number): boolean {
  const { body } = reader;
  const open = /\$\$|\\{1,2}\[/y;
  open.lastIndex = next;
  const mark = open.exec(body)?.[0];
  if (mark === undefined) return false;
  const close = mark === "$$" ? mark : mark.replace("[", "]");
  const from = next + mark.length;
  const end = nextClose(reader, close, from);
  if (end === -1 || end - from > 20_000) return false;
  const tex = body.slice(from, end);
  const onLine = end < reader.end;
  // Text behind it, or a bracket that is no TeX: it is part of a sentence. Across a blank line "$$" must not silence the rest.
  const behind = body.slice(end + close.length, onLine ? reader.end : end + close.length);
  if (tex.trim() === "" || /\S/.test(behind.replace(/^[.,;:]/, "")) || /\n[ \t]*\r?\n/.test(tex)) return false;
  if (mark === "$$" ? !onLine && body.slice(from, reader.end).includes("$") : !looksLikeTex(tex)) return false;
  closeDownTo(reader, reader.depth);
  const leaf = addLeaf(reader, "formula", [next, reader.end]);
  if (onLine) return finishLine(reader);
  reader.open = { type: "formula", leaf, close };
  return true;
}

function nextClose({ body, closes }: Reader, close: string, from: number): number {
  const known = closes.get(close);
  if (known !== undefined && (known === -1 || known >= from)) return known;
  const at = body.indexOf(close, from);
  closes.set(close, at);
  return at;
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
