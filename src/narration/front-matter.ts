import { canonical } from "./language.ts";

/** `end`: where the text itself begins, in UTF-16 units. */
export type FrontMatter = { title: string | null; language: string | null; end: number };

const block =
  /^\uFEFF?(?:---[ \t]*\r?\n((?:[^]*?\r?\n)?)(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n((?:[^]*?\r?\n)?)\+\+\+)[ \t]*(?:\r?\n|$)/;
const languageKeys = ["lang", "language", "locale"];

/** YAML (`---`) or TOML (`+++`) at the head of a text. Only its title and language are for us; nothing of it is spoken. */
export function readFrontMatter(body: string): FrontMatter {
  const none = { title: null, language: null, end: body.startsWith("\uFEFF") ? 1 : 0 };
  const match = block.exec(body);
  if (match === null) return none;
  const lines = (match[1] ?? match[2] ?? "").split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "");
  // A rule at the head of a text, and another further down, hold prose.
  if (first !== undefined && !/^(?:["']?[\p{L}_][\w .-]*["']?[ \t]*[:=]|[[#{])/u.test(first)) return none;
  const language = languageKeys.map((key) => valueOf(lines, key)).find((value) => value !== null) ?? null;
  return { title: valueOf(lines, "title"), language: canonical(language), end: match[0].length };
}

function valueOf(lines: string[], key: string): string | null {
  const start = new RegExp(`^["']?${key}["']?[ \\t]*[:=][ \\t]*(.*)$`, "i");
  const at = lines.findIndex((line) => start.test(line));
  if (at === -1) return null;
  const value = start.exec(lines[at]!)![1]!.trim();
  const text = /^[|>][+-]?$/.test(value) ? indented(lines.slice(at + 1)) : unquoted(value);
  return text === "" ? null : text;
}

// `title: >` and its lines.
function indented(lines: string[]): string {
  const end = lines.findIndex((line) => /^\S/.test(line));
  const block = end === -1 ? lines : lines.slice(0, end);
  return block
    .map((line) => line.trim())
    .join(" ")
    .trim();
}

function unquoted(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"|^'((?:[^']|'')*)'/.exec(value);
  if (quoted?.[1] !== undefined) return quoted[1].replace(/\\(["\\])/g, "$1");
  if (quoted?.[2] !== undefined) return quoted[2].replaceAll("''", "'");
  const plain = value.replace(/(?:^|[ \t])#.*$/, "").trim();
  return /^(?:null|~)$/.test(plain) ? "" : plain;
}
