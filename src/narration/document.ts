import { createHash } from "node:crypto";
import { detectLocale } from "./detect-locale.ts";
import { readFrontMatter } from "./front-matter.ts";
import { openHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { withoutMdx } from "./mdx.ts";
import { cleaned, isSpeakable, newPage, plainText, type Page } from "./page.ts";
import { readPlainText } from "./plain-text.ts";
import { standardReading, type ReadingSettings } from "./reading-settings.ts";

export type BodyFormat = "markdown" | "mdx" | "html" | "text";

export type BlockKind = "heading" | "paragraph" | "item" | "quote" | "row" | "caption" | "code" | "image" | "note";

/**
 * A run of text. `source`: UTF-16 offsets into the body as given; null for words that we add ("Image:"). `spoken`: what is said, where that
 * is not how `text` reads: a formula. `language`: BCP 47, where it is in another language than the document.
 */
export type Inline = { text: string; source: [start: number, end: number] | null; spoken?: string; language?: string };

/** `level`: 1 to 6 of a heading, the depth of a list item (from 1). */
export type DocumentBlock = { kind: BlockKind; level?: number; inline: Inline[] };

/**
 * What the text itself says of it (front matter, a page's `lang` and the like), else null. `language`: a BCP 47 tag. `date`: when it was published,
 * `2026-05-09` or less of it. `author`: names. `warnings`: what could not be read, for people, a line each.
 */
export type SpeakableDocument = {
  title: string | null;
  language: string | null;
  date: string | null;
  author: string | null;
  blocks: DocumentBlock[];
  warnings: string[];
};

/** A text that cannot be narrated; the message says why. */
export class UnusableInput extends Error {
  override name = "UnusableInput";
}

export type ReadOptions = {
  format: BodyFormat;
  /** The content's language, where it is known: the words that we add are of it. */
  locale?: string;
  /** Overrides the title that the text itself names; it is not spoken. */
  title?: string;
  /** Default: `standardReading`. */
  reading?: ReadingSettings | undefined;
};

type Read = { page: Page } & Pick<SpeakableDocument, "title" | "language" | "date" | "author">;

/**
 * Reads a body into what a listener would want to hear of it. A title that only the front matter or `<title>` names is spoken first.
 * @throws {UnusableInput} where nothing in it can be spoken
 */
export function readDocument(body: string, options: ReadOptions): SpeakableDocument {
  if (body.trim() === "") throw new UnusableInput("The text is empty. Give it at least one sentence.");
  const { page, title, language, date, author } = readers[options.format](
    body,
    options.locale || null,
    options.reading ?? standardReading,
  );
  if (title !== null) speakTitle(page, title);
  const { blocks } = page;
  if (blocks.length === 0) {
    throw new UnusableInput(
      `Nothing in the text (${body.length} characters, read as ${options.format}) can be spoken.`,
    );
  }
  const given = cleaned(options.title ?? "").trim();
  const warnings = [...page.warnings];
  return { title: given !== "" ? given : (title ?? headline(blocks)), language, date, author, blocks, warnings };
}

/** `v1:` + SHA-256 (hex) of title and speakable text: white space and markup that is not spoken do not change it. */
export function contentHash({ title, blocks }: Pick<SpeakableDocument, "title" | "blocks">): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(title?.replace(/\s+/g, " ").trim() ?? null));
  for (const { kind, level, inline } of blocks) {
    const heard: unknown[] = [kind, kind === "heading" ? level : 0, plainText(inline)];
    const spoken = inline.flatMap((part) => part.spoken ?? []);
    hash.update(JSON.stringify([...heard, ...spoken, ...foreignParts(inline)]));
  }
  return `v1:${hash.digest("hex")}`;
}

/** Languages and texts of what is not in the document's language, in order; runs that meet are one. */
function foreignParts(inline: Inline[]): [language: string, text: string][] {
  const parts: { language: string | undefined; text: string }[] = [];
  for (const { language, text } of inline) {
    const last = parts.at(-1);
    if (last !== undefined && (last.language === language || text.trim() === "")) last.text += text;
    else parts.push({ language, text });
  }
  return parts.flatMap(({ language, text }) =>
    language === undefined ? [] : [[language, text.replace(/\s+/g, " ").trim()]],
  );
}

const noTextOnPage =
  "Nothing on the page can be spoken: it holds no text, or only what stands around one. Where a script writes its text, save the page from a browser and narrate the file.";

const readers: Record<BodyFormat, (body: string, locale: string | null, settings: ReadingSettings) => Read> = {
  markdown: (body, locale, settings) => readMatter(body, locale, settings, "markdown"),
  mdx: (body, locale, settings) => readMatter(body, locale, settings, "mdx"),
  html(body, locale, settings) {
    const html = openHtml(body);
    const page = newPage(locale ?? html.language ?? detectLocale(html.sample()), settings);
    html.read(page);
    if (page.blocks.length === 0) throw new UnusableInput(noTextOnPage);
    const { language, date, author } = html;
    return { page, title: speakableOrNull(html.title), language, date, author };
  },
  text(body, locale, settings) {
    const page = newPage(locale ?? detectLocale(body), settings);
    readPlainText(body, page);
    return { page, title: null, language: null, date: null, author: null };
  },
};

/** Front matter, then Markdown. */
function readMatter(body: string, locale: string | null, settings: ReadingSettings, kind: "markdown" | "mdx"): Read {
  const { title, language, date, author, end } = readFrontMatter(body);
  const text = kind === "mdx" ? withoutMdx(body, end) : body;
  const page = newPage(locale ?? language ?? detectLocale(prose(text.slice(end))), settings);
  readMarkdown(text, end, page, { indentedCode: kind === "markdown" });
  return { page, title: speakableOrNull(title), language, date, author };
}

function speakableOrNull(title: string | null): string | null {
  const text = cleaned(title ?? "")
    .replace(/\s+/g, " ")
    .trim();
  return isSpeakable(text) ? text : null;
}

// Roughly without code, tags and addresses, to tell the language by.
function prose(body: string): string {
  return body
    .slice(0, 40_000)
    .replace(/^```[^]*?^```/gm, " ")
    .replace(/<[^<>]{1,500}>|\]\([^()\s]{1,500}\)|\S+:\/\/\S+/g, " ");
}

// A page may begin with a picture, or with a line above its heading.
const beforeHeading = 4;

function speakTitle({ blocks }: Page, title: string): void {
  // "The train | Our site" and a heading "The train" say the same.
  const names = [title, ...title.split(/\s+[|–—·»/-]\s+|:\s+/)].map(bareWords);
  const heading = blocks.slice(0, beforeHeading).find(({ kind }) => kind === "heading");
  if (heading !== undefined && names.includes(bareWords(plainText(heading.inline)))) return;
  blocks.unshift({ kind: "heading", level: 1, inline: [{ text: title, source: null }] });
}

function bareWords(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}

function headline(blocks: DocumentBlock[]): string | null {
  const first = blocks[0];
  return first?.kind === "heading" && first.level === 1 ? plainText(first.inline) : null;
}
