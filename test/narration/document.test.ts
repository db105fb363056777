import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contentHash, readDocument, UnusableInput, type BodyFormat } from "../../src/narration/document.ts";
import { heard } from "./heard.ts";
import { processorTime } from "../support/stopwatch.ts";

const formats: BodyFormat[] = ["markdown", "mdx", "html", "text"];
const hash = (body: string, format: BodyFormat = "markdown", title?: string) =>
  contentHash(readDocument(body, { format, locale: "en", ...(title === undefined ? {} : { title }) }));

test.each(formats)("nothing to say is said clearly: %s", (format) => {
  for (const body of ["", " \n\t", "---", "🎉 …", "\uFEFF\u0000\u200B"]) {
    expect(() => readDocument(body, { format })).toThrow(UnusableInput);
  }
  expect(() => readDocument("***", { format: "text" })).toThrow("(3 characters, read as text)");
});

test("a title of the front matter is spoken first, unless the text begins with it", () => {
  const matter = '---\ntitle: "Sea: a *view*" # comment\nlang: id_ID\nsecret: x\n---\n';
  const document = readDocument(`${matter}Isi.`, { format: "markdown" });
  expect([document.title, document.language]).toEqual(["Sea: a *view*", "id-ID"]);
  expect(heard(`${matter}Isi.`, "markdown")).toEqual(["heading 1: Sea: a *view*", "paragraph: Isi."]);
  expect(heard(`${matter}# Sea - a view\n\nIsi.`, "markdown")).toEqual(["heading 1: Sea - a view", "paragraph: Isi."]);
  expect(heard('+++\ntitle = "T"\n+++\nIsi.', "markdown")).toEqual(["heading 1: T", "paragraph: Isi."]);
  expect(heard("---\nprose, no matter\n---\nIsi.", "markdown")).toContain("paragraph: Isi.");
});

test("a title that is given is a tag, not spoken", () => {
  const document = readDocument("# Head\n\nText.", { format: "markdown", title: "Other" });
  expect(document.title).toBe("Other");
  expect(heard("# Head\n\nText.", "markdown")).toEqual(["heading 1: Head", "paragraph: Text."]);
  expect(readDocument("# Head\n\nText.", { format: "markdown" }).title).toBe("Head");
});

test("plain text: paragraphs, wrapped lines, bullets; markup is text", () => {
  expect(heard("Title\r\n\r\nwrapped\r\nline\n- a\n2) b\n\n# no **mark** <b> https://a.b/c?d.", "text")).toEqual([
    "paragraph: Title",
    "paragraph: wrapped line",
    "item 1: a",
    "item 1: 2. b",
    "paragraph: # no **mark** <b> a.b.",
  ]);
});

test("the hash follows what is said, and only that", () => {
  const base = hash("# A\n\nOne *two* [three](http://x.y).\n\n- b");
  expect(base).toMatch(/^v1:[0-9a-f]{64}$/);
  expect(hash('A\n===\n\nOne  _two_\n[three](http://z "t").\n\n* * *\n\n* b\n\n<!-- x -->\n')).toBe(base);
  expect(
    hash("<h1 id=x>A</h1><p class=y>One <b>two</b> <a\nhref=q>three</a>.</p><ul><li>b</ul><script>1</script>", "html"),
  ).toBe(base);
  expect(hash("# A\n\nOne *two* [four](http://x.y).\n\n- b")).not.toBe(base);
  expect(hash("## A\n\nOne two three.\n\n- b")).not.toBe(base);
  expect(hash("# A\n\nOne *two* [three](http://x.y).\n\n- b", "markdown", "T")).not.toBe(base);
});

const words = fc.array(fc.constantFrom<string>("kata", "word", "*em*", "`c`", "5", "é", "漢字", "[l](u)"), {
  minLength: 1,
  maxLength: 8,
});
test("white space and line breaks inside a paragraph do not change the hash", () => {
  const gaps = fc.array(fc.constantFrom(" ", "  ", "\n", "\r\n", "\t"), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), gaps, (paragraphs, gap) => {
      const plain = paragraphs.map((paragraph) => `x ${paragraph.join(" ")}`).join("\n\n");
      const other = paragraphs.map(
        (paragraph) => `x ${paragraph.reduce((text, word, at) => `${text}${gap[at]}${word}`)}  `,
      );
      expect(hash(`\n${other.join("\n \n\n")}\n`)).toBe(hash(plain));
    }),
  );
});

test("plain text knows its place letter for letter", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (soup) => {
      const body = `x ${soup}`.replaceAll("://", "").replace(/www/gi, "");
      for (const { inline } of readDocument(body, { format: "text" }).blocks) {
        const placed = inline.filter(({ text, source }) => source !== null && !/^\d+\.$/.test(text));
        expect(placed.map(({ source }) => body.slice(...source!))).toEqual(placed.map(({ text }) => text));
      }
    }),
  );
});

const marks = [
  "a",
  "b c",
  "*",
  "_",
  "`",
  "```\n",
  "[",
  "](",
  ")",
  "![",
  "[^1]",
  "[^1]: ",
  "\n",
  "\n\n",
  "> ",
  "- ",
  "1. ",
  "    ",
  "\t",
  "# ",
  "|",
  "|-|\n",
  "---\n",
  "<div hidden>",
  "<p>",
  "</p>",
  "<!--",
  "-->",
  "<table><td>",
  "</table>",
  "<pre>",
  "<sup>",
  "$",
  "$$",
  "\\",
  "&amp;",
  "&x",
  "https://a.b/",
  "\uD800",
  "\u0000",
  "\uFEFF",
  "👩‍🚀",
  "{/*",
  "import x from 'y'\n",
];
test.each(formats)("any text is read or refused, its places lie inside it: %s", (format) => {
  const soup = fc.array(fc.oneof(fc.constantFrom(...marks), fc.string({ unit: "binary" })), { maxLength: 25 });
  fc.assert(
    fc.property(soup, (parts) => {
      const body = parts.join("");
      try {
        for (const { inline } of readDocument(body, { format, locale: "en" }).blocks) {
          for (const { text, source } of inline) {
            expect(text).not.toMatch(/[\0\uFEFF]/);
            if (source === null) continue;
            expect(source[0]).toBeLessThanOrEqual(source[1]);
            expect(source[1]).toBeLessThanOrEqual(body.length);
          }
        }
      } catch (error) {
        if (!(error instanceof UnusableInput)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});

// Each would take minutes, or overflow the stack, where a step looks back over all before it.
const hostile: [name: string, format: BodyFormat, body: string][] = [
  ["nested quotes", "markdown", `${">".repeat(100_000)} x`],
  ["nested lists", "markdown", `${"- ".repeat(100_000)}x\n${"\n".repeat(50_000)}y`],
  ["brackets", "markdown", `x${"[".repeat(200_000)}`],
  ["closed brackets with a reference", "markdown", `[r]: u\n\nx${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ["open links", "markdown", "[a](".repeat(50_000)],
  ["links in dead brackets", "markdown", `${"[".repeat(50_000)}${"[a](b)".repeat(20_000)}`],
  ["stars", "markdown", `${"*".repeat(100_000)}a${"*".repeat(100_000)}`],
  ["closers without openers", "markdown", `${"_a ".repeat(80_000)}${"c* ".repeat(80_000)}`],
  ["backticks of all lengths", "markdown", `x ${Array.from({ length: 600 }, (_, n) => "`".repeat(n + 1)).join(" ")}`],
  ["open tags", "markdown", "<a ".repeat(60_000)],
  ["open comments", "markdown", `x ${"<!-- ".repeat(40_000)}`],
  ["dollars", "markdown", "$a ".repeat(60_000)],
  ["URLs", "markdown", "www.a.b ".repeat(25_000)],
  [
    "a chain of footnotes",
    "markdown",
    `x[^0]\n\n${Array.from({ length: 10_000 }, (_, n) => `[^${n}]: n${n}[^${n + 1}]`).join("\n")}`,
  ],
  ["open braces", "mdx", `x ${"{ ".repeat(100_000)}`],
  ["open braces in modules", "mdx", `x\n${"export const a = {\n".repeat(10_000)}`],
  ["backticks in braces", "mdx", `x ${"{`".repeat(60_000)}`],
  ["quotes in tags", "mdx", `x ${"<A b={'".repeat(30_000)}`],
  ["open comments", "mdx", `x ${"<!-- ".repeat(60_000)}`],
  ["titles of directives", "mdx", `x\n\n${":::note[a\n".repeat(150_000)}`],
  ["open comments in braces", "mdx", `x ${"{/*".repeat(60_000)}`],
  ["nested elements", "html", `${"<div><ul><li><blockquote>".repeat(20_000)}x`],
  ["nested tables", "html", `${"<table><tr><td>".repeat(15_000)}x`],
  ["huge spans", "html", `<table>${"<tr><td colspan=99999 rowspan=99999>x".repeat(300)}</table>`],
  ["a row of cells", "html", `<table><tr>${"<td>x".repeat(80_000)}</table>`],
  ["one word", "text", "a".repeat(1_000_000)],
];
test.each(hostile)("hostile input takes time in proportion to its length: %s", (_name, format, body) => {
  const took = processorTime();
  expect(heard(body, format).length).toBeGreaterThan(0);
  expect(took()).toBeLessThan(5000);
});
