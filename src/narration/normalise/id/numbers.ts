import { toCardinal } from "n2words/id-ID";

/*
 * Numerals as Indonesian writes them: `.` between thousands, `,` before decimals, `1.500.000,50`. English ones are told
 * by their shape (`1,234,567`, `1,234.50`, `3.14`); what fits neither (`1.2.3`) is no number.
 */

// n2words calls 10^18 "kuantiliun", where KBBI has "kuintiliun"; nobody follows so long a number by ear anyway.
const longestCardinal = 15;
const longestNumeral = 40;

const digitNames = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];

/** Source of a pattern: a run of digits with its separators. Wants `start` before and `end` behind it. */
export const numeral = String.raw`\d+(?:[.,]\d+)*`;
/** No letter or digit touches the numeral from the left, and it begins no part of a longer one. */
export const start = String.raw`(?<![\p{L}\p{N}_]|\d[.,])`;
/** The numeral is not cut short, and no letter touches it from the right. */
export const end = String.raw`(?![\p{L}\p{N}_]|[.,]\d)`;
/** A minus or plus that belongs to the number behind it: not the dash of a range or of a parenthesis. */
export const sign = String.raw`(?:(?<![^\s(\["“‘:=<>≤≥~±])[-−+])?`;

/** `digits`: ASCII digits only. A number with leading zeros, and one too long to follow, is said digit by digit. */
export function cardinal(digits: string): string {
  if (/^0\d/.test(digits) || digits.length > longestCardinal) return digitByDigit(digits);
  return toCardinal(digits);
}

/** "nol delapan satu dua". Other characters are left out. */
export function digitByDigit(text: string): string {
  return Array.from(text.replaceAll(/\D+/g, ""), (digit) => digitNames[Number(digit)]!).join(" ");
}

/** Long codes and telephone numbers: groups with a short pause between, as they are dictated. */
export function digitGroups(groups: readonly string[]): string {
  return groups.map(digitByDigit).join(", ");
}

/** Groups of four from the left; a rest of one joins the group before it. */
export function inFours(digits: string): string[] {
  return digits.length <= 6 ? [digits] : (digits.match(/\d{4}(?:\d$)?|\d+/g) ?? []);
}

/** `-` or `−` → "minus ", `+` → "plus ". */
export function spokenSign(written: string): string {
  return written === "" ? "" : written === "+" ? "plus " : "minus ";
}

/** Whole part and decimals of a numeral, digits only; null where the run is no number. */
export function parseNumeral(run: string): { whole: string; decimals: string } | null {
  const grouped = /^[1-9]\d{0,2}(?:\.\d{3})+(?:,(\d+))?$/.exec(run);
  if (grouped) return { whole: run.split(",", 1)[0]!.replaceAll(".", ""), decimals: grouped[1] ?? "" };
  const english = /^[1-9]\d{0,2}(?:(?:,\d{3}){2,}(?:\.(\d+))?|,\d{3}\.(\d+))$/.exec(run);
  if (english) {
    return { whole: run.split(".", 1)[0]!.replaceAll(",", ""), decimals: english[1] ?? english[2] ?? "" };
  }
  const plain = /^(\d+)(?:[.,](\d+))?$/.exec(run);
  return plain ? { whole: plain[1]!, decimals: plain[2] ?? "" } : null;
}

/** "satu juta lima ratus ribu koma lima"; null where the run is no number, or over 40 characters long. */
export function spokenNumber(run: string): string | null {
  // Nobody listens to so many digits; whoever pays for characters would pay for them.
  const parsed = run.length > longestNumeral ? null : parseNumeral(run);
  return parsed === null ? null : spokenParts(parsed);
}

export function spokenParts({ whole, decimals }: { whole: string; decimals: string }): string {
  return decimals === "" ? cardinal(whole) : `${cardinal(whole)} koma ${digitByDigit(decimals)}`;
}

/** `ke-3` → "ketiga". The first is "pertama": right behind any noun, where "kesatu" is rare outside of laws. */
export function ordinal(digits: string): string {
  return digits === "1" ? "pertama" : `ke${cardinal(digits)}`;
}
