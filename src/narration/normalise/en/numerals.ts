import { toCardinal as britishCardinal } from "n2words/en-GB";
import { toCardinal, toOrdinal } from "n2words/en-US";

/** Numbers in words. All take ASCII digits without separators. */
export type Numerals = {
  cardinal(digits: string): string;
  ordinal(digits: string): string;
  /** "3", "14" → three point one four. */
  decimal(whole: string, part: string): string;
  /** As a year is said: nineteen forty-five, nineteen oh five, two thousand seven. */
  year(digits: string): string;
};

// Longer ones are told digit by digit: nobody follows "septillion".
const longestCardinal = 15;
// "two hundred and five" is British, Irish, Australian …; "two hundred five" is said in these.
const withoutAnd = new Set(["US", "CA", "PH", "PR"]);

const digitNames = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Digit by digit; all else in the text is left out. */
export function spelt(digits: string): string {
  return Array.from(digits.replaceAll(/\D/g, ""), (digit) => digitNames[Number(digit)]!).join(" ");
}

/** Many of a round number: ninety → nineties, hundred → hundreds. */
export function pluralOf(words: string): string {
  return words.endsWith("y") ? `${words.slice(0, -1)}ies` : `${words}s`;
}

/** `region`: of the locale; undefined: said without "and". */
export function numeralsOf(region: string | undefined): Numerals {
  return region === undefined || withoutAnd.has(region) ? american : british;
}

const american = numerals(toCardinal, (value) => toOrdinal(value));
// The package's British ordinals lack the "and" of its cardinals.
const british = numerals(britishCardinal, (value) => toOrdinal(value).replaceAll(/hundred (?=\w)/g, "hundred and "));

function numerals(toWords: (value: bigint) => string, toRank: (value: bigint) => string): Numerals {
  const cardinal = (digits: string) =>
    (digits.length > 1 && digits.startsWith("0")) || digits.length > longestCardinal
      ? spelt(digits)
      : toWords(BigInt(digits));
  return {
    cardinal,
    ordinal: (digits) => toRank(BigInt(digits.slice(0, longestCardinal))),
    decimal: (whole, part) => `${whole === "" ? "" : `${cardinal(whole)} `}point ${spelt(part)}`,
    year: (digits) => yearWords(digits, cardinal),
  };
}

function yearWords(digits: string, cardinal: (digits: string) => string): string {
  const [century, rest] = [digits.slice(0, -2), digits.slice(-2)];
  if (digits.length !== 4 || (century.endsWith("0") && rest.startsWith("0"))) return cardinal(digits);
  if (rest === "00") return `${cardinal(century)} hundred`;
  return `${cardinal(century)} ${rest.startsWith("0") ? `oh ${cardinal(rest[1]!)}` : cardinal(rest)}`;
}
