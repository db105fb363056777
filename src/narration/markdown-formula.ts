import { add, find, type Scanner } from "./markdown-scanner.ts";

/*
 * Formulas in Markdown: `$…$` and `$$…$$`, `\(…\)` and `\[…\]` (also with two backslashes, as where Markdown takes one away), and GitHub's
 * `$` with backticks inside. `\[1\]` and `\(see below\)` are brackets that must not be markup: only what looks like TeX is a formula there.
 */

/** A block: its marks, its TeX. */
export const blockFormula = /^(\$\$|\\{1,2}\[)([^]*?)(?:\$\$|\\{1,2}\])/;

// Scripts without spaces write a formula at a letter.
const before = /[[\p{L}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]]/v;

// Longer ones are text with a stray mark.
const longest = 10_000;

/**
 * Pandoc's rule for `$`: no white space inside the marks, no digit behind the last. Beyond it, so that money stays money ("US$5 and A$ 7",
 * "$5 to 10$"): no letter or digit before the first (save before a command: `5$\\mu$m`), no other `$` inside, and no words where nothing else looks like TeX.
 */
export function readDollarFormula(scanner: Scanner): boolean {
  const { text, at } = scanner;
  const marks = text[at + 1] === "$" ? "$$" : "$";
  const from = at + marks.length;
  const end = closeOfFormula(scanner, marks, from);
  if (end === -1) return marks === "$$" && add(scanner, { type: "text", start: at, end: from });
  const tex = text.slice(from, end);
  if (marks === "$" && !isTight(text, at, end, tex)) return false;
  if (tex.trim() === "" || (marks === "$" && (isProse(tex) || opensCode(tex)))) return false;
  add(scanner, { type: "formula", start: at, end: end + marks.length, tex: withoutBackticks(tex) });
  return true;
}

/** `\(` stands at the scanner's place. */
export function readBracketFormula(scanner: Scanner): boolean {
  const { text, at } = scanner;
  const open = /\\{1,2}[([]/y;
  open.lastIndex = at;
  const marks = open.exec(text)?.[0];
  if (marks === undefined) return false;
  const from = at + marks.length;
  const close = marks.slice(0, -1) + (marks.endsWith("(") ? ")" : "]");
  const end = find(scanner, close, from);
  // Another mark first: this one opens nothing. It also keeps the time linear.
  const other = find(scanner, marks, from);
  if (end === -1 || end - from > longest || (other !== -1 && other < end)) return false;
  const tex = text.slice(from, end);
  return looksLikeTex(tex) && add(scanner, { type: "formula", start: at, end: end + close.length, tex });
}

/** A command, a script, a relation, a sum, `f(x)`, or a letter alone. */
export function looksLikeTex(text: string): boolean {
  return (
    /\\[a-zA-Z]|[\^_=<>+]/.test(text) ||
    /(?<![\p{L}\p{N}])[\p{L}\p{N}]\s*[-*/!]\s*[\p{L}\p{N}](?![\p{L}\p{N}])/u.test(text) ||
    /(?<!\p{L})\p{L}\([^()]{1,20}\)/u.test(text) ||
    /^\s*\p{L}\s*$/u.test(text)
  );
}

function isTight(text: string, at: number, end: number, tex: string): boolean {
  return (
    (!before.test(text[at - 1] ?? "") || /^\\[a-zA-Z]/.test(tex)) &&
    !/\s/.test(text[at + 1]!) &&
    !/\s/.test(text[end - 1]!) &&
    !/\d/.test(text[end + 1] ?? "")
  );
}

function isProse(tex: string): boolean {
  return /(?:^|\s)\p{L}{2,}(?:\s|$)/u.test(tex) && !/[\\^_={}<>+]/.test(tex);
}

/** "$4 (`$HOME`)": the second mark is code's. */
function opensCode(tex: string): boolean {
  return tex.split("`").length % 2 === 0 && !/\\text/.test(tex);
}

function withoutBackticks(tex: string): string {
  return /^`[^`]+`$/.test(tex) ? tex.slice(1, -1) : tex;
}

function closeOfFormula(scanner: Scanner, marks: string, from: number): number {
  for (let at = find(scanner, marks, from); at !== -1; at = find(scanner, marks, at + 1)) {
    let slashes = 0;
    while (scanner.text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}
