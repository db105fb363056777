import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import { heard } from "./heard.ts";

const table: [name: string, body: string, expected: string[]][] = [
  [
    "inline elements and entities",
    "<p>One &amp; <b>tw</b>o<br>three. H<sub>2</sub>O, 10<sup>6</sup>, soft&shy;hyphen, zero&#8203;width.</p>",
    ["paragraph: One & two three. H2O, 10⁶, softhyphen, zerowidth."],
  ],
  [
    "loose text and open paragraphs",
    "<div>Loose<p>One<p>Two</div>tail",
    ["paragraph: Loose", "paragraph: One", "paragraph: Two", "paragraph: tail"],
  ],
  [
    "lists, their numbers and their nesting",
    "<ul><li>A<ul><li>A1</li></ul></li></ul><ol start=3><li>x<li value=7>y<li><p>z</p><p>more</p></ol><ol reversed start=2><li>b<li>a</ol>",
    [
      "item 1: A",
      "item 2: A1",
      "item 1: 3. x",
      "item 1: 7. y",
      "item 1: 8. z",
      "item 1: more",
      "item 1: 2. b",
      "item 1: 1. a",
    ],
  ],
  [
    "quote, figure, definition list",
    "<blockquote><p>Q.</p><cite>Who</cite></blockquote><figure><img alt='A cat.'><figcaption>A cat</figcaption></figure><dl><dt>T<dd>D</dl>",
    ["quote: Q.", "quote: Who", "caption: A cat", "item 1: T", "item 1: D"],
  ],
  [
    "code is announced",
    "<pre><code class='hljs language-ts'>secret &lt; 2</code></pre><p>Use <code>x</code>.</p>",
    ["code: Code example, in TypeScript.", "paragraph: Use x."],
  ],
  [
    "tables with names, spans and captions",
    "<table><caption>Cap</caption><tr><th>Name<th>Age<tr><td rowspan=2>Nina<td>5<tr><td>6</table>",
    ["caption: Cap", "row: Name: Nina. Age: 5.", "row: Name: Nina. Age: 6."],
  ],
  [
    "a table that arranges a page is its texts",
    "<table><tr><td><p>One</p></td></tr><tr><td>Two</td></tr></table>",
    ["paragraph: One", "paragraph: Two"],
  ],
  [
    "hidden things",
    "<p>a</p><p hidden>secret</p><p aria-hidden=true>secret</p><p style='color:red; display : none'>secret</p><script>secret</script><style>secret</style><!-- secret --><template>secret</template><nav>secret</nav><noscript>secret</noscript><svg><text>secret</text></svg>",
    ["paragraph: a"],
  ],
  [
    "ruby by its base, formulas in words",
    "<p><ruby>漢<rp>(</rp><rt>secret</rt><rp>)</rp></ruby> <math><mi>x</mi></math> <math><mfrac><mi>a</mi><mi>b</mi></mfrac><annotation>secret</annotation></math> \\(\\secret y\\) $5 and $10</p>",
    ["paragraph: 漢 x eigh over b y $5 and $10"],
  ],
  [
    "lists by letters, and counting down",
    "<ol type=a start=26><li>x<li>y</ol><ol reversed><li>x</li><li value=9>y</li><li>z</li></ol><ol type=i><li>x</ol>",
    ["item 1: Z. x", "item 1: AA. y", "item 1: 3. x", "item 1: 9. y", "item 1: 8. z", "item 1: 1. x"],
  ],
  [
    "lines: of a verse, of an address, of a page without paragraphs",
    "<p>one<br>two</p><address>Main Street 1<br>Old Town<br>Norway.<br>x</address>three<br> <br>four<br>five",
    ["paragraph: one two", "paragraph: Main Street 1, Old Town, Norway. x", "paragraph: three", "paragraph: four five"],
  ],
  [
    "what was struck out is not heard, what took its place is",
    "<p>Now <del>secret</del><s>secret</s><strike>secret</strike> <ins>ten</ins> <mark>euros</mark>, <u>only</u>.</p>",
    ["paragraph: Now ten euros, only."],
  ],
  [
    "marks of sources and trades, powers and ordinals",
    "<p>It is so.<sup>3</sup> Rome<sup>[citation needed]</sup> and<sup>[4]</sup> m<sup>2</sup>, x<sup>−1</sup>, 1<sup>st</sup>, Foo<sup>TM</sup>.</p>",
    ["paragraph: It is so. Rome and m², x⁻¹, 1st, Foo."],
  ],
  [
    "images by what describes them, and nothing else",
    "<p><img alt='A cat'><img alt=IMG_0042.jpg><img alt='photo 3'><img alt='DSC 1234'><img alt=logo><img role=presentation alt=secret><img width=1 height=1 alt=secret><img><amp-img alt='A dog'></amp-img></p>",
    ["image: Image: A cat.", "image: Image: A dog."],
  ],
  [
    "films, sounds, frames and drawings by their names",
    "<p>See<video title='A film'>secret</video> it.</p><audio aria-label='A song'></audio><iframe src='https://www.youtube.com/embed/x' title='How to bake'>secret</iframe><iframe src='https://www.youtube.com/embed/y' title='YouTube video player'></iframe><iframe src='//ads.example/' title='secret'></iframe><svg role=img aria-label='Sales rise'><text>secret</text></svg><svg aria-label=secret></svg><video title='secret' hidden></video><svg role=img aria-hidden=true aria-label=secret></svg>",
    [
      "paragraph: See it.",
      "image: Video: A film.",
      "image: Audio: A song.",
      "image: Video: How to bake.",
      "image: Image: Sales rise.",
    ],
  ],
  [
    "what works a page, and what only those who do not see it get",
    "<p>a<span class='sr-only'>secret</span><span class='x visually-hidden y'>secret</span><i style='position:absolute;left:-9999px'>secret</i></p><div role=navigation>secret</div><div role=dialog>secret</div><h2>Head<a class=headerlink href='#x'>secret</a></h2><div role=alert hidden=until-found>Note this.</div><details><summary>Ask</summary>Told</details>",
    ["paragraph: a", "heading 2: Head", "paragraph: Note this.", "paragraph: Ask", "paragraph: Told"],
  ],
  [
    "preformatted prose is read, code is announced",
    "<pre>Shall I compare thee to a summer's day?\nThou art more lovely, and more temperate.\n\nRough winds do shake the darling buds of May</pre><pre>$ npm install secret</pre><pre><code>one two three four five six seven eight secret</code></pre>",
    [
      "paragraph: Shall I compare thee to a summer's day? Thou art more lovely, and more temperate.",
      "paragraph: Rough winds do shake the darling buds of May",
      "code: Code example.",
      "code: Code example.",
    ],
  ],
  [
    "a header of two rows, names of rows, and a cell across",
    "<table><thead><tr><th rowspan=2>City<th colspan=2>People<tr><th>2010<th>2020<tbody><tr><th>Rome<td>1<td>2</table><table><tr><th>Born<td>1945<tr><th>Died:<td>2001<tr><th colspan=2>Works</table>",
    ["row: City: Rome. People 2010: 1. People 2020: 2.", "row: Born: 1945.", "row: Died: 2001.", "row: Works."],
  ],
  [
    "cells that reach down keep their columns, wide and without words as well",
    "<table><tr><th rowspan=2></th><th colspan=2>Sales<tr><th>2019<th>2020<tr><th>Apples<td>1<td>2</table><table><tr><th>A<th>B<th>C<tr><td rowspan=2 colspan=2>x<td>1<tr><td>2<tr><td rowspan=2><td>3<tr><td>4</table>",
    ["row: Apples. Sales 2019: 1. Sales 2020: 2.", "row: A: x. C: 1.", "row: A: x. C: 2.", "row: B: 3.", "row: B: 4."],
  ],
  [
    "an item that begins with a heading or a quote has its number before that",
    "<ol><li><h3>Wash</h3><p>Rinse it.</p></li><li><blockquote>Wait.</blockquote></li><li>Dry.</ol>",
    ["heading 3: 1. Wash", "item 1: Rinse it.", "quote: 2. Wait.", "item 1: 3. Dry."],
  ],
  [
    "what its role makes a heading",
    "<div role=heading aria-level=3>Over</div><span role=heading>Under</span>text",
    ["heading 3: Over", "heading 2: Under", "paragraph: text"],
  ],
  [
    "a heading's button that opens what stands below is its text, others are silent",
    "<h3><button aria-expanded=false aria-controls=x>How long?</button></h3><div id=x>A week.</div><h3>Words<button aria-label=Link>secret</button></h3><button aria-expanded=false>secret</button>",
    ["heading 3: How long?", "paragraph: A week.", "heading 3: Words"],
  ],
  [
    "code in a box that names its language",
    "<div class='highlight highlight-source-shell'><pre>npm i x</pre></div><div class='language-ruby highlighter-rouge'><div class='highlight'><pre><code>x</code></pre></div></div><div class='language-ts vp-adaptive-theme'><button>secret</button><span class=lang>secret</span><pre><code>x</code></pre></div><div class=language-en><pre><code>x</code></pre></div>",
    [
      "code: Code example, in shell.",
      "code: Code example, in Ruby.",
      "code: Code example, in TypeScript.",
      "code: Code example.",
    ],
  ],
  [
    "hidden by the names of several frameworks",
    "<p><span class=govuk-visually-hidden>secret</span>You <b class=usa-sr-only>secret</b>are <i class=not-sr-only>not</i> fined.</p>",
    ["paragraph: You are not fined."],
  ],
  [
    "badges, and what stands for no description",
    "<p><img alt=secret src='https://img.shields.io/x'><img alt=secret src=x data-canonical-src='https://badge.fury.io/y'><img alt='Refer to caption'></p><p>a</p>",
    ["paragraph: a"],
  ],
  [
    "a note of which the mark has the name: Word, Google Docs, Substack",
    "<p>One<a class=footnote-anchor id=footnote-anchor-1-1 href='#footnote-1-1'>1</a>.</p><p>Two<a href='#_ftn2' name='_ftnref2'>[2]</a>.</p><div><p><a href='#_ftnref2' name='_ftn2'>[2]</a> Second.</p></div><div class=footnote><a id=footnote-1-1 href='#footnote-anchor-1-1' class=footnote-number>1</a><div><p>First.</p></div></div>",
    ["paragraph: One.", "note: Footnote: First.", "paragraph: Two.", "note: Footnote: Second."],
  ],
  [
    "notes of one block, and one above its mark, stay in their places",
    "<div><p id=top>Top <a id=n3 href='#r3'>3</a></p><p>Low<sup id=r1><a href='#n1'>1</a></sup><sup id=r2><a href='#n2'>2</a></sup><sup id=r3><a href='#n3'>3</a></sup>.</p></div><p><a id=n1 href='#r1'>1</a> One.<br><a id=n2 href='#r2'>2</a> Two.</p>",
    ["paragraph: Top 3", "paragraph: Low.", "paragraph: 1 One. 2 Two."],
  ],
  [
    "a note is heard once, also where its list is not marked as one",
    "<p>One<sup><a href='#fn1'>1</a></sup>.</p><p>End.</p><ol><li id=fn1>Note.</ol>",
    ["paragraph: One.", "note: Footnote: Note.", "paragraph: End."],
  ],
  [
    "a note that stands where its mark is",
    "<p>One<span class='ltx_note ltx_role_footnote'><sup class=ltx_note_mark>1</sup><span><span class=ltx_note_content><sup class=ltx_note_mark>1</sup><span class='ltx_tag ltx_tag_note'>1</span>Note.</span></span></span> two.</p><p>End.</p>",
    ["paragraph: One two.", "note: Footnote: Note.", "paragraph: End."],
  ],
  [
    "bytes written as letters",
    `<p>a data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB b ${"aB1".repeat(30)}= c ${"0af".repeat(20)}</p>`,
    [`paragraph: a b c ${"0af".repeat(20)}`],
  ],
  [
    "a note that stands beside its mark is heard behind the block",
    "<p>A<a role=doc-noteref href='#n'>*</a> b.</p><aside role=doc-footnote id=n><p>Note.</p></aside><p>c</p>",
    ["paragraph: A b.", "note: Footnote: Note.", "paragraph: c"],
  ],
  [
    "footnotes follow their block",
    "<p>A<sup><a href='#fn1'>1</a></sup> b.</p><p>c</p><section class=footnotes><h2>secret</h2><ol><li id=fn1><p>Note. <a href='#r' class=footnote-backref>↩</a></p></ol></section>",
    ["paragraph: A b.", "note: Footnote: Note.", "paragraph: c"],
  ],
];

test.each(table)("HTML: %s", (_name, body, expected) => {
  const lines = heard(body, "html");
  expect(lines).toEqual(expected);
  expect(lines.join()).not.toContain("secret");
});

const prose =
  "<p>The night train waits, as it has always waited, because nobody wants to arrive before the day does.</p>".repeat(
    8,
  );
const page = `<!doctype html><html lang="en-gb"><head><title>The train</title></head><body><nav><a href=/>secret</a></nav><header>secret</header>
  <article><h1>The train</h1>${prose}</article><aside>secret</aside><footer>secret</footer></body></html>`;

test("a page is read by its main text, with its language, and its title once", () => {
  const document = readDocument(page, { format: "html" });
  expect([document.title, document.language]).toEqual(["The train", "en-GB"]);
  const lines = heard(page, "html");
  expect(lines.filter((line) => line.includes("The train"))).toEqual(["heading 1: The train"]);
  expect(lines.filter((line) => line.startsWith("paragraph: The night train"))).toHaveLength(8);
  expect(lines.join()).not.toContain("secret");
});

test("a page too small for Readability is its body without what stands around it", () => {
  const small = "<html><body><nav>secret</nav><p>Only this.</p><footer>secret</footer></body></html>";
  expect(heard(small, "html")).toEqual(["paragraph: Only this."]);
});

test("a page too deep for a tree is read as it comes", () => {
  const deep = `<html lang=id><head><title>Judul &amp; isi</title></head><body><nav>secret</nav>${"<div>".repeat(100_000)}<p>Isi &lt;kecil&gt;</p><script>if (a<b) "secret</p>"</script>`;
  const document = readDocument(deep, { format: "html" });
  expect([document.title, document.language]).toEqual(["Judul & isi", "id"]);
  expect(heard(deep, "html", "id")).toEqual(["heading 1: Judul & isi", "paragraph: Isi <kecil>"]);
});

test("a page that leaves out the tags of its body, as HTML allows, is read all the same", () => {
  const bare =
    '<!doctype html><html lang="en"><title>T</title><article><h1>Hello</h1><p>Some words here.</p></article>';
  expect(heard(bare, "html")).toEqual(["heading 1: Hello", "paragraph: Some words here."]);
});

test("a quote on a page keeps its source, which stands in a footer of its own", () => {
  const quote = "<blockquote><p>Wait where it is quiet.</p><footer>Ines Vogt, <cite>Notes</cite></footer></blockquote>";
  const lines = heard(page.replace(prose, prose + quote), "html").filter((line) => line.startsWith("quote"));
  expect(lines.join(" ")).toContain("Ines Vogt, Notes");
});
