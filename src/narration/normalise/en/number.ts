import { after, match } from "./place.ts";

/** A number as it is written, its separators gone. `part`: the digits behind the decimal mark; null where there is none. */
export type Written = { to: number; whole: string; part: string | null; grouped: boolean };

// Where a number goes on behind a pattern, it is none of that kind ("1.2.3", "1,234,5").
const ended = String.raw`(?!\d|[.,]\d)`;
const commas = new RegExp(String.raw`(\d{1,3}(?:,\d{2})*(?:,\d{3}){1,12})(?:\.(\d{1,20}))?${ended}`, "y");
const stops = new RegExp(String.raw`(\d{1,3}(?:\.\d{3}){2,12})(?:,(\d{1,2}))?${ended}`, "y");
const stopsAndComma = new RegExp(String.raw`(\d{1,3}(?:\.\d{3}){1,12}),(\d{2})${ended}`, "y");
const spaces = new RegExp(String.raw`(\d{1,3}(?: \d{3}){1,6})(?:\.(\d{1,20}))?(?! ?\d|[.,:/-]\d)`, "y");
const decimal = new RegExp(String.raw`(\d{0,40})\.(\d{1,40})${ended}`, "y");
const decimalComma = new RegExp(String.raw`(\d{1,6}),(\d{1,2})${ended}`, "y");
const plain = /(\d{1,40})(?!\d|[.,]\d)/y;
const oneStop = new RegExp(String.raw`(\d{1,3}\.\d{3})${ended}`, "y");

/** The number that begins at `at`, or null where its form is not clear. */
export function numberAt(text: string, at: number): Written | null {
  const grouped = match(commas, text, at) ?? match(stops, text, at) ?? match(stopsAndComma, text, at);
  if (grouped !== null) return written(grouped, true);
  const spaced = match(spaces, text, at);
  if (spaced !== null && isGrouped(spaced[1]!, spaced[2] !== undefined, text, at)) return written(spaced, true);
  const found = match(decimal, text, at) ?? match(plain, text, at);
  return found === null ? null : written(found, false);
}

/** "1.500" in a currency that is written so; "3,5" where what follows it (a unit, a percent sign) shows that it is no list. */
export function foreignNumberAt(text: string, at: number, kind: "thousands" | "decimals"): Written | null {
  const found = match(kind === "thousands" ? oneStop : decimalComma, text, at);
  return found === null ? null : written(found, kind === "thousands");
}

function written(found: RegExpExecArray, grouped: boolean): Written {
  const whole = found[1]!.replaceAll(/\D/g, "");
  return { to: found.index + found[0].length, whole, part: found[2] ?? null, grouped };
}

// "10 500 kg", but "Room 3 120 cm".
function isGrouped(digits: string, decimals: boolean, text: string, at: number): boolean {
  const groups = digits.split(" ");
  if (/\d\s$/.test(text.slice(Math.max(0, at - 2), at))) return false;
  const clear = groups.length > 2 || decimals || groups[0]!.length > 1 || digits.endsWith("00");
  return clear && !/^(?:st|nd|rd|th)\b/.test(after(text, at + digits.length));
}
