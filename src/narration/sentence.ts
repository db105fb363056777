import { listed, stopRules, type StopRules } from "./abbreviations.ts";

/*
 * Where one sentence ends and the next begins. Our own rules, not `Intl.Segmenter`: that cuts "Dr. | Smith" and moves
 * its borders with every ICU, and a moved border buys speech again. A border is judged by the token with the stop, what
 * stands before it in the same sentence and the first word after it, so an edit moves no border farther away.
 */

export type SentenceToken = { display: string; spoken: string; glue?: true };

type Start = "small" | "capital" | "digit" | "caseless" | "none";

// No token is looked at farther than this from its ends: a token may be a megabyte long.
const reach = 40;
// How many tokens without letters (dashes, bullets) may stand between a stop and the word that decides.
const ahead = 8;

const closers = String.raw`"'’‘”“»«›‹)\]}」』）】》〉\*_~¹²³⁴⁵⁶⁷⁸⁹⁰`;
const stops = String.raw`.!?…‥‼⁇⁈⁉؟۔।॥։።។။。！？｡．`;
const tailPattern = new RegExp(String.raw`([${stops}]+)(?:\[[^\]\s]{1,6}\]|[${closers}])*$`, "u");
// A token without letters that still belongs to the sentence before it, and one with letters that does.
const trails = new RegExp(String.raw`^[,;:${stops}${closers}、，；：]`, "u");
const goesOn = /^[,;)\]}」』）】》、，；]/u;
// Marks of scripts without capitals end a sentence by themselves.
const sure = /[؟۔।॥։።។။。！？｡．]/u;
const quotedSpeech = /^(?:と|って|など|とか)/u;
const address = /:\/\/|^[^\s]*[\p{L}\p{N}]\.\p{L}{2,}/u;
const roman = /^[IVXLC]{2,5}$/u;
const enumerator = /^(?:\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5}|[ivx]{1,4}|\p{L})$/u;
// A number behind it counts what follows ("Steps: 1. Look."). An emoji may stand between.
const leadsOn = /[:;,(—–](?:\p{Extended_Pictographic}|\p{RI}|\p{Emoji_Modifier}|\u200D|\uFE0F)*$/u;
const initialism = /^(?=.*(?:^|\.)\p{L}(?:\.|$))\p{L}{1,4}(?:\.\p{L}{1,4})+$/u;

/** Numbers of the tokens that a sentence begins with, save the first: `[3]` says that tokens 0 to 2 are one sentence. */
export function sentenceStarts(tokens: readonly SentenceToken[], locale: string): number[] {
  const rules = stopRules(locale);
  const starts: number[] = [];
  let tail: Tail | null = null;
  let before = "";
  let first = true;
  for (let index = nextSaid(tokens, 0), next = 0; index < tokens.length; index = next) {
    const token = tokens[index]!;
    next = nextSaid(tokens, index + 1);
    // ")" on its own hands on the stop before it.
    tail = tailOf(token, first || leadsOn.test(before), rules) ?? (isTrailing(token) ? tail : null);
    first = tail !== null && next < tokens.length && ends(tail, tokens, next, rules);
    if (first) starts.push(next);
    before = token.display.slice(-reach);
  }
  return starts;
}

type Tail = { stop: string; word: string; quoted: boolean; numbering: boolean };

/** What a token ends with, or null where no sentence can end behind it. */
function tailOf(token: SentenceToken, mayNumber: boolean, rules: StopRules): Tail | null {
  const shown = token.display.slice(-reach);
  const said = token.spoken.slice(-reach);
  const asks = rules.semicolonAsks && /[;\u037e]$/u.test(said);
  const text = tailPattern.test(shown) || /[\p{L}\p{N}]/u.test(shown) ? shown : said;
  const found = asks ? null : tailPattern.exec(text);
  if (!found && !asks) return null;
  const stop = found ? found[1]! : "?";
  const word = found
    ? (text
        .slice(0, found.index)
        .split(/[-/–—]/u)
        .at(-1) ?? "")
    : "";
  const bare = word.replace(/^[^\p{L}\p{N}№]+/u, "");
  const quoted = found !== null && found[0].length > stop.length;
  return { stop, word: bare, quoted, numbering: mayNumber && enumerator.test(bare) };
}

function ends(tail: Tail, tokens: readonly SentenceToken[], next: number, rules: StopRules): boolean {
  const following = tokens[next]!;
  const shown = shownStart(following);
  if (isTrailing(following) || goesOn.test(shown)) return false;
  if (sure.test(tail.stop)) return !(tail.quoted && quotedSpeech.test(shown));
  const word = firstWord(tokens, next);
  const start = startOf(word);
  if (following.glue) return start === "caseless" && tail.stop !== "." && tail.stop !== "…";
  if (tail.stop !== ".") return start !== "small";
  return fullStopEnds(tail, word, start, rules);
}

function fullStopEnds(tail: Tail, following: string, start: Start, rules: StopRules): boolean {
  const { word } = tail;
  const name = following.replace(/^[^\p{L}\p{N}]+/u, "").replace(/[^\p{L}\p{N}'’]+$/u, "");
  if (tail.numbering || listed(rules.before, word)) return false;
  if (listed(rules.number, word) && (start === "digit" || start === "small" || roman.test(name))) return false;
  if (listed(rules.end, word)) return (start === "capital" && !rules.after.has(name)) || start === "caseless";
  if (listed(rules.inside, word) || initialism.test(word) || /^\p{L}$/u.test(word)) {
    return start === "caseless" || (rules.starters.has(name) && !/^\p{L}\./u.test(following));
  }
  if (/^\d+$/u.test(word) && start !== "digit") {
    if (start === "small") return false;
    return !(rules.ordinals && word.length <= 2) || rules.starters.has(name);
  }
  // A word not known as an abbreviation, before a small letter: five letters with a vowel are hardly one.
  if (start === "small")
    return !tail.quoted && rules.smallStarts && /^\p{L}{5,}$/u.test(word) && /[aeiou]/iu.test(word);
  return true;
}

function startOf(text: string): Start {
  const at = text.search(/[\p{L}\p{N}]/u);
  if (at < 0) return "none";
  const rest = text.slice(at);
  if (/^\p{N}/u.test(rest)) return "digit";
  if (/^(?:\p{Lu}|\p{Lt}|\p{Ll}\p{Lu})/u.test(rest)) return "capital";
  if (/^\p{Ll}/u.test(rest)) return address.test(rest) ? "capital" : "small";
  return "caseless";
}

function shownStart(token: SentenceToken): string {
  return (token.display || token.spoken).slice(0, reach);
}

/** The first word from `from` on that has a letter or a number, not farther than `ahead` tokens. */
function firstWord(tokens: readonly SentenceToken[], from: number): string {
  const until = Math.min(tokens.length, from + ahead);
  for (let index = from; index < until; index++) {
    const text = shownStart(tokens[index]!);
    if (!isShownOnly(tokens[index]!) && startOf(text) !== "none") return text;
  }
  return "";
}

function isTrailing(token: SentenceToken): boolean {
  const shown = shownStart(token);
  return startOf(shown) === "none" && trails.test(shown);
}

/**
 * Tokens that are only shown (an emoji) stay with the sentence before them. Not one whose words are said with its neighbour's, as in
 * "4 000.": its stop counts.
 */
function nextSaid(tokens: readonly SentenceToken[], from: number): number {
  let index = from;
  while (index < tokens.length && isShownOnly(tokens[index]!)) index++;
  return index;
}

function isShownOnly({ display, spoken }: SentenceToken): boolean {
  return spoken === "" && !/[\p{L}\p{N}]/u.test(display);
}
