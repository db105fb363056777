import { decodeEntity } from "./entities.ts";
import { closeElement, finishElements, newElements, openElement, type Elements } from "./html-elements.ts";
import { foreignLanguageOf } from "./foreign-language.ts";
import { isShallow, parseHtml, visit, type Node } from "./html-dom.ts";
import { mainText } from "./html-main.ts";
import type { Published } from "./html-published.ts";
import { attributeOf, openingTag } from "./html-tags.ts";
import { canonical } from "./language.ts";
import { readHtmlText, sayTex } from "./html-text.ts";
import { end, type Page } from "./page.ts";

export type HtmlPage = Published & {
  title: string | null;
  language: string | null;
  /** Plain text, to tell its language by. */
  sample(): string;
  read(page: Page): void;
};

// Past this, or too deep, a tree takes minutes to build or look through, or overflows the stack. Then the text is read as it comes.
const longestTree = 3_000_000;

const unsaid = { title: null, date: null, author: null };

const aroundText = new Set(["header", "footer", "aside", "form"]);

/** A web page by its main text; a fragment (no `<html>`, no `<body>`) whole. Navigation, scripts and hidden text are never read. */
export function openHtml(body: string): HtmlPage {
  const isPage = /<(?:!doctype|html|body|title|main)[\s>]/i.test(body.slice(0, 200_000));
  if (body.length > longestTree || !isShallow(body)) {
    return withoutTree(body, isPage ? aroundText : new Set<string>());
  }
  if (isPage) {
    const { root, language, ...page } = mainText(body);
    return { ...page, language: spokenIn(root, canonical(language)), ...reading(root) };
  }
  const { documentElement, body: root } = parseHtml(body);
  return {
    ...unsaid,
    language: canonical(documentElement.getAttribute("lang")),
    ...reading(root ?? documentElement),
  };
}

/** Pages say "en" of what their makers never set: what is surely another language counts for more. */
function spokenIn(root: Node, said: string | null): string | null {
  return foreignLanguageOf(sampleOf(root), said) ?? said;
}

function sampleOf(root: Node): string {
  return (root.textContent ?? "").replace(/\s+/g, " ").slice(0, 20_000);
}

function reading(root: Node): Pick<HtmlPage, "sample" | "read"> {
  return { sample: () => sampleOf(root), read: (page) => walk(root, page) };
}

function withoutTree(body: string, silent: ReadonlySet<string>): HtmlPage {
  const head = body.slice(0, 100_000);
  const title = /<title[^>]{0,500}>([^<]{1,1000})<\/title/i.exec(head)?.[1] ?? "";
  const root = head.search(/<html[\s>]/i);
  const tag = root === -1 ? null : openingTag(body, root);
  return {
    ...unsaid,
    title: title.replace(/&[\w#]{1,32};/g, (found) => decodeEntity(found) ?? found),
    language: canonical(tag === null ? null : attributeOf(tag.attributes, "lang")),
    sample: () => head.replace(/<[^<>]{1,2000}>/g, " "),
    read(page) {
      const elements = newElements(page, silent);
      readHtmlText(elements, body, (at) => at);
      finishElements(elements);
      end(page);
    },
  };
}

/** `noted`: what is heard behind the block that refers to it, and not again in its own place. */
type Notes = { noted: Set<Node>; follow(note: Node): void };

function walk(root: Node, page: Page): void {
  const noted = new Set<Node>();
  const follow = (note: Node): void => {
    noted.add(note);
    page.after.push(() => readNote(note, page));
  };
  let notes: Map<string, Node> | null = null;
  const elements: Elements = newElements(page, new Set(), (id) => {
    notes ??= noteNodes(root);
    const node = notes.get(id);
    if (node !== undefined && !noted.has(node) && !isSource(node, id)) follow(node);
  });
  readTree(root, elements, { noted, follow });
  end(page);
}

function readTree(root: Node, elements: Elements, notes: Notes | null): void {
  const nodes = visit(root);
  for (let step = nodes.next(); !step.done;) {
    const { node, leaving } = step.value;
    let skip = false;
    if (node.nodeType === 3) sayTex(elements, node.textContent ?? "", 0, null);
    else if (node.nodeType === 1) skip = leaving ? leave(elements, node) : enter(elements, node, notes);
    step = nodes.next(skip);
  }
}

/** Whether its children are to be passed over. */
function enter(elements: Elements, node: Node, notes: Notes | null): boolean {
  const name = nameOf(node);
  const attribute = (wanted: string) => node.getAttribute?.(wanted) ?? startOf(node, name, wanted);
  if (isNotes(attribute) || notes?.noted.has(node) === true) return true;
  if (notes !== null && noteInText.test(attribute("class") ?? "")) {
    notes.follow(node);
    return true;
  }
  openElement(elements, name, attribute);
  if (elements.muted !== null) {
    elements.muted = null;
    return true;
  }
  if (node.firstChild === null) closeElement(elements, name);
  return false;
}

function leave(elements: Elements, node: Node): false {
  closeElement(elements, nameOf(node));
  return false;
}

/** In lower case. What calls itself a heading is one, whatever it is made of. */
function nameOf(node: Node): string {
  const name = node.nodeName.toLowerCase();
  if (!/^(?:div|span|p)$/.test(name) || node.getAttribute?.("role") !== "heading") return name;
  return `h${/^[1-6]$/.exec(node.getAttribute("aria-level") ?? "")?.[0] ?? 2}`;
}

/** A list that counts down begins, if nothing else is said, with the number of its items. */
function startOf(node: Node, name: string, wanted: string): string | null {
  if (wanted !== "start" || name !== "ol" || node.getAttribute?.("reversed") == null) return null;
  let items = 0;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeName.toLowerCase() === "li") items++;
  }
  return String(items);
}

// LaTeXML writes a note where its mark stands.
const noteInText = /(?:^|\s)ltx_role_footnote(?:\s|$)/;

// The list of notes at a page's end: each is heard after the block that refers to it.
function isNotes(attribute: (name: string) => string | null): boolean {
  if (attribute("data-footnotes") !== null) return true;
  if (/^doc-(?:endnotes|footnote)$/.test(attribute("role") ?? "")) return true;
  if (/^(?:footnotes?|endnotes?|rearnotes?)$/.test(attribute("epub:type") ?? "")) return true;
  return /(?:^|\s)(?:footnotes|footnote-list|references|reflist)(?:\s|$)/i.test(attribute("class") ?? "");
}

/** A note that says where the text has it from, as an encyclopaedia's do: nobody wants to hear its pages and numbers. */
function isSource(note: Node, id: string): boolean {
  for (const { node } of visit(note)) {
    if (node.nodeName === "CITE") return true;
    if (node.nodeName === "A" && id.startsWith("cite_note") && /^https?:/.test(node.getAttribute?.("href") ?? ""))
      return true;
  }
  return false;
}

const holdsNote = /^(?:LI|ASIDE|DIV|P|DD|TD|SECTION)$/i;

/**
 * By their ids. Of Word, Google Docs and Substack the mark in front of the note has it, a link back to the mark in the text: then the note is the
 * block around, where that begins behind the mark in the text and holds no other note.
 */
function noteNodes(root: Node): Map<string, Node> {
  const notes = new Map<string, Node>();
  const places = new Map<string, number>();
  const marked = new Map<Node, string>();
  const open: { node: Node; place: number }[] = [];
  for (const { node, leaving } of visit(root)) {
    if (leaving) {
      if (open.at(-1)?.node === node) open.pop();
      continue;
    }
    if (node.nodeType !== 1) continue;
    const holder = holdsNote.test(node.nodeName);
    if (holder && node.firstChild !== null) open.push({ node, place: places.size });
    const id = node.getAttribute?.("id") || (node.nodeName === "A" && node.getAttribute?.("name")) || null;
    if (id === null) continue;
    if (holder) notes.set(id, node);
    const back = node.nodeName === "A" ? places.get(node.getAttribute?.("href")?.slice(1) ?? "") : undefined;
    const block = open.at(-1);
    if (back !== undefined && block !== undefined && block.place > back) {
      if (marked.has(block.node)) notes.delete(marked.get(block.node)!);
      else notes.set(id, block.node);
      marked.set(block.node, id);
    }
    if (!places.has(id)) places.set(id, places.size);
  }
  return notes;
}

function readNote(node: Node, page: Page): void {
  const first = page.blocks.length;
  const elements = newElements(page);
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeType === 3) sayTex(elements, child.textContent ?? "", 0, null);
    else readTree(child, elements, null);
  }
  end(page);
  const opening = page.blocks[first];
  if (opening === undefined) return;
  for (const block of page.blocks.slice(first)) if (block.kind === "paragraph") block.kind = "note";
  if (page.phrases.footnote !== null) opening.inline.unshift({ text: `${page.phrases.footnote} `, source: null });
}
