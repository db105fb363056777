import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import { withoutMdx } from "../../src/narration/mdx.ts";
import { isToken, verbatimScript } from "../../src/narration/script.ts";
import { heard } from "./heard.ts";

const table: [name: string, body: string, expected: string[]][] = [
  [
    "modules, with blank lines in them, and right before the text",
    "---\ntitle: T\n---\nimport { A,\n  B } from './secret'\nimport C from \"secret\"\nimport 'secret.css';\nText one.\n\nexport const meta = {\n  a: `secret ${1}`,\n\n  b: \"}\",\n}\n\nexport default function Secret({ children }) {\n  return <div>It's {children}</div>\n\n}\n\nimport duties fell. Exports rose.",
    ["heading 1: T", "paragraph: Text one.", "paragraph: import duties fell. Exports rose."],
  ],
  [
    "expressions, comments, and text in quotes",
    "One {props.secret} two{/* secret\n\nsecret */}\n\n{items.map((secret) => (\n  <Card>\n\n    It's secret\n\n  </Card>\n))}\n\nA{' '}b {\"said\"} {`so`} {`${secret}`}.",
    ["paragraph: One two", "paragraph: A b said so ."],
  ],
  [
    "components by their text, with attributes of any kind",
    `<Tabs a="secret" items={[{ x: "}>" }]} {...secret}>\n  <Tabs.Item value='>secret'>\n\n      Far *in*.\n\n  </Tabs.Item>\n</Tabs>\n\n<></><A/>A <Badge\n  color="secret"\n>new</Badge> one. <Image alt="A cat" src={secret} /><Video src="secret" />`,
    ["paragraph: Far in.", "paragraph: A new one.", "image: Image: A cat."],
  ],
  [
    "a picture's description in braces is heard where it is a text",
    "A.\n\n<img src={secret} alt={secret.title} /> <img src={secret} alt={'A cat'} />",
    ["paragraph: A.", "image: Image: A cat."],
  ],
  [
    "HTML keeps its meaning, Markdown inside of what has none is read",
    `<div className="x" style={{ a: 1 }}>text</div>\n\n<div>\n**Bold** words\n</div>\n\n<details>\n<summary>Ask *this*</summary>\n\nTold\n\n</details>\n\n<div hidden>\n\nsecret\n\n</div>\n\n<div hidden={false}>seen</div>\n\n<table><tr><th>A</th></tr><tr><td>1</td></tr></table>`,
    [
      "paragraph: text",
      "paragraph: Bold words",
      "paragraph: Ask this",
      "paragraph: Told",
      "paragraph: seen",
      "row: A: 1.",
    ],
  ],
  [
    "what MDX would refuse is text or HTML",
    "a<br>b <3 c < d <https://example.org/x> {open \\{brace\\} <a {b\n\n<!-- secret -->\n\nx {y\n\n} z\n\nend `{code} <B>`",
    [
      "paragraph: a b <3 c < d example.org {open {brace} <a {b",
      "paragraph: x {y",
      "paragraph: } z",
      "paragraph: end {code} <B>",
    ],
  ],
  [
    "fenced code is code, whatever it looks like",
    "- item\n\n  ```jsx\n  <A>{secret\n  import x\n  ```\n\nend\n\n~~~\n{secret",
    ["item 1: item", "code: Code example, in JSX.", "paragraph: end", "code: Code example."],
  ],
  [
    "admonitions by their titles and texts",
    ":::note[A title]\n\nInside.\n\n:::\n\n:::caution Other\n\n:::tip\n\nIn.\n\n:::\n\n::: not: one",
    ["heading 6: A title", "paragraph: Inside.", "heading 6: Other", "paragraph: In.", "paragraph: ::: not: one"],
  ],
  [
    "lists far in, and headings",
    "- one\n    - two\n\n      three\n\n<A><B>out</B></A>\n\n     # Four {#secret}",
    ["item 1: one", "item 2: two", "item 2: three", "paragraph: out", "heading 1: Four"],
  ],
];

test.each(table)("MDX: %s", (_name, body, expected) => {
  const lines = heard(body, "mdx");
  expect(lines).toEqual(expected);
  expect(lines.join()).not.toContain("secret");
});

test("words keep their places in the body", () => {
  const body = "import x from 'x'\n\n<A>\n\nOne <B\n/>two **three**\n\n</A>";
  const script = verbatimScript(readDocument(body, { format: "mdx", locale: "en" }), "en");
  expect(script.blocks[0]!.inline.filter(isToken).map(({ source }) => body.slice(...source!))).toEqual([
    "One",
    "two",
    "three",
  ]);
});

const marks = [
  "{",
  "}",
  "`",
  "```\n",
  "'",
  '"',
  "<A ",
  "<A>",
  "</A>",
  "/>",
  "={",
  "\n",
  "\n\n",
  "import x from 'y'",
  "export const a = ",
  "//",
  "/*",
  "*/",

  "a",
  " ",
  "\\",
  "<!--",
  "-->",
];
test("what is blanked out leaves every place where it was, and code alone", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...marks), { maxLength: 30 }), (parts) => {
      const body = parts.join("");
      const left = withoutMdx(body, 0);
      expect(left.length).toBe(body.length);
      for (const [at, letter] of [...left].entries()) if (!" \u200B".includes(letter)) expect(body[at]).toBe(letter);
    }),
    { numRuns: 2_000 },
  );
});
