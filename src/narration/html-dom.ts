import { createRequire } from "node:module";

/** As much of a DOM as we touch. */
export type Node = {
  nodeType: number;
  nodeName: string;
  textContent: string | null;
  firstChild: Node | null;
  nextSibling: Node | null;
  parentNode: Node | null;
  getAttribute?(name: string): string | null;
};

export type Element = Node & {
  childNodes: Iterable<Node>;
  parentElement: Element | null;
  previousElementSibling: Element | null;
  nextElementSibling: Element | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
  contains(node: Node): boolean;
  setAttribute(name: string, value: string): void;
  append(...nodes: (Node | string)[]): void;
  replaceWith(...nodes: Node[]): void;
  remove(): void;
};

export type Document = Element & {
  documentElement: Element;
  body: Element | null;
  title: string;
  createElement(name: string): Element;
};

export const isElement = (node: Node): node is Element => node.nodeType === 1;
export const isText = (node: Node): boolean => node.nodeType === 3;

/** A page, or a fragment of one, as a tree. Time and stack grow with its depth: see `isShallow`. */
export function parseHtml(body: string): Document {
  const { parseHTML } = createRequire(import.meta.url)("linkedom") as {
    parseHTML(html: string): { document: Document };
  };
  const inBody = /<body[\s>]/i.test(body) || /<\/head\s*>/i.test(body) ? body : `<body>${body}</body>`;
  const text = /<html[\s>]/i.test(body) ? body : `<html>${inBody}</html>`;
  return parseHTML(/^\s*<!doctype/i.test(text) ? text : `<!doctype html>${text}`).document;
}

// Counted without those whose end is often left out: they nest only within others.
const mayStayOpen = new Set(
  `area base br col colgroup dd dt embed hr img input li link meta optgroup option p param rp rt source tbody td tfoot th
  thead tr track wbr`.split(/\s+/),
);

// A real page has at most some hundred thousand elements, some twenty deep.
const deepest = 400;
const mostLevels = 5_000_000;
// Each may become a node or two, of some 300 bytes: also those that begin no tag.
const mostMarks = 300_000;

/** Whether a tree of it is built and looked through in a second or so, as far as can be told without one. */
export function isShallow(body: string): boolean {
  let depth = 0;
  let levels = 0;
  if (body.split("<", mostMarks + 2).length > mostMarks + 1) return false;
  for (const [, slash, name] of body.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (mayStayOpen.has(name!.toLowerCase())) continue;
    depth = slash === "" ? depth + 1 : Math.max(0, depth - 1);
    levels += depth;
    if (depth > deepest || levels > mostLevels) return false;
  }
  return true;
}

/** All nodes in their order, without recursion: each that has children comes again when they are done. */
export function* visit(root: Node): Generator<{ node: Node; leaving: boolean }, void, boolean | undefined> {
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
