import type { Writer } from "./writer.ts";

/* What sites put around a text, in the forms in which it is met. */

export function navigation(w: Writer, count = 7): string {
  return `<nav class="site-nav" aria-label="Main"><button aria-expanded="false">Menu</button><ul>${w.links(count)}</ul></nav>`;
}

export function cookieNotice(w: Writer): string {
  const text = w.t(
    "We and our partners use cookies to store and access information on your device, and you can change your choice at any time.",
    "Kami dan mitra kami memakai kuki untuk menyimpan informasi di perangkat Anda, dan Anda dapat mengubah pilihan kapan saja.",
  );
  return w.random.pick([
    `<div id="onetrust-consent-sdk"><div role="dialog" aria-label="Cookie"><h2>${w.t("We value your privacy", "Kami menghargai privasi Anda")}</h2><p>${text}</p><button>${w.t("Accept all", "Terima semua")}</button></div></div>`,
    `<div class="cookie-banner fixed bottom-0"><p>${text} <a href="/privacy">${w.t("Learn more", "Pelajari")}</a></p><a class="btn" href="#">OK</a></div>`,
    `<section class="gdprNotice" aria-live="polite"><p>${text}</p></section>`,
  ]);
}

export function shareRow(w: Writer): string {
  const sites = ["Facebook", "X", "WhatsApp", "Telegram"];
  return w.random.pick([
    `<div class="share-buttons"><span>${w.t("Share this:", "Bagikan:")}</span><ul>${sites.map((site) => `<li><a href="https://${site}.example/share"><span class="sr-only">${w.t("Share on", "Bagikan ke")} ${site}</span><svg><title>${site}</title></svg></a></li>`).join("")}</ul></div>`,
    `<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">${w.t("Share this:", "Bagikan ini:")}</h3><div>${sites.map((site) => `<a href="#">${site}</a>`).join(" ")}</div></div>`,
    `<ul class="articleSocial" aria-label="Share">${sites.map((site) => `<li><button title="${site}">${site}</button></li>`).join("")}</ul>`,
  ]);
}

export function advert(w: Writer): string {
  const caption = w.chrome();
  return w.random.pick([
    `<div class="ad-slot"><span class="ad-label">${w.t("Advertisement", "Iklan")}</span><figure><img alt="${w.chrome()}" src="/ad.jpg"><figcaption>${caption}</figcaption></figure></div>`,
    `<aside class="advertisement"><p>${w.t("ADVERTISEMENT", "IKLAN")}</p><a href="https://ads.example">${caption}</a></aside>`,
    `<div id="div-gpt-ad-top"><p>${w.t("Scroll to continue with content", "SCROLL UNTUK MELANJUTKAN MEMBACA")}</p><iframe title="${caption}" src="https://ads.example"></iframe></div>`,
    `<ins class="adsbygoogle"><div>${caption}</div></ins>`,
    `<div class="sponsored-content"><h4>${w.t("Sponsored", "Bersponsor")}</h4><p>${caption}, ${w.chrome()}, ${w.chrome()}.</p></div>`,
  ]);
}

export function readMore(w: Writer): string {
  const lead = w.random.pick(
    w.tongue === "en" ? ["Read more:", "Also read:", "Related:"] : ["Baca juga:", "Baca Juga:", "Simak juga:"],
  );
  return `<p><strong>${lead} <a href="/z">${w.chrome()}</a></strong></p>`;
}

export function newsletter(w: Writer): string {
  const text = w.t(
    "Get the best of our stories in your inbox each week.",
    "Dapatkan tulisan terbaik kami di kotak surat Anda setiap pekan.",
  );
  return `<div class="newsletter-signup"><h3>${w.t("Sign up for our newsletter", "Langganan buletin")}</h3><p>${text}</p><form><label>E-mail<input type="email"></label><button>OK</button></form></div>`;
}

export function related(w: Writer): string {
  const card = () =>
    `<div class="card"><a href="/r"><img alt="${w.chrome()}" src="/r.jpg"><h4>${w.chrome()}</h4></a></div>`;
  return `<section class="related-articles"><h3>${w.t("You may also like", "Artikel terkait")}</h3><div class="grid">${card()}${card()}${card()}</div></section>`;
}

export function comments(w: Writer): string {
  const one = () =>
    `<li class="comment"><div class="comment-author"><b>${w.chrome()}</b></div><p>${w.p().html}</p><a href="#r">${w.t("Reply", "Balas")}</a></li>`;
  return `<div id="comments" class="comments-area"><h2>${w.t("Comments", "Komentar")}</h2><ol class="comment-list">${one()}${one()}</ol><form><label>${w.t("Your name", "Nama Anda")}</label><textarea></textarea></form></div>`;
}

export function footer(w: Writer): string {
  return `<footer class="site-footer"><ul>${w.links(5)}</ul><p>© ${w.chrome()}. ${w.t("All rights reserved.", "Hak cipta dilindungi.")}</p></footer>`;
}

export function byline(w: Writer): string {
  const [name, date] = [w.chrome(), w.t("4 May 2021", "4 Mei 2021")];
  return w.random.pick([
    `<p class="byline">${w.t("By", "Oleh")} <a rel="author" href="/a">${name}</a></p><time datetime="2021-05-04">${date}</time>`,
    `<div class="post-meta"><span class="author">${name}</span> · <time datetime="2021-05-04">${date}</time> · <span>${w.t("5 min read", "5 menit baca")}</span></div>`,
    `<div><span>${w.t("By", "Oleh")} <a href="/a">${name}</a></span> <time datetime="2021-05-04">${date}</time></div>`,
  ]);
}

export function crumbs(w: Writer): string {
  return `<div class="breadcrumbs"><a href="/">${w.t("Home", "Beranda")}</a> › <a href="/b">${w.chrome()}</a> › <span>${w.title}</span></div>`;
}

export function skipLink(w: Writer): string {
  return `<a class="skip-link screen-reader-text" href="#content">${w.t("Skip to content", "Lompat ke konten")}</a>`;
}

export function head(w: Writer, site: string, more = ""): string {
  return `<head><meta charset="utf-8"><title>${w.title} | ${site}</title><meta property="og:title" content="${w.title}"><script>var chrome = "<p>${w.chrome()}</p>";</script><style>.a::before { content: "${w.chrome()}" }</style>${more}</head>`;
}
