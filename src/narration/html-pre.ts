import type { Attribute } from "./html-elements.ts";
import { begin, end, words, type Page } from "./page.ts";

/** Whether preformatted text is prose: a poem, a letter, an archived mail. Nearly all of it is words, no line ends as code does. */
export function isProse(text: string): boolean {
  const sample = text.slice(0, 4_000);
  const tokens = sample.split(/\s+/).filter((token) => token !== "");
  if (tokens.length < 8 || /[;{}\\]\s*$|^\s*(?:[$>#%]|\/\/|\w+\s*=\s)/m.test(sample)) return false;
  const plain = tokens.filter((token) => /^["'“‘(«]*\p{L}[\p{L}\p{M}'’-]*["'”’)».,;:!?…—–-]*$/u.test(token)).length;
  return plain >= tokens.length * 0.85;
}

/** Each of its stanzas or paragraphs. */
export function sayProse(page: Page, text: string): void {
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    begin(page, "paragraph");
    words(page, paragraph.replace(/\s+/g, " ").trim(), null);
  }
  end(page);
}

/** What the highlighter of a page calls the language of code. */
export function languageOf(attribute: Attribute): string | null {
  const named = attribute("data-lang") ?? attribute("data-language");
  const marked = /(?:^|\s)(?:language|lang|highlight-source|brush:\s*)-?([\p{L}\p{N}+#]+)/u.exec(
    attribute("class") ?? "",
  );
  const name = named ?? marked?.[1] ?? "";
  return name === "" ? null : name;
}
