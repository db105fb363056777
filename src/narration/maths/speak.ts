import { chemicalIn } from "./chemistry.ts";
import { coreOf, partsOf, type Part } from "./parts.ts";
import { sayNumber } from "./numbers.ts";
import { sayRow } from "./say-row.ts";
import type { Words } from "./words.ts";

/** What the walk over a formula knows of its surroundings. */
export type Speaker = {
  words: Words;
  /** A chemical formula: numbers below are said without "sub", arrows are reactions. */
  chemical: boolean;
  /** Small letters whose capitals are in the formula too. */
  bothCases: ReadonlySet<string>;
  /** The author marked the comma as part of a number: `0{,}5`, `<mn>0,5</mn>`. */
  commaInNumbers: boolean;
  /** What a bar means here ("given", "such that"). */
  bar: string;
  /** Signs that are said otherwise here. */
  short: Record<string, string>;
  /** Inside an integral: `dx` ends it. */
  integral: boolean;
};

export function speak(part: Part, words: Words, commaInNumbers: boolean): string {
  const speaker: Speaker = {
    words,
    chemical: chemicalIn(part),
    bothCases: bothCasesIn(part),
    commaInNumbers,
    bar: words.divides,
    short: {},
    integral: false,
  };
  return tidy(sayRow(speaker, partsOf(part), true));
}

export function say(speaker: Speaker, part: Part): string {
  return sayRow(speaker, partsOf(part), false);
}

/** A letter or a word that stands for something. */
export function sayName({ words, bothCases }: Speaker, text: string): string {
  const small = text.toLowerCase();
  const said = words.signs[text] ?? words.signs[small] ?? text;
  if (/^\p{Lu}{2,5}$/u.test(text))
    return [...text].map((letter) => words.signs[letter.toLowerCase()] ?? letter).join(" ");
  const capital = text !== small && /^\p{L}$/u.test(text) && bothCases.has(small);
  return capital ? words.capital(said) : said;
}

export function sayDigits(speaker: Speaker, text: string, listed = false): string {
  return sayNumber(text, speaker.words, { listed, commaInNumbers: speaker.commaInNumbers });
}

/** All parts, the part itself first. */
export function* within(part: Part): Generator<Part> {
  yield part;
  for (const inner of childrenOf(part)) yield* within(inner);
}

function childrenOf(part: Part): Part[] {
  switch (part.kind) {
    case "row":
      return part.parts;
    case "fraction":
      return [part.top, part.bottom];
    case "root":
      return part.index === null ? [part.body] : [part.body, part.index];
    case "fence":
      return [part.body];
    case "table":
      return part.rows.flat();
    case "scripts":
      return [part.base, part.sub, part.sup, part.under, part.over, part.presub, part.presup].filter((p) => p !== null);
    default:
      return [];
  }
}

function bothCasesIn(part: Part): Set<string> {
  const seen = new Set<string>();
  for (const inner of within(part)) if (inner.kind === "name") seen.add(inner.text);
  // "d" is rather a differential than the small letter of a set D.
  return new Set(
    [...seen].filter((letter) => letter !== "d" && letter !== letter.toUpperCase() && seen.has(letter.toUpperCase())),
  );
}

/** Whether a name is that of a function whose letter is known as one: `f(x + 1)` is no product. */
export function isFunctionLetter(part: Part): boolean {
  const core = coreOf(part);
  return core.kind === "name" && /^[fghFGHPEOΘΩφϕψΦΨΓζ𝔼ℙ]$/u.test(core.text);
}

/** One mark where several meet, none at the ends. */
function tidy(said: string): string {
  return said
    .replace(/\s+/g, " ")
    .replace(/ ?[,;:](?: ?[,;:])*/g, (marks) => (marks.includes(";") ? ";" : marks.includes(":") ? ":" : ","))
    .replace(/^[,;: ]+|[,;: ]+$/g, "");
}
