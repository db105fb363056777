import { bracketEnd, statementEnd, type Budget } from "./mdx-code.ts";
import { componentTag } from "./mdx-tags.ts";

/*
 * MDX (version 3) is Markdown with JavaScript modules, `{expressions}` and components. A listener hears the text of a component and none of the
 * rest. What is not heard is blanked out, letter for letter, and the Markdown reader reads what is left, so that every place keeps its number.
 * What would be an error in MDX (`<br>`, `<3`, a lone brace) is HTML or text, as in Markdown.
 */

type Mask = {
  body: string;
  at: number;
  parts: string[];
  /** Up to here the result is written. */
  written: number;
  budget: Budget;
  /** Where the last comment of HTML ends; -1: none does. */
  lastComment: number;
  /** Of each name, whether its open tags stay: so do the tags that close them. */
  staying: Map<string, boolean[]>;
};

/** The text from `start` on with all that is no text blanked out; as long as it was. */
export function withoutMdx(body: string, start: number): string {
  const mask: Mask = {
    body,
    at: start,
    parts: [],
    written: 0,
    budget: { left: 20 * body.length + 1_000 },
    lastComment: body.lastIndexOf("-->"),
    staying: new Map(),
  };
  let lineStart = true;
  while (mask.at < body.length) {
    if (lineStart && passLine(mask)) continue;
    lineStart = body[mask.at] === "\n";
    if (!readMark(mask)) mask.at++;
  }
  return atTheirIndentation(mask.parts.join("") + body.slice(mask.written), body);
}

/** A blanked tag at the begin of a line sets its text no farther in: of an item's next line it would make the item's own. */
function atTheirIndentation(text: string, body: string): string {
  return text.replace(/^[ \t]+(?=[^\s])/gm, (found, at: number) => {
    let own = 0;
    while (own < found.length && found[own] === body[at + own]) own++;
    return found.slice(0, own) + "\u200B".repeat(found.length - own);
  });
}

/** Writes `instead` for what stands up to `end`, filled with spaces; line ends stay, except those that would cut a line of text in two. */
function blank(mask: Mask, end: number, instead = ""): true {
  const { body, at, parts, written } = mask;
  const text = body.slice(at, end);
  const lines = beginsLine(mask) ? /[^\r\n]/g : /[^]/g;
  parts.push(body.slice(written, at), instead, text.slice(instead.length).replace(lines, " "));
  mask.at = mask.written = end;
  return true;
}

function beginsLine({ body, at }: Mask): boolean {
  let before = at;
  while (before > 0 && " \t".includes(body[before - 1]!)) before--;
  return before === 0 || body[before - 1] === "\n";
}

const fence = /(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]){0,40}(`{3,}|~{3,})/y;
const moduleStart =
  /(?:import\s+(?:["']|[\w*{}\s,$]{1,2000}\sfrom\s+["'])|export\s+(?:(?:const|let|var|class|type|interface|(?:async\s+)?function\*?)\s+[\w$]|default\s|\{|\*\s))/y;
const directive = /[ \t>]*:{3,}(?:[ \t]*[a-z][\w-]*(?=[\s[{]|$)|(?=[ \t\r]*(?:\n|$)))(?:\[|\{[^}\n]*\}|[ \t])*/y;

/** What only the begin of a line can be. */
function passLine(mask: Mask): boolean {
  const { body, at } = mask;
  const fenced = match(fence, body, at);
  if (fenced !== null) return passFence(mask, fenced[1]!);
  if (match(moduleStart, body, at) !== null) return passModule(mask);
  const found = match(directive, body, at);
  return found !== null && passDirective(mask, at + found[0].length);
}

function passFence(mask: Mask, marks: string): boolean {
  const { body } = mask;
  const close = new RegExp(`^[ \\t>]*${marks[0]}{${marks.length},}[ \\t]*\\r?$`, "gm");
  const line = body.indexOf("\n", mask.at);
  close.lastIndex = line === -1 ? body.length : line + 1;
  const found = close.exec(body);
  mask.at = found === null ? body.length : close.lastIndex;
  return true;
}

/** A module's statement ends before a blank line, an import where its line ends, if no bracket is open there. */
function passModule(mask: Mask): boolean {
  const { body, at, budget } = mask;
  const blankLine = /\r?\n[ \t]*(?:\r?\n|$)/y;
  const isImport = body.startsWith("import", at);
  const end = statementEnd(body, at, budget, (lineEnd) => {
    return (
      (isImport && /["';][ \t\r]*$/.test(body.slice(Math.max(at, lineEnd - 80), lineEnd))) ||
      match(blankLine, body, lineEnd) !== null ||
      lineEnd >= body.length
    );
  });
  if (end !== -1) return blank(mask, end);
  // It never ends: then it is what stands up to the blank line, as for Markdown.
  const paragraph = /\n[ \t]*\r?\n/g;
  paragraph.lastIndex = at;
  return blank(mask, paragraph.exec(body)?.index ?? body.length);
}

/** `:::note[Title]` and its `:::`: the title is a heading of the lowest kind. */
function passDirective(mask: Mask, end: number): boolean {
  const { body, at } = mask;
  const line = body.indexOf("\n", end);
  const lineEnd = line === -1 ? body.length : line;
  const titled = body.slice(end, lineEnd).trim() !== "" && end - at >= 7;
  blank(mask, end, titled ? "######" : "");
  const close = titled && body[end - 1] === "[" ? body.slice(end, lineEnd).indexOf("]") : -1;
  if (close === -1) return true;
  mask.at = end + close;
  return blank(mask, lineEnd);
}

function readMark(mask: Mask): boolean {
  const { body, at } = mask;
  const letter = body[at];
  if (letter === "\\") return pass(mask, at + 2);
  if (letter === "`") return passCode(mask);
  if (letter === "{") return passExpression(mask);
  if (letter !== "<") return false;
  if (body.startsWith("<!--", at)) return at < mask.lastComment && pass(mask, body.indexOf("-->", at) + 3);
  const tag = componentTag(body, at, mask);
  if (tag === null) return false;
  return tag.instead === null ? pass(mask, tag.end) : blank(mask, tag.end, tag.instead);
}

function pass(mask: Mask, end: number): true {
  mask.at = end;
  return true;
}

/** A code span holds no expression. It ends within its paragraph. */
function passCode(mask: Mask): boolean {
  const { body, at, budget } = mask;
  const [marks] = match(/`+/y, body, at)!;
  for (let end = at + marks.length; end < body.length && budget.left-- > 0; end++) {
    if (body[end] === "\n" && match(/\n[ \t]*\r?\n/y, body, end) !== null) break;
    const run = body[end] === "`" ? match(/`+/y, body, end)![0].length : 0;
    if (run === marks.length) return pass(mask, end + run);
    end += Math.max(0, run - 1);
  }
  return pass(mask, at + marks.length);
}

const quoted = /^\{\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)'|`([^`\\$]*)`)\s*\}$/;

/** An expression is silent, save one that is only text in quotes. */
function passExpression(mask: Mask): boolean {
  const { body, at, budget } = mask;
  const end = bracketEnd(body, at, budget);
  if (end === -1) return false;
  const code = body.slice(at, end);
  // In the midst of a line it does not go on past the paragraph: what looks so is text with a lone brace.
  const isComment = code.startsWith("{/*") && code.endsWith("*/}");
  if (!isComment && !beginsLine(mask) && /\n[ \t]*\r?\n/.test(code)) return false;
  const text = quoted.exec(code);
  const said = text?.[1] ?? text?.[2] ?? text?.[3] ?? "";
  return blank(mask, end, said === "" ? "" : " ".repeat(code.search(/["'`]/) + 1) + said);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
