import { listed, stopRules } from "../abbreviations.ts";
import type { Token } from "../script.ts";
import { sentenceStarts } from "../sentence.ts";
import { readEn } from "./en.ts";
import { readId } from "./id.ts";
import type { Reading } from "./reading.ts";
import { shareOut } from "./share-out.ts";

/*
 * What is said for what is written: "1945" is shown, "nineteen forty-five" is sent to the voice. A language's module finds the spans of
 * a text that are said otherwise; here their words are put into the tokens. Each sentence is read by itself, so that its speech does
 * not depend on its neighbours and is found again wherever it stands.
 */

/** Readings in order, without overlap. `region`: of the locale, such as `GB`, where it has one. */
type Reader = (text: string, region: string | undefined) => Reading[];

const readers: Record<string, Reader> = { en: readEn, id: readId };

/**
 * The tokens with what is said for numbers, dates, abbreviations and the like. Their number, `display` and `source` stay; a token that
 * says something else than it shows already is left alone. A language without a module keeps its engine's own reading.
 */
export function normalise(tokens: Token[], locale: string): Token[] {
  const [language = "", ...subtags] = locale.split(/[-_]/);
  const read = readers[language.toLowerCase()];
  if (read === undefined) return tokens;
  const region = subtags.find((tag) => /^(?:[a-z]{2}|\d{3})$/i.test(tag))?.toUpperCase();
  const borders = [0, ...sentenceStarts(tokens, locale), tokens.length];
  return borders.slice(1).flatMap((to, index) => {
    const sentence = tokens.slice(borders[index], to);
    const { text, starts } = show(sentence);
    return say(sentence, starts, keepStop(text, read(text, region), locale));
  });
}

/** The sentence as `displayText` joins it, and where each of its tokens begins. */
function show(tokens: readonly Token[]): { text: string; starts: number[] } {
  const parts: string[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const [index, { display, glue }] of tokens.entries()) {
    if (index > 0 && !glue) length += parts.push(" ") && 1;
    starts.push(length);
    parts.push(display);
    length += display.length;
  }
  return { text: parts.join(""), starts };
}

/** The stop of an abbreviation at the end ends the sentence too: "etc." is "et cetera.", and the voice falls; not that of "e.g.". */
function keepStop(text: string, readings: Reading[], locale: string): Reading[] {
  const last = readings.at(-1);
  if (last === undefined || text[last.to - 1] !== "." || last.spoken === "") return readings;
  if (listed(stopRules(locale).before, text.slice(last.from, last.to - 1))) return readings;
  for (let at = last.to; at < text.length; at++) if (/[\p{L}\p{N}.!?…,;:]/u.test(text[at]!)) return readings;
  return [...readings.slice(0, -1), { ...last, spoken: `${last.spoken}.` }];
}

type Edit = { from: number; to: number; spoken: string };

/** Puts the readings' words in. `starts`: the tokens' offsets in the text of the readings. */
function say(tokens: Token[], starts: number[], readings: Reading[]): Token[] {
  const edits: Edit[][] = tokens.map(() => []);
  let first = 0;
  for (const { from, to, spoken } of readings) {
    while (first + 1 < tokens.length && starts[first + 1]! <= from) first++;
    let end = first + 1;
    while (end < tokens.length && starts[end]! < to) end++;
    const covered = tokens.slice(first, end);
    if (covered.some((token) => token.spoken !== token.display)) continue;
    const last = covered.length - 1;
    const shares = shareOut(spoken, covered.length);
    const rest = covered[last]!.display.slice(to - starts[first + last]!);
    // "(1 000 000)" has fewer words than tokens: the mark behind goes with the last word.
    const moved = shares[last] === "" && last > 0 && !/[\p{L}\p{N}]/u.test(rest) ? rest : "";
    if (moved !== "") shares[shares.findLastIndex((share) => share !== "")] += moved;
    for (const [index, share] of shares.entries()) {
      const start = starts[first + index]!;
      const until = index < last ? covered[index]!.display.length : to - start + moved.length;
      edits[first + index]!.push({ from: Math.max(from - start, 0), to: until, spoken: share });
    }
  }
  let before: Said | null = null;
  return tokens.map((token, index) => {
    const said = spokenWith(token, edits[index]!, token.glue ? before : null);
    before = said;
    return said.text === token.spoken ? token : { ...token, spoken: said.text };
  });
}

/** `edited`: its end is a reading's. */
type Said = { text: string; edited: boolean };

function spokenWith({ spoken }: Token, edits: Edit[], glued: Said | null): Said {
  let text = "";
  let edited = glued?.edited ?? false;
  let before = glued?.text ?? "";
  const add = (piece: string, reading: boolean) => {
    // A reading's words are parted from letters and digits beside them: "10km" is "ten kilometres".
    const parted = (reading || edited) && /[\p{L}\p{N},]$/u.test(before) && /^[\p{L}\p{N}]/u.test(piece);
    text += parted ? ` ${piece}` : piece;
    if (piece !== "") before = piece.slice(-2);
    if (reading || piece !== "") edited = reading;
  };
  let at = 0;
  for (const { from, to, spoken: words } of edits) {
    add(spoken.slice(at, from), false);
    add(words, true);
    at = to;
  }
  add(spoken.slice(at), false);
  return { text, edited };
}
