import type { Document } from "./html-dom.ts";

/* What would go with the clutter of a page, though it is text, is put where it stays. */

/** A quote's source stands in its footer, and every other footer is the page's. */
export function keepSources(document: Document): void {
  for (const footer of document.querySelectorAll("blockquote footer")) {
    const source = document.createElement("p");
    source.append(...footer.childNodes);
    footer.replaceWith(source);
  }
}

/** What is hidden and all scripts go: where a formula is drawn, its MathML or TeX stands in its place. */
export function keepFormulas(document: Document): void {
  for (const drawn of document.querySelectorAll(
    ".katex, mjx-container, .mwe-math-element, .MathJax, .MJX_Assistive_MathML",
  )) {
    const math = drawn.querySelector("math");
    if (math !== null) drawn.replaceWith(math);
  }
  for (const script of document.querySelectorAll('script[type^="math/tex"]')) {
    const before = script.previousElementSibling;
    if (before?.nodeName.toLowerCase() === "math") continue;
    const math = document.createElement("math");
    const tex = document.createElement("annotation");
    tex.setAttribute("encoding", "application/x-tex");
    tex.append(script.textContent ?? "");
    math.append(tex);
    if (/mode\s*=\s*display/.test(script.getAttribute("type") ?? "")) math.setAttribute("display", "block");
    script.replaceWith(math);
  }
}
