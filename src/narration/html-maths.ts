import { beginText, sayFormula, type Attribute, type Elements } from "./html-elements.ts";
import { closeMath, decoded, mathFrom, mathText, newMath, openMath, type MathBuilder } from "./maths/mathml.ts";
import { end, mathMl } from "./page.ts";

/*
 * Formulas of a page: `<math>`, and what scripts make of TeX. KaTeX and MathJax draw a formula from hundreds of letters and keep MathML
 * beside them for screen readers; MathJax 2 leaves the TeX in a `<script type="math/tex">`, MathJax 4 in an attribute, Wikipedia hides its
 * MathML from sight.
 */

/** `tex`: the text is TeX and not MathML. */
export type Maths = { name: string; depth: number; builder: MathBuilder; tex: string | null; block: boolean };

/** `said`: the formula that was drawn has just been heard, so its TeX is not. */
export type Drawn = { latex: string | null; said: boolean };

const blocks =
  /^(?:address|article|blockquote|div|dl|d[dt]|figure|footer|h[1-6]|header|hr|li|main|ol|p|pre|section|table|t[dhr]|ul|body|html)$/;

/** Whether the tag belongs to a formula. A block ends one that was left open. */
export function openMaths(elements: Elements, name: string, attribute: Attribute): boolean {
  const { maths, drawn } = elements;
  if (maths !== null) {
    if (blocks.test(name)) {
      finishMaths(elements);
      return false;
    }
    if (name === maths.name) maths.depth++;
    openMath(maths.builder, name, attribute);
    return true;
  }
  if (name === "math") return begin(elements, name, attribute("display") === "block", null);
  if (name === "math-renderer") return begin(elements, name, /display/.test(attribute("class") ?? ""), "");
  if (name === "script") return openScript(elements, attribute("type") ?? "");
  if (name === "mjx-container") elements.drawn = { latex: null, said: false };
  if (name === "mjx-math") drawn.latex = attribute("data-latex");
  return sayData(elements, attribute);
}

export function closeMaths(elements: Elements, name: string): boolean {
  const { maths, drawn } = elements;
  if (maths === null) {
    if (name === "mjx-container" && drawn.latex !== null) sayFormula(elements, drawn.latex, false);
    if (name === "mjx-container") drawn.latex = null;
    return false;
  }
  if (name === maths.name && --maths.depth === 0) finishMaths(elements);
  else if (blocks.test(name)) {
    finishMaths(elements);
    return false;
  } else closeMath(maths.builder, name);
  return true;
}

/** Takes the text of a formula that is open. */
export function mathsText(elements: Elements, text: string): boolean {
  const { maths, drawn } = elements;
  if (maths === null) {
    if (text.trim() !== "") drawn.said = false;
    return false;
  }
  if (maths.tex === null) mathText(maths.builder, text);
  else maths.tex += text;
  return true;
}

export function finishMaths(elements: Elements): void {
  const { maths, page, drawn } = elements;
  elements.maths = null;
  if (maths === null) return;
  if (maths.tex !== null) {
    const tex = maths.tex.trim().replace(/^(\${1,2})([^]*)\1$/, "$2");
    if (maths.name !== "script" || !drawn.said) sayFormula(elements, tex, maths.block);
    drawn.said = false;
    return;
  }
  if (maths.block) end(page);
  beginText(elements, "x");
  mathMl(page, maths.builder.broken ? null : maths.builder.root, null);
  if (maths.block) end(page);
  drawn.latex = null;
  drawn.said = true;
}

function begin(elements: Elements, name: string, block: boolean, tex: string | null): true {
  elements.maths = { name, depth: 1, builder: newMath(), tex, block };
  return true;
}

function openScript(elements: Elements, type: string): boolean {
  return /^math\/tex/i.test(type) && begin(elements, "script", /mode\s*=\s*display/i.test(type), "");
}

/** MathJax 2 has its MathML in an attribute; what it drew is letters and spaces. */
function sayData(elements: Elements, attribute: Attribute): boolean {
  const markup = attribute("data-mathml");
  // A tree has its attributes decoded, text that is read as it comes has not.
  const math = markup === null ? null : mathFrom(markup.startsWith("&lt;") ? decoded(markup) : markup);
  if (math === null) return false;
  beginText(elements, "x");
  mathMl(elements.page, math, null);
  elements.drawn.said = true;
  return false;
}
