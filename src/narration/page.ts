import { createRequire } from "node:module";
import type { BlockKind, DocumentBlock, Inline } from "./document.ts";
import { findUrls, hostOf } from "./bare-url.ts";
import { foreignLanguageOf } from "./foreign-language.ts";
import type { SaidFormula } from "./maths/formula.ts";
import type { MathNode } from "./maths/mathml.ts";
import type { Macros } from "./maths/tex.ts";
import { phrasesFor, type Phrases } from "./phrases.ts";
import type { ReadingSettings } from "./reading-settings.ts";

/**
 * What the readers write into: the blocks of a document, the open one last. Text is cleaned here, once for all
 * formats: control and invisible characters go, a bare URL becomes its host, and a block in which nothing can be said
 * ("---", "• • •") is left out.
 */
export type Page = {
  /** The document's language, BCP 47; null where nobody knows. */
  locale: string | null;
  phrases: Phrases;
  settings: ReadingSettings;
  /** The language of what is being read, BCP 47, where that is another. */
  language: string | null;
  blocks: DocumentBlock[];
  open: DocumentBlock | null;
  /** Whether the open block holds words of the text itself: a list number or an announcement alone is not heard. */
  said: boolean;
  /** Runs of the open block that we add: they are in the document's language. */
  added: Set<Inline>;
  /** While a table's cell is read, its text is kept here and blocks inside it only set spaces. */
  cell: Inline[] | null;
  /** What follows the open block once it ends: its images and footnotes. */
  after: (() => void)[];
  following: boolean;
  /** What the text's formulas define for later ones. */
  macros: Macros;
  /** What cannot be read, for people. */
  warnings: Set<string>;
};

const speakable = /[\p{L}\p{N}]/u;

// Invisible, private or broken: control characters, soft hyphen, zero-width and bidi controls, lone surrogates,
// icon fonts (private use), tags. ZWNJ and ZWJ spell words in Arabic and Indic scripts and join emoji: kept there.
const unspeakable =
  /(?<=^|[^\u0590-\u{10FFFF}])(?:\u200C|\u200D)|(?![\t-\r])\p{Cc}|[\u00AD\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFD\p{Cs}\p{Co}]|[\u{E0000}-\u{E007F}]/gu;

export function newPage(locale: string | null, settings: ReadingSettings): Page {
  return {
    locale,
    phrases: phrasesFor(locale),
    settings,
    language: null,
    blocks: [],
    open: null,
    said: false,
    added: new Set(),
    cell: null,
    after: [],
    following: false,
    macros: { defined: {}, length: 0 },
    warnings: new Set(),
  };
}

export function isSpeakable(text: string): boolean {
  return speakable.test(text);
}

export function cleaned(text: string): string {
  return text.replace(unspeakable, "");
}

export function plainText(inline: readonly Inline[]): string {
  return inline
    .map((part) => part.text)
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

export function begin(page: Page, kind: BlockKind, level?: number): void {
  if (page.cell !== null) return space(page);
  end(page);
  page.open = level === undefined ? { kind, inline: [] } : { kind, level, inline: [] };
}

export function end(page: Page): void {
  if (page.cell !== null) return space(page);
  const { open, said } = page;
  page.open = null;
  page.said = false;
  if (open !== null && said) finish(page, open);
  page.added.clear();
  if (page.following || page.after.length === 0) return;
  // What follows may have followers itself (a footnote's footnote): they queue up, or a chain of them would overflow the stack.
  const { language } = page;
  page.following = true;
  page.language = null;
  for (let next = 0; next < page.after.length; next++) page.after[next]!();
  page.after = [];
  page.following = false;
  page.language = language;
}

const told = new Set<BlockKind>(["paragraph", "item", "quote", "note"]);

/** A whole block in another language is spoken in that, though nothing marks it. */
function finish({ blocks, locale, added }: Page, block: DocumentBlock): void {
  blocks.push(block);
  if (!told.has(block.kind) || block.inline.some((part) => part.language !== undefined)) return;
  const own = block.inline.filter((part) => !added.has(part));
  const language = foreignLanguageOf(plainText(own), locale);
  if (language !== null) for (const part of own) part.language = language;
}

// Bytes written as letters: an embedded image, or digits, small and capital letters in a run that no word has.
const bytes =
  /data:[\w/+.-]{0,60}(?:;[\w=-]{1,60}){0,3},[\w+/%-]{20,}={0,2}|(?=[A-Za-z+/]{0,60}\d)(?=[\da-z+/]{0,60}[A-Z])(?=[\dA-Z+/]{0,60}[a-z])[\w+/-]{80,}={0,2}/g;

/** Adds text as it stands in the body. `start`: where it begins there, in UTF-16 units; null where that is unknown. */
export function words(page: Page, text: string, start: number | null): void {
  if (text.length < 24) return sayWords(page, text, start);
  let from = 0;
  for (const match of text.matchAll(bytes)) {
    sayWords(page, text.slice(from, match.index), start === null ? null : start + from);
    from = match.index + match[0].length;
  }
  sayWords(page, text.slice(from), start === null ? null : start + from);
}

function sayWords(page: Page, text: string, start: number | null): void {
  let from = 0;
  for (const [urlStart, urlEnd] of findUrls(text)) {
    run(page, text, from, urlStart, start);
    const source = start === null ? null : ([start + urlStart, start + urlEnd] as [number, number]);
    literal(page, hostOf(text.slice(urlStart, urlEnd)), source);
    from = urlEnd;
  }
  run(page, text, from, text.length, start);
}

/** Adds text that is written differently in the body: an entity, a host for its URL. */
export function literal(page: Page, text: string, source: [number, number] | null): void {
  push(page, cleaned(text), source);
}

/** Adds runs that were read before, as a table's cells are. */
export function again(page: Page, inline: readonly Inline[]): void {
  const { language } = page;
  for (const part of inline) {
    page.language = part.language ?? null;
    push(page, part.text, part.source, { spoken: part.spoken });
  }
  page.language = language;
}

/** Adds words that do not count as content: a list's number, "Image:". */
export function announce(page: Page, text: string, source: [number, number] | null): void {
  const { said, language } = page;
  page.language = null;
  const inline = push(page, text, source, { apart: true });
  if (inline !== null) page.added.add(inline);
  page.said = said;
  page.language = language;
}

export function space(page: Page): void {
  if (page.cell !== null || page.open !== null) push(page, " ", null);
}

/** An image, or what `phrase` announces, is heard in its place where it stands alone or in a table's cell, else after its block. */
export function image(
  page: Page,
  alt: string,
  source: [number, number] | null,
  phrase: string | null = page.phrases.image,
): void {
  const text = cleaned(alt).replace(/\s+/g, " ").trim();
  if (!isSpeakable(text)) return;
  if (page.cell !== null) return sayImage(page, text, source, phrase);
  const { language } = page;
  page.after.push(() => {
    page.language = language;
    begin(page, "image");
    sayImage(page, text, source, phrase);
    end(page);
    page.language = null;
  });
}

/** TeX as it stands between its marks. A letter or a number alone is text like other text. */
export function formula(page: Page, tex: string, source: [number, number] | null): void {
  const simple = tex.trim();
  if (simple === "") return;
  if (/^(?:[A-Za-z]|\d+(?:[.,]\d+)?)$/.test(simple)) return literal(page, simple, source);
  sayFormula(page, maths().sayTex(tex, page.phrases.language, page.macros), source);
}

export function mathMl(page: Page, math: MathNode | null, source: [number, number] | null): void {
  sayFormula(page, maths().sayMathMl(math, page.phrases.language, page.macros), source);
}

type Maths = typeof import("./maths/formula.ts");

let loaded: Maths | null = null;

// Thirty files that a text without formulas never needs. Reading is synchronous, so no `await import`.
function maths(): Maths {
  loaded ??= createRequire(import.meta.url)("./maths/formula.ts") as Maths;
  return loaded;
}

function sayFormula(page: Page, { spoken, display, warnings }: SaidFormula, source: [number, number] | null): void {
  for (const warning of warnings) page.warnings.add(cleaned(warning));
  const shown = cleaned(display);
  if (page.phrases.language === null) {
    // The voice of another language reads "x + 1", but no fraction.
    if (/^[\p{L}\p{N}\s+−=.,²³]{1,40}$/u.test(shown)) literal(page, shown, source);
  } else if (spoken === null) literal(page, page.phrases.formula ?? "", source);
  else if (isSpeakable(spoken)) push(page, shown, source, { spoken: cleaned(spoken) });
}

function sayImage(page: Page, alt: string, source: [number, number] | null, phrase: string | null): void {
  if (phrase !== null) announce(page, `${phrase} `, null);
  literal(page, ended(alt), source);
}

/** The text with a full stop, unless it ends as a sentence. */
export function ended(text: string): string {
  return /[.!?…。！？।؟:;](?:["'”’»)\]]*)$/u.test(text) ? text : `${text}.`;
}

function run(page: Page, text: string, from: number, to: number, start: number | null): void {
  let at = from;
  const part = from === 0 && to === text.length ? text : text.slice(from, to);
  for (const match of part.matchAll(unspeakable)) {
    const hole = from + match.index;
    push(page, text.slice(at, hole), start === null ? null : [start + at, start + hole]);
    at = hole + match[0].length;
  }
  push(page, at === from ? part : text.slice(at, to), start === null ? null : [start + at, start + to]);
}

type Pushed = {
  /** What is said, where it is not the text. */
  spoken?: string | undefined;
  /** In a run of its own, which is given back. */
  apart?: boolean;
};

function push(page: Page, text: string, source: [number, number] | null, pushed: Pushed = {}): Inline | null {
  if (text === "") return null;
  const { spoken, apart = false } = pushed;
  const inline = page.cell ?? page.open?.inline;
  if (inline === undefined) {
    if (!isSpeakable(spoken ?? text)) return null;
    begin(page, "paragraph");
    return push(page, text, source, pushed);
  }
  if (!page.said && isSpeakable(spoken ?? text)) page.said = true;
  const last = inline.at(-1);
  const joined = !apart && spoken === undefined && last !== undefined && !page.added.has(last);
  if (joined && joins(last, text, source, page.language)) {
    last.text += text;
    if (last.source !== null && source !== null) last.source[1] = source[1];
    return last;
  }
  const added: Inline = { text, source: source === null ? null : [source[0], source[1]] };
  if (spoken !== undefined) added.spoken = spoken;
  if (page.language !== null) added.language = page.language;
  inline.push(added);
  return added;
}

/** Runs that stand beside each other in the body, letter for letter, are one. */
function joins(last: Inline, text: string, source: [number, number] | null, language: string | null): boolean {
  if ((last.language ?? null) !== language) return false;
  if (last.spoken !== undefined) return false;
  if (last.source === null || source === null) return last.source === source;
  const [from, to] = last.source;
  return to === source[0] && to - from === last.text.length && source[1] - source[0] === text.length;
}
