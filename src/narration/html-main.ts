import { createRequire } from "node:module";
import { removeClutter } from "./html-clutter.ts";
import { parseHtml, type Document, type Element, type Node } from "./html-dom.ts";
import { keepFormulas, keepSources } from "./html-keep.ts";
import { innermost, proseIn, type Prose } from "./html-prose.ts";
import { publishedIn, type Published } from "./html-published.ts";
import { textOf, weigh } from "./html-weight.ts";
import { cleaned } from "./page.ts";

export type MainText = Published & { title: string | null; language: string | null; root: Node };

type Opened = { document: Document; root: Element; heading: Element | null; published: Published };

/**
 * Where a page has its text: in its `main` or `article` where it says so, else in the innermost element that holds the prose. What is none of the
 * text is taken out of the tree before.
 */
export function mainText(body: string): MainText {
  const page = openPage(body);
  const [title, language] = [titleOf(page), languageOf(page)];
  return { title, language, ...page.published, root: marked(page.root) ?? densest(page) ?? toldApart(page, body) };
}

// What is left of a page after cleaning is nearly all text. Shorter lines count for it, too: else a disclaimer would be the text of a poem.
const mostOfAll = 0.6;
const mostOfProse = 0.85;
// Where Readability says which prose is the text: beside long teasers it may be less.
const someOfAll = 0.3;

function densest({ root, heading }: Opened): Element | null {
  const prose = proseIn(root);
  const inner = innermost(root, prose, mostOfProse, mostOfAll);
  return inner === root && prose.texts.size > 1 ? null : withHeading(inner, heading, prose);
}

/** Prose stands in several places. Readability finds which is the text; its own tree has lost too much to be read. */
function toldApart({ document }: Opened, body: string): Element {
  const found = readable(document);
  const { root, heading } = openPage(body);
  if (found === null) return root;
  const prose = proseIn(root, found);
  return withHeading(innermost(root, prose, mostOfProse, someOfAll), heading, prose);
}

/** The element around both, where it holds little more: a lead or a picture stands between heading and text. */
function withHeading(inner: Element, heading: Element | null, { weights }: Prose): Element {
  const plain = (element: Element) => weights.get(element)!.text - weights.get(element)!.linked;
  if (heading === null) return inner;
  let outer = inner;
  while (!outer.contains(heading)) {
    if (outer.parentElement === null || !weights.has(outer.parentElement)) return inner;
    outer = outer.parentElement;
  }
  return plain(outer) <= plain(inner) * 1.25 ? outer : inner;
}

function openPage(body: string): Opened {
  const document = parseHtml(body);
  const root = contentOf(document);
  const published = publishedIn(document);
  keepSources(document);
  keepFormulas(document);
  return { document, root, published, heading: removeClutter(document, root) };
}

/** The body; where its tags are left out, which HTML allows, the tree has it beside an empty one. */
function contentOf(document: Document): Element {
  const { body } = document;
  return body && (body.textContent ?? "").trim() !== "" ? body : document.documentElement;
}

/** The innermost of `main` and `article` that holds most of the text. */
function marked(root: Element): Element | null {
  const weights = weigh(root);
  const plain = (node: Node) => (weights.get(node)?.text ?? 0) - (weights.get(node)?.linked ?? 0);
  let found: Element | null = null;
  for (const element of root.querySelectorAll("main,[role=main],article")) {
    if (plain(element) > plain(found ?? root) * mostOfAll) found = element;
  }
  return found;
}

/** The paragraphs of what Readability takes for the text, as `proseIn` has them; null where it finds none. It spends the tree. */
function readable(document: Document): Set<string> | null {
  type Found = { content?: Element | null } | null;
  const { Readability } = createRequire(import.meta.url)("@mozilla/readability") as {
    Readability: new (document: Document, options: object) => { parse(): Found };
  };
  try {
    const found = new Readability(document, { serializer: (node: Node) => node }).parse();
    const texts = found?.content ? new Set(proseIn(found.content).texts.values()) : null;
    return texts === null || texts.size === 0 ? null : texts;
  } catch {
    // It gives up on trees that no browser would build; what the body holds can still be read.
    return null;
  }
}

function titleOf({ document, heading }: Opened): string | null {
  const said = heading === null ? "" : textOf(heading);
  const shared = document.querySelector('meta[property="og:title"]')?.getAttribute("content") ?? "";
  return oneLine(said) ?? oneLine(withoutSite(shared)) ?? oneLine(withoutSite(document.title));
}

/** "The night train | The Evening Post": the site's name is no part of the title. */
function withoutSite(title: string): string {
  const parts = title.split(/\s+[|–—·•»-]\s+/);
  const rest = title.slice(0, title.length - parts.at(-1)!.length).replace(/\s+[|–—·•»-]\s+$/, "");
  return parts.length > 1 && /\S\s+\S/.test(rest) ? rest : title;
}

/** What the page says, in one of the places where it may. */
function languageOf({ document }: Opened): string | null {
  const { documentElement, body } = document;
  const header = document.querySelector('meta[http-equiv="content-language" i],meta[property="og:locale"]');
  return documentElement.getAttribute("lang") ?? body?.getAttribute("lang") ?? header?.getAttribute("content") ?? null;
}

function oneLine(text: string): string | null {
  const line = cleaned(text).replace(/\s+/g, " ").trim();
  return line === "" ? null : line;
}
