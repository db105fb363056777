import { sayMathMl, sayTex, type MathsLanguage, type SaidFormula } from "../../../src/narration/maths/formula.ts";
import { mathFrom } from "../../../src/narration/maths/mathml.ts";

/** TeX, or MathML where it begins with its tag. */
export function said(source: string, language: MathsLanguage): SaidFormula {
  const markup = /^<math[^>]*>([^]*)<\/math>$/.exec(source)?.[1];
  return markup === undefined ? sayTex(source, language) : sayMathMl(mathFrom(markup), language);
}
