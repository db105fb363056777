import { namesClutter } from "./html-clutter-names.ts";
import { isInvitation, isLabel, isLead, sectionApart } from "./html-clutter-words.ts";
import { isElement, visit, type Document, type Element } from "./html-dom.ts";
import { isHidden, unfolds } from "./html-silent.ts";
import { isSpeakable } from "./page.ts";
import { holdsTeasers } from "./html-teasers.ts";
import { textOf, weigh, type Weight, type Weights } from "./html-weight.ts";

/*
 * Takes out of a page's tree what stands around and between its text: navigation, notices, advertisements with their captions, rows to share,
 * bylines, related links, comments. Told by elements, roles and names, and by texts that are nothing but a label or a link. What holds much of
 * the page's text, or its heading, is never taken for any of it, whatever it is called.
 */

type Page = {
  weights: Weights;
  /** Characters outside of links. */
  plain: number;
  heading: Element | null;
  /** Whether the heading is still to come. */
  above: boolean;
  /** Whether an element holds elements alone, no text beside them: asked of each of its children. */
  holders: Map<Element, boolean>;
};

const muchOfAll = 0.4;
const mostOfAll = 0.6;
const headings = /^H[1-6]$/;
const neverText = new Set("nav dialog form button noscript script style template object canvas select".split(" "));
const aroundText = new Set(
  "banner contentinfo complementary navigation search dialog alertdialog menubar tablist toolbar tooltip".split(" "),
);
const ofAmp =
  /^amp-(?:ads?|auto-ads|sticky-ad|embed|social-share|sidebar|consent|user-notification|analytics|pixel|lightbox|next-page)$/;
const isNote =
  /(?:^|[\s_-])(?:note|tip|hint|warning|caution|important|danger|info|callout|admonition|footnotes?|example)(?:$|[\s_-])/i;
const inline = new Set("a abbr b cite em i label q s small span strong sub sup time u".split(" "));
const unnamed = new Set("pre code h1 th tr tbody thead math".split(" "));
const blocks = /^(?:P|DIV|SECTION|CENTER|H[2-6])$/;
const names =
  /^(?:advertisement|iklan|share|bagikan|breadcrumbs?|pagination|comments|related|table of contents|cookies?|newsletter)\b/i;
const signed = "[rel=author],[itemprop=author],[itemprop=datePublished],[itemprop=dateModified]";

/** Gives back the page's heading, where it is clear which that is. */
export function removeClutter(document: Document, body: Element): Element | null {
  const weights = weigh(body);
  const { text, linked } = weights.get(body)!;
  const heading = headingOf(document, weights);
  const page: Page = { weights, plain: text - linked, heading, above: heading !== null, holders: new Map() };
  const clutter: Element[] = [];
  const nodes = visit(body);
  for (let step = nodes.next(); !step.done;) {
    const { node, leaving } = step.value;
    if (node === heading) page.above = false;
    const out = !leaving && node !== body && isElement(node) ? outOf(page, node) : [];
    clutter.push(...out);
    step = nodes.next(out.length > 0);
  }
  for (const element of clutter) element.remove();
  return heading;
}

/** What goes out of the page with this element: nothing, itself, or with a heading its whole section. */
function outOf(page: Page, element: Element): Element[] {
  if (/^(?:MAIN|HEAD)$/.test(element.nodeName)) return [];
  if (isRowOfTeasers(page, element)) return [element];
  if (holdsText(page, element, muchOfAll)) return [];
  if (headings.test(element.nodeName)) {
    const section = sectionOf(page, element);
    if (section.length > 0) return section;
  }
  return isMarked(element, page.weights) || tellsClutter(page, element) ? [element] : [];
}

function holdsText({ weights, plain, heading }: Page, element: Element, much: number): boolean {
  const { text, linked } = weights.get(element)!;
  return text - linked > plain * much || (heading !== null && element.contains(heading));
}

/** Teasers may be half of a page; a page of nothing else is a list of contents, which is heard. */
function isRowOfTeasers(page: Page, element: Element): boolean {
  if (!/^(?:DIV|SECTION)$/.test(element.nodeName) || page.weights.get(element)!.links < 3) return false;
  return !holdsText(page, element, mostOfAll) && holdsTeasers(element, page.weights);
}

/** Told by its name, its role, its attributes. */
function isMarked(element: Element, weights: Weights): boolean {
  const name = element.nodeName.toLowerCase();
  const attribute = (wanted: string) => element.getAttribute(wanted);
  if (isHidden(attribute)) return name !== "math" && element.querySelector("math") === null;
  if (name === "button" && isHeadingText(element)) return false;
  if (neverText.has(name) || ofAmp.test(name) || aroundText.has(attribute("role") ?? "")) return true;
  const called = `${attribute("class") ?? ""} ${attribute("id") ?? ""}`;
  if (name === "aside" && !isNote.test(`${called} ${attribute("role") ?? ""}`)) return true;
  if (name === "footer" || name === "header") return !isOfText(element, name) || isOfLinks(weights.get(element)!);
  if (names.test(attribute("aria-label") ?? "")) return true;
  if (unnamed.has(name) || !namesClutter(called)) return false;
  if (name === "td") return weights.get(element)!.links >= 3;
  return !inline.has(name) || !isInSentence(element, weights);
}

function isHeadingText(button: Element): boolean {
  return headings.test(button.parentElement?.nodeName ?? "") && unfolds((wanted) => button.getAttribute(wanted));
}

/** A header in an article is the article's; a footer, save a quotation's, is none of the text wherever it stands. */
function isOfText(element: Element, name: string): boolean {
  const text = name === "header" ? /^(?:ARTICLE|MAIN|SECTION)$/ : /^(?:BLOCKQUOTE|FIGURE)$/;
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    if (text.test(parent.nodeName) || (name === "header" && parent.getAttribute("role") === "main")) return true;
  }
  return false;
}

/** The name of who wrote an answer, above it. */
function isOfLinks({ text, linked }: Weight): boolean {
  return text > 0 && linked > text * 0.8;
}

/** "On <span class=date>1 May</span> they met": its name says what a word is, not that it is none of the text. */
function isInSentence(element: Element, weights: Weights): boolean {
  let block = element.parentElement;
  while (block !== null && inline.has(block.nodeName.toLowerCase())) block = block.parentElement;
  if (block === null || !/^(?:P|LI|DD|TD|BLOCKQUOTE|DIV)$/.test(block.nodeName)) return false;
  return weights.get(block)!.text - weights.get(element)!.text >= 20;
}

/** Told by what it says. */
function tellsClutter(page: Page, element: Element): boolean {
  const name = element.nodeName.toLowerCase();
  const { text, linked, links } = page.weights.get(element)!;
  if (text === 0 || unnamed.has(name)) return false;
  // Around the same text: what that says was asked of the element outside.
  const around = element.parentElement;
  if (around !== null && blocks.test(around.nodeName) && page.weights.get(around)?.text === text) return false;
  const apart = inline.has(name) ? standsAlone(page, element) : blocks.test(element.nodeName);
  if (apart && (name === "time" || (text <= 70 && isLabel(textOf(element))))) return true;
  if (apart && text <= 300 && isInvitation(textOf(element))) return true;
  if (apart && linked === text && text <= 100 && leadsElsewhere(page, textOf(element))) return true;
  if (name === "a" && text <= 2 && !isSpeakable(textOf(element))) return true;
  const share = linked / text;
  if (apart && links > 0 && text <= 400 && share > 0.5 && isLead(textOf(element))) return true;
  if (/^(?:p|div|span|address)$/.test(name) && apart && text <= 160 && isByline(element)) return true;
  return links >= 4 && share > 0.8 && /^(?:ul|ol|div|section|center|p|table)$/.test(name);
}

/** A link alone: to the section that a heading below it stands in, or to the pages before and after. */
function leadsElsewhere({ above }: Page, text: string): boolean {
  return above || /^[←⟵‹«]|[→⟶›»]$/.test(text);
}

/** Between blocks, with no text beside it. (A cell of a table of dates is no such place.) */
function standsAlone({ holders }: Page, { parentElement: parent }: Element): boolean {
  if (parent === null) return false;
  let holds = holders.get(parent);
  if (holds === undefined) holders.set(parent, (holds = isHolder(parent)));
  return holds;
}

function isHolder(element: Element): boolean {
  if (!/^(?:DIV|SECTION|ARTICLE|MAIN|BODY|HEADER|CENTER|FORM|TD)$/.test(element.nodeName)) return false;
  if (element.nodeName === "TD" && element.querySelector("p,h1,h2") === null) return false;
  for (const node of element.childNodes)
    if (node.nodeType === 3 && (node.textContent ?? "").trim() !== "") return false;
  return true;
}

/** One of several with a time each: a programme, a chronicle. */
function isTimetable({ previousElementSibling: before, nextElementSibling: after }: Element): boolean {
  return (before?.querySelector("time") ?? after?.querySelector("time") ?? null) !== null;
}

// "By Friday the strike had ended." has a stop, as "1945 The war ends." has.
const isSentence = /[^\s.]{4,}[.!?]["”’)]*$/;
const writtenBy = /^(?:[Bb]y|BY|[Oo]leh|OLEH|[Pp]enulis|[Rr]eporter|[Ee]ditor)\s*:?\s+\p{Lu}/u;

function isByline(element: Element): boolean {
  if (element.querySelector(signed) !== null) return true;
  const text = textOf(element);
  const time = element.querySelector("time");
  if (isSentence.test(text)) return false;
  if (time !== null && isTimetable(element)) return false;
  if (time !== null && text.length - textOf(time).length <= 25) return true;
  return writtenBy.test(text) && (time ?? element.querySelector("a")) !== null;
}

/**
 * A heading of what is apart from the text, with all that stands under it: up to the next that is no lower. Lists of notes stay: a note is heard
 * where it is referred to. Empty for other headings.
 */
function sectionOf(page: Page, heading: Element): Element[] {
  const kind = page.weights.get(heading)!.text > 80 ? null : sectionApart(headingText(heading));
  if (kind === null) return [];
  const box = heading.parentElement!;
  const boxed = box.nodeName === "DIV" && page.weights.get(box)!.text - page.weights.get(heading)!.text < 20;
  const section: Element[] = [boxed ? box : heading];
  if (kind === "notes") {
    const list = section[0]!.nextElementSibling;
    return list !== null && isNoteList(list) ? section : [];
  }
  let [text, linked] = [0, 0];
  for (let next = section[0]!.nextElementSibling; next !== null; next = next.nextElementSibling) {
    const other = headings.test(next.nodeName) ? next : next.querySelector("h1,h2,h3,h4,h5,h6");
    if ((other !== null && other.nodeName <= heading.nodeName) || holdsText(page, next, muchOfAll)) break;
    if (isNoteList(next)) continue;
    section.push(next);
    text += page.weights.get(next)!.text;
    linked += page.weights.get(next)!.linked;
  }
  return kind === "always" || linked > text * 0.4 || text === 0 ? section : [];
}

// "See also[edit]", "See also¶"
function headingText(heading: Element): string {
  return textOf(heading).replace(/\s*(?:\[[^\]]{0,40}\]|[¶#§🔗])\s*$/u, "");
}

function isNoteList(element: Element): boolean {
  const names = /(?:^|\s)(?:references|reflist|footnotes|footnote-list)(?:\s|$|-)/;
  return names.test(element.getAttribute("class") ?? "") || element.querySelector(".references,.footnotes") !== null;
}

/** The only heading of the first level, or that which the page's title repeats. */
function headingOf(document: Document, weights: Weights): Element | null {
  const all = [...document.querySelectorAll("h1")].filter((heading) => (weights.get(heading)?.text ?? 0) > 0);
  if (all.length === 1) return all[0]!;
  const title = document.title.toLowerCase();
  return all.find((heading) => title.includes(textOf(heading).toLowerCase())) ?? null;
}
