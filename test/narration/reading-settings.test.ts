import { expect, test } from "vitest";
import { readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { standardReading, type ReadingSettings } from "../../src/narration/reading-settings.ts";

const heard = (body: string, format: BodyFormat, settings: Partial<ReadingSettings> = {}, locale = "en") =>
  readDocument(body, { format, locale, reading: { ...standardReading, ...settings } }).blocks.map(
    ({ kind, inline }) =>
      `${kind}: ${inline
        .map(({ text }) => text)
        .join("")
        .replace(/\s+/g, " ")
        .trim()}`,
  );

const grid = (columns: number, rows: number) =>
  `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n${`|${"1|".repeat(columns)}\n`.repeat(rows)}`;

test("a table is heard up to the set columns and rows, and announced beyond", () => {
  expect(heard(grid(6, 30), "markdown")).toHaveLength(30);
  expect(heard(grid(7, 1), "markdown")).toEqual(["row: Table with 7 columns and 1 row, not read out."]);
  expect(heard(grid(1, 31), "markdown")).toEqual(["row: Table with 1 column and 31 rows, not read out."]);
  expect(heard(grid(7, 31), "markdown", { tableColumns: 7, tableRows: 31 })).toHaveLength(31);
  expect(heard(grid(2, 2), "markdown", { tableColumns: 1 })).toHaveLength(1);
  expect(heard("<table><tr><th>a<tr><td>1<tr><td>2</table>", "html", { tableRows: 1 })).toEqual([
    "row: Table with 1 column and 2 rows, not read out.",
  ]);
});

test("a code block's body is heard only where that is set, each line with its place", () => {
  const markdown = "1. ```ts\n   const a = 1;\n\n   go(a)\n   ```\n\ntext\n\n    indented";
  expect(heard(markdown, "markdown")).toEqual([
    "code: 1. Code example, in TypeScript.",
    "paragraph: text",
    "code: Code example.",
  ]);
  expect(heard(markdown, "markdown", { codeBlocks: "read" })).toEqual([
    "code: 1. Code example, in TypeScript.",
    "code: const a = 1; go(a)",
    "paragraph: text",
    "code: Code example.",
    "code: indented",
  ]);
  expect(heard("<pre><code class=language-ts>a &lt; 1\nb</code></pre>", "html", { codeBlocks: "read" })).toEqual([
    "code: Code example, in TypeScript.",
    "code: a < 1 b",
  ]);
  // We have no words to announce it with; what was asked for is heard all the same.
  expect(heard("```\nx = 1\n```", "markdown", { codeBlocks: "read" }, "fr")).toEqual(["code: x = 1"]);
  const { blocks } = readDocument(markdown, {
    format: "markdown",
    reading: { ...standardReading, codeBlocks: "read" },
  });
  for (const { text, source } of blocks.flatMap(({ inline }) => inline)) {
    if (source !== null && text !== "1. ") expect(markdown.slice(...source)).toBe(text);
  }
});
