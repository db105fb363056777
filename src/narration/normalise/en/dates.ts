import { month, monthBefore, monthOf } from "./months.ts";
import { after, before, match, whole, type Found, type Place, type Rule } from "./place.ts";
import { hourAndMinute } from "./times.ts";
import { unitAt } from "./units.ts";

const iso = /(\d{4})([-/])(\d{2})\2(\d{2})(?:T(\d{2}:\d{2})(?::\d{2}(?:\.\d{1,6})?)?(Z)?)?(?![\p{L}\d-])/uy;
const seasons = /((?:1[89]|20)\d\d)\/(\d\d)(?![\d/])/y;
const numeric = /(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\p{L}\d]|[/.-]\d)/uy;
const day = /(\d{1,2})(st|nd|rd|th)?(?![\p{L}\p{N}%:]|[.,/]\d)/uy;
const monthAhead = new RegExp(String.raw`^\s(?:of\s)?(${month})(?!\p{L})`, "u");
// The rest of "14–16 March", "14 and 15 March" behind its first day.
const laterDay = new RegExp(
  String.raw`^(?:\s?[–-]\s?|\s(?:and|or|to)\s)\d{1,2}(?:st|nd|rd|th)?\s${month}(?!\p{L})`,
  "u",
);
const earlierDay = /(?<![\d.,:])\d{1,2}(?:st|nd|rd|th)?(?:\s?[–-]\s?|\s(?:and|or)\s)$/;
const daysOfMonth = new RegExp(String.raw`(?<!\p{L})${month}\s\d{1,2}(?:st|nd|rd|th)?(?:\s?[–-]\s?)$`, "u");
const determined =
  /(?<!\p{L})(?:the|an?|this|that|last|next|every|each|his|her|its|their|our|your|my)\s(?:(?!(?:on|by|in|at|to|of|from|since|until|till|before|after|between|around|was|is)\s)\p{L}+\s)?$/iu;

/** "14 March", "14–16 March", "March 14": the day alone; its month and year are read where they stand. */
export const dayOfMonth: Rule = (place) => {
  const found = match(day, place.text, place.at);
  if (found === null || Number(found[1]) < 1 || Number(found[1]) > 31) return null;
  const past = before(place);
  const rest = after(place.text, place.at + found[0].length);
  const rank = place.numerals.ordinal(found[1]!);
  const ahead = monthAhead.exec(rest);
  if (ahead !== null || laterDay.test(rest)) {
    const article = earlierDay.test(past) || determined.test(past) ? "" : "the ";
    const of = ahead === null || /^\sof\s/.test(rest) ? "" : " of";
    return whole(found, article + rank + of);
  }
  return daysOfMonth.test(past) || (monthBefore.test(past) && !isCount(place, past, rest)) ? whole(found, rank) : null;
};

/** "In March 20 people …", "May 5 km": a number of things behind a month's name. */
function isCount({ text, at }: Place, past: string, rest: string): boolean {
  if (unitAt(text, at + /^\d+/.exec(text.slice(at, at + 2))![0].length) !== null) return true;
  if (/^\s(?:million|billion|thousand|hundred|percent|per cent)\b/.test(rest)) return true;
  const plural = /^\s(?!(?:was|is|has|as|its|his|this|us)\s)\p{Ll}+[^\Ws](?:s|en|ple)(?!\p{L})/u.test(rest);
  return plural && !/(?<!\p{L})(?:on|by|until|till|since|after|before)\s\p{L}+\.?\s$/iu.test(past);
}

export const isoDate: Rule = (place) => {
  const found = match(iso, place.text, place.at);
  const date = found && saidDate(place, found, { day: found[4]!, month: found[3]!, year: found[1]! });
  if (found?.[5] === undefined || date === null) return date;
  const clock = hourAndMinute(found[5].slice(0, 2), found[5].slice(3), place.numerals);
  return whole(found, `${date.readings[0]!.spoken} at ${clock}${found[6] === undefined ? "" : " UTC"}`);
};

/** "2023/24": a season, or a year that begins in autumn. */
export const season: Rule = ({ text, at, numerals }) => {
  const found = match(seasons, text, at);
  if (found === null || (Number(found[1]) + 1) % 100 !== Number(found[2])) return null;
  return whole(found, `${numerals.year(found[1]!)} ${numerals.cardinal(found[2]!)}`);
};

/**
 * 14/03/2024 and 3/14/2024 tell day and month by themselves. 3/4/2024 does by the region, where it is known; else its
 * numbers are said as they stand. With stops between, the day comes first wherever that is written.
 */
export const numericDate: Rule = (place) => {
  const found = match(numeric, place.text, place.at);
  if (found === null) return null;
  const [, first = "", mark, second = "", digits = ""] = found;
  if (digits.length === 2 && mark !== "/") return null;
  const year = digits.length === 4 ? digits : (digits < "50" ? "20" : "19") + digits;
  const dayFirst = Number(first) > 12 || mark === ".";
  const monthFirst = Number(second) > 12;
  if (dayFirst) return saidDate(place, found, { day: first, month: second, year });
  if (monthFirst || place.region === "US" || place.region === "PH")
    return saidDate(place, found, { day: second, month: first, year });
  if (place.region !== undefined) return saidDate(place, found, { day: first, month: second, year });
  const { cardinal } = place.numerals;
  if (monthOf(Number(first)) === null || monthOf(Number(second)) === null) return null;
  return whole(found, `${cardinal(bare(first))} ${cardinal(bare(second))} ${place.numerals.year(year)}`);
};

type When = { day: string; month: string; year: string };

function saidDate({ numerals, region }: Place, found: RegExpExecArray, { day, month, year }: When): Found | null {
  const name = monthOf(Number(month));
  if (name === null || Number(day) < 1 || Number(day) > 31) return null;
  const rank = numerals.ordinal(bare(day));
  const date = region === "US" ? `${name} ${rank}` : `the ${rank} of ${name}`;
  return whole(found, `${date} ${numerals.year(year)}`);
}

function bare(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}
