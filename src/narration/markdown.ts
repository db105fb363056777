import { sayCode, type CodeLine } from "./code-block.ts";
import type { Inline } from "./document.ts";
import {
  closeElement,
  finishCapture,
  finishElements,
  isGathered,
  newElements,
  openElement,
  sayLiteral,
  type Elements,
} from "./html-elements.ts";
import { leaveLanguages } from "./html-language.ts";
import { badge } from "./html-media.ts";
import { attributeOf } from "./html-tags.ts";
import { readHtmlText } from "./html-text.ts";
import { readBlocks } from "./markdown-blocks.ts";
import { readInline } from "./markdown-inline.ts";
import type { Blocks, Leaf } from "./markdown-lines.ts";
import type { Piece, References } from "./markdown-scanner.ts";
import { cellSpans } from "./markdown-table.ts";
import { blockFormula } from "./markdown-formula.ts";
import { announce, begin, end, formula, image, isSpeakable, literal, space, words, type Page } from "./page.ts";
import type { AlertKind } from "./phrases.ts";
import { sayTable, type Cell } from "./table.ts";

type Reader = {
  body: string;
  page: Page;
  elements: Elements;
  blocks: Blocks;
  references: References;
  noted: Set<string>;
  /** An alert whose first words are still to come. */
  alert: AlertKind | null;
};

/** Where a text that is put together of several lines stands in the body. */
type Region = { text: string; /** Starts: in the text and in the body, line by line. */ starts: number[] };

/** Reads Markdown from `start` on into the page. `indentedCode`: whether lines set far in are code; in MDX they are text. */
export function readMarkdown(body: string, start: number, page: Page, options: { indentedCode: boolean }): void {
  const blocks = readBlocks(body, start, options);
  const references = {
    any: blocks.references.size > 0,
    has: (label: string) => blocks.references.has(label),
    hasNote: (label: string) => blocks.notes.has(label),
  };
  const reader = { body, page, elements: newElements(page), blocks, references, noted: new Set<string>(), alert: null };
  for (const leaf of blocks.leaves) readLeaf(reader, leaf);
  finishElements(reader.elements);
  end(page);
}

function readLeaf(reader: Reader, leaf: Leaf): void {
  const { page, elements } = reader;
  if (leaf.kind === "html") return readHtml(reader, regionOf(reader, leaf.lines));
  const empty = leaf.lines.length === 0 && leaf.kind === "paragraph";
  if (elements.muted !== null || empty) return;
  if (leaf.kind === "table") return readTable(reader, leaf);
  if (leaf.kind === "code") return readCode(reader, leaf);
  if (leaf.kind === "paragraph" && takeAlert(reader, leaf) && leaf.lines.length === 0) return;
  const languages = elements.languages.length;
  openLeaf(page, leaf);
  sayAlert(reader, leaf);
  if (leaf.kind === "paragraph" && leaf.place.first) dropTaskMark(reader.body, leaf.lines);
  if (leaf.kind === "heading") dropHeadingName(reader.body, leaf.lines);
  if (leaf.kind === "formula") readFormula(reader, leaf);
  else readText(reader, regionOf(reader, leaf.lines));
  finishCapture(elements);
  // What a line of text opens ends with it, closed or not.
  leaveLanguages(elements, languages);
  end(page);
}

function openLeaf(page: Page, { kind, level, place }: Leaf): void {
  if (kind === "heading") begin(page, "heading", level);
  else if (place.kind === "item") begin(page, "item", place.depth);
  else begin(page, place.kind);
  if (place.number === null) return;
  announce(page, place.number.text, place.number.source);
  announce(page, " ", null);
}

/** `[!NOTE]` on the first line of a quote makes it GitHub's alert. */
function takeAlert(reader: Reader, { lines, place }: Leaf): boolean {
  const mark = place.kind === "quote" ? reader.body.slice(lines[0], lines[1]) : "";
  const kind = /^\[!(note|tip|important|warning|caution)\][ \t]*$/i.exec(mark)?.[1];
  if (kind === undefined) return false;
  lines.splice(0, 2);
  reader.alert = kind.toLowerCase() as AlertKind;
  return true;
}

function sayAlert(reader: Reader, { place }: Leaf): void {
  const phrase = reader.alert === null ? null : reader.page.phrases.alert(reader.alert);
  reader.alert = null;
  if (phrase !== null && place.kind !== "paragraph") announce(reader.page, `${phrase} `, null);
}

// `[ ]` or `[x]`: the task is its text.
function dropTaskMark(body: string, lines: number[]): void {
  const mark = /^\[[ \txX]\][ \t]*(?=$|[ \t\r\n]|(?<=[ \t])\S)/.exec(body.slice(lines[0], lines[1]));
  if (mark !== null) lines[0]! += mark[0].length;
}

// `{#name .class}`: what a link to the heading is called (kramdown, Pandoc, Docusaurus).
function dropHeadingName(body: string, lines: number[]): void {
  const [start, to] = lines.slice(-2) as [number, number];
  const name = /[ \t]*\{[ \t]*[#.][\w-]+(?:[ \t]+[#.][\w-]+)*[ \t]*\}[ \t]*$/.exec(
    body.slice(Math.max(start, to - 200), to),
  );
  if (name !== null) lines[lines.length - 1] = to - name[0].length;
}

function readCode({ page, body }: Reader, { lines, info, place }: Leaf): void {
  const code: CodeLine[] = [];
  for (let line = 0; line < lines.length; line += 2) {
    code.push({ text: body.slice(lines[line], lines[line + 1]), start: lines[line]! });
  }
  sayCode(page, info ?? "", code, place.number);
}

function readTable(reader: Reader, leaf: Leaf): void {
  const { body, page, elements } = reader;
  const rows: Cell[][] = [];
  for (let line = 0; line < leaf.lines.length; line += 2) {
    if (line === 2) continue;
    const spans = cellSpans(body, leaf.lines[line]!, leaf.lines[line + 1]!);
    rows.push(spans.map(([start, to]) => readCell(reader, start, to)));
  }
  const [header = [], ...data] = rows;
  if (elements.muted !== null) return;
  // A cell past the header's last is not shown, so it is not said.
  sayTable(
    page,
    header,
    data.map((row) => row.slice(0, header.length)),
  );
}

function readCell(reader: Reader, start: number, to: number): Inline[] {
  const { page } = reader;
  const outer = page.cell;
  const cell: Inline[] = [];
  page.cell = cell;
  readText(reader, regionOf(reader, [start, to]));
  page.cell = outer;
  return cell;
}

function regionOf({ body }: Reader, lines: number[]): Region {
  if (lines.length === 2) return { text: body.slice(lines[0], lines[1]), starts: [0, lines[0]!] };
  const parts: string[] = [];
  const starts: number[] = [];
  let length = 0;
  for (let line = 0; line < lines.length; line += 2) {
    const part = body.slice(lines[line], lines[line + 1]);
    starts.push(length, lines[line]!);
    parts.push(part);
    length += part.length + 1;
  }
  return { text: parts.join("\n"), starts };
}

/** A formula between marks on lines of their own (what stands behind the last is read on), or in a fence. */
function readFormula(reader: Reader, { lines, info }: Leaf): void {
  const { page } = reader;
  const { text } = regionOf(reader, lines);
  const marks = info === undefined ? blockFormula.exec(text) : null;
  const source: [number, number] = [lines[0] ?? 0, lines.at(-1) ?? 0];
  formula(page, marks === null ? text : marks[2]!, source);
  const rest = marks === null ? "" : text.slice(marks[0].length);
  if (!isSpeakable(rest)) return;
  end(page);
  readText(reader, regionOf(reader, [source[1] - rest.length, source[1]]));
}

/** Gives places in the body for places in a region; asked in rising order. */
function placer({ starts }: Region): (at: number) => number {
  let line = 0;
  return (at) => {
    while (line + 2 < starts.length && starts[line + 2]! <= at) line += 2;
    return starts[line + 1]! + at - starts[line]!;
  };
}

function readText(reader: Reader, region: Region): void {
  const pieces = readInline(region.text, reader.references);
  const place = placer(region);
  let alt: { text: string; start: number; depth: number } | null = null;
  let struck = 0;
  for (const piece of pieces) {
    if (piece.type === "text") struck += piece.struck ?? 0;
    // What its author took back is not heard.
    if (struck > 0 && piece.type !== "open" && piece.type !== "close") continue;
    if (alt !== null) {
      if (piece.type === "image") alt.depth++;
      else if (piece.type === "imageEnd") {
        if (--alt.depth > 0) continue;
        const address = region.text.slice(piece.start, piece.end).replace(/^\]\(<?/, "");
        if (reader.elements.muted === null && !badge.test(address))
          image(reader.page, alt.text, [alt.start, place(piece.end - 1) + 1]);
        alt = null;
      } else alt.text += textOf(region.text, piece);
    } else if (piece.type === "image") alt = { text: "", start: place(piece.start), depth: 1 };
    else sayPiece(reader, region, piece, place);
  }
}

function textOf(text: string, piece: Piece): string {
  if (piece.type === "literal") return piece.text;
  if (piece.type === "text" || piece.type === "code") return text.slice(piece.start, piece.end);
  return piece.type === "space" ? " " : "";
}

function sayPiece(reader: Reader, { text }: Region, piece: Piece, place: (at: number) => number): void {
  const { page, elements } = reader;
  if (piece.type === "open") {
    openElement(elements, piece.tag.name, (name) => attributeOf(piece.tag.attributes, name));
    if (elements.maths !== null && text.startsWith("/>", piece.end - 2)) closeElement(elements, piece.tag.name);
    return;
  }
  if (piece.type === "close") return closeElement(elements, piece.tag.name);
  if (elements.muted !== null || piece.end < piece.start) return;
  if (isGathered(elements)) return sayLiteral(elements, textOf(text, piece), null);
  const start = place(piece.start);
  const source = (): [number, number] => [start, place(Math.max(piece.start, piece.end - 1)) + 1];
  if (piece.type === "text") words(page, text.slice(piece.start, piece.end), start);
  else if (piece.type === "code") sayInlineCode(page, text.slice(piece.start, piece.end), place, piece.start);
  else if (piece.type === "literal") literal(page, piece.text, source());
  else if (piece.type === "formula") formula(page, piece.tex, source());
  else if (piece.type === "footnote") note(reader, piece.label);
  else space(page);
}

function sayInlineCode(page: Page, code: string, place: (at: number) => number, start: number): void {
  let at = start;
  // A cell has no lines, but bars: a backslash keeps them from dividing it, inside of code as well.
  const [parting, said] = page.cell === null ? ["\n", " "] : ["\\|", "|"];
  for (const part of code.split(parting)) {
    if (at > start) literal(page, said, null);
    words(page, part, place(at));
    at += part.length + parting.length;
  }
}

/** A footnote follows the block that first refers to it. */
function note(reader: Reader, label: string): void {
  const leaves = reader.blocks.notes.get(label);
  if (leaves === undefined || reader.noted.has(label)) return;
  reader.noted.add(label);
  reader.page.after.push(() => sayNote(reader, leaves));
}

function sayNote(reader: Reader, leaves: Leaf[]): void {
  const { page } = reader;
  const first = page.blocks.length;
  for (const leaf of leaves) readLeaf(reader, leaf);
  const opening = page.blocks[first];
  if (opening === undefined) return;
  if (opening.kind === "paragraph") opening.kind = "note";
  if (page.phrases.footnote !== null) opening.inline.unshift({ text: `${page.phrases.footnote} `, source: null });
  for (const block of page.blocks.slice(first)) if (block.kind === "paragraph") block.kind = "note";
}

/** Raw HTML between blocks: its text, by the meaning of its elements. */
function readHtml({ page, elements }: Reader, region: Region): void {
  readHtmlText(elements, region.text, placer(region));
  finishCapture(elements);
  if (elements.stack.length === 0) end(page);
}
