import { decodeEntity, entity } from "./entities.ts";
import {
  closeElement,
  isGathered,
  openElement,
  sayFormula,
  sayLiteral,
  sayText,
  type Elements,
} from "./html-elements.ts";
import { attributeOf, closingTag, openingTag } from "./html-tags.ts";

/*
 * Reads HTML as it comes, without a tree: raw HTML in Markdown, and pages so deep or long that building a tree takes too long.
 * Linear in the text whatever it holds.
 */

/** Gives the place in the body for a place in the text; asked in rising order. */
type Place = (at: number) => number;

const entities = new RegExp(entity.source, "g");
const rawText = new Set(["script", "style", "textarea", "title", "noscript", "iframe", "noframes"]);
const unread = [
  ["<!--", "-->"],
  ["<?", ">"],
  ["<![CDATA[", "]]>"],
  ["<!", ">"],
] as const;

export function readHtmlText(elements: Elements, text: string, place: Place): void {
  for (let at = 0; at < text.length;) {
    const mark = text.indexOf("<", at);
    const stop = mark === -1 ? text.length : mark;
    sayLines(elements, text.slice(at, stop), at, place);
    if (mark === -1) return;
    at = readTag(elements, text, mark, place);
  }
}

function sayLines(elements: Elements, text: string, at: number, place: Place): void {
  let from = at;
  for (const line of text.split("\n")) {
    if (from > at) sayText(elements, " ", null);
    sayDecoded(elements, line, from, place);
    from += line.length + 1;
  }
}

function sayDecoded(elements: Elements, line: string, start: number, place: Place): void {
  let from = 0;
  for (const match of line.includes("&") ? line.matchAll(entities) : []) {
    const decoded = decodeEntity(match[0]);
    if (decoded === null) continue;
    if (match.index > from) sayTex(elements, line.slice(from, match.index), start + from, place);
    from = match.index + match[0].length;
    const at = place(start + match.index);
    sayLiteral(elements, decoded, [at, at + match[0].length]);
  }
  if (from < line.length) sayTex(elements, line.slice(from), start + from, place);
}

// TeX that a script of the page would draw: \(…\), \[…\], $$…$$.
const tex = /\\\(([^]{1,1000}?)\\\)|\\\[([^]{1,1000}?)\\\]|\$\$([^$]{1,1000})\$\$/g;

/** Says text in which TeX may stand. `place` is null where the text's own place is not known. */
export function sayTex(elements: Elements, text: string, start: number, place: Place | null): void {
  const say = (from: number, to: number) =>
    sayText(elements, text.slice(from, to), place === null ? null : place(start + from));
  if (isGathered(elements) || !/\\[([]|\$\$/.test(text)) return say(0, text.length);
  let from = 0;
  for (const match of text.matchAll(tex)) {
    if (match.index > from) say(from, match.index);
    sayFormula(elements, match[1] ?? match[2] ?? match[3] ?? "", match[1] === undefined);
    from = match.index + match[0].length;
  }
  if (from < text.length) say(from, text.length);
}

/** Where the tag that begins at `at` ends; a `<` that begins none is text. */
function readTag(elements: Elements, text: string, at: number, place: Place): number {
  const close = closingTag(text, at);
  if (close !== null) {
    closeElement(elements, close.name);
    return close.end;
  }
  const open = openingTag(text, at);
  if (open !== null) {
    openElement(elements, open.name, (name) => attributeOf(open.attributes, name));
    if (elements.maths !== null && text.startsWith("/>", open.end - 2)) closeElement(elements, open.name);
    if (!rawText.has(open.name)) return open.end;
    const inside = elements.maths?.name === open.name;
    if (!inside && elements.muted?.name !== open.name) return open.end;
    const stop = rawEnd(text, open.name, open.end);
    if (inside) sayText(elements, text.slice(open.end, stop), null);
    return stop;
  }
  const kind = unread.find(([mark]) => text.startsWith(mark, at));
  if (kind !== undefined) {
    const stop = text.indexOf(kind[1], at + 2);
    return stop === -1 ? text.length : stop + kind[1].length;
  }
  sayText(elements, "<", place(at));
  return at + 1;
}

function rawEnd(text: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, "gi");
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}
