import type { Words } from "./words.ts";

// Longer ones are read digit by digit: nobody follows "eight hundred quintillion".
const longestCardinal = 15;

type Reading = {
  /** Alone in brackets, where `1,2` is rather two numbers. */
  listed: boolean;
  commaInNumbers: boolean;
};

/** A number as a formula has it, its point or comma told by the language: `3.14`, `1,000,000`, `0,5`; or the list `1,2,3`. */
export function sayNumber(text: string, words: Words, reading: Reading): string {
  const trimmed = text.replace(/[.,]+$/, "");
  const list = isList(trimmed, words, reading) ? trimmed.split(",") : [trimmed];
  const said = list.map((number) => sayOne(number, words)).join(", ");
  return said + (trimmed.length < text.length ? "," : "");
}

function isList(text: string, words: Words, { listed, commaInNumbers }: Reading): boolean {
  const commas = text.split(",").length - 1;
  if (commas === 0 || commaInNumbers || isGrouped(text, ",")) return false;
  if (commas > 1) return true;
  if (words.decimalMark === ",") return listed;
  return listed || !/^0,\d+$/.test(text);
}

function isGrouped(text: string, mark: "," | "."): boolean {
  return (mark === "," ? /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/ : /^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/).test(text);
}

function sayOne(text: string, words: Words): string {
  const [whole = "", decimals = ""] = splitDecimals(text, words);
  if (!/^\d*$/.test(whole + decimals)) return text;
  const said = whole === "" ? words.cardinal("0") : sayWhole(whole, words);
  return decimals === "" ? said : `${said} ${words.point} ${digits(decimals, words)}`;
}

function splitDecimals(text: string, { decimalMark }: Words): string[] {
  const groupMark = decimalMark === "." ? "," : ".";
  if (isGrouped(text, groupMark)) return text.replaceAll(groupMark, "").split(decimalMark);
  // "1.000.000" is grouped in any language, "0.5" in none.
  if (isGrouped(text, decimalMark) && text.split(decimalMark).length > 2) return [text.replaceAll(decimalMark, "")];
  return text.split(/[.,]/);
}

function sayWhole(text: string, words: Words): string {
  const counts = text.length <= longestCardinal && !/^0\d/.test(text);
  return counts ? words.cardinal(text) : digits(text, words);
}

function digits(text: string, words: Words): string {
  return [...text].map((digit) => words.cardinal(digit)).join(" ");
}
