import { readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { spokenText } from "../../src/narration/script.ts";
import { tokensOf } from "../../src/narration/tokens.ts";

/** What of a body is heard: a line per block, its kind before it. Numbers and abbreviations stand as written (normalise/). */
export function heard(body: string, format: BodyFormat, locale = "en"): string[] {
  return readDocument(body, { format, locale }).blocks.flatMap((block) => {
    const spoken = spokenText(tokensOf(block).flatMap(({ tokens }) => tokens));
    const name = block.level === undefined ? block.kind : `${block.kind} ${block.level}`;
    return spoken === "" ? [] : [`${name}: ${spoken}`];
  });
}
