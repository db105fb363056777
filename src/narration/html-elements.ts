import { sayCode } from "./code-block.ts";
import type { Inline } from "./document.ts";
import { closeLanguage, leaveLanguages, openLanguage } from "./html-language.ts";
import { closeMaths, finishMaths, mathsText, openMaths, type Drawn, type Maths } from "./html-maths.ts";
import { media, sayImage, sayMedia } from "./html-media.ts";
import { isProse, languageOf, sayProse } from "./html-pre.ts";
import { isHidden, isSilent } from "./html-silent.ts";
import { raisedText } from "./html-superscript.ts";
import { structureOf, type Structure } from "./html-structure.ts";
import { closeTable, closeTablePart, newTable, openTablePart, type HtmlTable } from "./html-table.ts";
import { announce, begin, end, formula, isSpeakable, literal, plainText, space, words, type Page } from "./page.ts";

/*
 * What each HTML element means to a listener. Fed with opening tags, text and closing tags by whoever reads them (a tree, raw HTML in
 * Markdown); tags may be left out or wrong.
 */

export type Elements = {
  page: Page;
  stack: Structure[];
  open: Map<string, number>;
  /** An element whose text is not heard, and how many of its name are open. */
  muted: { name: string; depth: number } | null;
  /** An element whose text is looked at first when it ends. `mark`: it holds a note's mark (`sup`), is marked as code (`pre`). */
  capture: { name: "pre" | "sup"; depth: number; text: string; language: string | null; mark: boolean } | null;
  /** The language of the code in the `div` around, where that names it. */
  code: string | null;
  /** A formula that is being read. */
  maths: Maths | null;
  /** What was heard of the formula that a script of the page drew several times, and its TeX where that stands apart. */
  drawn: Drawn;
  table: HtmlTable | null;
  /** Open elements that name their language (BCP 47; null: none that we know), and how many of their name are open in them. */
  languages: { name: string; depth: number; language: string | null }[];
  /** Open `address` elements. */
  addresses: number;
  /** Where the last `br` stands in its block. */
  broken: { inline: Inline[]; run: number; length: number } | null;
  /** Elements that are silent here although they are not hidden. */
  silent: ReadonlySet<string>;
  note: (id: string) => void;
};

export type Attribute = (name: string) => string | null;

const withoutEnd = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
const breaks = new Set(
  `address article aside body center details dialog div fieldset figure footer form header hgroup hr html legend main menu
  p section summary`.split(/\s+/),
);
const structural = new Set(
  "blockquote caption dd dl dt figcaption h1 h2 h3 h4 h5 h6 li ol table ul menu dir".split(" "),
);
const tableParts = new Set(["thead", "tbody", "tfoot", "tr", "td", "th"]);

// GitHub, Rouge, VitePress. Other boxes with a language have it for their words.
const highlights = /highlight|code|(?:^|\s)vp-/i;

export function newElements(
  page: Page,
  silent: ReadonlySet<string> = new Set(),
  note: (id: string) => void = () => {},
): Elements {
  const drawn = { latex: null, said: false };
  return {
    page,
    stack: [],
    open: new Map(),
    muted: null,
    capture: null,
    code: null,
    maths: null,
    drawn,
    table: null,
    languages: [],
    addresses: 0,
    broken: null,
    silent,
    note,
  };
}

export function openElement(elements: Elements, name: string, attribute: Attribute): void {
  const { page, muted, capture } = elements;
  if (muted !== null) {
    if (name === muted.name) muted.depth++;
    // A paragraph ends where the next block begins, with or without its tag.
    if (muted.name !== "p" || !(name === "p" || breaks.has(name) || structural.has(name))) return;
    elements.muted = null;
  }
  if (capture === null && openMaths(elements, name, attribute)) return;
  if (media.has(name) && !isHidden(attribute)) sayMedia(elements, name, attribute);
  if (isSilent(elements, name, attribute)) {
    if (!withoutEnd.has(name)) elements.muted = { name, depth: 1 };
    return;
  }
  if (structural.has(name)) closeSiblings(elements, name);
  const outside = elements.languages.length;
  openLanguage(elements, name, attribute);
  if (capture !== null) return openInCapture(capture, name, attribute);
  if (name === "pre" || name === "sup") return openCapture(elements, name, attribute);
  if (name === "img" || name === "amp-img") return sayImage(elements, attribute);
  if (name === "br") return breakLine(elements);
  if (name === "address") elements.addresses++;
  if (name === "div" && highlights.test(attribute("class") ?? "")) elements.code ??= languageOf(attribute);
  if (name === "q") return sayText(elements, "“", null);
  if (tableParts.has(name)) return openTablePart(elements, name, attribute);
  if (structural.has(name)) return openStructure(elements, name, attribute, outside);
  if (breaks.has(name)) end(page);
}

export function closeElement(elements: Elements, name: string): void {
  const { page, muted, capture } = elements;
  if (muted !== null) {
    if (name === muted.name && --muted.depth === 0) elements.muted = null;
    return;
  }
  if (closeMaths(elements, name)) return;
  if (capture !== null) {
    if (name === capture.name && --capture.depth === 0) closeCapture(elements, capture);
    closeLanguage(elements, name);
    return;
  }
  if (name === "q") sayText(elements, "”", null);
  if (name === "address") elements.addresses = Math.max(0, elements.addresses - 1);
  if (name === "div") elements.code = null;
  if (tableParts.has(name)) closeTablePart(elements, name);
  else if (structural.has(name)) return closeStructure(elements, name);
  else if (breaks.has(name)) end(page);
  closeLanguage(elements, name);
}

/** Ends what was left open: a table, a raised number. What is muted to the end stays silent. */
export function finishElements(elements: Elements): void {
  finishCapture(elements);
  if (elements.table !== null) while ((elements.open.get("table") ?? 0) > 0) closeStructure(elements, "table");
}

export function finishCapture(elements: Elements): void {
  finishMaths(elements);
  if (elements.capture !== null) closeCapture(elements, elements.capture);
}

/** Text between tags, its entities decoded. `start`: as `words` takes it. */
export function sayText(elements: Elements, text: string, start: number | null): void {
  const { page, capture } = elements;
  if (elements.muted !== null || mathsText(elements, text)) return;
  if (capture !== null) {
    capture.text += text;
    return;
  }
  if (!beginText(elements, text)) return space(page);
  words(page, text, start);
}

/** Whether text here is gathered before it is read. */
export function isGathered({ capture, maths }: Elements): boolean {
  return capture !== null || maths !== null;
}

/** TeX in the text. */
export function sayFormula(elements: Elements, tex: string, block: boolean): void {
  if (elements.muted !== null || elements.capture !== null) return;
  if (block) end(elements.page);
  beginText(elements, tex);
  formula(elements.page, tex, null);
  if (block) end(elements.page);
}

export function sayLiteral(elements: Elements, text: string, source: [number, number] | null): void {
  if (elements.muted !== null || mathsText(elements, text)) return;
  if (elements.capture !== null) elements.capture.text += text;
  else if (beginText(elements, text)) literal(elements.page, text, source);
  else space(elements.page);
}

/** Opens the block that text here belongs to, with its list number; false where the text is only white space. */
export function beginText({ page, stack }: Elements, text: string): boolean {
  if (/^\s*$/.test(text)) return false;
  if (page.open !== null || page.cell !== null) return true;
  const inside = stack.at(-1);
  begin(page, inside?.kind ?? "paragraph", inside?.level);
  // An item may begin with a heading or a quote: its number stands before that.
  const item = inside?.number == null ? stack.at(-2) : inside;
  if (item?.number == null) return true;
  announce(page, `${item.number} `, null);
  item.number = null;
  return true;
}

/** A line's end is a space, two are a paragraph's end; the lines of an address are parted by commas. */
function breakLine(elements: Elements): void {
  const { page, addresses, broken } = elements;
  const inline = page.cell ?? page.open?.inline;
  if (inline === undefined) return;
  if (broken !== null && broken.inline === inline && isBlankFrom(broken)) return end(page);
  if (addresses > 0 && /[\p{L}\p{N})]\s*$/u.test(inline.at(-1)?.text ?? "")) literal(page, ",", null);
  space(page);
  elements.broken = { inline, run: inline.length - 1, length: inline.at(-1)!.text.length };
}

function isBlankFrom({ inline, run, length }: NonNullable<Elements["broken"]>): boolean {
  return inline.slice(run).every(({ text }, index) => (index === 0 ? text.slice(length) : text).trim() === "");
}

function openStructure(elements: Elements, name: string, attribute: Attribute, languages: number): void {
  const { page, stack, open } = elements;
  if (name === "table") return openTable(elements, attribute, languages);
  end(page);
  const outer = stack.at(-1);
  stack.push({ ...structureOf(name, outer, attribute), languages });
  open.set(name, (open.get(name) ?? 0) + 1);
}

// `<li>` ends the item before it, unless a list stands between them.
function closeSiblings(elements: Elements, name: string): void {
  const { page, stack, open } = elements;
  const last = stack.at(-1)?.name;
  const sibling = name === "li" ? last === "li" : /^d[dt]$/.test(name) && /^d[dt]$/.test(last ?? "");
  if (!sibling || last === undefined) return;
  end(page);
  leaveLanguages(elements, stack.pop()!.languages);
  open.set(last, open.get(last)! - 1);
}

function closeStructure(elements: Elements, name: string): void {
  const { page, stack, open } = elements;
  if ((open.get(name) ?? 0) === 0) return;
  for (;;) {
    const closed = stack.pop()!;
    open.set(closed.name, open.get(closed.name)! - 1);
    if (closed.name === "table") closeTable(elements);
    leaveLanguages(elements, closed.languages);
    if (closed.name === name) break;
  }
  end(page);
  if (name === "figcaption") dropRepeatedImage(page);
}

/** An image whose alternative text is its caption is heard once. */
function dropRepeatedImage({ blocks }: Page): void {
  const [picture, caption] = blocks.slice(-2);
  if (picture?.kind !== "image" || caption?.kind !== "caption") return;
  const said = bare(plainText(picture.inline.filter((part) => part.source !== null || !part.text.endsWith(": "))));
  if (said.endsWith(bare(plainText(caption.inline)))) blocks.splice(-2, 1);
}

function bare(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}

function openTable(elements: Elements, attribute: Attribute, languages: number): void {
  const { page, stack, open } = elements;
  end(page);
  const inside = structureOf("table", stack.at(-1), () => null);
  stack.push({ ...inside, lists: stack.at(-1)?.lists ?? 0, languages });
  open.set("table", (open.get("table") ?? 0) + 1);
  if (elements.table !== null) elements.table.depth++;
  else if (!/^(?:presentation|none)$/i.test(attribute("role") ?? "")) elements.table = newTable();
}

function openCapture(elements: Elements, name: "pre" | "sup", attribute: Attribute): void {
  if (name === "pre") end(elements.page);
  const language = name === "pre" ? languageOf(attribute) : null;
  elements.capture = { name, depth: 1, text: "", language, mark: language !== null };
}

function openInCapture(capture: NonNullable<Elements["capture"]>, name: string, attribute: Attribute): void {
  if (name === capture.name) capture.depth++;
  if (name === "br") capture.text += "\n";
  if (capture.name !== "pre" || name !== "code") return;
  capture.language ??= languageOf(attribute);
  capture.mark = true;
}

function closeCapture(elements: Elements, { name, text, language, mark }: NonNullable<Elements["capture"]>): void {
  elements.capture = null;
  if (name === "pre") return readPre(elements, text, language ?? elements.code, mark);
  const bracketed = mark && !isSpeakable(text);
  if (bracketed || text.trim() === "") return;
  const before = (elements.page.cell ?? elements.page.open?.inline)?.at(-1)?.text.slice(-8) ?? "";
  const said = raisedText(text, before);
  if (said !== "") sayText(elements, said, null);
}

function readPre(elements: Elements, text: string, language: string | null, marked: boolean): void {
  if (!marked && isProse(text)) return sayProse(elements.page, text);
  readCode(elements, text, language);
}

function readCode({ page, stack }: Elements, text: string, language: string | null): void {
  const item = page.cell === null ? stack.at(-1) : undefined;
  const number = item?.number == null ? null : { text: item.number, source: null };
  if (item !== undefined) item.number = null;
  const lines = text.split("\n").map((line) => ({ text: line, start: null }));
  sayCode(page, language ?? "", lines, number);
}
