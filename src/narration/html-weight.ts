import { visit, type Element, type Node } from "./html-dom.ts";
import { isHidden } from "./html-silent.ts";

/** Characters of text in an element, those of them in links, and its links. */
export type Weight = { text: number; linked: number; links: number };

export type Weights = Map<Node, Weight>;

const none: Weight = { text: 0, linked: 0, links: 0 };

/** Of all nodes of a tree. What is hidden weighs nothing. */
export function weigh(root: Node): Weights {
  const weights: Weights = new Map();
  let links = 0;
  for (const { node, leaving } of visit(root)) {
    if (node.nodeType === 3) {
      const text = (node.textContent ?? "").replace(/\s+/g, " ").trim().length;
      weights.set(node, { text, linked: links > 0 ? text : 0, links: 0 });
    } else if (leaving || node.firstChild === null) {
      weights.set(node, node !== root && isUnseen(node) ? none : sumOf(weights, node));
      if (leaving && node.nodeName === "A") links--;
    } else if (node.nodeName === "A") links++;
  }
  return weights;
}

export function textOf(element: Element): string {
  return (element.textContent ?? "").replace(/\s+/g, " ").trim();
}

function isUnseen(node: Node): boolean {
  return isHidden((name) => node.getAttribute?.(name) ?? null);
}

function sumOf(weights: Weights, node: Node): Weight {
  const sum = { text: 0, linked: 0, links: node.nodeName === "A" ? 1 : 0 };
  if (/^(?:SCRIPT|STYLE|TEMPLATE|NOSCRIPT|SVG)$/i.test(node.nodeName)) return sum;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const { text, linked, links } = weights.get(child) ?? none;
    sum.text += text;
    sum.linked += linked;
    sum.links += links;
  }
  return sum;
}
