import { visit, type Element, type Node } from "./html-dom.ts";
import { weigh, type Weights } from "./html-weight.ts";

/*
 * Where the prose of a tree is: text that flows in one element for a sentence or more. Labels, teasers and menus are shorter.
 */

const fewest = 80;
const flowing = /^(?:#text|A|ABBR|B|BR|CITE|CODE|DEL|EM|FONT|I|INS|KBD|MARK|Q|S|SMALL|SPAN|STRONG|SUB|SUP|TIME|U|WBR)$/;

export type Prose = {
  /** Characters of prose in each node that has some. */
  of: Map<Node, number>;
  /** The text of each element that has prose of its own. */
  texts: Map<Node, string>;
  weights: Weights;
};

/** Of `chosen` texts alone, where they are given. */
export function proseIn(root: Node, chosen?: ReadonlySet<string>): Prose {
  const weights = weigh(root);
  const of = new Map<Node, number>();
  const texts = new Map<Node, string>();
  for (const { node, leaving } of visit(root)) {
    if (!leaving || flowing.test(node.nodeName)) continue;
    const own = ownLength(node, weights);
    const text = own < fewest ? "" : bare(node);
    const counts = own >= fewest && (chosen === undefined || chosen.has(text));
    if (counts) texts.set(node, text);
    let sum = counts ? own : 0;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) sum += of.get(child) ?? 0;
    if (sum > 0) of.set(node, sum);
  }
  return { of, texts, weights };
}

// Where a descent ends: what is inside of these is read as a part of them.
const parts = /^(?:P|LI|UL|OL|DL|BLOCKQUOTE|PRE|FIGURE|DETAILS|H[1-6])$/;
const frames = /^(?:TABLE|TBODY|THEAD|TR)$/;

/** The innermost element that holds `share` of the prose, and of all plain text as much as `plain` says. */
export function innermost(root: Element, { of, weights }: Prose, share: number, plain: number): Element {
  const plainOf = (node: Node) => (weights.get(node)?.text ?? 0) - (weights.get(node)?.linked ?? 0);
  const wanted = (of.get(root) ?? 0) * share;
  let found = root;
  for (let child = root.firstChild; child !== null && wanted > 0;) {
    const holds = (of.get(child) ?? 0) >= wanted && plainOf(child) >= plainOf(root) * plain;
    if (!holds || parts.test(child.nodeName)) {
      child = child.nextSibling;
      continue;
    }
    if (!frames.test(child.nodeName)) found = child as Element;
    child = child.firstChild;
  }
  return found;
}

function ownLength(node: Node, weights: Weights): number {
  let own = 0;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const { text, linked } = weights.get(child) ?? { text: 0, linked: 0 };
    if (flowing.test(child.nodeName)) own += text - linked;
  }
  return own;
}

function bare(node: Node): string {
  return (node.textContent ?? "").replace(/[^\p{L}\p{N}]+/gu, "");
}
