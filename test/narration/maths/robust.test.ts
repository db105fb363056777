/** Formulas that somebody wrote to see what happens: never an error, never a hang, the rest of the text is read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sayMathMl, sayTex } from "../../../src/narration/maths/formula.ts";
import { mathFrom } from "../../../src/narration/maths/mathml.ts";
import { said } from "./said.ts";

const deep = (open: string, close: string, times: number) => `${open.repeat(times)}x${close.repeat(times)}`;

describe("a formula is not read, with a warning, where", () => {
  test.each([
    ["it is a megabyte long", "x+".repeat(500_000), "it has 1000000 characters"],
    ["braces are ten thousand deep", "{".repeat(10_000), "too long or too deep"],
    ["powers are a thousand deep", deep("x^{", "}", 1000), "too long or too deep"],
    ["fractions are 150 deep", deep("\\frac1{", "}", 150), "too long or too deep"],
    ["fences are 500 deep", deep("\\left(", "\\right)", 500), "too long or too deep"],
    ["a macro calls itself", String.raw`\def\a{\a\a}\a`, "Too many expansions"],
    [
      "macros double ten thousand letters",
      `\\def\\a{${"x".repeat(4000)}}${"\\a ".repeat(1000)}`,
      "Too many expansions",
    ],
    ["a brace is open", String.raw`\frac{a`, "expected '}'"],
    ["an argument is missing", String.raw`\frac`, "Unexpected end of input"],
    ["a control character is in it", "x\u0000y", "Unexpected character"],
  ])("%s", (_why, tex, why) => {
    const { spoken, warnings } = sayTex(tex, "en");
    expect(spoken).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(why);
    expect(warnings[0]!.length).toBeLessThan(250);
  });

  test("its MathML is too deep or too large", () => {
    expect(mathFrom("<mrow>".repeat(1000))).toBeNull();
    expect(mathFrom("<mi>x</mi>".repeat(30_000))).toBeNull();
    expect(sayMathMl(null, "en")).toMatchObject({ spoken: null, warnings: [expect.stringContaining("too deep")] });
  });
});

test("what is deep but readable is said once, not twice at each level", () => {
  const scripts = deep("<mmultiscripts>", "<mn>1</mn><none/><mprescripts/><mn>2</mn><none/></mmultiscripts>", 50);
  expect(said(`<math>${scripts.replace("x", "<mi>x</mi>")}</math>`, "en").spoken!.split(" ")).toHaveLength(101);
  const roots = said(deep("\\sqrt{", "}", 40), "en").spoken!;
  expect(roots.match(/root of/g)).toHaveLength(40);
});

test("unknown commands are named once each, and the rest is read", () => {
  expect(sayTex(String.raw`\foo x + \bar y \foo \baz{z}`, "en")).toEqual({
    spoken: "x plus y bar z",
    display: "x + ȳz",
    warnings: [String.raw`the formula command \foo is not read`, String.raw`the formula command \baz is not read`],
  });
  expect(sayTex(String.raw`\href{javascript:x}{y}`, "id").warnings).toEqual([
    String.raw`the formula command \href is not read`,
  ]);
});

test("names that every object has are names like others", () => {
  expect(sayTex(String.raw`\text{constructor} + 5\,\mathrm{constructor} + \mathrm{toString}`, "en").spoken).toBe(
    "constructor plus five constructor plus toString",
  );
  expect(said("<math><constructor><mi>x</mi></constructor></math>", "en").spoken).toBe("x");
});

test("what is only definitions or space says nothing", () => {
  for (const tex of [String.raw`\newcommand{\R}{\mathbb{R}}`, String.raw`\phantom{x}`, String.raw`\quad`, "{}"])
    expect(sayTex(tex, "en")).toEqual({ spoken: "", display: "", warnings: [] });
});

const pieces = [
  ..."{}{}^_&$\\()[]|'xaAd12,.;:=<>+-*/!% ",
  ..."\\frac \\sqrt \\left( \\right) \\left. \\right| \\sum \\int \\lim \\begin{matrix} \\end{matrix} \\\\ \\text{if } \\mathrm{km} \\ce{H2O} \\over \\vec \\def\\a \\a #1 \\prime \\sin \\log \\Big| \\langle".split(
    " ",
  ),
];

test("no text makes an error, and no display holds a control character", () => {
  const tex = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces)).map((list) => list.join("")),
  );
  fc.assert(
    fc.property(tex, fc.constantFrom("en" as const, "id" as const, null), (text, language) => {
      const { spoken, display, warnings } = sayTex(text, language);
      expect(display).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(`${spoken} ${warnings.join(" ")}`).not.toMatch(/\n|undefined|NaN|\[object/);
      if (language !== null && warnings.length === 0) expect(spoken).not.toBeNull();
    }),
    { numRuns: 500 },
  );
});

const names =
  "math mrow mi mn mo mtext mspace mfrac msqrt mroot msup msub msubsup munder mover munderover mtable mtr mtd mfenced menclose mphantom mmultiscripts mprescripts none semantics annotation script b".split(
    " ",
  );

test("no tags make an error", () => {
  const tag = fc.tuple(
    fc.constantFrom("<", "</", "<"),
    fc.constantFrom(...names),
    fc.constantFrom(">", "/>", ' fence="true">'),
  );
  const text = fc.constantFrom("x", "1", "+", "(", ")", "|", "∑", "d", "→", "′", "km", "", " ", "&lt;", "&#8289;");
  const part = fc.oneof(
    tag.map((list) => list.join("")),
    text,
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const math = mathFrom(parts.join(""));
      for (const language of ["en", "id"] as const)
        expect(sayMathMl(math, language).spoken ?? "").not.toMatch(/undefined|NaN|\[object/);
    }),
    { numRuns: 500 },
  );
});
