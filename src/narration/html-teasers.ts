import { isElement, type Element } from "./html-dom.ts";
import type { Weights } from "./html-weight.ts";

const fewest = 3;
const longest = 400;

/**
 * Whether an element holds nothing but teasers of other pages: three or more boxes, each of which begins with a link around its title or picture.
 * Items of a list and paragraphs may begin so in a text, too.
 */
export function holdsTeasers(element: Element, weights: Weights): boolean {
  let count = 0;
  for (const child of element.childNodes) {
    if (!isElement(child)) continue;
    const { text, links } = weights.get(child)!;
    if (text === 0) continue;
    const box = /^(?:DIV|ARTICLE|SECTION)$/.test(child.nodeName) && links > 0 && text <= longest;
    if (!box && !/^H[1-6]$/.test(child.nodeName)) return false;
    if (!box) continue;
    if (!beginsWithLink(child, weights)) return false;
    count++;
  }
  return count >= fewest;
}

/** The first element with text or a picture is a link, or holds a link alone. */
function beginsWithLink(box: Element, weights: Weights): boolean {
  for (let node = box.firstChild; node !== null;) {
    const { text = 0, linked = 0 } = weights.get(node) ?? {};
    if (node.nodeName === "A" && (text > 0 || node.firstChild !== null)) return true;
    if (text > 0 && linked === text) return true;
    if (node.nodeType === 3 && text > 0) return false;
    node = text > 0 ? node.firstChild : node.nextSibling;
  }
  return false;
}
