import { cookieNotice, crumbs, footer, head, navigation, skipLink } from "./furniture.ts";
import { heardOf, html, type Piece, type Writer } from "./writer.ts";

type Written = { html: string; heard: string[] };

/** A manual: Sphinx, Docusaurus, MkDocs, GitBook, an old one. */
export function manual(w: Writer, variant: number): Written {
  const anchor = (said: string) => `${said}<a class="headerlink" href="#x" title="Permalink to this heading">¶</a>`;
  const note = w.p();
  const admonition: Piece = {
    html: `<div class="admonition note"><p class="admonition-title">${w.t("Note", "Catatan")}</p>${note.html}</div>`,
    heard: [`paragraph: ${w.t("Note", "Catatan")}`, ...note.heard],
  };
  const text: Piece[] = [
    w.p(),
    w.h(2, anchor),
    w.p(),
    w.code("js"),
    w.p(),
    admonition,
    w.h(3, anchor),
    w.list("ol"),
    w.definitions(),
    w.table(),
    w.p(),
  ];
  const toc = `<ul>${w.links(6)}</ul>`;
  const nextUp = `<div class="pagination-nav"><a href="/p">${w.t("Previous", "Sebelumnya")} ${w.chrome()}</a><a href="/n">${w.t("Next", "Berikutnya")} ${w.chrome()}</a></div>`;
  const frames: (() => string)[] = [
    () =>
      `<body class="wy-body-for-nav"><div class="wy-grid-for-nav"><nav class="wy-nav-side"><div role="search"><form><input></form></div>${toc}</nav><section class="wy-nav-content-wrap"><div class="rst-content"><div role="navigation" aria-label="Page navigation"><ul class="wy-breadcrumbs">${w.links(3)}</ul></div><div role="main" class="document"><div itemprop="articleBody"><section id="a"><h1>${anchor(w.title)}</h1>${html(text)}</section></div></div><footer><div class="rst-footer-buttons">${w.links(2)}</div><p>© ${w.chrome()}. Built with Sphinx.</p></footer></div></section></div></body>`,
    () =>
      `<body class="navigation-with-keyboard"><div id="__docusaurus">${skipLink(w)}<nav class="navbar navbar--fixed-top">${w.links(5)}</nav><div class="main-wrapper"><div class="docsWrapper"><aside class="theme-doc-sidebar-container">${toc}</aside><main class="docMainContainer"><div class="container"><div class="row"><div class="col docItemCol"><div class="docItemContainer"><article><nav class="theme-doc-breadcrumbs"><ul>${w.links(3)}</ul></nav><div class="tocCollapsible theme-doc-toc-mobile"><button>${w.t("On this page", "Di halaman ini")}</button></div><div class="theme-doc-markdown markdown"><header><h1>${w.title}</h1></header>${html(text).replaceAll("headerlink", "hash-link")}</div><footer class="theme-doc-footer"><a class="theme-edit-this-page" href="/e">${w.t("Edit this page", "Sunting halaman ini")}</a></footer></article>${nextUp}</div></div><div class="col col--3"><div class="tableOfContents thin-scrollbar">${toc}</div></div></div></div></main></div></div><footer class="footer footer--dark">${w.links(6)}</footer></div></body>`,
    () =>
      `<body><header class="md-header">${navigation(w)}</header><div class="md-container"><main class="md-main"><div class="md-main__inner md-grid"><div class="md-sidebar md-sidebar--primary">${toc}</div><div class="md-sidebar md-sidebar--secondary">${toc}</div><div class="md-content"><article class="md-content__inner md-typeset"><a class="md-content__button" href="/edit" title="Edit this page"><svg></svg></a><h1>${w.title}</h1>${html(text)}<aside class="md-source-file"><span>${w.t("Last update", "Diperbarui")}: ${w.chrome()}</span></aside><form class="md-feedback"><p>${w.t("Was this page helpful?", "Apakah halaman ini membantu?")}</p></form></article></div></div></main><footer class="md-footer">${nextUp}</footer></div>${cookieNotice(w)}</body>`,
    () =>
      `<body><div class="${w.css("shell")}"><div class="${w.css("left")}"><ul>${w.links(12)}</ul></div><div class="${w.css("center")}"><div>${crumbs(w)}</div><h1>${w.title}</h1>${html(text)}<div class="${w.css("pages")}">${nextUp}</div><p>${w.t("Was this page helpful?", "Apakah halaman ini membantu?")}</p><button>${w.t("Yes", "Ya")}</button></div><div class="${w.css("right")}"><h5>${w.t("On this page", "Di halaman ini")}</h5><ul>${w.links(5)}</ul></div></div></body>`,
    () =>
      `<body><div id="wrapper"><div id="header"><h2>${w.chrome()}</h2><form action="/search"><input name="q"></form></div><div id="nav"><ul>${w.links(10)}</ul></div><div id="content"><h1>${w.title}</h1>${html(text)}<p>[<a href="#top">${w.t("Back to top", "Kembali ke atas")}</a>]</p></div><div id="footer"><p>${w.chrome()} · ${w.chrome()}</p></div></div></body>`,
  ];
  return {
    html: `<!doctype html><html lang="${w.tongue}">${head(w, "Documentation")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(text)],
  };
}

/** An encyclopaedia as MediaWiki writes it, in three of its skins and two of its forms. */
export function wiki(w: Writer, variant: number): Written {
  const edit = `<span class="mw-editsection"><span class="mw-editsection-bracket">[</span><a href="/e">${w.t("edit", "sunting")}</a><span class="mw-editsection-bracket">]</span></span>`;
  const headed = (level: number): Piece => {
    const made = w.h(level);
    const plain = made.html.replace(`</h${level}>`, "");
    return variant < 2
      ? { ...made, html: `${plain}${edit}</h${level}>` }
      : { ...made, html: `<div class="mw-heading mw-heading${level}">${made.html}${edit}</div>` };
  };
  const cite = (number: number) =>
    `<sup id="cite_ref-${number}" class="reference"><a href="#cite_note-${number}"><span class="cite-bracket">[</span>${number}<span class="cite-bracket">]</span></a></sup>`;
  const cited = (number: number): Piece => {
    const made = w.p();
    return {
      ...made,
      html: made.html.replace(
        "</p>",
        `${cite(number)}<sup class="noprint Inline-Template">[<i><a href="/cn">${w.t("citation needed", "butuh rujukan")}</a></i>]</sup></p>`,
      ),
    };
  };
  const foreign: Piece = {
    html: `<p>${w.title} (<a href="/ar">${w.t("Arabic", "bahasa Arab")}</a>: <span lang="ar" dir="rtl">نهر المدينة</span>) ${w.t("is a river of the north.", "adalah sungai di utara.")}</p>`,
    heard: [
      `paragraph: ${w.title} (${w.t("Arabic", "bahasa Arab")}: نهر المدينة) ${w.t("is a river of the north.", "adalah sungai di utara.")}`,
    ],
  };
  const thumb = w.figure();
  const [alt] = [thumb.html];
  const text: Piece[] = [
    foreign,
    cited(1),
    headed(2),
    cited(2),
    { ...thumb, html: alt.replace("<figure>", '<figure class="mw-default-size" typeof="mw:File/Thumb">') },
    w.p(),
    headed(3),
    w.list("ul"),
    w.definitions(),
    w.table(),
  ];
  const reference = (number: number) =>
    `<li id="cite_note-${number}"><span class="mw-cite-backlink"><b><a href="#cite_ref-${number}">^</a></b></span> <span class="reference-text"><cite class="citation book">${w.chrome()}, ${w.chrome()}. <a class="external text" href="https://x.example">${w.chrome()}</a>.</cite></span></li>`;
  const heading = (id: string, said: string) =>
    variant < 2
      ? `<h2><span class="mw-headline" id="${id}">${said}</span>${edit}</h2>`
      : `<div class="mw-heading mw-heading2"><h2 id="${id}">${said}</h2>${edit}</div>`;
  const infobox = `<table class="infobox vcard"><tbody><tr><th colspan="2" class="infobox-above">${w.chrome()}</th></tr><tr><th scope="row">${w.chrome()}</th><td>${w.chrome()}</td></tr></tbody></table>`;
  const end = `${heading("See_also", w.t("See also", "Lihat pula"))}<ul>${w.links(4)}</ul>${heading("References", w.t("References", "Referensi"))}<div class="reflist"><div class="mw-references-wrap"><ol class="references">${reference(1)}${reference(2)}</ol></div></div>${heading("External_links", w.t("External links", "Pranala luar"))}<ul>${w.links(2)}</ul><div role="navigation" class="navbox"><table><tr><td>${w.links(5)}</td></tr></table></div>`;
  const output = `<div class="mw-content-ltr mw-parser-output" lang="${w.tongue}" dir="ltr"><div class="shortdescription nomobile noexcerpt noprint searchaux" style="display:none">${w.chrome()}</div><div role="note" class="hatnote navigation-not-searchable">${w.t("For other uses, see", "Untuk kegunaan lain, lihat")} <a href="/d">${w.chrome()}</a>.</div>${infobox}${html(text.slice(0, 2))}<div id="toc" class="toc" role="navigation"><div class="toctitle"><h2>${w.t("Contents", "Daftar isi")}</h2></div><ul>${w.links(5)}</ul></div>${html(text.slice(2))}${end}</div>`;
  const site = `<div id="siteSub" class="noprint">${w.chrome()}</div><div id="contentSub">${w.chrome()}</div><div id="jump-to-nav"></div><a class="mw-jump-link" href="#mw-head">Jump to navigation</a>`;
  const panel = `<div id="mw-navigation"><h2>${w.t("Navigation menu", "Menu navigasi")}</h2><div id="mw-panel">${w.links(9)}</div></div><div id="catlinks" class="catlinks">${w.links(4)}</div><footer id="footer" class="mw-footer"><ul>${w.links(4)}</ul></footer>`;
  const frames: (() => string)[] = [
    () =>
      `<body class="mediawiki ltr"><div id="mw-page-base" class="noprint"></div><div id="content" class="mw-body" role="main"><h1 id="firstHeading" class="firstHeading">${w.title}</h1><div id="bodyContent">${site}<div id="mw-content-text">${output}</div></div></div>${panel}</body>`,
    () =>
      `<body class="skin-timeless"><div id="mw-wrapper"><div id="mw-content-container"><div id="content"><h1>${w.title}</h1>${site}${output}</div></div></div>${panel}</body>`,
    () =>
      `<body class="skin-vector-2022"><div class="mw-page-container"><div class="vector-header-container"><header class="vector-header mw-header">${w.links(4)}</header></div><main id="content" class="mw-body"><header class="mw-body-header vector-page-titlebar"><nav class="vector-toc-landmark">${w.links(3)}</nav><h1>${w.title}</h1><div id="p-lang-btn" class="vector-dropdown mw-portlet-lang">${w.links(3)}</div></header><div class="vector-page-toolbar">${w.links(4)}</div><div id="bodyContent">${site}${output}</div></main></div>${panel}</body>`,
    () =>
      `<body class="skin-minerva"><main id="content"><div class="pre-content heading-holder"><div class="page-heading"><h1>${w.title}</h1></div><ul id="page-actions">${w.links(4)}</ul></div>${output}</main>${panel}</body>`,
    () =>
      `<body class="mediawiki"><div class="wrap"><h1>${w.title}</h1>${output}</div>${panel}${cookieNotice(w)}${footer(w)}</body>`,
  ];
  return {
    html: `<!doctype html><html class="client-nojs" lang="${w.tongue}" dir="ltr">${head(w, "Wiki")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(text)],
  };
}
