import {
  advert,
  comments,
  cookieNotice,
  crumbs,
  footer,
  head,
  navigation,
  newsletter,
  related,
  shareRow,
  skipLink,
} from "./furniture.ts";
import { heardOf, html, type Piece, type Writer } from "./writer.ts";

type Written = { html: string; heard: string[] };

/** A shop that tells of its goods in an article. */
export function shop(w: Writer, variant: number): Written {
  const [struck, price] = [
    w.t("old price", "harga lama"),
    w.t(
      "It is cheaper than last year, and it lasts longer.",
      "Sekarang lebih murah daripada tahun lalu, dan lebih awet.",
    ),
  ];
  const offer: Piece = { html: `<p><del>${struck}</del> <ins>${price}</ins></p>`, heard: [`paragraph: ${price}`] };
  const text: Piece[] = [w.p(), w.h(2), w.p(), w.list("ul"), offer, w.figure(), w.h(2), w.p(), w.quote(), w.p()];
  const product = () =>
    `<li class="product-card"><a href="/p"><img alt="${w.chrome()}" src="/p.jpg"><span>${w.chrome()}</span></a><button>${w.t("Add to cart", "Beli")}</button></li>`;
  const products = `<section class="product-grid"><h2>${w.t("Customers also bought", "Produk terkait")}</h2><ul>${product()}${product()}${product()}</ul></section>`;
  const banner = `<div class="announcement-bar"><p>${w.t("Free delivery this week on everything.", "Gratis ongkir pekan ini untuk semua barang.")}</p></div>`;
  const action = `<div class="cta"><h3>${w.chrome()}</h3><a class="button" href="/buy">${w.t("Buy now", "Beli sekarang")}</a></div>`;
  const frames: (() => string)[] = [
    () =>
      `<body class="template-article">${banner}<header class="site-header">${navigation(w)}</header><main id="MainContent" role="main"><article class="article-template"><div class="article-template__hero-container"><img alt="" src="/h.jpg"></div><header><h1>${w.title}</h1></header><div class="article-template__content rte">${html(text)}${action}</div></article>${products}${newsletter(w)}</main>${footer(w)}${cookieNotice(w)}</body>`,
    () =>
      `<body class="antialiased">${banner}<div class="min-h-screen flex flex-col">${navigation(w)}<section class="hero-banner bg-gray-100 py-20"><h1 class="text-4xl">${w.title}</h1></section><div class="prose lg:prose-xl mx-auto">${html(text)}</div><div class="grid grid-cols-3">${products}</div>${footer(w)}</div></body>`,
    () =>
      `<body><form id="aspnetForm" method="post" action="./"><div id="header">${w.links(6)}</div><div id="ctl00_Main"><h1>${w.title}</h1>${html(text)}</div><div id="ctl00_Right" class="sidebar">${w.links(5)}${advert(w)}</div><div id="footer">${w.links(4)}</div></form></body>`,
    () =>
      `<body><div class="modal fade" id="popup"><div class="modal-dialog">${newsletter(w)}</div></div><div class="offcanvas-menu">${w.links(6)}</div><div id="shopify-section-main"><div class="page-width"><h1>${w.title}</h1><div class="rte">${html(text)}</div>${shareRow(w)}</div></div><div id="shopify-section-related">${related(w)}</div>${footer(w)}<div class="chat-widget"><p>${w.chrome()}</p></div></body>`,
    () =>
      `<body><header>${navigation(w)}</header><main><section class="intro"><h1>${w.title}</h1>${html(text.slice(0, 3))}</section><section class="why">${html(text.slice(3, 6))}</section>${action}<section class="story">${html(text.slice(6))}</section>${products}</main>${footer(w)}</body>`,
  ];
  return {
    html: `<!doctype html><html lang="${w.tongue}">${head(w, "Shop")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(text)],
  };
}

/** Questions and answers: several texts on a page, each with its writer's card and remarks. */
export function forum(w: Writer, variant: number): Written {
  const answers: Piece[][] = [
    [w.p(), w.p()],
    [w.p(), w.list("ul")],
    [w.p(), w.code("js"), w.p()],
  ];
  const question: Piece[] = [w.p(), w.p()];
  const count = w.t("Three answers", "Tiga jawaban");
  const votes = `<div class="votecell"><button>▲</button><div class="js-vote-count">${w.random.below(90)}</div><button>▼</button></div>`;
  const card = () =>
    `<div class="post-signature owner"><div class="user-info"><div class="user-action-time">${w.t("answered", "dijawab")} <span title="x">${w.chrome()}</span></div><div class="user-details"><a href="/u">${w.chrome()}</a><span class="reputation-score">${w.random.below(9000)}</span></div></div></div>`;
  const remarks = () =>
    `<div class="comments js-comments-container"><ul class="comments-list"><li class="comment"><span class="comment-copy">${w.p().html}</span> – <a class="comment-user" href="/u">${w.chrome()}</a></li></ul></div>`;
  const menu = `<div class="js-post-menu post-menu"><a href="/s">${w.t("Share", "Bagikan")}</a><a href="/e">${w.t("Edit", "Sunting")}</a><button>${w.t("Follow", "Ikuti")}</button></div>`;
  const topic = (pieces: Piece[], index: number) =>
    `<article id="post_${index}" class="boxed onscreen-post"><div class="row"><div class="topic-avatar"><a href="/u"><img alt="" src="/u.png"></a></div><div class="topic-body"><div class="topic-meta-data"><div class="names"><a href="/u">${w.chrome()}</a></div><div class="post-infos"><a href="/d">${w.t("4 May", "4 Mei")}</a></div></div><div class="cooked">${html(pieces)}</div><section class="post-menu-area"><nav class="post-controls"><button>${w.t("Reply", "Balas")}</button></nav></section></div></div></article>`;
  const old = (pieces: Piece[]) =>
    `<div class="post has-profile"><dl class="postprofile"><dt><a href="/u">${w.chrome()}</a></dt><dd>${w.chrome()}</dd></dl><div class="postbody"><p class="author">${w.t("by", "oleh")} <a href="/u">${w.chrome()}</a> » <time>4 May</time></p><div class="content">${html(pieces)}</div><div class="signature">${w.chrome()}</div></div></div>`;
  const all = [question, ...answers];
  const told = [`heading 1: ${w.title}`, ...heardOf(question)];
  const frames: (() => Written)[] = [
    () => ({
      html: `<body class="question-page"><header class="s-topbar">${w.links(5)}</header><div class="container"><div class="left-sidebar">${w.links(5)}</div><div id="content"><div id="question-header"><h1 itemprop="name"><a href="/q">${w.title}</a></h1></div><div id="mainbar" role="main"><div class="question"><div class="post-layout">${votes}<div class="postcell"><div class="s-prose js-post-body">${html(question)}</div><div class="post-taglist">${w.links(3)}</div>${menu}${card()}</div>${remarks()}</div></div><div id="answers"><h2>${count}</h2>${answers.map((pieces) => `<div class="answer">${votes}<div class="answercell"><div class="s-prose">${html(pieces)}</div>${menu}${card()}</div>${remarks()}</div>`).join("")}</div><h2>${w.t("Your answer", "Tulis komentar")}</h2><form><textarea></textarea></form></div><div id="sidebar"><h4>${w.t("Hot network questions", "Terpopuler")}</h4><ul>${w.links(6)}</ul></div></div></div>${cookieNotice(w)}</body>`,
      heard: [...told, `heading 2: ${count}`, ...answers.flatMap(heardOf)],
    }),
    () => ({
      html: `<body><header class="d-header">${w.links(4)}</header><div id="main-outlet" role="main"><div id="topic-title"><h1><a href="/t">${w.title}</a></h1><div class="topic-category">${w.chrome()}</div></div><div class="post-stream">${all.map(topic).join("")}</div><div class="suggested-topics"><h3>${w.t("Related topics", "Topik terkait")}</h3>${w.links(5)}</div></div></body>`,
      heard: [...told, ...answers.flatMap(heardOf)],
    }),
    () => ({
      html: `<body class="section-viewtopic"><div id="wrap"><div id="page-header">${navigation(w)}</div><div id="page-body" role="main"><h1 class="topic-title">${w.title}</h1><div class="action-bar"><div class="pagination">${w.links(4)}</div></div>${all.map(old).join("<hr>")}<div class="jumpbox">${w.links(4)}</div></div><div id="page-footer">${w.links(4)}</div></div></body>`,
      heard: [...told, ...answers.flatMap(heardOf)],
    }),
    () => ({
      html: `<body><div class="${w.css("app")}"><div class="${w.css("head")}">${w.links(4)}</div><main><article><h1>${w.title}</h1><div class="${w.css("q")}">${html(question)}</div></article><section><h2>${count}</h2>${answers.map((pieces) => `<article class="answer"><header><a href="/u">${w.chrome()}</a></header>${html(pieces)}<footer>${w.t("Helpful?", "Membantu?")}</footer></article>`).join("")}</section></main></div>${footer(w)}</body>`,
      heard: [...told, `heading 2: ${count}`, ...answers.flatMap(heardOf)],
    }),
    () => ({
      html: `<body><nav>${w.links(6)}</nav><div class="faq">${crumbs(w)}<h1>${w.title}</h1>${answers.map((pieces, index) => `<details${index === 0 ? " open" : ""}><summary>${w.t("Question", "Pertanyaan")} ${"ABC"[index]}</summary>${html(pieces)}</details>`).join("")}</div>${footer(w)}</body>`,
      heard: [
        `heading 1: ${w.title}`,
        ...answers.flatMap((pieces, index) => [
          `paragraph: ${w.t("Question", "Pertanyaan")} ${"ABC"[index]}`,
          ...heardOf(pieces),
        ]),
      ],
    }),
  ];
  const { html: body, heard } = frames[variant]!();
  return { html: `<!doctype html><html lang="${w.tongue}">${head(w, "Questions")}${body}</html>`, heard };
}

/** A public authority: numbered clauses, fees, notes, forms. */
export function authority(w: Writer, variant: number): Written {
  const [a, b, c] = [w.p(), w.p(), w.p()].map(({ heard }) => heard[0]!.slice("paragraph: ".length));
  const clauses: Piece = {
    html: `<ol><li>${a}<ol type="a"><li>${b}</li><li>${c}</li></ol></li></ol>`,
    heard: [`item 1: 1. ${a}`, `item 2: A. ${b}`, `item 2: B. ${c}`],
  };
  const wide: Piece = {
    html: `<table><tr>${"<th>x</th>".repeat(8)}</tr><tr>${`<td>${w.chrome()}</td>`.repeat(8)}</tr></table>`,
    heard: [
      w.t(
        "row: Table with 8 columns and 1 row, not read out.",
        "row: Tabel dengan 8 kolom dan 1 baris, tidak dibacakan.",
      ),
    ],
  };
  const address: Piece = {
    html: `<address>${w.t("Town Hall", "Balai Kota")}<br>${w.t("High Street", "Jalan Raya")}<br>${w.t("Oldtown", "Kota Lama")}</address>`,
    heard: [w.t("paragraph: Town Hall, High Street, Oldtown", "paragraph: Balai Kota, Jalan Raya, Kota Lama")],
  };
  const text: Piece[] = [w.p(), w.h(2), clauses, w.definitions(), w.h(2), w.table(), wide, w.p(), address];
  const feedback = `<div class="gem-c-feedback"><h2>${w.t("Is this page useful?", "Apakah halaman ini membantu?")}</h2><button>${w.t("Yes", "Ya")}</button><button>${w.t("No", "Tidak")}</button></div>`;
  const phase = `<div class="govuk-phase-banner"><p>${w.t("This is a new service.", "Ini layanan baru.")}</p></div>`;
  const tools = `<ul class="page-tools"><li><a href="#">${w.t("Print this page", "Cetak halaman")}</a></li><li><a href="/pdf">PDF</a></li></ul>`;
  const frames: (() => string)[] = [
    () =>
      `<body class="govuk-template__body"><div id="global-cookie-message" class="gem-c-cookie-banner">${w.chrome()}</div>${skipLink(w)}<header role="banner" class="govuk-header">${w.links(3)}</header>${phase}<div class="govuk-width-container">${crumbs(w)}<main id="content" role="main" class="govuk-main-wrapper"><h1 class="govuk-heading-l">${w.title}</h1><div class="gem-c-metadata"><dl><dt>${w.t("Published", "Terbit")}</dt><dd>${w.chrome()}</dd></dl></div><div class="govspeak">${html(text)}</div>${feedback}</main></div><footer role="contentinfo">${w.links(5)}</footer></body>`,
    () =>
      `<body><div id="container"><div id="banner">${w.chrome()}</div><div id="leftnav"><div class="menu">${w.links(8)}</div></div><div id="maincontent"><h1>${w.title}</h1>${tools}${html(text)}<p><a href="#top">${w.t("Back to top", "Kembali ke atas")}</a></p></div><div id="bottom" class="footer">${w.links(4)}</div></div></body>`,
    () =>
      `<body><a class="visually-hidden focusable" href="#main">${w.t("Skip to main content", "Langsung ke konten utama")}</a><div class="dialog-off-canvas-main-canvas"><header role="banner">${navigation(w)}</header><main role="main"><a id="main" tabindex="-1"></a><div class="layout-content"><div class="region region-content"><article class="node node--type-page"><h1>${w.title}</h1><div class="node__content"><div class="field field--name-body field--type-text-with-summary">${html(text)}</div></div></article></div></div></main></div>${footer(w)}</body>`,
    () =>
      `<body><center><table cellpadding="4"><tr><td class="nav"><ul>${w.links(7)}</ul></td></tr><tr><td><div class="akn-body"><h1>${w.title}</h1>${html(text.filter((piece) => piece !== wide && piece !== text[5]))}</div></td></tr></table></center></body>`,
    () =>
      `<body><div class="topnav">${w.links(5)}</div><div class="content-wrap"><article><h1>${w.title}</h1>${shareRow(w)}${html(text)}</article><div class="sidebar-kanan"><h3>${w.t("Latest news", "Berita Terbaru")}</h3><ul>${w.links(5)}</ul></div></div><div class="footer-area">${w.links(3)}</div></body>`,
  ];
  const heard = variant === 3 ? text.filter((piece) => piece !== wide && piece !== text[5]) : text;
  return {
    html: `<!doctype html><html lang="${w.tongue}">${head(w, "Office")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(heard)],
  };
}

/** A recipe: a story, a card with ingredients and steps, stars and remarks. */
export function recipe(w: Writer, variant: number): Written {
  const [things, steps] = [w.t("Ingredients", "Bahan"), w.t("Instructions", "Cara membuat")];
  const story: Piece[] = [w.p(), w.figure(), w.p(), w.h(2), w.p()];
  const list = w.list("ul", 4);
  const doing = w.list("ol", 3);
  const heading = (said: string): Piece => ({
    html: `<h3 class="wprm-recipe-header">${said}</h3>`,
    heard: [`heading 3: ${said}`],
  });
  const card: Piece[] = [heading(things), list, heading(steps), doing];
  const jump = `<div class="wprm-recipe-snippet"><a class="jump-to-recipe" href="#r">${w.t("Jump to Recipe", "Langsung ke resep")}</a><a class="wprm-recipe-print" href="/p">${w.t("Print Recipe", "Cetak resep")}</a></div>`;
  const stars = `<div class="wprm-recipe-rating"><span>★★★★★</span> ${w.t("from 12 votes", "dari 12 suara")}</div>`;
  const text = [...story, ...card];
  const boxed = `<div id="r" class="wprm-recipe-container">${stars}${html(card)}</div>`;
  const nutrition = `<div class="wprm-nutrition ad-free"><p>${w.t("Keep it in a cool place, and eat it within a week.", "Simpan di tempat sejuk, dan habiskan dalam sepekan.")}</p></div>`;
  const last: Piece = {
    html: nutrition,
    heard: [
      w.t(
        "paragraph: Keep it in a cool place, and eat it within a week.",
        "paragraph: Simpan di tempat sejuk, dan habiskan dalam sepekan.",
      ),
    ],
  };
  const all = [...text, last];
  const frames: (() => string)[] = [
    () =>
      `<body><header class="site-header">${navigation(w)}</header><div class="site-inner"><main class="content"><article class="post entry"><header class="entry-header"><h1>${w.title}</h1>${jump}</header><div class="entry-content">${html(story)}${advert(w)}${boxed}${last.html}</div></article>${related(w)}${comments(w)}</main><aside class="sidebar">${newsletter(w)}</aside></div>${footer(w)}</body>`,
    () =>
      `<body><div class="${w.css("x")}"><div class="${w.css("y")}">${w.links(5)}</div><div class="${w.css("z")}" itemscope itemtype="https://schema.org/Recipe"><h1 itemprop="name">${w.title}</h1>${stars}${html(all)}</div><div class="${w.css("more")}"><h2>${w.t("Similar recipes", "Resep lainnya")}</h2>${w.links(6)}</div></div></body>`,
    () =>
      `<body><div class="overlay newsletter-modal">${newsletter(w)}</div>${navigation(w)}<article class="recipe"><h1>${w.title}</h1>${shareRow(w)}${jump}<div class="recipe-story">${html(story)}</div>${boxed}${last.html}</article>${comments(w)}${footer(w)}</body>`,
    () =>
      `<body><div id="app"><div class="topbar">${w.links(3)}</div><div class="page"><h1>${w.title}</h1><div class="tabs" role="tablist"><button role="tab">${things}</button></div>${html(all)}</div></div><div class="ads-bottom">${advert(w)}</div>${cookieNotice(w)}</body>`,
    () =>
      `<body><section>${crumbs(w)}<h1>${w.title}</h1><div class="author-info"><img alt="${w.chrome()}" src="/c.jpg">${w.chrome()}</div>${html(all)}<div class="tag-list">${w.links(4)}</div></section><section class="popular-recipes"><h2>${w.t("Popular recipes", "Terpopuler")}</h2>${w.links(5)}</section>${footer(w)}</body>`,
  ];
  return {
    html: `<!doctype html><html lang="${w.tongue}">${head(w, "Kitchen")}${frames[variant]!()}</html>`,
    heard: [`heading 1: ${w.title}`, ...heardOf(all)],
  };
}
