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

function walk(root: Node, page: Page): void {
  const noted = new Set<Node>();
  let notes: Map<string, Node> | null = null;
  const elements: Elements = newElements(page, new Set(), (id) => {
    notes ??= noteNodes(root);
    const node = notes.get(id);
    if (node === undefined || noted.has(node) || isSource(node, id)) return;
    noted.add(node);
    page.after.push(() => readNote(node, page));
  });
  readTree(root, elements);
  end(page);
}

function readTree(root: Node, elements: Elements): void {
  const nodes = visit(root);
  for (let step = nodes.next(); !step.done;) {
    const { node, leaving } = step.value;
    let skip = false;
    if (node.nodeType === 3) sayTex(elements, node.textContent ?? "", 0, null);
    else if (node.nodeType === 1) skip = leaving ? leave(elements, node) : enter(elements, node);
    step = nodes.next(skip);
  }
}

/** Whether its children are to be passed over. */
function enter(elements: Elements, node: Node): boolean {
  const name = node.nodeName.toLowerCase();
  const attribute = (wanted: string) => node.getAttribute?.(wanted) ?? startOf(node, name, wanted);
  if (isNotes(attribute)) return true;
  openElement(elements, name, attribute);
  if (elements.muted !== null) {
    elements.muted = null;
    return true;
  }
  if (node.firstChild === null) closeElement(elements, name);
  return false;
}

function leave(elements: Elements, node: Node): false {
  closeElement(elements, node.nodeName.toLowerCase());
  return false;
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

function noteNodes(root: Node): Map<string, Node> {
  const notes = new Map<string, Node>();
  for (const { node, leaving } of visit(root)) {
    const id = leaving || node.nodeType !== 1 ? null : node.getAttribute?.("id");
    if (id && /^(?:LI|ASIDE|DIV|P|DD|TD|SECTION)$/i.test(node.nodeName)) notes.set(id, node);
  }
  return notes;
}

function readNote(node: Node, page: Page): void {
  const first = page.blocks.length;
  const elements = newElements(page);
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeType === 3) sayTex(elements, child.textContent ?? "", 0, null);
    else readTree(child, elements);
  }
  end(page);
  const opening = page.blocks[first];
  if (opening === undefined) return;
  for (const block of page.blocks.slice(first)) if (block.kind === "paragraph") block.kind = "note";
  if (page.phrases.footnote !== null) opening.inline.unshift({ text: `${page.phrases.footnote} `, source: null });
}
