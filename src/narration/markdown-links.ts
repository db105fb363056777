import { normalLabel } from "./markdown-references.ts";
import { find, type Scanner } from "./markdown-scanner.ts";

const blank = /[ \t\n]*/y;
const bare = /[^\s()\\<]*(?:\\.[^\s()\\]*)*/y;
const label = /\[((?:[^[\]\\]|\\[^]){0,999})\]/y;

/** Where the link ends whose text stands from `from` to the `]` at `at`; null where it is none. */
export function linkEnd(scanner: Scanner, from: number, at: number): number | null {
  const { text, references } = scanner;
  const inline = text[at + 1] === "(" ? inlineEnd(scanner, at + 2) : null;
  if (inline !== null) return inline;
  if (!references.any) return null;
  label.lastIndex = at + 1;
  const full = text[at + 1] === "[" ? label.exec(text) : null;
  if (full !== null && full[1] !== "") return references.has(normalLabel(full[1]!)) ? label.lastIndex : null;
  if (at - from > 999 || scanner.lastOpen >= from || !references.has(normalLabel(text.slice(from, at)))) return null;
  return full === null ? at + 1 : at + 3;
}

/** `(destination "title")`: where it ends. */
function inlineEnd(scanner: Scanner, start: number): number | null {
  const { text } = scanner;
  const from = past(blank, text, start);
  const destination = text[from] === "<" ? angleEnd(scanner, from) : bareEnd(text, from);
  if (destination === null) return null;
  let at = past(blank, text, destination);
  if (at > destination && /["'(]/.test(text[at] ?? "")) {
    const title = titleEnd(scanner, at);
    if (title === null) return null;
    at = past(blank, text, title);
  }
  return text[at] === ")" ? at + 1 : null;
}

function angleEnd(scanner: Scanner, start: number): number | null {
  const { text } = scanner;
  for (let at = find(scanner, ">", start); at !== -1; at = find(scanner, ">", at + 1)) {
    const inside = text.slice(start + 1, at);
    if (inside.length > 10_000 || /[\n<]/.test(inside)) return null;
    if (!/(?:^|[^\\])(?:\\\\)*\\$/.test(inside.slice(-20))) return at + 1;
  }
  return null;
}

function bareEnd(text: string, start: number): number | null {
  let open = 0;
  for (let at = start; ;) {
    at = past(bare, text, at);
    const letter = text[at];
    if (letter === "(") {
      if (++open > 32) return null;
      at++;
    } else if (letter === ")" && open > 0) {
      open--;
      at++;
    } else if ((letter === "\\" || letter === "<") && at > start) at++;
    else return open === 0 ? at : null;
  }
}

function titleEnd(scanner: Scanner, start: number): number | null {
  const { text } = scanner;
  const close = text[start] === "(" ? ")" : text[start]!;
  for (let at = find(scanner, close, start + 1); at !== -1; at = find(scanner, close, at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return null;
}

function past(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  pattern.test(text);
  return pattern.lastIndex;
}
