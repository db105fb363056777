import { pairFences } from "./fences.ts";
import { textOf, type MathNode } from "./mathml.ts";
import { isOperator, row, scripts, type Part, type ScriptsPart } from "./parts.ts";
import { bare } from "./words.ts";
import { attachScripts, mergeNames, mergeNumbers } from "./attach.ts";

/*
 * Presentation MathML, as temml, KaTeX, MathJax, pandoc and Wikipedia write it, becomes parts. Element names and their meaning:
 * MathML 3, chapter 3 (W3C Recommendation).
 */

const blank: Part = { kind: "blank", drawn: "nothing" };
/** Drawn space: what it parts is not one word. */
const gap: Part = { kind: "blank", drawn: "space" };
const doubleStruck = bare({ C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ", E: "𝔼" });
const silent = new Set(["annotation", "annotation-xml", "maligngroup", "malignmark", "svg", "none"]);
const invisible = /[\u2061-\u2064\u200B-\u200F]|[\u{FE00}-\u{FE0F}]/gu;

type Reading = (node: MathNode) => Part;

const byElement = bare<Reading>({
  mi: (node) => identifier(node),
  mn: (node) => numberPart(node),
  mo: (node) => operator(node),
  mtext: (node) => text(node),
  ms: (node) => text(node),
  mphantom: () => ({ kind: "blank", drawn: "phantom" }),
  mspace: (node) => (/[1-9]/.test(node.attributes["width"] ?? "") ? gap : blank),
  mfrac: (node) => fraction(node),
  msqrt: (node) => ({ kind: "root", body: rowOf(node), index: null }),
  mroot: (node) => ({ kind: "root", body: child(node, 0), index: child(node, 1) }),
  msup: (node) => scripts(child(node, 0), given({ sup: child(node, 1) })),
  msub: (node) => scripts(child(node, 0), given({ sub: child(node, 1) })),
  msubsup: (node) => scripts(child(node, 0), given({ sub: child(node, 1), sup: child(node, 2) })),
  munder: (node) => limits(node, { under: child(node, lastOf(node)) }),
  mover: (node) => limits(node, { over: child(node, lastOf(node)) }),
  munderover: (node) => limits(node, { under: child(node, 1), over: child(node, 2) }),
  mmultiscripts: (node) => multiscripts(node),
  mtable: (node) => table(node),
  mfenced: (node) => fenced(node),
  menclose: (node) => enclosed(node),
  semantics: (node) => child(node, 0),
  maction: (node) => child(node, 0),
});

/** Recursive: the reader of the tree keeps it shallow. */
export function simplify(node: MathNode): Part {
  if (silent.has(node.name)) return blank;
  return byElement[node.name]?.(node) ?? rowOf(node);
}

function elements(node: MathNode): MathNode[] {
  return node.children.filter((part) => typeof part !== "string");
}

function child(node: MathNode, index: number): Part {
  const found = elements(node)[index];
  return found === undefined ? blank : simplify(found);
}

// temml leaves the space behind an operator's name between it and what stands below.
function lastOf(node: MathNode): number {
  return Math.max(1, elements(node).length - 1);
}

function rowOf(node: MathNode): Part {
  const parts = elements(node).flatMap(flat);
  // Text that stands in an element for which MathML has no text: said as it is.
  if (parts.length === 0) return node.children.length > 0 ? word(textOf(node)) : blank;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  // The bars between angle brackets are told by the brackets, so these are paired with them.
  const angles = isOperator(first, "⟨") && isOperator(last, "⟩");
  if (isDrawnFence(node) && first.kind === "operator" && last.kind === "operator" && !angles) {
    const inside = finished(parts.slice(1, -1));
    return { kind: "fence", open: first.text, close: last.text, body: row(inside) };
  }
  const whole = finished(parts);
  if (whole.length === 0)
    return parts.some((part) => part.kind === "blank" && part.drawn === "phantom") ? parts[0]! : blank;
  return row(whole);
}

/** Fences come last: what stands inside one must have found its scripts. */
function finished(parts: Part[]): Part[] {
  return pairFences(mergeNumbers(attachScripts(mergeNames(parts))));
}

// Braces of TeX and rows of MathML group for the eye; what they hold is read on.
function flat(node: MathNode): Part[] {
  if (/^(?:mrow|mstyle|mpadded|math|semantics)$/.test(node.name) && !isDrawnFence(node)) {
    const inner = node.name === "semantics" ? elements(node).slice(0, 1) : elements(node);
    return inner.flatMap(flat);
  }
  return [simplify(node)];
}

/** `\left( … \right)`: its sides belong together whatever they are, "." (none) among them. */
function isDrawnFence(node: MathNode): boolean {
  const parts = elements(node);
  const ends = [parts[0], parts.at(-1)];
  return (
    node.name === "mrow" &&
    parts.length > 1 &&
    ends.every((end) => end?.name === "mo" && end.attributes["fence"] === "true") &&
    !isOneSided(parts)
  );
}

// temml writes the fences of "(a)+(b)" flat in one row.
function isOneSided(parts: MathNode[]): boolean {
  return parts.slice(1, -1).some((part) => part.name === "mo" && part.attributes["fence"] === "true");
}

/** Letters of the mathematical alphabets (𝐯, 𝖳) are plain ones, said and shown. */
function plain(text: string): string {
  return roman(text.replace(invisible, "").normalize("NFC")).replace(/\s+/g, " ").trim();
}

function roman(text: string): string {
  return text.replace(/[\u{1D400}-\u{1D7FF}]/gu, (letter) => (letter === "𝔼" ? letter : letter.normalize("NFKC")));
}

function identifier(node: MathNode): Part {
  const raw = textOf(node);
  const variant = node.attributes["mathvariant"] ?? "";
  const name = plain(raw);
  if (name === "") return blank;
  if (variant === "double-struck" && doubleStruck[name])
    return { kind: "name", text: doubleStruck[name], upright: true };
  if (/^[\p{N}.,]*\p{N}[\p{N}.,]*$/u.test(name)) return { kind: "number", text: name };
  if (!/\p{L}/u.test(name) || name === "∂" || name === "ð")
    return { kind: "operator", text: likeOperators[name] ?? name };
  const bold = /bold/.test(variant) || /^[\u{1D400}-\u{1D433}\u{1D468}-\u{1D49B}]$/u.test(raw.trim());
  return {
    kind: "name",
    text: name,
    upright: variant === "normal" || /\p{L}{2}/u.test(name),
    ...(bold && { bold: true }),
  };
}

function numberPart(node: MathNode): Part {
  const text = plain(textOf(node)).replace(/[\s\u2008']+(?=\d)/g, "");
  if (text === "") return blank;
  if (/\p{L}/u.test(text)) return { kind: "name", text, upright: true };
  return { kind: "number", text };
}

const likeOperators = bare({
  "-": "−",
  "∗": "*",
  "⋆": "*",
  "⋅": "·",
  "∘": "∘",
  "¯": "‾",
  "|": "|",
  "∣": "|",
  "⌀": "∅",
});

function operator(node: MathNode): Part {
  const text = plain(textOf(node));
  if (text === "") {
    const side = node.attributes["fence"] === "true";
    return side ? { kind: "operator", text: "" } : blank;
  }
  if (/^\p{L}{2,}/u.test(text)) return { kind: "name", text, upright: true };
  // The circumflex that stands by itself counts as a letter.
  if (/^\p{L}$/u.test(text) && !/[∂ð\p{Lm}]/u.test(text)) return { kind: "name", text, upright: true };
  return { kind: "operator", text: likeOperators[text] ?? text };
}

function text(node: MathNode): Part {
  return word(textOf(node));
}

function word(raw: string): Part {
  // The italic h has a place of its own among the letters.
  const said = roman(raw.replace(invisible, "").replaceAll("ℎ", "h")).replace(/\s+/gu, " ").trim();
  if (said === "") return blank;
  return { kind: "text", text: said };
}

function fraction(node: MathNode): Part {
  const width = node.attributes["linethickness"];
  return {
    kind: "fraction",
    top: child(node, 0),
    bottom: child(node, 1),
    bar: !/^0(?:\.0*)?[a-z%]*$/.test(width ?? "1"),
  };
}

type Places = Partial<Omit<ScriptsPart, "kind" | "base">>;

function given(places: Places): Places {
  return Object.fromEntries(Object.entries(places).filter(([, part]) => part !== null && part.kind !== "blank"));
}

/** Accents have many characters; one stands for each. */
const accents = bare({
  ...characters("^", "ˆ\u0302"),
  ...characters("‾", "¯―_−-\u0304\u0305"),
  ...characters("~", "˜∼\u0303"),
  ...characters("→", "⃗⇀⃑⟶"),
  ...characters("˙", ".\u0307"),
  ...characters("¨", "\u0308"),
  ...characters("⃛", "…⋯"),
  ...characters("ˇ", "\u030C"),
  ...characters("˘", "\u0306"),
});

function characters(sign: string, others: string): Record<string, string> {
  return Object.fromEntries([...others].map((other) => [other, sign]));
}

function accent(part: Part | null | undefined): Part | null {
  return part?.kind === "operator" ? { ...part, text: accents[part.text] ?? part.text } : (part ?? null);
}

function limits(node: MathNode, places: Places): Part {
  const base = child(node, 0);
  const drawn = given({ under: places.under ?? null, over: accent(places.over) });
  // A line below is no line above.
  if (drawn.under?.kind === "operator" && /[‾―¯]/u.test(drawn.under.text))
    drawn.under = { kind: "operator", text: "_" };
  return Object.keys(drawn).length === 0 ? base : scripts(base, drawn);
}

function multiscripts(node: MathNode): Part {
  const [base, ...rest] = elements(node);
  const bar = rest.findIndex((part) => part.name === "mprescripts");
  const behind = bar === -1 ? rest : rest.slice(0, bar);
  const before = bar === -1 ? [] : rest.slice(bar + 1);
  const at = (list: MathNode[], parity: number): Part =>
    row(
      list
        .filter((_, index) => index % 2 === parity)
        .map(simplify)
        .filter((part) => part.kind !== "blank"),
    );
  const orNone = (part: Part): Part => (part.kind === "row" && part.parts.length === 0 ? blank : part);
  return scripts(
    base === undefined ? blank : simplify(base),
    given({
      sub: orNone(at(behind, 0)),
      sup: orNone(at(behind, 1)),
      presub: orNone(at(before, 0)),
      presup: orNone(at(before, 1)),
    }),
  );
}

function table(node: MathNode): Part {
  const rows = elements(node)
    .filter(({ name }) => name === "mtr" || name === "mlabeledtr")
    // A labelled row's first cell is the number of the equation.
    .map((line) => elements(line).slice(line.name === "mlabeledtr" ? 1 : 0))
    .map((cells) => withoutLabel(cells.map(simplify)));
  return { kind: "table", rows: rows.filter((cells) => cells.length > 0) };
}

/** The number of an equation, "(1)", at its end. */
function withoutLabel(cells: Part[]): Part[] {
  const last = cells.at(-1);
  const label = cells.length > 1 && last?.kind === "text" && /^\([\w.*′-]{1,8}\)$/.test(last.text);
  return label ? cells.slice(0, -1) : cells;
}

function fenced(node: MathNode): Part {
  const separators = (node.attributes["separators"] ?? ",").replace(/\s/g, "");
  const parts = elements(node).flatMap((part, index): Part[] => {
    const mark = separators[Math.min(index, separators.length) - 1];
    const before: Part[] = index > 0 && mark !== undefined ? [{ kind: "operator", text: mark }] : [];
    return [...before, ...flat(part)];
  });
  const { open = "(", close = ")" } = node.attributes;
  return { kind: "fence", open, close, body: row(finished(parts)) };
}

function enclosed(node: MathNode): Part {
  const body = rowOf(node);
  const notation = node.attributes["notation"] ?? "";
  if (/\btop\b/.test(notation)) return scripts(body, { over: { kind: "operator", text: "‾" } });
  if (/\bbottom\b/.test(notation)) return scripts(body, { under: { kind: "operator", text: "_" } });
  return body;
}
