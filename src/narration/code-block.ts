import { codeLanguage } from "./code-language.ts";
import { announce, begin, end, literal, space, words, type Page } from "./page.ts";

/** A line of code. `start`: where it stands in the body, in UTF-16 units; null where that is unknown. */
export type CodeLine = { text: string; start: number | null };

/**
 * Announces a code block, "Code example, in TypeScript.", and reads it where the settings ask for it. `info`: what names its language.
 * `number`: that of the list's item which begins with it.
 */
export function sayCode(
  page: Page,
  info: string,
  lines: CodeLine[],
  number: { text: string; source: [number, number] | null } | null,
): void {
  const phrase = page.phrases.code(codeLanguage(info));
  const said = lines.filter(({ text }) => text.trim() !== "");
  if (said.length === 0) return;
  const { language } = page;
  page.language = null;
  begin(page, "code");
  if (number !== null) announce(page, `${number.text} `, number.source);
  if (phrase !== null) literal(page, phrase, null);
  end(page);
  if (page.settings.codeBlocks === "read") sayLines(page, said);
  page.language = language;
}

function sayLines(page: Page, lines: CodeLine[]): void {
  begin(page, "code");
  for (const { text, start } of lines) {
    words(page, text, start);
    space(page);
  }
  end(page);
}
