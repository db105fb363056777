import {
  blockId,
  blockKinds,
  displayText,
  isToken,
  parseScript,
  type Marker,
  type Script,
  type ScriptBlock,
  type Token,
} from "./script.ts";
import { escaped, markerFromText, markerText, unescaped, type Unescaped } from "./script-text-marker.ts";
import { withSources } from "./script-sources.ts";
import { sentenceStarts } from "./sentence.ts";

/*
 * A script for people: what is said, a sentence on a line, to be read and changed by hand.
 *
 *   lector script 1
 *   locale: en
 *   title: The harbour
 *
 *   [heading 1]
 *   The harbour
 *
 *   [paragraph]
 *   It was built in {1945|nineteen forty-five}. [pause 500ms]
 *
 * White space parts tokens. `{shown|said}` is a token that is said otherwise than shown, `{New York}` one with a space in
 * it. A token that touches the one before is glued to it; where nothing else tells the two apart, `|` stands between. In
 * brackets stand blocks and instructions. A backslash makes the character behind it plain: \[ \] \{ \} \| \\.
 */

const signature = "lector script 1";
const hint = String.raw`# {shown|said} where both differ; [pause 500ms] is an instruction; \ before [ ] { } | \ makes them plain text`;

/** A text that is no script; the message names the line. */
export class InvalidScript extends Error {
  override name = "InvalidScript";
}

export function scriptAsText(script: Script): string {
  const { locale, mode, title, blocks } = script;
  const head = [
    signature,
    hint,
    `locale: ${locale}`,
    `mode: ${mode}`,
    ...(title === null ? [] : [`title: ${titleText(title)}`]),
  ];
  const seen = new Map<string, number>();
  const parts = blocks.map((block) => {
    const { id, kind, level, inline } = block;
    const own =
      blockId(kind, displayText(inline.filter(isToken)), seen) === id
        ? ""
        : ` #${encodeURIComponent(id.toWellFormed())}`;
    return `[${kind}${level === undefined ? "" : ` ${level}`}${own}]\n${inlineText(block, locale)}`;
  });
  return `${[head.join("\n"), ...parts].join("\n\n").trimEnd()}\n`;
}

/**
 * Reads what `scriptAsText` writes and people changed. `base`: a script of the same text, whose tokens know their places
 * in it. Throws `InvalidScript`.
 */
export function scriptFromText(text: string, base?: Script): Script {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines[0]!.trim() !== signature)
    throw new InvalidScript(`Line 1: expected "${signature}", got ${quoted(lines[0]!)}.`);
  const { locale, mode = "verbatim", title = null, end } = readHead(lines);
  const reader: Reader = { blocks: [], touches: false, glue: false };
  for (let index = end; index < lines.length; index++) readLine(lines[index]!, index + 1, reader);
  const seen = new Map<string, number>();
  const blocks = reader.blocks.map(({ kind, level, inline, id }) => {
    const own = blockId(kind, displayText(inline.filter(isToken)), seen);
    return { id: id ?? own, kind, ...(level !== undefined && { level }), inline };
  });
  const script = checked({ version: 1, mode, locale, title, blocks });
  return base ? withSources(script, base) : script;
}

/** A script from a file's content, JSON or text. Throws `InvalidScript`. */
export function readScript(content: string): Script {
  if (!/^\uFEFF?\s*\{/u.test(content)) return scriptFromText(content);
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new InvalidScript(`It begins as JSON, but is none: ${(cause as Error).message}.`, { cause });
  }
  return checked(value);
}

function checked(value: unknown): Script {
  try {
    return parseScript(value);
  } catch (cause) {
    throw new InvalidScript((cause as Error).message, { cause });
  }
}

function titleText(title: string): string {
  return /^[^\p{Cc}\s"](?:[^\p{Cc}\u2028\u2029]*[^\p{Cc}\s])?$/u.test(title) ? title : JSON.stringify(title);
}

function inlineText(block: ScriptBlock, locale: string): string {
  const sentences = new Set(sentenceStarts(block.inline.filter(isToken), locale));
  let text = "";
  let count = 0;
  let previous: Token | Marker | undefined;
  for (const part of block.inline) {
    const glued = isToken(part) && part.glue === true;
    const starts = isToken(part) && sentences.has(count);
    // What stands after a marker or on a new line touches nothing: there `|` says that it is glued.
    const touches = glued && !starts && previous !== undefined && isToken(previous);
    if (previous !== undefined && !touches) text += starts ? "\n" : " ";
    if (glued && !(touches && (isBraced(part) || isBraced(previous as Token)))) text += "|";
    text += isToken(part) ? tokenText(part) : `[${markerText(part)}]`;
    if (isToken(part)) count++;
    previous = part;
  }
  return text;
}

function isBraced({ display, spoken }: Token): boolean {
  return display !== spoken || display === "" || /\s/u.test(display);
}

function tokenText(token: Token): string {
  const { display, spoken } = token;
  if (!isBraced(token)) return escaped(display);
  return display === spoken && display !== "" ? `{${escaped(display)}}` : `{${escaped(display)}|${escaped(spoken)}}`;
}

type Head = { locale: string; mode?: string; title?: string; end: number };

function readHead(lines: string[]): Head {
  const found = new Map<string, string>();
  let end = 1;
  for (; end < lines.length && !/^\s*(?:\[|$)/u.test(lines[end]!); end++) {
    const line = lines[end]!.trim();
    if (line.startsWith("#")) continue;
    const [, name, value] = /^(locale|mode|title):\s*(.*)$/su.exec(line) ?? [];
    if (name === undefined) fail(end + 1, `expected "locale:", "mode:" or "title:", got ${quoted(line)}`);
    found.set(name!, name === "title" ? readTitle(value!, end + 1) : value!);
  }
  const locale = found.get("locale");
  if (locale === undefined) fail(end + 1, `the lines above must name the locale, as in "locale: en"`);
  return { ...Object.fromEntries(found), locale: locale!, end };
}

function readTitle(value: string, line: number): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return fail(line, `a title that begins with a quotation mark is a JSON string, got ${quoted(value)}`);
  }
}

type ReadBlock = { kind: ScriptBlock["kind"]; level?: number; id?: string; inline: (Token | Marker)[] };
/** `touches`: nothing stands between the last token and here. `glue`: a `|` does. */
type Reader = { blocks: ReadBlock[]; touches: boolean; glue: boolean };

// In order: an escaped or plain run, a token in braces, brackets, what tells glued tokens apart, white space, the rest.
const pieces = /((?:\\.|[^\\\s[\]{}|])+)|\{((?:\\.|[^\\{}])*)\}|\[((?:\\.|[^\\[\]])*)\]|(\|)|(\s+)|(.)/gsu;

function readLine(text: string, line: number, reader: Reader): void {
  reader.touches = false;
  for (const match of text.matchAll(pieces)) {
    const [whole, plain, braced, bracketed, bar, space, stray] = match;
    if (stray !== undefined) fail(line, strayText(stray));
    if (reader.glue && (bar ?? space ?? bracketed) !== undefined) fail(line, loneBar);
    if (space !== undefined) reader.touches = false;
    else if (bar !== undefined) reader.glue = true;
    else if (bracketed !== undefined) readBrackets(bracketed, line, text.slice(0, match.index), reader);
    else addToken(plain === undefined ? readBraces(braced!, line) : plainToken(unescaped(whole).text), line, reader);
  }
  if (reader.glue) fail(line, loneBar);
}

const loneBar = String.raw`"|" glues two tokens and stands right before the second. Write \| for a plain one`;

function strayText(stray: string): string {
  if (stray === "\\") return String.raw`a backslash at the end of a line makes nothing plain. Write \\ for a plain one`;
  const closing =
    { "[": " that is not closed on its line", "{": " that is not closed on its line" }[stray] ?? " that nothing opened";
  return `there is a ${stray}${closing}. Write \\${stray} for a plain one`;
}

function plainToken(text: string): Token {
  return { display: text, spoken: text, source: null };
}

function readBraces(raw: string, line: number): Token {
  const { text, shape } = unescaped(raw);
  const bar = shape.indexOf("|");
  if (bar !== shape.lastIndexOf("|")) fail(line, `{${raw}} has more than one |. Write \\| for a plain one`);
  if (bar >= 0) return { display: text.slice(0, bar), spoken: text.slice(bar + 1), source: null };
  if (text === "") fail(line, `{} says and shows nothing. Write \\{\\} for plain ones`);
  return plainToken(text);
}

function addToken(token: Token, line: number, reader: Reader): void {
  const block = reader.blocks.at(-1);
  if (!block)
    fail(line, `${quoted(token.display)} stands in no block. Begin one, as by [paragraph] on a line of its own`);
  if (/\p{Cc}/u.test(token.display + token.spoken)) fail(line, `${quoted(token.display)} holds a control character`);
  if (reader.glue || reader.touches) token.glue = true;
  block!.inline.push(token);
  reader.glue = false;
  reader.touches = true;
}

function readBrackets(raw: string, line: number, before: string, reader: Reader): void {
  const content = unescaped(raw);
  const header = readHeader(content, line);
  if (header) {
    if (before.trim() !== "") fail(line, `[${raw}] begins a block, and so it must begin its line`);
    reader.blocks.push(header);
  } else {
    const block = reader.blocks.at(-1);
    if (!block) fail(line, `[${raw}] stands in no block. Begin one, as by [paragraph] on a line of its own`);
    const marker = markerFromText(content);
    if (typeof marker === "string")
      fail(line, `[${raw}]: ${marker}. Blocks are ${blockKinds.join(", ")}. Write \\[ for a plain bracket`);
    block!.inline.push(marker as Marker);
  }
  reader.touches = false;
}

function readHeader({ text }: Unescaped, line: number): ReadBlock | null {
  const [name = "", ...rest] = text.trim().split(/\s+/u);
  const kind = blockKinds.find((each) => each === name);
  if (!kind) return null;
  const block: ReadBlock = { kind, inline: [] };
  for (const word of rest) {
    if (/^[1-9]\d{0,8}$/.test(word)) block.level = Number(word);
    else if (word.startsWith("#")) block.id = decodedId(word.slice(1), line);
    else fail(line, `[${text}]: a block has a kind, a level such as 1 and an #id, not ${quoted(word)}`);
  }
  return block;
}

function decodedId(id: string, line: number): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return fail(line, `the id #${id} is not percent-encoded`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text);
}

function fail(line: number, message: string): never {
  throw new InvalidScript(`Line ${line}: ${message}.`);
}
