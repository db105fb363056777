import type { Attribute, Elements } from "./html-elements.ts";
import { foreignTo } from "./language.ts";

/*
 * `lang` on elements. Only those that have one are kept, each with a count of its own name, because tags may be left out or wrong; what holds
 * text apart (a list's item, a quote) also ends all that was opened in it.
 */

// Their end may be left out: the next of their name is no child.
const endAtTheNext = new Set(["p", "tr", "td", "th"]);

export function openLanguage(elements: Elements, name: string, attribute: Attribute): void {
  const { page, languages } = elements;
  const inner = languages.at(-1);
  if (inner?.name === name) {
    if (endAtTheNext.has(name)) languages.pop();
    else inner.depth++;
  }
  const tag = attribute("lang") ?? attribute("xml:lang");
  if (tag !== null) languages.push({ name, depth: 1, language: foreignTo(page.locale, tag) });
  page.language = languages.at(-1)?.language ?? null;
}

export function closeLanguage({ page, languages }: Elements, name: string): void {
  const inner = languages.at(-1);
  if (inner?.name === name && --inner.depth === 0) languages.pop();
  page.language = languages.at(-1)?.language ?? null;
}

/** Goes back to where only `outside` of them were open. */
export function leaveLanguages({ page, languages }: Elements, outside: number): void {
  languages.length = Math.min(languages.length, outside);
  page.language = languages.at(-1)?.language ?? null;
}
