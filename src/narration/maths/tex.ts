import { createRequire } from "node:module";
import { mathFrom, textOf, type MathNode } from "./mathml.ts";
import { plainUnits, siunitx } from "./siunitx.ts";

/** Macros that a text defines for its later formulas, and how long their definitions are together (characters). */
export type Macros = { defined: Record<string, unknown>; length: number };

export type TexTree = {
  /** null: not readable, or nothing but definitions; `warnings` tell which. */
  tree: MathNode | null;
  warnings: string[];
};

// Longer ones are no formulas. Read in less than 50 ms each.
const longest = 10_000;
// Tokens that macros may grow to, about: each expansion may be as long as all that was written.
const mostExpanded = 200_000;

const unknown = "#0badc0";
// Commands of LaTeX and of packages for letters that temml does not know.
const latex: Record<string, string> = {
  "\\mbox": "\\text{#1}",
  "\\intertext": "\\text{#1}",
  "\\ensuremath": "#1",
  "\\mathbbm": "\\mathbb{#1}",
  "\\mathds": "\\mathbb{#1}",
  "\\hdots": "\\dots",
  "\\sech": "\\operatorname{sech}",
};
const definition = /\\(?:[gex]?def|let|futurelet|(?:re)?newcommand|providecommand|DeclareMathOperator)(?![a-zA-Z])/;

/** TeX to MathML. Never throws; what cannot be read is told in words for people. */
export function readTex(tex: string, macros: Macros): TexTree {
  const shown = tex.length > 40 ? `${tex.slice(0, 40)}…` : tex;
  if (tex.length > longest)
    return failed(`the formula "${shown}" is not read: it has ${tex.length} characters, the most is ${longest}`);
  const defines = definition.test(tex);
  const length = tex.length + macros.length;
  try {
    const markup = temml().renderToString(known(tex), {
      macros: { ...latex, ...siunitx, ...macros.defined },
      errorColor: unknown,
      throwOnError: false,
      displayMode: true,
      ...(length > 0 &&
        (defines || macros.length > 0) && {
          maxExpand: Math.max(10, Math.min(1000, Math.floor(mostExpanded / length))),
        }),
    });
    if (!markup.startsWith("<math")) return failed(`the formula "${shown}" is not read: ${reasonIn(markup)}`);
    if (defines) keep(tex, macros);
    const tree = mathFrom(markup);
    if (tree === null) return failed(`the formula "${shown}" is not read: it is too long or too deep`);
    return { tree, warnings: dropUnknown(tree) };
  } catch (error) {
    // A stack that overflows on ten thousand roots is no reason to lose the text around them.
    const deep = error instanceof RangeError;
    return failed(`the formula "${shown}" is not read: ${deep ? "it is too long or too deep" : "it is no TeX"}`);
  }
}

function failed(warning: string): TexTree {
  return { tree: null, warnings: [warning.replace(/\s+/g, " ")] };
}

/** Unknown commands stand in the tree in a colour of their own: they go, and are told once each. */
function dropUnknown(node: MathNode): string[] {
  const named = new Set<string>();
  const drop = (inner: MathNode): void => {
    inner.children = inner.children.filter((child) => {
      if (typeof child === "string") return true;
      const marked = child.attributes["style"]?.includes(unknown) === true;
      if (marked) named.add(textOf(child).trim());
      else drop(child);
      return !marked;
    });
  };
  drop(node);
  return [...named].map((command) => `the formula command ${command} is not read`);
}

function keep(tex: string, macros: Macros): void {
  Object.assign(macros.defined, temml().definePreamble(known(tex), { macros: {} }));
  macros.length += tex.length;
}

function reasonIn(markup: string): string {
  const said =
    /ParseError:\s*([^]*?)(?: at position \d+[^]*| at end of input[^]*)?<\/span>/.exec(markup)?.[1] ?? "it is no TeX";
  return said
    .replace(/&#x27;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

const newCommand = /\\(?:(?:re)?new|provide)command\*?\s*\{?(\\(?:[a-zA-Z]+|.))\}?\s*(?:\[(\d)\])?/g;
const newOperator = /\\DeclareMathOperator\*?(?![a-zA-Z])\s*\{?(\\[a-zA-Z]+)\}?\s*\{([^{}]*)\}/g;

/** temml refuses to define anew what it knows, which other typesetters take. */
function known(tex: string): string {
  const redefined = tex.replace(newCommand, (_, name: string, count?: string) => {
    const places = Array.from({ length: Number(count ?? 0) }, (_unused, index) => `#${index + 1}`);
    return `\\def${name}${places.join("")}`;
  });
  return plainUnits(redefined.replace(newOperator, "\\def$1{\\operatorname{$2}}"));
}

type Temml = {
  renderToString(tex: string, options: object): string;
  definePreamble(tex: string, options: object): Record<string, unknown>;
};

let loaded: Temml | null = null;

// 7 MB that a text without formulas never needs; reading is synchronous, so no `await import`.
function temml(): Temml {
  loaded ??= createRequire(import.meta.url)("temml") as Temml;
  return loaded;
}
