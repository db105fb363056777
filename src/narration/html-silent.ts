import type { Attribute, Elements } from "./html-elements.ts";

const neverHeard = new Set(
  `annotation annotation-xml applet audio button canvas datalist head iframe map meter nav noembed noframes noscript
  object progress rp rt rtc script select style svg template textarea title video`.split(/\s+/),
);

export function isSilent(elements: Elements, name: string, attribute: Attribute): boolean {
  if (neverHeard.has(name) || elements.silent.has(name)) return true;
  const drawn = drawnFormula(name, attribute);
  if (drawn !== null) return drawn;
  if (name === "a" && elements.capture?.name !== "pre" && isNoteMark(elements, attribute)) return true;
  if (name === "dialog") return attribute("open") === null;
  if (attribute("hidden") !== null || attribute("aria-hidden")?.trim().toLowerCase() === "true") return true;
  const style = attribute("style");
  return style !== null && /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))/i.test(style);
}

/** What is drawn of a formula is silent, the MathML beside it is not, hidden though it is. */
function drawnFormula(name: string, attribute: Attribute): boolean | null {
  if (name === "mjx-math" || attribute("data-mathml") !== null) return true;
  const names = attribute("class") ?? "";
  if (/\b(?:katex-html|MathJax_Preview|mwe-math-fallback-image-\w+)/.test(names)) return true;
  return /\bmwe-math-mathml-/.test(names) ? false : null;
}

/** A footnote's mark (its note follows the block) or the arrow back to it: neither is read. */
function isNoteMark(elements: Elements, attribute: Attribute): boolean {
  const role = attribute("role") ?? "";
  const names = attribute("class") ?? "";
  if (role === "doc-backlink" || /\bfootnote-?back/i.test(names) || attribute("data-footnote-backref") !== null)
    return true;
  const href = attribute("href") ?? "";
  if (!href.startsWith("#")) return false;
  const named = role === "doc-noteref" || /\bfootnote/i.test(names) || attribute("data-footnote-ref") !== null;
  const addressed =
    /^#(?:user-content-)?(?:fn|footnote|note|cite_note|endnote|sdfootnote|ftnt?|_ftn|_edn)[-_:.]?\w*\d/i.test(href);
  if (!named && !addressed && elements.capture?.name !== "sup") return false;
  if (elements.capture !== null) elements.capture.mark = true;
  elements.note(href.slice(1));
  return true;
}
