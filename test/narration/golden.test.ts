import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { spokenText, verbatimScript, type Token } from "../../src/narration/script.ts";

const examples: [file: string, format: BodyFormat, locale: string][] = [
  ["lighthouse.md", "markdown", "en"],
  ["night-train.html", "html", "en"],
  ["pasar-terapung.md", "markdown", "id"],
];

// Renewed by `vitest run test/narration/golden.test.ts -u`. Read every changed line aloud before it is committed.
test.each(examples)("%s is said as its golden text", async (file, format, locale) => {
  const body = readFileSync(join(import.meta.dirname, "../../examples", file), "utf8");
  const { blocks } = verbatimScript(readDocument(body, { format, locale }), locale);
  const spoken = blocks.map(({ inline }) => `${spokenText(inline as Token[])}\n`).join("");
  await expect(spoken).toMatchFileSnapshot(`golden/${file.replace(/\.\w+$/, "")}.${locale}.txt`);
});
