/** Formulas from the text to the script: their marks, their place, what is shown and what is said. */
import { expect, test } from "vitest";
import { contentHash, readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { displayText, spokenText, verbatimScript, type Token } from "../../src/narration/script.ts";
import { heard } from "./heard.ts";

const scripted = (body: string, format: BodyFormat = "markdown", locale = "en") =>
  verbatimScript(readDocument(body, { format, locale }), locale).blocks;

const markdown: [what: string, body: string, expected: string[]][] = [
  ["dollars", "Let $x^2$ and ($a+b$), the $n$th.", ["paragraph: Let x squared and (eigh plus b), the nth."]],
  ["a command behind a number", String.raw`It is 5$\mu$m long.`, ["paragraph: It is 5 mu m long."]],
  [
    "money is none",
    "It costs $5 and $10, US$5, $20/$30 or $ x $, $5 to 10$, \\$5$.",
    ["paragraph: It costs $5 and $10, US$5, $20/$30 or $ x $, $5 to 10$, $5$."],
  ],
  ["code is none", "Say `$x^2$` and\n\n```\n$$x^2$$\n```", ["paragraph: Say $x^2$ and", "code: Code example."]],
  ["GitHub's backticks", "So $`a_1`$ it is.", ["paragraph: So eigh sub one it is."]],
  [
    "TeX's brackets, with one backslash or two",
    String.raw`So \(n+1\), \\(x^2\\) and \[y\le 1\].`,
    ["paragraph: So n plus one, x squared and y is less than or equal to one."],
  ],
  [
    "brackets that must not be markup",
    String.raw`See \[1\], \[citation needed\] and \(see below\).`,
    ["paragraph: See [1], [citation needed] and (see below)."],
  ],
  [
    "blocks, each a paragraph of its own",
    "Then\n$$E = mc^2$$\nwhere\n\n$$\nx\n= 1\n$$\n\n\\[\ny^3\n\\]\n\n```math\n\\frac12\n```",
    [
      "paragraph: Then",
      "paragraph: E equals m c squared",
      "paragraph: where",
      "paragraph: x equals one",
      "paragraph: y cubed",
      "paragraph: one half",
    ],
  ],
  [
    "in quotes, lists, headings and tables",
    "# On $x^2$\n\n> $$\n> y^2\n> $$\n\n- item $z_1$\n\n| a | b |\n|---|---|\n| $t^2$ | $\\frac{a}{b}$ |",
    ["heading 1: On x squared", "quote: y squared", "item 1: item z sub one", "row: a: t squared. b: eigh over b."],
  ],
  ["text behind the end of a block", "$$\nx^2\n$$ and more", ["paragraph: x squared", "paragraph: and more"]],
  [
    "MathML in Markdown",
    "So <math><msup><mi>x</mi><mn>2</mn></msup></math> <math><mi/></math>it is.",
    ["paragraph: So x squared it is."],
  ],
  [
    "macros for later formulas",
    "$$\\newcommand{\\R}{\\mathbb{R}}$$\n\nLet $x\\in\\R$.",
    ["paragraph: Let x is in the real numbers."],
  ],
  ["what cannot be read", String.raw`So $\frac$ it is.`, ["paragraph: So formula it is."]],
];

test.each(markdown)("Markdown: %s", (_what, body, expected) => {
  expect(heard(body, "markdown")).toEqual(expected);
});

const katex = (mathml: string, tex: string, display = "") =>
  `<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"${display}><semantics>${mathml}` +
  `<annotation encoding="application/x-tex">${tex}</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">` +
  `<span class="base"><span class="strut"></span><span class="mord mathnormal">x</span><span class="vlist">2</span></span></span></span>`;
const square = "<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow>";

const html: [what: string, body: string, expected: string[]][] = [
  ["KaTeX", `Let ${katex(square, "x^2")} be.`, ["Let x squared be."]],
  ["KaTeX in display", `Let ${katex(square, "x^2", ' display="block"')} be.`, ["Let", "x squared", "be."]],
  [
    "MathJax 3",
    `So <mjx-container class="MathJax" jax="CHTML"><mjx-math class="MJX-TEX" aria-hidden="true"><mjx-c class="mjx-c1D465">x</mjx-c></mjx-math><mjx-assistive-mml unselectable="on" display="inline"><math><msqrt><mi>x</mi></msqrt></math></mjx-assistive-mml></mjx-container>.`,
    ["So the square root of x."],
  ],
  [
    "MathJax 4",
    String.raw`So <mjx-container class="MathJax" jax="SVG"><mjx-math data-latex="\frac{a}{b}"><svg><text>ab</text></svg></mjx-math></mjx-container>.`,
    ["So eigh over b."],
  ],
  [
    "MathJax 2, which leaves three of each",
    `So <span class="MathJax_Preview">[z]</span><span class="MathJax" data-mathml="&lt;math&gt;&lt;msup&gt;&lt;mi&gt;z&lt;/mi&gt;&lt;mn&gt;3&lt;/mn&gt;&lt;/msup&gt;&lt;/math&gt;"><nobr><span>z3</span></nobr><span class="MJX_Assistive_MathML"><math><msup><mi>z</mi><mn>3</mn></msup></math></span></span><script type="math/tex">z^3</script>.`,
    ["So z cubed."],
  ],
  [
    "MathJax 2 with its MathML for screen readers",
    `So <nobr aria-hidden="true">z3</nobr><span class="MJX_Assistive_MathML"><math><msup><mi>z</mi><mn>3</mn></msup></math></span><script type="math/tex">z^3</script>.`,
    ["So z cubed."],
  ],
  ["MathJax 2 before it ran", `So <script type="math/tex">w < 4</script>.`, ["So w is less than four."]],
  [
    "Wikipedia",
    String.raw`So <span class="mwe-math-element"><span class="mwe-math-mathml-inline mwe-math-mathml-a11y" style="display: none;"><math alttext="{\displaystyle q^{2}}"><semantics><mstyle><msup><mi>q</mi><mn>2</mn></msup></mstyle></semantics></math></span><img class="mwe-math-fallback-image-inline" aria-hidden="true" alt="{\displaystyle q^{2}}"></span>.`,
    ["So q squared."],
  ],
  ["GitHub", `So <math-renderer class="js-inline-math">$s^2$</math-renderer>.`, ["So s squared."]],
  [
    "TeX in the text",
    String.raw`So \(u_1\) then \[v^2\] but $5 and $10.`,
    ["So u sub one then", "v squared", "but $5 and $10."],
  ],
  ["a formula left open", "So <math><mi>x</mi><mo>+</mo><mn>1</mn><p>Next.</p>", ["So x plus one", "Next."]],
  ["scripts and hidden parts", `So<script>x^2</script><span hidden>${katex(square, "x")}</span>.`, ["So."]],
];

test.each(html)("HTML: %s", (_what, body, expected) => {
  const paragraphs = expected.map((text) => `paragraph: ${text}`);
  expect(heard(`<p>${body}</p>`, "html")).toEqual(paragraphs);
  const filler = `<p>${"Many words of the article, that it be its main text, are here. ".repeat(8)}</p>`;
  const page = `<!doctype html><html><body><nav>Home</nav><article><h1>Title</h1>${filler}<p>${body}</p>${filler}</article></body></html>`;
  expect(heard(page, "html").slice(2, -1)).toEqual(paragraphs);
  // Past the size of a tree a page is read as it comes.
  expect(heard(`<p>${body}</p>${"<i>".repeat(500)}`, "html")).toEqual(paragraphs);
});

test("captions show the formula, its words are shared out over what they show", () => {
  const [block] = scripted("Let ($x^2 + y$), be.");
  const tokens = block!.inline as Token[];
  expect(tokens.map(({ display, spoken }) => [display, spoken])).toEqual([
    ["Let", "Let"],
    ["(x²", "(x squared"],
    ["+", "plus"],
    ["y),", "y),"],
    ["be.", "be."],
  ]);
  expect(tokens.slice(1, 4).map(({ source }) => source)).toEqual([
    [4, 14],
    [5, 14],
    [5, 16],
  ]);
});

test("captions keep the mark over the period of a decimal", () => {
  const [block] = scripted(String.raw`So $0.1\overline{63}$ it is.`);
  expect(displayText(block!.inline as Token[])).toBe("So 0.16\u03053\u0305 it is.");
  expect(spokenText(block!.inline as Token[])).toBe("So zero point one, six three repeating it is.");
});

test("a formula without a space in it is one token that says all, however long", () => {
  const [block] = scripted(`So $${"a_1".repeat(60)}$ it is.`);
  const tokens = block!.inline as Token[];
  expect(displayText(tokens)).toBe(`So ${"a₁".repeat(60)} it is.`);
  expect(spokenText(tokens)).toBe(`So ${Array(60).fill("eigh sub one").join(" ")} it is.`);
  expect(scripted("設$x^2$為正數。", "markdown", "zh").map(({ inline }) => spokenText(inline as Token[]))).toEqual([
    "設x²為正數。",
  ]);
});

test("the letter a is shown as it is, and said as a letter; the article and Indonesian keep theirs", () => {
  const [block] = scripted("A man says $a^2 + A$ to a friend.");
  const tokens = block!.inline as Token[];
  expect(displayText(tokens)).toBe("A man says a² + A to a friend.");
  expect(spokenText(tokens)).toBe("A man says eigh squared plus capital eigh to a friend.");
  expect(heard("Maka $a^2$.", "markdown", "id")).toEqual(["paragraph: Maka a kuadrat."]);
});

test("other languages keep what their voice can read of a formula", () => {
  expect(heard("Soit $x^2 + 1$ et $\\frac{a}{b}$.", "markdown", "fr")).toEqual(["paragraph: Soit x² + 1 et ."]);
});

test("the language is the text's, or what is given", () => {
  expect(heard("---\nlang: id\n---\n\nBahwa $x^2$.", "markdown", "")).toEqual(["paragraph: Bahwa x kuadrat."]);
  expect(heard("<p>Bahwa <math><msqrt><mi>x</mi></msqrt></math>.</p>", "html", "id-ID")).toEqual([
    "paragraph: Bahwa akar kuadrat dari x.",
  ]);
});

test("warnings come once each, and stand in the document", () => {
  const { warnings } = readDocument(String.raw`So $\foo x$, $\foo y$, $\frac$.`, { format: "markdown", locale: "en" });
  expect(warnings).toEqual([
    String.raw`the formula command \foo is not read`,
    expect.stringContaining(String.raw`the formula "\frac" is not read`),
  ]);
  expect(readDocument("So.", { format: "markdown", locale: "en" }).warnings).toEqual([]);
});

test("the content hash follows what a formula says, and not how it is written", () => {
  const hash = (body: string) => contentHash(readDocument(body, { format: "markdown", locale: "en" }));
  expect(hash("So $x^{2}$.")).toBe(hash("So $x ^ 2$."));
  // Both show "C(n, k)".
  expect(hash("So $C(n, k)$.")).not.toBe(hash(String.raw`So $\binom{n}{k}$.`));
});
