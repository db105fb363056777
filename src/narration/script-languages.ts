import { foreignTo } from "./language.ts";
import { isToken, type ScriptBlock } from "./script.ts";

/**
 * The language of each token of a block where its marker says that it is not the script's (BCP 47), else null. A marker inside the reach of
 * another wins there. A region alone (`en-GB` in `en`) is no other language.
 */
export function tokenLanguages({ inline }: ScriptBlock, locale: string): (string | null)[] {
  const languages: (string | null)[] = [];
  const reaches: { to: number; language: string | null }[] = [];
  for (const part of inline) {
    if (!isToken(part)) {
      if (part.marker !== "language") continue;
      reaches.push({ to: languages.length + (part.tokens ?? 1), language: foreignTo(locale, part.tag) });
      continue;
    }
    while (reaches.length > 0 && reaches.at(-1)!.to <= languages.length) reaches.pop();
    languages.push(reaches.at(-1)?.language ?? null);
  }
  return languages;
}

/** By whose rules a block is cut into sentences: its own language's where all of it is in one, else the script's. */
export function sentenceLocale(languages: readonly (string | null)[], locale: string): string {
  const [first = null] = languages;
  return first !== null && languages.every((language) => language === first) ? first : locale;
}
