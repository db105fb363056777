/** Pages as sites make them: every sentence of the author is heard, in order, and nothing else. */
import { expect, test } from "vitest";
import { readDocument } from "../../src/narration/document.ts";
import { displayText, isToken, verbatimScript } from "../../src/narration/script.ts";
import { corpus } from "./corpus/pages.ts";

const pages = corpus();

function heard(html: string): { title: string | null; language: string | null; lines: string[] } {
  const document = readDocument(html, { format: "html" });
  const { blocks } = verbatimScript(document, document.language ?? "en");
  const lines = blocks.map(
    ({ kind, level, inline }) =>
      `${kind}${level === undefined ? "" : ` ${level}`}: ${displayText(inline.filter(isToken))}`,
  );
  return { title: document.title, language: document.language, lines };
}

test("the corpus has forty pages that differ", () => {
  expect(pages).toHaveLength(40);
  expect(new Set(pages.map(({ html }) => html)).size).toBe(40);
  for (const { heard: expected } of pages) expect(expected.length).toBeGreaterThan(6);
});

test.each(pages)("$name", ({ html, heard: expected, tongue }) => {
  const { title, language, lines } = heard(html);
  expect(
    expected.filter((line) => !lines.includes(line)),
    "sentences that are missing",
  ).toEqual([]);
  expect(
    lines.filter((line) => !expected.includes(line)),
    "what is heard and should not be",
  ).toEqual([]);
  expect(lines, "the order").toEqual(expected);
  expect([`heading 1: ${title}`, language?.slice(0, 2)]).toEqual([expected[0], tongue]);
});
