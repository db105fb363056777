/** Day and author of a text, as pages and front matter say them for machines. */
import { expect, test } from "vitest";
import { readDocument, type BodyFormat } from "../../src/narration/document.ts";

function published(body: string, format: BodyFormat = "html"): [date: string | null, author: string | null] {
  const { date, author } = readDocument(body, { format, locale: "en" });
  return [date, author];
}

const prose = "<p>The night train waits, as it has always waited, because nobody wants to arrive before the day.</p>";
const page = (head: string, before = "", after = "") =>
  `<!doctype html><html><head><title>T</title>${head}</head><body><article><h1>T</h1>${before}${prose}</article>${after}</body></html>`;
const facts = (...things: unknown[]) =>
  things.map((thing) => `<script type="application/ld+json">${JSON.stringify(thing)}</script>`).join("");

const article = { "@type": "NewsArticle", datePublished: "2021-05-04T23:30:00+07:00", author: { name: "Ines Vogt" } };
const ines: [string, string] = ["2021-05-04", "Ines Vogt"];

const said: [where: string, html: string, [string | null, string | null]][] = [
  ["JSON-LD", page(facts(article)), ines],
  [
    "JSON-LD with a graph, its page before its text",
    page(facts({ "@graph": [{ "@type": "WebPage", datePublished: "2020-01-01" }, article] })),
    ines,
  ],
  [
    "JSON-LD with two authors",
    page(facts({ ...article, author: [{ name: "Ines" }, "Budi", { url: "x" }] })),
    ["2021-05-04", "Ines, Budi"],
  ],
  [
    "broken JSON-LD beside meta",
    page(
      '<script type="application/ld+json">{"datePublished": "2020</script><meta property="article:published_time" content="2021-05-04T10:00:00Z"><meta name="author" content="By Ines Vogt">',
    ),
    ines,
  ],
  [
    "JSON-LD of nothing",
    page(facts(null, [], 3, { "@graph": null }, { author: null, datePublished: 2020 })),
    [null, null],
  ],
  [
    "meta, modified and published",
    page(
      '<meta property="article:modified_time" content="2023-01-01"><meta name="citation_publication_date" content="2021/05/04"><meta name="citation_author" content="Vogt, Ines"><meta name="citation_author" content="Budi">',
    ),
    ["2021-05-04", "Vogt, Ines, Budi"],
  ],
  [
    "microdata",
    page(
      "",
      '<div><span itemprop="author"><meta itemprop="name" content="Ines Vogt"></span><span itemprop="datePublished" content="2021-05-04">May</span></div>',
    ),
    ines,
  ],
  [
    "a byline",
    page(
      "",
      '<p class="byline">By <a rel="author" href="/i">Ines Vogt</a>, <time datetime="2021-05-04T09:00">4 May</time></p>',
    ),
    ines,
  ],
  ["a year alone", page('<meta name="dc.date" content="1987">'), ["1987", null]],
  [
    "addresses and nonsense",
    page(
      '<meta name="date" content="yesterday"><meta property="article:author" content="https://x.example/ines"><meta name="author" content="ines@example.org">',
    ),
    [null, null],
  ],
  ["a day that no calendar has", page('<meta name="date" content="2021-02-31">'), [null, null]],
  ["a nought", page('<meta name="date" content="0001-01-01T00:00:00">'), [null, null]],
  [
    "the time of an update",
    page("", '<p><time class="updated" datetime="2022-01-01">1 January</time></p>'),
    [null, null],
  ],
  [
    "a time in a sentence",
    page(
      "",
      `<p>${"Long ago it was, and nobody remembers when exactly it was that they came. ".repeat(2)}<time datetime="1945-05-08">8 May</time></p>`,
    ),
    [null, null],
  ],
  [
    "times and names of comments and teasers",
    page(
      "",
      "",
      '<div class="comments"><a rel="author">Troll</a><time datetime="2022-01-01">1</time></div><div class="related-posts"><time datetime="2022-01-01">1</time></div><aside><time datetime="2022-01-01">1</time></aside>',
    ),
    [null, null],
  ],
];

test.each(said)("said by %s", (_where, html, expected) => {
  expect(published(html)).toEqual(expected);
});

test("neither day nor author is spoken", () => {
  const head = facts(article) + '<meta name="author" content="Ines Vogt">';
  const { blocks } = readDocument(page(head, '<p class="byline">By <a rel="author" href="/i">Ines Vogt</a></p>'), {
    format: "html",
    locale: "en",
  });
  expect(blocks.map(({ kind }) => kind)).toEqual(["heading", "paragraph"]);
});

const matters: [matter: string, [string | null, string | null]][] = [
  ["date: 2021-05-04T10:00:00Z\nauthor: Ines Vogt", ines],
  ['date: 2021-05\nauthor: "Vogt: a life"', ["2021-05", "Vogt: a life"]],
  ["authors: [Ines, 'Siobhan O''Neill']", [null, "Ines, Siobhan O'Neill"]],
  ["authors:\n  - Ines\n  - name: Budi\n    url: https://x.example\ndate: 2021", ["2021", "Ines, Budi"]],
  ["author:\n  name: Ines\ntitle: T", [null, "Ines"]],
  ["author: { name: Ines }\ndate: 0001-01-01", [null, null]],
];

test.each(matters)("said by front matter: %s", (matter, expected) => {
  const body = `---\n${matter}\n---\n\nThe train waits.`;
  expect(published(body, "markdown")).toEqual(expected);
  expect(published(body, "mdx")).toEqual(expected);
});
