/** What of a page is its text, where names and words could tell either. */
import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import { isShallow } from "../../src/narration/html-dom.ts";
import { heard } from "./heard.ts";

const prose = "The night train waits, as it has always waited, because nobody wants to arrive before the day does.";
const paragraphs = (count: number) => Array.from({ length: count }, (_, index) => `<p>${index} ${prose}</p>`).join("");
const page = (body: string, head = "<title>T</title>") =>
  `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
const lines = (body: string, head?: string) => heard(page(body, head), "html").filter((line) => !line.includes(prose));

const kept: [name: string, body: string, expected: string[]][] = [
  [
    "the words of buttons, dates and names in a sentence",
    `<main><h1>T</h1>${paragraphs(3)}<p>Press <b>Share</b> and <a href="/x" class="social">Save</a>, then on <span class="date">a Monday</span> ask <span class="author">Ines Vogt</span> for more.</p></main>`,
    ["heading 1: T", "paragraph: Press Share and Save, then on a Monday ask Ines Vogt for more."],
  ],
  [
    "cells of a table, whatever they are called",
    `<main><h1>T</h1>${paragraphs(3)}<table><tr><th>Day<th>Author<tr><td class="date"><time>Monday</time><td class="author">Ines</table></main>`,
    ["heading 1: T", "row: Day: Monday. Author: Ines."],
  ],
  [
    "what has the name of a thing around, and is most of the page",
    `<body class="has-sidebar modal-open"><div class="page-with-comments related"><div id="comments"><h1>T</h1><p>Short one.</p>${paragraphs(3)}</div></div>`,
    ["heading 1: T", "paragraph: Short one."],
  ],
  [
    "questions that open their answers",
    `<main><h1>T</h1>${paragraphs(3)}<h2 class="accordion-header"><button class="accordion-button" aria-expanded="true">How long?</button></h2><div class="collapse"><p>A week, if nothing comes between.</p></div></main>`,
    ["heading 1: T", "heading 2: How long?", "paragraph: A week, if nothing comes between."],
  ],
  [
    "a section of notes that are text",
    `<main><h1>T</h1>${paragraphs(3)}<h2>Notes</h2><p>Use a pan.</p></main>`,
    ["heading 1: T", "heading 2: Notes", "paragraph: Use a pan."],
  ],
  [
    "a page in one form, and a heading in the site's header",
    `<form action="."><div>${paragraphs(3)}</div></form><header><nav>secret</nav><h1>T</h1></header>`,
    ["heading 1: T"],
  ],
  [
    "sections under headings that could be of a list of links",
    `<main><h1>T</h1>${paragraphs(2)}<h2>Resources</h2><p>Water is scarce.</p><h2>Popular</h2><ul><li>Rye</ul><h2>Discussion</h2><p>We saw.</p></main>`,
    [
      "heading 1: T",
      "heading 2: Resources",
      "paragraph: Water is scarce.",
      "heading 2: Popular",
      "item 1: Rye",
      "heading 2: Discussion",
      "paragraph: We saw.",
    ],
  ],
  [
    "asides that are notes, and a list of two links",
    `<main><h1>T</h1>${paragraphs(2)}<aside class="callout">Mind the gap.</aside><ul><li><a href=x>One</a><li><a href=y>Two</a></ul><aside>secret</aside></main>`,
    ["heading 1: T", "paragraph: Mind the gap.", "item 1: One", "item 1: Two"],
  ],
  [
    "a programme, and sentences that begin as bylines do",
    `<main><h1>T</h1>${paragraphs(2)}<p><time>9 h</time> Doors</p><p><time>10 h</time> Music</p><div>By Friday, <a href=x>the strike</a> had ended.</div><p>By the river, <a href=y>Ann</a></p></main>`,
    [
      "heading 1: T",
      "paragraph: 9 h Doors",
      "paragraph: 10 h Music",
      "paragraph: By Friday, the strike had ended.",
      "paragraph: By the river, Ann",
    ],
  ],
  [
    "a poem with a long disclaimer below",
    `<div><h1>T</h1><p>One line<p>Two lines<p>Three lines of it<p>Four lines of it are here<p>Five lines of it are here now</div><div><p>${prose}</p></div>`,
    [
      "heading 1: T",
      "paragraph: One line",
      "paragraph: Two lines",
      "paragraph: Three lines of it",
      "paragraph: Four lines of it are here",
      "paragraph: Five lines of it are here now",
    ],
  ],
  [
    "a lead and a picture between heading and text",
    `<div class="q1"><div><h1>T</h1><p>A short lead.</p><img alt="A view"></div><div class="q2">${paragraphs(4)}</div></div><div class="q3"><a href=/>secret secret</a></div>`,
    ["heading 1: T", "paragraph: A short lead.", "image: Image: A view."],
  ],
  [
    "the text alone, beside long teasers without names",
    `<div class="a1"><div class="a2"><h1>T</h1>${paragraphs(6)}</div><div class="a3">${Array.from({ length: 6 }, (_, index) => `<div class="k"><a href="/x">secret head</a><p>secret ${index}, a teaser that is long enough to count as prose does, with commas, and so on.</p></div>`).join("")}</div></div>`,
    ["heading 1: T"],
  ],
  [
    "text in several parts of a page, none of which is marked",
    `<div class="b"><div><h2>One</h2>${paragraphs(2)}</div><div><h2>Two</h2>${paragraphs(2)}</div></div>`,
    ["heading 1: T", "heading 2: One", "heading 2: Two"],
  ],
];
test.each(kept)("kept: %s", (_name, body, expected) => {
  expect(lines(body)).toEqual(expected);
  expect(heard(page(body), "html").filter((line) => line.includes(prose)).length).toBeGreaterThan(0);
});

const out: [name: string, body: string][] = [
  ["the section above the heading", `<main><p><a href="/s">Secret</a></p><h1>T</h1>${paragraphs(2)}</main>`],
  [
    "links to the pages before and after",
    `<main><h1>T</h1>${paragraphs(2)}<div><a href=p>← Secret</a><a href=n>Secret →</a></div></main>`,
  ],
  [
    "the day of the last change",
    `<main><h1>T</h1>${paragraphs(2)}<p>Last updated on 10 Jan by <b>secret</b></p><p>Diperbarui 10 Januari 2025</p></main>`,
  ],
  [
    "invitations to other channels",
    `<main><h1>T</h1>${paragraphs(2)}<p>Follow the secret on WhatsApp.</p><p>Dapatkan berita rahasia. Mari bergabung di Telegram, caranya klik https://t.me/x.</p></main>`,
  ],
  [
    "labels of Docusaurus and Medium",
    `<main><span class="theme-doc-version-badge badge">Version: secret</span><h1>T</h1><div class="speechify-ignore ab"><div><a href=a>Secret</a><span>·</span></div><div>Feb 11</div></div><div>Press enter or click to view image in full size</div>${paragraphs(2)}<div class="theme-last-updated">secret</div></main>`,
  ],
  [
    "the heading of notes that are heard in their places",
    `<main><h1>T</h1>${paragraphs(2)}<div class="mw-heading"><h2>Notes</h2></div><div class="mw-references-wrap"><ol class="references"><li>secret</ol></div></main>`,
  ],
  ["marks of the editors", `<main><h1>T</h1>${paragraphs(2)}<p>[Gambas:Video CNN]</p><p><i>(rwl/ags)</i></p></main>`],
  [
    "tags and teasers without names",
    `<main><h1>T</h1>${paragraphs(2)}<h2>Tag</h2><ul><li><a href=t>secret</a></ul><h2>Terkini Lainnya</h2><div><a href=1>Secret things</a><div>Secret</div></div></main>`,
  ],
  [
    "hidden text, though it be most of the page",
    `<div hidden>${"<p>Secret words, long enough to be taken for the text of the page, were it not that nobody sees them.</p>".repeat(90)}</div><div>${paragraphs(2)}</div>`,
  ],
];
test.each(out)("taken out: %s", (_name, body) => {
  expect(lines(body)).toEqual(["heading 1: T"]);
});

test("a page without a text of its own is refused, with what to do", () => {
  const bodies = [
    "",
    "<nav><a href=a>Home</a></nav>",
    `<div>${"<a href=x>Go there</a>".repeat(8)}</div>`,
    "<script>let a = 1;</script><div id=root></div><noscript>You need JavaScript.</noscript>",
    "<div hidden><p>Secret words.</p></div>",
  ];
  for (const body of bodies)
    expect(() => heard(page(body), "html"), body).toThrow(/no text.*save the page from a browser/);
});

test("taken out: what only a label, a link elsewhere or a source is", () => {
  const body = `<article><h1>T</h1>${paragraphs(2)}<p>Advertisement</p><p><b>Read more: <a href=x>secret secret</a></b></p><h2>See also</h2><ul><li><a href=x>secret</a></ul><h2>References</h2><p>secret 1945.</p></article>`;
  expect(lines(body)).toEqual(["heading 1: T"]);
});

test("the title is that of the text, without the name of the site, and said once", () => {
  const titled = (head: string, heading = "") => {
    const { title, blocks } = readDocument(page(`<main><p>kick</p>${heading}${paragraphs(2)}</main>`, head), {
      format: "html",
      locale: "en",
    });
    return [title, blocks.filter(({ kind }) => kind === "heading").length];
  };
  expect(titled("<title>The long train | The Post</title>")).toEqual(["The long train", 1]);
  expect(titled("<title>Trains</title>")).toEqual(["Trains", 1]);
  expect(titled('<title>Post - x</title><meta property="og:title" content="Night &amp; day">')).toEqual([
    "Night & day",
    1,
  ]);
  expect(titled("<title>Home | The Post</title>", "<h1>Night trains</h1>")).toEqual(["Night trains", 1]);
});

test("the language is what the page says, unless its text is surely another", () => {
  const indonesian =
    "Kereta malam itu menunggu, seperti biasa, karena tidak ada orang yang ingin tiba sebelum hari terang. ".repeat(3);
  const language = (attributes: string, text: string, head = "") =>
    readDocument(`<html ${attributes}><head>${head}</head><body><p>${text}</p></body></html>`, { format: "html" })
      .language;
  expect(language("lang=en-US", indonesian)).toBe("id");
  expect(language("lang=id", indonesian)).toBe("id");
  expect(language("lang=en-GB", prose)).toBe("en-GB");
  expect(language("", prose, '<meta property="og:locale" content="en_AU">')).toBe("en-AU");
  expect(language("", prose, '<meta http-equiv="Content-Language" content="en">')).toBe("en");
  expect(language("", prose)).toBeNull();
});

test("notes that say where a text has it from are not heard, others of the same list are", () => {
  const mark = (id: string, said: string) => `<sup class="reference"><a href="#cite_note-${id}">[${said}]</a></sup>`;
  const body = `<main><h1>T</h1>${paragraphs(1)}<p>One${mark("1", "1")} two${mark("a", "a")} three${mark("2", "2")}.</p><ol class="references"><li id="cite_note-1"><cite>secret</cite><li id="cite_note-a">Or so they say.<li id="cite_note-2"><a href="https://x.example">secret</a></ol></main>`;
  expect(lines(body)).toEqual(["heading 1: T", "paragraph: One two three.", "note: Footnote: Or so they say."]);
});

test("a body that a script shows when it is ready is heard, what is hidden in it is not", () => {
  const body = `<html><body style="visibility: hidden"><h1>T</h1>${paragraphs(2)}<p style="display:none">secret</p></body></html>`;
  expect(heard(body, "html")).toHaveLength(3);
});

test("a tree of a million marks that begin no tag is not built", () => {
  expect(isShallow("<p>1 < 2</p>".repeat(90_000))).toBe(true);
  expect(isShallow("<".repeat(1_000_000))).toBe(false);
  expect(heard(page(`<p>${prose}</p>${"<".repeat(400_000)}`), "html")[1]).toContain(prose);
});

test("a tree that would cost more than it is worth is not built", () => {
  const wide = page(`${"<div>".repeat(390)}<p>${prose}</p>${"</div>".repeat(390)}`.repeat(100));
  expect(heard(wide, "html").length).toBe(101);
});
