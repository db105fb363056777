import type { Attribute, Elements } from "./html-elements.ts";

// `del` and `s`: what its author took back. `video`, `svg` and the like: by their names (html-media.ts).
const neverHeard = new Set(
  `annotation annotation-xml applet audio button canvas datalist del head iframe map meter nav noembed noframes noscript
  object progress rp rt rtc s script select strike style svg template textarea title video`.split(/\s+/),
);

// Parts of a page that work it, not of a text. (`banner`, `contentinfo` and `complementary` stand around a text: html-page.ts.)
const silentRoles = new Set(
  `alertdialog dialog directory listbox menu menubar navigation progressbar radiogroup scrollbar search slider spinbutton switch
  tablist toolbar tooltip tree treegrid`.split(/\s+/),
);

// For those who hear the page and not the text alone: "opens in a new window", "skip to content", names of buttons.
const unseenNames =
  /(?:^|\s)(?:(?!not-)(?:[\w-]*-)?(?:sr-only|visually-?hidden|assistive-text)|show-for-sr|screen-reader(?:-text|-only)?|screenreader-only|a11y-hidden|u-hidden-visually|element-invisible)(?:\s|$)/i;
const unseenStyle =
  /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{4,})/i;
// LaTeXML's, in front of the note itself.
const noteMark = /(?:^|\s)ltx_(?:note_mark|tag_note)(?:\s|$)/;
const permalink =
  /(?:^|\s)(?:headerlink|header-anchor|heading-anchor|heading-link|anchorjs-link|hash-link|permalink|anchor)(?:\s|$)/i;

export function isSilent(elements: Elements, name: string, attribute: Attribute): boolean {
  if (name === "button" && elements.stack.at(-1)?.kind === "heading" && unfolds(attribute)) return isHidden(attribute);
  // VitePress: "ts" in the corner of a code block.
  if (name === "span" && elements.code !== null && attribute("class") === "lang") return true;
  if (neverHeard.has(name) || elements.silent.has(name)) return true;
  const drawn = drawnFormula(name, attribute);
  if (drawn !== null) return drawn;
  if (name === "a" && elements.capture?.name !== "pre" && isNoteMark(elements, attribute)) return true;
  if (name === "dialog") return attribute("open") === null;
  // A script shows the whole page when it is ready.
  if (name !== "body" && isHidden(attribute)) return true;
  if (noteMark.test(attribute("class") ?? "")) return true;
  if (silentRoles.has(attribute("role")?.trim().toLowerCase() ?? "")) return true;
  return name === "a" && permalink.test(attribute("class") ?? "") && (attribute("href") ?? "").includes("#");
}

/** A button that is all of a heading opens what stands below: the question above its answer. */
export function unfolds(attribute: Attribute): boolean {
  return attribute("aria-expanded") !== null;
}

/** Not seen by those who look at the page. */
export function isHidden(attribute: Attribute): boolean {
  const hidden = attribute("hidden")?.trim().toLowerCase() ?? null;
  // "until-found" is folded up, as the body of a `details` is, which is text like any other. "{false}": JSX.
  if (hidden !== null && hidden !== "until-found" && hidden !== "{false}") return true;
  if (/^\s*\{?true\}?\s*$/i.test(attribute("aria-hidden") ?? "")) return true;
  return unseenNames.test(attribute("class") ?? "") || unseenStyle.test(attribute("style") ?? "");
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
