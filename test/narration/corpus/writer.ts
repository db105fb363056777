import { headline, label, paragraph, phrase, seeded, sentence, type Random, type Tongue } from "./prose.ts";

/** What an author wrote, as HTML and as a listener hears it: a line a block, its kind before it. */
export type Piece = { html: string; heard: string[] };

export type Page = { name: string; tongue: Tongue; html: string; heard: string[] };

/** What a shape of site is given to write a page with. Text of `chrome` is never heard. */
export type Writer = {
  random: Random;
  tongue: Tongue;
  /** The words of the page itself, in its language. */
  t(en: string, id: string): string;
  title: string;
  /** A class name, hashed as modern bundlers do where the site does so. */
  css(name: string): string;
  p(attributes?: string): Piece;
  h(level: number, inside?: (text: string) => string): Piece;
  list(tag: "ul" | "ol", items?: number): Piece;
  quote(): Piece;
  figure(credit?: string): Piece;
  code(language: string): Piece;
  table(): Piece;
  definitions(): Piece;
  /** A text that must not be heard. */
  chrome(): string;
  links(count: number): string;
};

export function writerFor(seed: number, tongue: Tongue, hashed: boolean): Writer {
  const random = seeded(seed);
  const t = (en: string, id: string) => (tongue === "en" ? en : id);
  // Every text once: a sentence that is heard twice, or navigation that repeats one, would hide a fault.
  const used = new Set<string>();
  const fresh = (make: (random: Random, tongue: Tongue) => string): string => {
    for (let tries = 0; tries < 1_000; tries++) {
      const text = make(random, tongue);
      if (!used.has(text) && used.add(text)) return text;
    }
    throw new Error("The corpus has too few words for its pages.");
  };
  const p = (attributes = ""): Piece => {
    const text = fresh(paragraph);
    const words = text.split(" ");
    words[1] = `<em>${words[1]}</em>`;
    words[3] = `<a href="/x">${words[3]}</a>`;
    return { html: `<p${attributes}>${words.join(" ")}</p>`, heard: [`paragraph: ${text}`] };
  };
  const h = (level: number, inside = (text: string) => text): Piece => {
    const text = fresh(headline);
    return { html: `<h${level}>${inside(text)}</h${level}>`, heard: [`heading ${level}: ${text}`] };
  };
  const list = (tag: "ul" | "ol", items = 3): Piece => {
    const texts = Array.from({ length: items }, () => fresh(sentence));
    const heard = texts.map((text, index) => `item 1: ${tag === "ol" ? `${index + 1}. ` : ""}${text}`);
    return { html: `<${tag}>${texts.map((text) => `<li>${text}</li>`).join("")}</${tag}>`, heard };
  };
  const quote = (): Piece => {
    const [said, who] = [fresh(sentence), fresh(phrase)];
    const html = `<blockquote><p>${said}</p><cite>${who}</cite></blockquote>`;
    return { html, heard: [`quote: ${said}`, `quote: ${who}`] };
  };
  const figure = (credit = ""): Piece => {
    const [alt, caption] = [fresh(phrase), fresh(sentence)];
    const html = `<figure><img src="/a.jpg" alt="${alt}" width="640"><figcaption>${caption}${credit}</figcaption></figure>`;
    return { html, heard: [`image: ${t("Image", "Gambar")}: ${alt}.`, `caption: ${caption}`] };
  };
  const code = (language: string): Piece => {
    const html = `<div class="highlight"><pre><code class="language-${language}">let chrome = "${fresh(phrase)}";</code></pre><button>Copy</button></div>`;
    return { html, heard: [t("code: Code example, in JavaScript.", "code: Contoh kode, dalam JavaScript.")] };
  };
  const table = (): Piece => {
    const [a, b] = [t("Place", "Tempat"), t("Thing", "Benda")];
    const rows = Array.from({ length: 3 }, () => [fresh(phrase), fresh(phrase)] as const);
    const cells = rows.map(([x, y]) => `<tr><td>${x}</td><td>${y}</td></tr>`).join("");
    const caption = fresh(phrase);
    const html = `<table class="data"><caption>${caption}</caption><thead><tr><th>${a}</th><th>${b}</th></tr></thead><tbody>${cells}</tbody></table>`;
    return { html, heard: [`caption: ${caption}`, ...rows.map(([x, y]) => `row: ${a}: ${x}. ${b}: ${y}.`)] };
  };
  const definitions = (): Piece => {
    const pairs = Array.from({ length: 2 }, () => [fresh(phrase), fresh(sentence)] as const);
    const html = `<dl>${pairs.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join("")}</dl>`;
    return { html, heard: pairs.flatMap(([term, text]) => [`item 1: ${term}`, `item 1: ${text}`]) };
  };
  const hash = (name: string) => `css-${(seed * 7919 + name.length * 104_729).toString(36)}${name.length}`;
  return {
    random,
    tongue,
    t,
    title: fresh(headline),
    css: (name) => (hashed ? hash(name) : name),
    p,
    h,
    list,
    quote,
    figure,
    code,
    table,
    definitions,
    chrome: () => fresh(label),
    links: (count) => Array.from({ length: count }, () => `<li><a href="/y">${fresh(label)}</a></li>`).join(""),
  };
}

export const html = (pieces: (Piece | string)[]) =>
  pieces.map((piece) => (typeof piece === "string" ? piece : piece.html)).join("\n");
export const heardOf = (pieces: (Piece | string)[]) =>
  pieces.flatMap((piece) => (typeof piece === "string" ? [] : piece.heard));

/** Pieces of text with something of the site between each two. */
export function between(pieces: Piece[], site: (index: number) => string): (Piece | string)[] {
  return pieces.flatMap((piece, index) => [piece, site(index)]);
}
