import { bare } from "./words.ts";
import { elementsOf } from "./chemistry.ts";
import { bigOperators, integerOf, isOperator, isRelation, partsOf, type Part, type ScriptsPart } from "./parts.ts";

/*
 * A formula as a line that can be read in a caption: x² + y² = z², √(a + b), ∑_{i=1}^n i. What Unicode has no raised or lowered sign for
 * is written as TeX would.
 */

const raised = charactersOf("0123456789+−=()niT′″‴*†∘°", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ′″‴*†°°");
const lowered = charactersOf("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ");
const combining = bare({
  "^": "\u0302",
  "‾": "\u0304",
  "~": "\u0303",
  "→": "\u20D7",
  "˙": "\u0307",
  "¨": "\u0308",
  "⃛": "\u20DB",
  ˇ: "\u030C",
  "˘": "\u0306",
});
const nouns = "!%°′″∞∅∇∂⋯…";
const spaced = "+−±∓×÷∪∩∖∧∨⊕⊗∘→⇒·";

export function display(part: Part): string {
  return show(part, false)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** `tight`: in scripts, where no spaces stand. */
function show(part: Part, tight: boolean): string {
  switch (part.kind) {
    case "blank":
      return "";
    case "number":
    case "name":
      return part.text;
    case "text":
      return part.text;
    case "operator":
      return part.text === "…" ? "⋯" : part.text;
    case "row":
      return showRow(part.parts, tight);
    case "fraction":
      return part.bar
        ? `${wrapped(part.top, true)}/${wrapped(part.bottom, isDifferential(part.bottom))}`
        : `C(${show(part.top, true)}, ${show(part.bottom, true)})`;
    case "root":
      return showRoot(part);
    case "scripts":
      return showScripts(part);
    case "fence":
      return showFence(part);
    case "table":
      return showLines(part.rows);
  }
}

function showRow(parts: readonly Part[], tight: boolean): string {
  let line = "";
  for (const [index, part] of parts.entries()) {
    const shown = show(part, tight);
    const space = !tight && index > 0 && needsSpace(parts, index);
    line += space ? ` ${shown}` : shown;
  }
  return line;
}

function needsSpace(parts: readonly Part[], index: number): boolean {
  const [before, part] = [parts[index - 1]!, parts[index]!];
  if (isOperator(part, ",.;:!%°′″")) return false;
  if (isOperator(before, ",;:") || isBetween(part) || isBetween(before)) return true;
  if (part.kind === "text" || before.kind === "text" || isWord(part) || isWord(before)) return !isOpening(part, before);
  if (before.kind === "number" && isUnit(part)) return true;
  if (isOperator(part, spaced)) return true;
  // A sign before one thing alone stands at it: "−b", "x = −b".
  if (isOperator(before, spaced))
    return index >= 2 && (!isOperator(parts[index - 2]) || isOperator(parts[index - 2], nouns));
  if (isBig(part) || isBig(before)) return true;
  return part.kind === "fraction" || (before.kind === "fraction" && part.kind !== "fence");
}

function isBetween(part: Part): boolean {
  return isRelation(part) || isOperator(part, "|");
}

function isUnit(part: Part): boolean {
  const base = part.kind === "scripts" ? part.base : part;
  return base.kind === "name" && base.upright && elementsOf(base.text) === null;
}

/** `sin(x)` */
function isOpening(part: Part, before: Part): boolean {
  return part.kind === "fence" && before.kind !== "text" && part.open === "(";
}

function isWord(part: Part): boolean {
  const base = part.kind === "scripts" ? part.base : part;
  return base.kind === "name" && base.upright && /^\p{Ll}{2}/u.test(base.text);
}

function isBig(part: Part): boolean {
  const base = part.kind === "scripts" ? part.base : part;
  return base.kind === "operator" && base.text !== "" && bigOperators.includes(base.text);
}

/** In brackets, unless it is one thing, or one product where that is clear. */
function wrapped(part: Part, product = false): string {
  const shown = show(part, false);
  const single = partsOf(part).length <= 1 && part.kind !== "fraction";
  const clear = product && /^[\p{L}\p{N}∂∇\p{M}]+$/u.test(shown);
  return single || clear || /^\p{N}+$/u.test(shown) ? shown : `(${shown})`;
}

function isDifferential(part: Part): boolean {
  const [first] = partsOf(part);
  return isOperator(first, "∂") || (first?.kind === "name" && first.text === "d");
}

function showRoot({ body, index }: Part & { kind: "root" }): string {
  const order = index === null ? null : integerOf(index);
  const sign =
    order === 3 ? "∛" : order === 4 ? "∜" : `${index === null || order === 2 ? "" : script(index, raised, "^")}√`;
  return `${sign}${wrapped(body)}`;
}

function showScripts(part: ScriptsPart): string {
  const { base, sub, sup, under, over, presub, presup } = part;
  const accent = over?.kind === "operator" ? combining[over.text] : undefined;
  let shown = base.kind === "fraction" || base.kind === "row" ? show(base, true) : show(base, false);
  const accented = accent !== undefined && !isOperator(base);
  if (accented) shown = withAccent(shown, accent);
  else if (base.kind === "row" && partsOf(base).length > 1) shown = `(${shown})`;
  const above = sup ?? (accented ? null : withoutBrace(over));
  const below = sub ?? withoutBrace(isOperator(under ?? undefined, "_") ? null : under);
  const before = [
    presup === null ? "" : script(presup, raised, "^"),
    presub === null ? "" : script(presub, lowered, "_"),
  ];
  return `${before.join("")}${shown}${below === null ? "" : script(below, lowered, "_")}${above === null ? "" : script(above, raised, "^")}`;
}

/** A bar over several letters, or any mark over digits (the period of a decimal), is drawn over each. */
function withAccent(shown: string, accent: string): string {
  if (/^\d{1,20}$/.test(shown))
    return [...shown].map((digit) => digit + (accent === "\u0304" ? "\u0305" : accent)).join("");
  if (!/^\p{L}{1,4}$/u.test(shown)) return shown;
  if (shown.length > 1 && accent !== "\u0304" && accent !== "\u20D7") return shown;
  if (accent === "\u0304" && shown.length > 1) return [...shown].map((letter) => `${letter}\u0305`).join("");
  return (shown + accent).normalize("NFC");
}

function isBrace(part: Part): boolean {
  return isOperator(part, "⏞⏟⎴⎵⏜⏝");
}

function withoutBrace(part: Part | null): Part | null {
  return part === null || isBrace(part) ? null : part;
}

function script(part: Part, characters: Record<string, string>, mark: string): string {
  const shown = show(part, true);
  const letters = [...shown];
  if (letters.every((letter) => characters[letter] !== undefined))
    return letters.map((letter) => characters[letter]).join("");
  return letters.length === 1 ? `${mark}${shown}` : `${mark}{${shown}}`;
}

function showFence({ open, close, body }: Part & { kind: "fence" }): string {
  if (body.kind === "fraction" && !body.bar) return show(body, false);
  return `${open}${body.kind === "table" ? showLines(body.rows, ", ") : show(body, false)}${close}`;
}

function showLines(rows: readonly Part[][], between = " "): string {
  const lines = rows.map((cells) =>
    cells
      .map((cell) => show(cell, false))
      .filter((cell) => cell !== "")
      .join(between),
  );
  return lines.filter((line) => line !== "").join("; ");
}

function charactersOf(plain: string, set: string): Record<string, string> {
  const targets = [...set];
  const pairs = [...plain].map((letter, index) => [letter, targets[index]!] as const);
  return bare(Object.fromEntries(pairs));
}
