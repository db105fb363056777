import { createRequire } from "node:module";
import { decodeEntity } from "./entities.ts";
import { closeElement, finishElements, newElements, openElement, type Elements } from "./html-elements.ts";
import { attributeOf, openingTag } from "./html-tags.ts";
import { canonical } from "./language.ts";
import { readHtmlText, sayTex } from "./html-text.ts";
import { cleaned, end, isSpeakable, type Page } from "./page.ts";

/** As much of a DOM as we touch. */
type Node = {
  nodeType: number;
  nodeName: string;
  textContent: string | null;
  firstChild: Node | null;
  nextSibling: Node | null;
  parentNode: Node | null;
  getAttribute?(name: string): string | null;
};
type Element = Node & {
  childNodes: Iterable<Node>;
  previousElementSibling: Node | null;
  querySelectorAll(selector: string): Iterable<Element>;
  setAttribute(name: string, value: string): void;
  append(...nodes: (Node | string)[]): void;
  replaceWith(node: Node): void;
};
type Document = Node & {
  documentElement: Node;
  body: Node | null;
  title: string;
  querySelectorAll(selector: string): Iterable<Element>;
  createElement(name: string): Element;
};

export type HtmlPage = {
  title: string | null;
  language: string | null;
  /** Plain text, to tell its language by. */
  sample(): string;
  read(page: Page): void;
};

// Past these a tree takes minutes to build or look through, or overflows the stack. Then the text is read as it comes.
const longestTree = 3_000_000;
const deepestTree = 400;

const aroundText = new Set(["header", "footer", "aside", "form"]);

/** A web page by its main text; a fragment (no `<html>`, no `<body>`) whole. Navigation, scripts and hidden text are never read. */
export function openHtml(body: string): HtmlPage {
  const isPage = /<(?:html|body)[\s>]/i.test(body.slice(0, 200_000));
  const around = isPage ? aroundText : new Set<string>();
  if (body.length > longestTree || !isShallow(body)) return withoutTree(body, around);
  const document = parse(body);
  const language = canonical(document.documentElement.getAttribute?.("lang") ?? null);
  const article = isPage ? mainText(document) : null;
  if (article !== null) return { title: article.title, language, ...reading(article.root, new Set()) };
  // Readability has changed the first tree.
  const whole = isPage ? parse(body) : document;
  return { title: oneLine(whole.title), language, ...reading(contentOf(whole), around) };
}

function reading(root: Node, silent: ReadonlySet<string>): Pick<HtmlPage, "sample" | "read"> {
  return {
    sample: () => (root.textContent ?? "").slice(0, 20_000),
    read: (page) => walk(root, page, silent),
  };
}

/** The body; where its tags are left out, which HTML allows, the tree has it beside an empty one. */
function contentOf(document: Document): Node {
  const { body } = document;
  return body && (body.textContent ?? "").trim() !== "" ? body : document.documentElement;
}

function withoutTree(body: string, silent: ReadonlySet<string>): HtmlPage {
  const head = body.slice(0, 100_000);
  const title = /<title[^>]{0,500}>([^<]{1,1000})<\/title/i.exec(head)?.[1] ?? "";
  const root = head.search(/<html[\s>]/i);
  const tag = root === -1 ? null : openingTag(body, root);
  return {
    title: oneLine(title.replace(/&[\w#]{1,32};/g, (found) => decodeEntity(found) ?? found)),
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

function oneLine(text: string): string | null {
  const line = cleaned(text).replace(/\s+/g, " ").trim();
  return line === "" ? null : line;
}

function parse(body: string): Document {
  const { parseHTML } = createRequire(import.meta.url)("linkedom") as {
    parseHTML(html: string): { document: Document };
  };
  const inBody = /<body[\s>]/i.test(body) || /<\/head\s*>/i.test(body) ? body : `<body>${body}</body>`;
  const text = /<html[\s>]/i.test(body) ? body : `<html>${inBody}</html>`;
  return parseHTML(/^\s*<!doctype/i.test(text) ? text : `<!doctype html>${text}`).document;
}

function mainText(document: Document): { title: string | null; root: Node } | null {
  type Found = { title?: string | null; content?: Node | null; textContent?: string | null } | null;
  const { Readability } = createRequire(import.meta.url)("@mozilla/readability") as {
    Readability: new (document: Document, options: object) => { parse(): Found };
  };
  keepSources(document);
  keepFormulas(document);
  try {
    const found = new Readability(document, { keepClasses: true, serializer: (node: Node) => node }).parse();
    if (!found?.content || !isSpeakable(found.textContent ?? "")) return null;
    return { title: oneLine(found.title ?? ""), root: found.content };
  } catch {
    // It gives up on trees that no browser would build; what the body holds can still be read.
    return null;
  }
}

/** A quote's source stands in its footer; Readability takes every footer for the page's. */
function keepSources(document: Document): void {
  for (const footer of document.querySelectorAll("blockquote footer")) {
    const source = document.createElement("p");
    source.append(...footer.childNodes);
    footer.replaceWith(source);
  }
}

/** Readability drops what is hidden and all scripts: where a formula is drawn, its MathML or TeX stands in its place. */
function keepFormulas(document: Document): void {
  for (const drawn of document.querySelectorAll(
    ".katex, mjx-container, .mwe-math-element, .MathJax, .MJX_Assistive_MathML",
  )) {
    for (const math of drawn.querySelectorAll("math")) {
      drawn.replaceWith(math);
      break;
    }
  }
  for (const script of document.querySelectorAll('script[type^="math/tex"]')) {
    const before = script.previousElementSibling;
    if (before?.nodeName.toLowerCase() === "math") continue;
    const math = document.createElement("math");
    const tex = document.createElement("annotation");
    tex.setAttribute("encoding", "application/x-tex");
    tex.append(script.textContent ?? "");
    math.append(tex);
    if (/mode\s*=\s*display/.test(script.getAttribute?.("type") ?? "")) math.setAttribute("display", "block");
    script.replaceWith(math);
  }
}

// Counted without those whose end is often left out: they nest only within others.
const mayStayOpen = new Set(
  `area base br col colgroup dd dt embed hr img input li link meta optgroup option p param rp rt source tbody td tfoot th
  thead tr track wbr`.split(/\s+/),
);

function isShallow(body: string): boolean {
  let depth = 0;
  for (const [, slash, name] of body.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (mayStayOpen.has(name!.toLowerCase())) continue;
    depth = slash === "" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > deepestTree) return false;
  }
  return true;
}

/** All nodes in their order, without recursion: each that has children comes again when they are done. */
function* visit(root: Node): Generator<{ node: Node; leaving: boolean }, void, boolean | undefined> {
  let node: Node | null = root;
  while (node !== null) {
    const skip: boolean | undefined = yield { node, leaving: false };
    let next: Node | null = skip === true ? null : node.firstChild;
    while (next === null && node !== null) {
      if (node.firstChild !== null || node === root) yield { node, leaving: true };
      if (node === root) return;
      next = node.nextSibling;
      if (next === null) node = node.parentNode;
    }
    node = next;
  }
}

function walk(root: Node, page: Page, silent: ReadonlySet<string>): void {
  const noted = new Set<Node>();
  let notes: Map<string, Node> | null = null;
  const elements: Elements = newElements(page, silent, (id) => {
    notes ??= noteNodes(root);
    const node = notes.get(id);
    if (node === undefined || noted.has(node)) return;
    noted.add(node);
    page.after.push(() => readNote(node, page, silent));
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
  return /(?:^|\s)(?:footnotes|footnote-list)(?:\s|$)/i.test(attribute("class") ?? "");
}

function noteNodes(root: Node): Map<string, Node> {
  const notes = new Map<string, Node>();
  for (const { node, leaving } of visit(root)) {
    const id = leaving || node.nodeType !== 1 ? null : node.getAttribute?.("id");
    if (id && /^(?:LI|ASIDE|DIV|P|DD|TD|SECTION)$/i.test(node.nodeName)) notes.set(id, node);
  }
  return notes;
}

function readNote(node: Node, page: Page, silent: ReadonlySet<string>): void {
  const first = page.blocks.length;
  const elements = newElements(page, silent);
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
