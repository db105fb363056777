import { findUrls, hostOf } from "./bare-url.ts";
import { decodeEntity, entity } from "./entities.ts";
import { closingTag, openingTag } from "./html-tags.ts";
import { readBracketFormula, readDollarFormula } from "./markdown-formula.ts";
import { linkEnd } from "./markdown-links.ts";
import { closeEmphasis, delimiterRun } from "./markdown-emphasis.ts";
import { normalLabel } from "./markdown-references.ts";
import { add, find, type Piece, type References, type Scanner } from "./markdown-scanner.ts";

/*
 * What is said of a Markdown paragraph, heading or cell: CommonMark 0.31 with GitHub's extensions and formulas. The result is flat: marks are gone, and
 * a link is its text. Every search that may fail remembers that it failed, so the time is linear in the text.
 */

const special = /[\n`*_~[\]!<&\\${:]/g;
const escapable = /[!-/:-@[-`{-~]/;
const autolink = /<(?:([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)|([\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+))>/iy;
const footnote = /\[\^([^\]\s[]{1,200})\]/y;

// GitHub's names of emoji: shown as pictures, which are not said. "10:30:00" and "a:b:c" are none.
const shortcode =
  /(?<![\p{L}\p{N}:]):(?:[a-z][a-z0-9_+-]{0,59}|[+-]1|100|1234|8ball|1st_place_medal|2nd_place_medal|3rd_place_medal):(?![\p{L}\p{N}:])/uy;

export function readInline(text: string, references: References): Piece[] {
  const urls = findUrls(text);
  const scanner: Scanner = {
    text,
    at: 0,
    mark: -1,
    pieces: [],
    delimiters: [],
    brackets: [],
    dead: 0,
    lastOpen: -1,
    references,
    found: new Map(),
    ticks: null,
    urls,
    url: urls.next().value ?? null,
  };
  while (scanner.at < text.length) readNext(scanner);
  closeEmphasis(scanner, 0);
  return scanner.pieces;
}

function readNext(scanner: Scanner): void {
  const { text, at } = scanner;
  if (scanner.mark < at) {
    special.lastIndex = at;
    scanner.mark = special.exec(text)?.index ?? text.length;
  }
  const { mark } = scanner;
  while (scanner.url !== null && scanner.url[0] < at) scanner.url = scanner.urls.next().value ?? null;
  if (scanner.url !== null && scanner.url[0] <= mark) return readUrl(scanner, scanner.url);
  if (mark > at) add(scanner, { type: "text", start: at, end: mark });
  if (mark < text.length && !readMark(scanner)) add(scanner, { type: "text", start: mark, end: mark + 1 });
}

function readUrl(scanner: Scanner, [start, end]: [number, number]): void {
  if (start > scanner.at) add(scanner, { type: "text", start: scanner.at, end: start });
  add(scanner, { type: "literal", start, end, text: hostOf(scanner.text.slice(start, end)) });
}

function readMark(scanner: Scanner): boolean {
  switch (scanner.text[scanner.at]) {
    case "\n":
      return add(scanner, { type: "space", start: scanner.at, end: scanner.at + 1 });
    case "\\":
      return readEscape(scanner);
    case "`":
      return readCode(scanner);
    case "*":
    case "_":
    case "~":
      return delimiterRun(scanner);
    case "&":
      return readEntity(scanner);
    case "<":
      return readAngle(scanner);
    case "{":
      return skip(scanner, "{/*", "*/}");
    case "$":
      return readDollarFormula(scanner);
    case ":":
      return readShortcode(scanner);
    case "!":
      return scanner.text[scanner.at + 1] === "[" && openBracket(scanner, 2);
    case "[":
      return readFootnote(scanner) || openBracket(scanner, 1);
    default:
      return closeBracket(scanner);
  }
}

function readEscape(scanner: Scanner): boolean {
  const { text, at } = scanner;
  if (readBracketFormula(scanner)) return true;
  const next = text[at + 1];
  if (next === "\n") return add(scanner, { type: "space", start: at, end: at + 2 });
  if (next === undefined || !escapable.test(next)) return false;
  return add(scanner, { type: "literal", start: at, end: at + 2, text: next });
}

function readCode(scanner: Scanner): boolean {
  const { text, at } = scanner;
  const length = ticksAt(text, at);
  scanner.ticks ??= lastTicks(text);
  if ((scanner.ticks.get(length) ?? -1) <= at) return add(scanner, { type: "text", start: at, end: at + length });
  for (let close = text.indexOf("`", at + length); close !== -1;) {
    const run = ticksAt(text, close);
    if (run === length) {
      const padded =
        /^[ \n][^]*[ \n]$/.test(text.slice(at + length, close)) && /\S/.test(text.slice(at + length, close));
      const padding = padded ? 1 : 0;
      add(scanner, { type: "code", start: at + length + padding, end: close - padding });
      scanner.at = close + length;
      return true;
    }
    close = text.indexOf("`", close + run);
  }
  return false;
}

function ticksAt(text: string, start: number): number {
  let end = start;
  while (text[end] === "`") end++;
  return end - start;
}

/** Where the last run of backticks of each length stands. */
function lastTicks(text: string): Map<number, number> {
  const last = new Map<number, number>();
  for (const match of text.matchAll(/`+/g)) last.set(match[0].length, match.index);
  return last;
}

function readEntity(scanner: Scanner): boolean {
  entity.lastIndex = scanner.at;
  const match = entity.exec(scanner.text);
  const decoded = match === null ? null : decodeEntity(match[0]);
  if (match === null || decoded === null) return false;
  return add(scanner, { type: "literal", start: scanner.at, end: entity.lastIndex, text: decoded });
}

function readShortcode(scanner: Scanner): boolean {
  shortcode.lastIndex = scanner.at;
  if (!shortcode.test(scanner.text)) return false;
  return add(scanner, { type: "literal", start: scanner.at, end: shortcode.lastIndex, text: "" });
}

function readAngle(scanner: Scanner): boolean {
  const { text, at } = scanner;
  autolink.lastIndex = at;
  const link = autolink.exec(text);
  if (link !== null) {
    const said = link[2] ?? autolinkText(link[1]!);
    return add(scanner, { type: "literal", start: at, end: autolink.lastIndex, text: said });
  }
  const close = closingTag(text, at);
  if (close !== null) return add(scanner, { type: "close", start: at, end: close.end, tag: close });
  const open = openingTag(text, at);
  if (open !== null) return add(scanner, { type: "open", start: at, end: open.end, tag: open });
  return skipUnread(scanner);
}

function autolinkText(address: string): string {
  return hostOf(address) !== "" && address.includes("://") ? hostOf(address) : address.replace(/^(?:mailto|tel):/i, "");
}

// Comments, processing instructions, declarations, CDATA: never read.
function skipUnread(scanner: Scanner): boolean {
  const declares = /^<![a-z]/i.test(scanner.text.slice(scanner.at, scanner.at + 3));
  return (
    skip(scanner, "<!--", "-->") ||
    skip(scanner, "<?", "?>") ||
    skip(scanner, "<![CDATA[", "]]>") ||
    (declares && skip(scanner, "<!", ">"))
  );
}

function skip(scanner: Scanner, open: string, close: string): boolean {
  if (!scanner.text.startsWith(open, scanner.at)) return false;
  // "<!-->" is whole.
  const end = find(scanner, close, scanner.at + (open === "<!--" ? 2 : open.length));
  if (end === -1) return false;
  scanner.at = end + close.length;
  return true;
}

// A mark without its note is not read either.
function readFootnote(scanner: Scanner): boolean {
  footnote.lastIndex = scanner.at;
  const match = footnote.exec(scanner.text);
  if (match === null) return false;
  const label = normalLabel(match[1]!);
  if (!scanner.references.hasNote(label) && !/^[\w-]+$/.test(match[1]!)) return false;
  return add(scanner, { type: "footnote", start: scanner.at, end: footnote.lastIndex, label });
}

function openBracket(scanner: Scanner, length: number): boolean {
  const { at, pieces, brackets, delimiters } = scanner;
  scanner.lastOpen = at + length - 1;
  brackets.push({ piece: pieces.length, image: length === 2, at: at + length, delimiters: delimiters.length });
  return add(scanner, { type: "text", start: at, end: at + length });
}

function closeBracket(scanner: Scanner): boolean {
  const { at, brackets, pieces } = scanner;
  const bracket = brackets.pop();
  if (bracket === undefined) return false;
  const dead = brackets.length < scanner.dead;
  if (dead) scanner.dead = brackets.length;
  if (dead && !bracket.image) return false;
  const end = linkEnd(scanner, bracket.at, at);
  if (end === null) return false;
  const open = pieces[bracket.piece]!;
  pieces[bracket.piece] = bracket.image
    ? { type: "image", start: open.start, end: open.end }
    : { type: "literal", start: open.start, end: open.start, text: "" };
  if (bracket.image) add(scanner, { type: "imageEnd", start: at, end });
  closeEmphasis(scanner, bracket.delimiters);
  scanner.at = end;
  if (!bracket.image) scanner.dead = brackets.length;
  return true;
}
