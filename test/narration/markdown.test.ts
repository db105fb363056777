import { expect, test } from "vitest";
import { heard } from "./heard.ts";

const table: [name: string, body: string, expected: string[]][] = [
  [
    "headings of both forms",
    "# One #\n\nTwo\n===\n\nThree\n---\n\n####### seven",
    ["heading 1: One", "heading 1: Two", "heading 2: Three", "paragraph: ####### seven"],
  ],
  ["a paragraph's line and hard breaks are spaces", "one\ntwo  \nthree\\\nfour", ["paragraph: one two three four"]],
  [
    "emphasis, code and links are their words",
    '**bo**ld *it* _em_ ~~old~~ `code` [a *link*](http://x.y "t") [ref][r] [r]\n\n[r]: /u',
    ["paragraph: bold it em code a link ref r"],
  ],
  ["snake_case and lone marks stay", "a_b_c and 2 * 3 < 4", ["paragraph: a_b_c and 2 * 3 < 4"]],
  [
    "a bare URL is its host",
    "See https://user:pw@docs.example.org:80/a_b_c?q=1. Or <https://x.org/y>, www.foo.bar/baz (https://z.org/a_(b)) a@b.org <mailto:c@d.org>",
    ["paragraph: See docs.example.org. Or x.org, www.foo.bar (z.org) a@b.org c@d.org"],
  ],
  [
    "bullets, nested ones, and tasks by their text",
    "- one\n- two\n  - deeper\n\n    still deeper\n- [x] done\n- [ ] open",
    ["item 1: one", "item 1: two", "item 2: deeper", "item 2: still deeper", "item 1: done", "item 1: open"],
  ],
  [
    "numbers count up from the first",
    "3. three\n7. seven\n\n   more\n\n1) other",
    ["item 1: 3. three", "item 1: 4. seven", "item 1: more", "item 1: 1. other"],
  ],
  [
    "quotes with lazy lines, and lists in them",
    "> said\nlazily\n>\n> - item\n\nout",
    ["quote: said lazily", "item 1: item", "paragraph: out"],
  ],
  [
    "an image alone, an image in a sentence, an image without text",
    "![A *red* fox](x)\n\nText ![icon](y) goes on ![](z).",
    ["image: Image: A red fox.", "paragraph: Text goes on .", "image: Image: icon."],
  ],
  [
    "code blocks are announced",
    "```ts\nsecret()\n```\n\n~~~\nsecret\n~~~\n\n    secret\n\n```text\nsecret\n```\n\n```\n```",
    ["code: Code example, in TypeScript.", "code: Code example.", "code: Code example.", "code: Code example."],
  ],
  [
    "an open fence runs to the end",
    "a\n\n```js\nsecret\n\n# secret",
    ["paragraph: a", "code: Code example, in JavaScript."],
  ],
  [
    "table rows with their columns' names",
    "| Name: | Age |\n|:--|--:|\n| Nina | 5 |\n| A\\|b | |\n| c? | 1 | gone |",
    ["row: Name: Nina. Age: 5.", "row: Name: A|b.", "row: Name: c? Age: 1."],
  ],
  [
    "alerts are quotes that say what they are",
    "> [!NOTE]\n> Read *this*.\n>\n> More.\n\n> [!warning]\n>\n> Late.\n\n> [!TIP]\n> - item\n\n> [!NOTE] inline\n\n[!NOTE]\n\n> [!CAUTION]\n\nend",
    [
      "quote: Note: Read this.",
      "quote: More.",
      "quote: Warning: Late.",
      "item 1: Tip: item",
      "quote: [!NOTE] inline",
      "paragraph: [!NOTE]",
      "paragraph: end",
    ],
  ],
  [
    "struck-out text and emoji by name are silent, times and ratios are not",
    "A ~~*secret* [^1]~~ ~secret~ B~~secret ![secret](x)~~ :tada: :+1: :white_check_mark:! 10:30:45 a:b:c ~~ ~5 and ~6 ::x:: `:smile:`",
    ["paragraph: A B ! 10:30:45 a:b:c ~~ ~5 and ~6 ::x:: :smile:"],
  ],
  [
    "names of headings and badges are silent",
    '# Set up {#set-up .x}\n\nNext {# 1}\n----\n\n[![secret](https://img.shields.io/npm/v/x.svg)](https://npm.im/x) ![secret](https://github.com/a/b/actions/workflows/ci.yml/badge.svg)\n\n<p align=center><img src="https://img.shields.io/x" alt=secret></p>\n\n![A badge](https://example.org/badger.png)',
    ["heading 1: Set up", "heading 2: Next {# 1}", "image: Image: A badge."],
  ],
  [
    "formulas are read, money is not a formula",
    "Cost $5 then $10, US$5 and A$7. So $E = mc^2$, $x$, $$\\int f$$ and\n\n$$\n\\frac{a}{b}\n$$\n\n```math\nx^2\n```",
    [
      "paragraph: Cost $5 then $10, US$5 and A$7. So E equals m c squared, x, the integral of f and",
      "paragraph: eigh over b",
      "paragraph: x squared",
    ],
  ],
  ["a dollar in code closes no formula", "US$3–$4 (`$HOME`), $`x^2`$.", ["paragraph: US$3–$4 ($HOME), x squared."]],
  [
    "a bar in a cell's code is no division, and no backslash is heard",
    "|A|B|\n|-|-|\n|`x\\|y`|`a`|",
    ["row: A: x|y. B: a."],
  ],
  ["an open $$ silences nothing", "$$ is money\n\nfor $$ some", ["paragraph: $$ is money", "paragraph: for $$ some"]],
  [
    "footnotes follow their block, once, marks are silent",
    "One[^a] two[^a] three[^none].\n\n[^a]: First[^b].\n\n    More.\n[^b]: Second.\n[^c]: Unused.\n\nEnd.",
    [
      "paragraph: One two three.",
      "note: Footnote: First.",
      "note: More.",
      "note: Footnote: Second.",
      "paragraph: End.",
    ],
  ],
  [
    "raw HTML by its text",
    "<div>\n<p>One</p><p>Two &amp; three</p>\n</div>\n\nA <b>bold</b><br>line <!-- secret --> <span style='display: none'>secret</span>10<sup>6</sup>",
    ["paragraph: One", "paragraph: Two & three", "paragraph: A bold line 10⁶"],
  ],
  [
    "hidden HTML hides the Markdown in it",
    "<div hidden>\n\nsecret\n\n</div>\n\nseen\n\n<script>\nsecret\n\nsecret</script>\n\n<!-- secret\n\nsecret -->\n\nend",
    ["paragraph: seen", "paragraph: end"],
  ],
  [
    "MDX: no modules, components by their text",
    "import { A,\n  B } from './secret'\nexport const secret = {\n  a: 1\n}\n\n<Chart data={[{a: 1}]} style={{color: 'red'}} />\n\n<Note kind=\"secret\">\nSome *text*. {/* secret */}\n</Note>",
    ["paragraph: Some text."],
  ],
  ["escapes and entities", "\\*not\\* &copy; &#65;&mdash;&Aacute; &notit; &", ["paragraph: *not* © A—Á &notit; &"]],
  ["what holds no word is no block", "text\n\n* * *\n\n• • •\n\n![](x)\n\n&nbsp;\n\n-\n\n🎉", ["paragraph: text"]],
  [
    "CRLF, tabs, a BOM and NUL",
    "\uFEFF# A\r\n\r\n-\tb\r\n\r\n\tc\u0000d\r\n",
    ["heading 1: A", "item 1: b", "item 1: cd"],
  ],
];

test.each(table)("Markdown: %s", (_name, body, expected) => {
  const lines = heard(body, "markdown");
  expect(lines).toEqual(expected);
  expect(lines.join()).not.toContain("secret");
});

test("a wide or long table is announced and skipped", () => {
  const wide = `|${"a|".repeat(7)}\n|${"-|".repeat(7)}\n|${"1|".repeat(7)}`;
  const long = `|a|\n|-|\n${"|1|\n".repeat(31)}`;
  expect(heard(wide, "markdown")).toEqual(["row: Table with 7 columns and 1 row, not read out."]);
  expect(heard(`${long}\nend`, "markdown", "id")).toEqual([
    "row: Tabel dengan 1 kolom dan 31 baris, tidak dibacakan.",
    "paragraph: end",
  ]);
});

test("our own words are Indonesian in an Indonesian text, and left out where we have none", () => {
  const body = "Teks[^1].\n\n![Kucing](x)\n\n```ts\nx\n```\n\n$$\ny^2\n$$\n\n[^1]: Catatan.";
  expect(heard(body, "markdown", "id")).toEqual([
    "paragraph: Teks.",
    "note: Catatan kaki: Catatan.",
    "image: Gambar: Kucing.",
    "code: Contoh kode, dalam TypeScript.",
    "paragraph: y kuadrat",
  ]);
  expect(heard(body, "markdown", "fr")).toEqual([
    "paragraph: Teks.",
    "note: Catatan.",
    "image: Kucing.",
    "paragraph: y²",
  ]);
});
