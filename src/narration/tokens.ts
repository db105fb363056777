import type { DocumentBlock } from "./document.ts";
import { shareOut } from "./normalise/share-out.ts";
import type { Token } from "./script.ts";

/*
 * Cuts a block's text into tokens: runs without white space. Where a script writes none (Chinese, Japanese, Thai …), and in runs too long
 * for a caption's line, a run is cut further, its tokens glued: behind the marks that end a sentence or clause, so that sentence
 * borders fall on token borders, else between words.
 */

/** `spoken`: what is said of the part, where its text does not say it. `language`: BCP 47; null for the document's own. */
type Part = {
  at: number;
  length: number;
  source: [number, number] | null;
  spoken: string | null;
  language: string | null;
};
type Run = { text: string; parts: Part[] };

/** Neighbouring tokens in one language. `language`: BCP 47; null for the document's own. */
export type TokenRun = { language: string | null; tokens: Token[] };

const emoji =
  /\p{RI}\p{RI}|\p{Emoji}(?:\p{Emoji_Modifier}|\uFE0F)[\u{E0020}-\u{E007F}]*|\p{Emoji_Presentation}|(?=[\u2600-\u27BF])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0E|\uFE0F|\u20E3/gu;
const keycap = /([0-9#*])\uFE0F?\u20E3/gu;
const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const stops = /[。！？｡．…]+[」』）】〉》”’"'）]*|[、，；：,]/g;

// Half a caption's line for wide letters, two lines for others.
const longestSpaceless = 20;
const longestRun = 80;

const words = new Intl.Segmenter("en", { granularity: "word" });

export function tokensOf(block: DocumentBlock): TokenRun[] {
  const runs: TokenRun[] = [];
  for (const run of runsOf(block)) addTokens(run, runs);
  return runs;
}

/** What of a run is sent to the voice: emoji are shown, not said. */
export function spokenForm(display: string): string {
  if (!/[\u2000-\u{10FFFF}]/u.test(display)) return display;
  return display.replace(keycap, "$1").replace(emoji, (found) => (/^[0-9#*©®™]/.test(found) ? found[0]! : ""));
}

function* runsOf({ inline }: DocumentBlock): Generator<Run> {
  const solid = /\S+/g;
  let run: Run = { text: "", parts: [] };
  for (const { text, source, spoken, language = null } of inline) {
    const exact = source !== null && source[1] - source[0] === text.length && spoken === undefined;
    const shares = spoken === undefined ? null : shareOut(spoken, text.match(solid)?.length ?? 0);
    let from = 0;
    for (const match of text.matchAll(solid)) {
      if (match.index > from && run.text !== "") {
        yield run;
        run = { text: "", parts: [] };
      }
      const [piece] = match;
      const start = source === null ? 0 : source[0] + match.index;
      const span: [number, number] | null = exact ? [start, start + piece.length] : source;
      run.parts.push({
        at: run.text.length,
        length: piece.length,
        source: span,
        spoken: shares?.shift() ?? null,
        language,
      });
      run.text += piece;
      from = match.index + piece.length;
    }
    if (from < text.length && run.text !== "") {
      yield run;
      run = { text: "", parts: [] };
    }
  }
  if (run.text !== "") yield run;
}

function addTokens(run: Run, runs: TokenRun[]): void {
  let part = 0;
  let at = 0;
  for (const end of withLanguages(run, cutsOf(run.text))) {
    const display = at === 0 && end === run.text.length ? run.text : run.text.slice(at, end);
    while (run.parts[part + 1] !== undefined && run.parts[part + 1]!.at <= at) part++;
    const token: Token = { display, spoken: spokenOf(run, part, at, end), source: sourceOf(run, part, at, end) };
    if (at > 0) token.glue = true;
    const language = languageOf(run, part, at, end);
    const last = runs.at(-1);
    if (last !== undefined && last.language === language) last.tokens.push(token);
    else runs.push({ language, tokens: [token] });
    at = end;
  }
}

/** A part with words of its own says them in the token that it begins in. */
function spokenOf({ text, parts }: Run, first: number, from: number, to: number): string {
  let spoken = "";
  let plain = from;
  let apart = false;
  for (let index = first; index < parts.length && parts[index]!.at < to; index++) {
    const { at, length, spoken: own } = parts[index]!;
    if (own === null) continue;
    if (at > plain) spoken = beside(spoken, spokenForm(text.slice(plain, at)), apart);
    if (at >= from) spoken = beside(spoken, own, own.length > 1);
    plain = Math.min(at + length, to);
    apart = own.length > 1;
  }
  return plain < to ? beside(spoken, spokenForm(text.slice(plain, to)), apart) : spoken;
}

/** "$n$th" is one word, "5$\mu$m" is not. */
function beside(before: string, text: string, apart: boolean): string {
  return apart && /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(text) ? `${before} ${text}` : before + text;
}

/** Where no spaces are written, a change of language is the only border between words of two. */
function withLanguages({ text, parts }: Run, cuts: number[]): number[] {
  const changes = parts.filter((part, index) => index > 0 && part.language !== parts[index - 1]!.language);
  if (changes.length === 0 || !spaceless.test(text)) return cuts;
  return [...new Set([...cuts, ...changes.map((part) => part.at)])].sort((a, b) => a - b);
}

/** A token is in one language, that of most of its letters: "l'amour," is French with its comma and its article. */
function languageOf({ text, parts }: Run, first: number, from: number, to: number): string | null {
  if (parts[first + 1] === undefined || parts[first + 1]!.at >= to) return parts[first]!.language;
  let best: string | null = null;
  let most = -1;
  for (let index = first; index < parts.length && parts[index]!.at < to; index++) {
    const { at, length, language } = parts[index]!;
    const letters = text.slice(Math.max(at, from), Math.min(at + length, to)).match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    if (letters > most) [best, most] = [language, letters];
  }
  return best;
}

/** From the first place that the token has in the body to its last. */
function sourceOf({ parts }: Run, first: number, from: number, to: number): [number, number] | null {
  let source: [number, number] | null = null;
  for (let index = first; index < parts.length && parts[index]!.at < to; index++) {
    const part = parts[index]!;
    if (part.source === null) continue;
    const exact = part.source[1] - part.source[0] === part.length;
    const start = exact ? part.source[0] + Math.max(0, from - part.at) : part.source[0];
    const end = exact ? part.source[0] + Math.min(part.length, to - part.at) : part.source[1];
    source = source === null ? [start, end] : [Math.min(source[0], start), Math.max(source[1], end)];
  }
  return source;
}

/** Where the tokens of a run end, in rising order, the last at its end. */
function cutsOf(text: string): number[] {
  const wide = spaceless.test(text);
  if (!wide && text.length <= longestRun) return [text.length];
  const cuts: number[] = [];
  let at = 0;
  if (wide) {
    for (const match of text.matchAll(stops)) {
      const end = match.index + match[0].length;
      if (/[,.]/.test(match[0]) && /\d/.test(text[end] ?? "")) continue;
      cutLong(text, at, end, longestSpaceless, cuts);
      at = end;
    }
  }
  if (at < text.length) cutLong(text, at, text.length, wide ? longestSpaceless : longestRun, cuts);
  return cuts;
}

function cutLong(text: string, from: number, to: number, longest: number, cuts: number[]): void {
  let at = from;
  while (to - at > longest) {
    at = borderIn(text, at, Math.min(to, at + longest + 8), longest);
    cuts.push(at);
  }
  if (to > at) cuts.push(to);
}

/** The last border between words within `longest`, else between letters. The window ends later: the last word in it may be cut. */
function borderIn(text: string, from: number, windowEnd: number, longest: number): number {
  let border = 0;
  for (const { index } of words.segment(text.slice(from, windowEnd))) if (index <= longest) border = index;
  if (border > longest / 4) return from + border;
  border = from + longest;
  while (border > from + longest / 2 && !isBorder(text, border)) border--;
  return isBorder(text, border) ? border : from + longest + (isLowSurrogate(text, from + longest) ? 1 : 0);
}

function isBorder(text: string, at: number): boolean {
  return (
    !isLowSurrogate(text, at) &&
    !/^(?:\p{M}|\p{Emoji_Modifier}|\u200D)/u.test(text.slice(at, at + 2)) &&
    text[at - 1] !== "\u200D"
  );
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
