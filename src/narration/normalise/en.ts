import type { Reading } from "./reading.ts";
import { abbreviation } from "./en/abbreviations.ts";
import { hostName, mailAddress, socialName } from "./en/addresses.ts";
import { angle } from "./en/angles.ts";
import { bookNumber, chain, ipAddress, phone, version, zipCode } from "./en/codes.ts";
import { dash } from "./en/dashes.ts";
import { dayOfMonth, isoDate, numericDate, season } from "./en/dates.ts";
import { latin } from "./en/era.ts";
import { fraction } from "./en/fractions.ts";
import { noteMark } from "./en/notes.ts";
import { numeralsOf } from "./en/numerals.ts";
import { decades, ordinal } from "./en/ordinals.ts";
import type { Found, Place, Rule } from "./en/place.ts";
import { quantity } from "./en/quantities.ts";
import { roman } from "./en/roman.ts";
import { book } from "./en/scripture.ts";
import { street, streetSide } from "./en/streets.ts";
import { power, raisedTo, scientific, substance, symbol } from "./en/symbols.ts";
import { meridiem, time, zone } from "./en/times.ts";
import { perUnit } from "./en/units.ts";

/*
 * What is said in English for what is written. The text is walked once. Where a word, a number or a sign begins, the rules
 * for it are tried in order, and the first that applies takes what it knows; what none knows is left to the engine.
 * Every rule looks at a bounded stretch, so the time is linear in the text.
 */

const start =
  /(?<![\p{L}\p{M}\p{N}_])[\p{L}\p{Nd}]|(?<![\p{L}\d])\.(?=\d)|['’](?=\d0s)|[\p{Sc}+\-−–~≈±<>≤≥=≠×*÷#§№@&©™®℠→⁰¹²³⁴-⁹⁻[^½⅓⅔¼¾⅕-⅞⅐⅑⅒(]/gu;
const run = /[\p{L}\p{M}\p{Nd}_]+|[^]/uy;

const ofNumbers: Rule[] = [
  ipAddress,
  isoDate,
  phone,
  zipCode,
  numericDate,
  chain,
  version,
  time,
  angle,
  season,
  fraction,
  power,
  scientific,
  dayOfMonth,
  ordinal,
  decades,
  quantity,
];
const ofWords: Rule[] = [
  bookNumber,
  book,
  street,
  streetSide,
  version,
  zone,
  mailAddress,
  hostName,
  substance,
  perUnit,
  roman,
  meridiem,
  latin,
  abbreviation,
  quantity,
];
const ofSigns: [signs: RegExp, rules: Rule[]][] = [
  [/[-−–]/, [dash]],
  [/[+(]/, [phone, symbol]],
  [/[#@]/, [socialName, symbol]],
  [/['’]/, [decades]],
  [/[.\p{Sc}]/u, [quantity]],
  [/[⁰¹²³⁴-⁹⁻^[]/, [noteMark, raisedTo]],
  [/[½⅓⅔¼¾⅕-⅞⅐⅑⅒]/, [fraction]],
  [/[^]/, [symbol]],
];

/** `region`: of the locale (`US`, `GB`): it orders the numbers of a date, and says "and" in a number or not. */
export function readEn(text: string, region?: string): Reading[] {
  const readings: Reading[] = [];
  const numerals = numeralsOf(region);
  for (let at = next(text, 0); at < text.length;) {
    const found = firstOf({ text, at, numerals, region });
    if (found !== null) readings.push(...found.readings);
    at = next(text, found?.to ?? runEnd(text, at));
  }
  return readings;
}

function next(text: string, from: number): number {
  start.lastIndex = from;
  return start.exec(text)?.index ?? text.length;
}

function firstOf(place: Place): Found | null {
  const letter = place.text[place.at]!;
  for (const rule of rulesFor(letter)) {
    const found = rule(place);
    if (found !== null) return found;
  }
  return null;
}

function rulesFor(letter: string): Rule[] {
  if (/\d/.test(letter)) return ofNumbers;
  if (/\p{L}/u.test(letter)) return ofWords;
  return ofSigns.find(([signs]) => signs.test(letter))![1];
}

function runEnd(text: string, at: number): number {
  run.lastIndex = at;
  return at + run.exec(text)![0].length;
}
