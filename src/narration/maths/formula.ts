import { display } from "./display.ts";
import { en } from "./en.ts";
import { id } from "./id.ts";
import { annotatedTex, type MathNode } from "./mathml.ts";
import { simplify } from "./simplify.ts";
import { speak } from "./speak.ts";
import { readTex, type Macros } from "./tex.ts";
import type { Words } from "./words.ts";

/** A language that formulas are read in. */
export type MathsLanguage = "en" | "id";

/**
 * `spoken`: in words; null where the formula cannot be read, "" where there is nothing to say (definitions, spaces). `display`: a line for
 * captions, in Unicode, without control characters. `warnings`: for people, each one line.
 */
export type SaidFormula = { spoken: string | null; display: string; warnings: string[] };

const tables: Record<MathsLanguage, Words> = { en, id };

/** Reads TeX as it stands between `$` marks. Never throws. `language` null: only `display` is of use. `macros`: what the text has defined so far. */
export function sayTex(
  tex: string,
  language: MathsLanguage | null,
  macros: Macros = { defined: {}, length: 0 },
): SaidFormula {
  const { tree, warnings } = readTex(tex, macros);
  if (tree === null) return { spoken: null, display: "", warnings };
  return { ...sayTree(tree, language, /\d\{,\}\d/.test(tex)), warnings };
}

/** Reads presentation MathML; where a page has only the TeX beside it, that. Never throws. null: too large to be read. */
export function sayMathMl(
  math: MathNode | null,
  language: MathsLanguage | null,
  macros: Macros = { defined: {}, length: 0 },
): SaidFormula {
  if (math === null)
    return { spoken: null, display: "", warnings: ["a formula is not read: it is too long or too deep"] };
  const said = sayTree(math, language, true);
  const tex = said.display === "" ? annotatedTex(math) : null;
  return tex === null ? { ...said, warnings: [] } : sayTex(tex, language, macros);
}

function sayTree(
  math: MathNode,
  language: MathsLanguage | null,
  commaInNumbers: boolean,
): Omit<SaidFormula, "warnings"> {
  const part = simplify(math);
  return { spoken: language === null ? null : speak(part, tables[language], commaInNumbers), display: display(part) };
}
