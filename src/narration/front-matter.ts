import { canonical } from "./language.ts";

/** `date`: `2026-05-09`, or less of it. `author`: names, parted by ", ". `end`: where the text itself begins, in UTF-16 units. */
export type FrontMatter = {
  title: string | null;
  language: string | null;
  date: string | null;
  author: string | null;
  end: number;
};

const block =
  /^\uFEFF?(?:---[ \t]*\r?\n((?:[^]*?\r?\n)?)(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n((?:[^]*?\r?\n)?)\+\+\+)[ \t]*(?:\r?\n|$)/;
const languageKeys = ["lang", "language", "locale"];

/** YAML (`---`) or TOML (`+++`) at the head of a text. Only its title, language, date and author are for us; nothing of it is spoken. */
export function readFrontMatter(body: string): FrontMatter {
  const none = { title: null, language: null, date: null, author: null, end: body.startsWith("\uFEFF") ? 1 : 0 };
  const match = block.exec(body);
  if (match === null) return none;
  const lines = (match[1] ?? match[2] ?? "").split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "");
  // A rule at the head of a text, and another further down, hold prose.
  if (first !== undefined && !/^(?:["']?[\p{L}_][\w .-]*["']?[ \t]*[:=]|[[#{])/u.test(first)) return none;
  const language = languageKeys.map((key) => valueOf(lines, key)).find((value) => value !== null) ?? null;
  const date = dayOf(valueOf(lines, "date"));
  const author = namesOf(lines, "author") ?? namesOf(lines, "authors");
  return { title: valueOf(lines, "title"), language: canonical(language), date, author, end: match[0].length };
}

/** The day of an ISO 8601 date with or without a time, as it is written; null for anything else. */
export function dayOf(value: string | null): string | null {
  const [day, , month = "01", date = "01"] = /^([12]\d{3})(?:-(\d\d)(?:-(\d\d))?)?(?=$|[T\s])/.exec(value ?? "") ?? [];
  if (day === undefined) return null;
  const parsed = new Date(`${day.slice(0, 4)}-${month}-${date}T00:00Z`);
  return parsed.getUTCDate() === Number(date) ? day : null; // 31 February is none
}

function valueOf(lines: string[], key: string): string | null {
  const start = new RegExp(`^["']?${key}["']?[ \\t]*[:=][ \\t]*(.*)$`, "i");
  const at = lines.findIndex((line) => start.test(line));
  if (at === -1) return null;
  const value = start.exec(lines[at]!)![1]!.trim();
  const text = /^[|>][+-]?$/.test(value) ? indented(lines.slice(at + 1)) : unquoted(value);
  return text === "" ? null : text;
}

/** `author: Ann`, `authors: [Ann, Ben]`, or a list with a line each, of names or of `name: Ann`. */
function namesOf(lines: string[], key: string): string | null {
  const value = valueOf(lines, key);
  if (value !== null) return joined(/^\[(.*)\]$/.exec(value)?.[1]?.split(",") ?? [value]);
  const at = lines.findIndex((line) => line.toLowerCase().startsWith(`${key}:`));
  const below = at === -1 ? [] : lines.slice(at + 1);
  const end = below.findIndex((line) => /^[^\s-]/.test(line));
  const said = (end === -1 ? below : below.slice(0, end)).flatMap(
    (line) => /^\s*(?:-\s+)?(?:name:\s*(.+)|(?<=-\s+)([^:]+))$/.exec(line)?.slice(1) ?? [],
  );
  return joined(said);
}

function joined(names: (string | undefined)[]): string | null {
  const plain = names.map((name) => unquoted((name ?? "").trim()));
  return plain.filter((name) => /^[^{[]*\p{L}/u.test(name)).join(", ") || null;
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
