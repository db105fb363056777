import {
  advert,
  byline,
  comments,
  cookieNotice,
  crumbs,
  footer,
  head,
  navigation,
  newsletter,
  readMore,
  related,
  shareRow,
  skipLink,
} from "./furniture.ts";
import { between, heardOf, html, type Piece, type Writer } from "./writer.ts";

type Written = { html: string; heard: string[] };

const credit = (w: Writer) => ` <span class="credit">${w.t("Photo", "Foto")}: ${w.chrome()}</span>`;

/** A newspaper: advertisements and links between the paragraphs. */
export function news(w: Writer, variant: number): Written {
  const title = `heading 1: ${w.title}`;
  const text: Piece[] = [
    w.figure(credit(w)),
    w.p(' class="lead"'),
    w.p(),
    w.h(2),
    w.p(),
    w.quote(),
    w.p(),
    w.list("ul"),
    w.p(),
  ];
  const body = between(text, (index) => (index % 3 === 1 ? advert(w) : index % 3 === 2 ? readMore(w) : ""));
  const tags = `<div class="tags">Tags: <a href="/t">${w.chrome()}</a>, <a href="/t">${w.chrome()}</a></div>`;
  const frames: (() => string)[] = [
    () =>
      `<body class="has-sidebar cookies-enabled"><header>${navigation(w)}<div class="ticker">${w.links(3)}</div></header><main id="content">${crumbs(w)}<article class="article"><header><p class="kicker">${w.chrome()}</p><h1>${w.title}</h1>${byline(w)}${shareRow(w)}</header><div class="article-body">${html(body)}${newsletter(w)}${tags}</div></article>${related(w)}${comments(w)}</main><aside>${w.links(6)}</aside>${footer(w)}${cookieNotice(w)}</body>`,
    () =>
      `<body><div class="${w.css("wrap")}"><div class="navbar">${w.links(8)}</div><div class="${w.css("page")}"><div class="${w.css("story")}"><h1 class="${w.css("title")}">${w.title}</h1>${byline(w)}<div class="${w.css("body")}">${html(body)}</div>${shareRow(w)}</div><div class="sidebar"><h3>${w.t("Most read", "Terpopuler")}</h3><ol>${w.links(5)}</ol>${advert(w)}</div></div>${related(w)}<div id="footer">${w.links(4)}</div></div>${cookieNotice(w)}</body>`,
    () =>
      `<body class="amp-mode"><amp-sidebar id="menu" layout="nodisplay"><ul>${w.links(6)}</ul></amp-sidebar><amp-consent id="c"><div>${w.chrome()}</div></amp-consent><header class="amp-header"><a href="/">${w.chrome()}</a></header><article class="amp-article"><h1>${w.title}</h1><amp-social-share type="twitter">${w.chrome()}</amp-social-share>${html(body).replaceAll("<img", "<amp-img").replaceAll(' width="640">', ' width="640"></amp-img>')}<amp-ad type="x">${w.chrome()}</amp-ad></article><amp-analytics>${w.chrome()}</amp-analytics>${footer(w)}</body>`,
    () =>
      `<body>${skipLink(w)}<div id="top-bar">${w.links(4)}</div>${navigation(w)}<div role="main"><div itemprop="headline"><h1>${w.title}</h1></div>${byline(w)}<section itemprop="articleBody">${html(body)}</section><div class="read-next"><h2>${w.t("Read next", "Baca juga")}</h2>${w.links(4)}</div><h2>${w.t("More stories", "Berita lainnya")}</h2><ul>${w.links(6)}</ul></div>${footer(w)}</body>`,
    () =>
      `<body><table width="100%"><tr><td colspan="3" class="masthead">${w.links(7)}</td></tr><tr><td class="menu"><ul>${w.links(9)}</ul></td><td><h1>${w.title}</h1>${byline(w)}${html(body.filter((piece) => typeof piece !== "string"))}</td><td class="sidebar">${w.links(8)}</td></tr></table>${footer(w)}</body>`,
  ];
  return {
    html: `<!doctype html><html lang="${w.tongue}">${head(w, "The Evening Post")}${frames[variant]!()}</html>`,
    heard: [title, ...heardOf(text)],
  };
}

/** A blog: themes of WordPress, hashed names, a page from before there were any, an embedded film. */
export function blog(w: Writer, variant: number): Written {
  const [first, second] = [w.p(), w.p()];
  const film = {
    html: `<figure class="wp-block-embed"><iframe src="https://www.youtube.com/embed/x" title="${w.title}, ${w.t("the film", "filmnya")}"></iframe></figure>`,
    heard: [`image: Video: ${w.title}, ${w.t("the film", "filmnya")}.`],
  };
  const note = w.p().heard[0]!.slice("paragraph: ".length);
  const noted = {
    html: first.html.replace(/<\/p>$/, '<sup><a href="#fn1" id="r1">1</a></sup></p>'),
    heard: [first.heard[0]!, `note: ${w.t("Footnote", "Catatan kaki")}: ${note}`],
  };
  const notes = `<section class="footnotes" role="doc-endnotes"><hr><ol><li id="fn1"><p>${note} <a href="#r1" class="footnote-backref">↩</a></p></li></ol></section>`;
  const text: Piece[] = [
    noted,
    second,
    w.h(2, (said) => `<a href="#h">${said}</a>`),
    w.p(),
    film,
    w.p(),
    w.list("ol"),
    w.quote(),
    w.p(),
    w.figure(),
  ];
  const comment = comments(w);
  const author = `<div class="author-box"><img alt="${w.chrome()}" src="/a.jpg"><h4>${w.t("About the author", "Tentang penulis")}</h4><p>${w.chrome()}, ${w.chrome()}, ${w.chrome()}.</p></div>`;
  const links = `<div class="nav-links"><a rel="prev" href="/p">← ${w.chrome()}</a><a rel="next" href="/n">${w.chrome()} →</a></div>`;
  const body = html(text) + notes;
  const frames: (() => string)[] = [
    () =>
      `<body class="post-template-default single single-post postid-7 tag-popular"><div id="page" class="site">${skipLink(w)}<header id="masthead">${navigation(w)}</header><div id="primary" class="content-area"><main id="main"><article id="post-7" class="post-7 post type-post status-publish format-standard hentry category-newsletter tag-share"><header class="entry-header"><h1 class="entry-title">${w.title}</h1><div class="entry-meta">${byline(w)}</div></header><div class="entry-content">${body}${shareRow(w)}<div id="jp-relatedposts">${w.links(3)}</div></div><footer class="entry-footer"><span class="cat-links">${w.chrome()}</span></footer></article>${author}${links}${comment}</main></div><aside id="secondary" class="widget-area"><section id="recent-posts-2" class="widget widget_recent_entries"><h2>${w.t("Recent Posts", "Tulisan Terbaru")}</h2><ul>${w.links(5)}</ul></section></aside>${footer(w)}</div>${cookieNotice(w)}</body>`,
    () =>
      `<body><div id="root"><div class="${w.css("a")}"><div class="${w.css("bar")}"><a href="/">${w.chrome()}</a><button>${w.t("Sign up", "Daftar")}</button><p>${w.t("Open in app", "Buka di aplikasi")}</p></div><article><div class="${w.css("b")}"><div><h1>${w.title}</h1><div class="${w.css("who")}"><div><a rel="author" href="/a">${w.chrome()}</a></div><div><span>${w.t("5 min read", "5 menit baca")}</span></div></div></div><div class="${w.css("c")}">${body}</div></div></article><div class="${w.css("d")}"><button>${w.chrome()}</button></div><div class="${w.css("e")}"><h2>${w.t("More from this author", "Artikel lainnya")}</h2><div>${w.links(6)}</div></div></div></div></body>`,
    () =>
      `<body><div class="elementor elementor-7"><div class="elementor-widget elementor-widget-theme-post-title"><h1>${w.title}</h1></div>${text.map((piece) => `<div class="elementor-element elementor-widget elementor-widget-text-editor" data-widget_type="text-editor.default"><div class="elementor-widget-container">${piece.html}</div></div>`).join("")}${notes}<div class="elementor-widget elementor-widget-share-buttons">${w.links(4)}</div></div><div class="elementor-location-footer">${footer(w)}</div><div id="popup-1" class="elementor-popup-modal">${newsletter(w)}</div></body>`,
    () =>
      `<body><div class="container"><div class="row"><div class="col-md-8"><article><div class="post-header"><h1>${w.title}</h1></div>${body}<div class="post-footer">${shareRow(w)}<p>${w.t("Posted by", "Ditulis oleh")} <a rel="author" href="#">${w.chrome()}</a></p></div></article>${comment}</div><div class="col-md-4"><div class="widget"><h3>${w.chrome()}</h3><ul>${w.links(5)}</ul></div>${advert(w)}</div></div></div>${footer(w)}</body>`,
    () =>
      `<body bgcolor="#ffffff"><center><a href="/">${w.chrome()}</a> | <a href="/a">${w.chrome()}</a> | <a href="/b">${w.chrome()}</a> | <a href="/c">${w.chrome()}</a></center><font size="5"><h1>${w.title}</h1></font><hr>${body}<hr><center><a href="/1">${w.chrome()}</a> · <a href="/2">${w.chrome()}</a> · <a href="/3">${w.chrome()}</a> · <a href="/4">${w.chrome()}</a></center></body>`,
  ];
  return {
    html: `<!doctype html><html lang="${w.t("en-US", "id-ID")}">${head(w, "Blog")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(text)],
  };
}
