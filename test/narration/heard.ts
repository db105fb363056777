import { readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { isToken, spokenText, verbatimScript } from "../../src/narration/script.ts";

/** What a listener hears of a body: a line per block, its kind before it. */
export function heard(body: string, format: BodyFormat, locale = "en"): string[] {
  const script = verbatimScript(readDocument(body, { format, locale }), locale);
  return script.blocks.map(({ kind, level, inline }) => {
    const name = level === undefined ? kind : `${kind} ${level}`;
    return `${name}: ${spokenText(inline.filter(isToken))}`;
  });
}
