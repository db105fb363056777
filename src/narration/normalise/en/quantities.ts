import type { Reading } from "../reading.ts";
import { currencyBefore, currencyBehind, currencyOf, type Currency } from "./currencies.ts";
import { foreignNumberAt, numberAt, type Written } from "./number.ts";
import { noteMark } from "./notes.ts";
import type { Numerals } from "./numerals.ts";
import { after, before, left, match, type Found, type Place, type Rule } from "./place.ts";
import { unitAt, type Unit } from "./units.ts";
import { isYear } from "./years.ts";

/*
 * A number with what belongs to it: "$3.5 million", "10 km/h", "10 x 20 cm", and the bare "1945". Dashes between two of them are read by
 * their own rule (dashes.ts), so each is said where it stands.
 */

type Quantity = {
  from: number;
  to: number;
  number: Written;
  /** Where the number ends, what of a currency stands before it included. */
  numberTo: number;
  magnitude: { from: number; to: number; word: string } | null;
  currency: Currency | null;
  unit: Unit | null;
};

const magnitudes: Record<string, string> = {
  k: "thousand",
  m: "million",
  mn: "million",
  b: "billion",
  bn: "billion",
  t: "trillion",
  tn: "trillion",
  trn: "trillion",
};
const magnitudeWord =
  /[ -](thousand|million|billion|trillion|lakh|crore|hundred(?= (?:thousand|million|billion)))(?!\p{L})/uy;
const letters = /(trn|[mbt]n|[kmbt])(?![\p{L}\p{N}])/iuy;
const lettersOfMoney = /( ?)(trn|[mbt]n|m|(?<! )[kbt])(?![\p{L}\p{N}'’])/iuy;
// "3.5m users": people and things that nobody measures in metres.
const things =
  /^\s(?:\p{Ll}+\s)?(?:people|users|customers|viewers|listeners|readers|copies|children|adults|workers|jobs|households|homes|barrels|votes|voters|followers|subscribers|visitors|passengers|refugees|deaths|doses|shares|dollars|pounds|euros|tonnes|tons|acres|hectares|times|downloads|views|records|accounts|members|students|pupils|patients|tourists|residents|inhabitants|migrants|vehicles|cars|units|trees|years|USD|EUR|GBP|CHF|AUD|CAD|SEK|NOK|DKK|CNY|INR)(?!\p{L})/u;
// "8.1 L/100 km": the hundred and its unit are read where they stand.
const perHundred = /^\/(?:100|1,?000) ?(?:[kcmd]?m|[kmµ]?g|[mcd]?[lL]|mi)(?!\p{L})/u;
const cross = /\s?[x×✕]\s?(?=\.?\d)/y;
const timesSign = /[x×](?=[\s,.;:)/?!]|$)| ?[x×](?= ?10[\^⁻⁰¹²³⁴-⁹])/y;

export const quantity: Rule = (place) => {
  const first = quantityAt(place.text, place.at);
  if (first === null) return unclear(place);
  const all = [first];
  const crosses: RegExpExecArray[] = [];
  for (let last = first; all.length < 4;) {
    const crossed = match(cross, place.text, last.to);
    const next = crossed === null ? null : quantityAt(place.text, last.to + crossed[0].length);
    if (crossed === null || next === null || isHexadecimal(place.text, first, crossed)) break;
    crosses.push(crossed);
    all.push((last = next));
  }
  return all.length === 1 ? lone(place, first) : product(place, all, crosses);
};

function quantityAt(text: string, at: number): Quantity | null {
  const sign = currencyBefore(text, at);
  const start = sign?.to ?? at;
  const number = numberOf(text, start, sign?.currency ?? null);
  if (number === null || (/[⁰¹²³⁴-⁹⁻^]/.test(text[number.to] ?? "") && noteMark({ text, at: number.to }) === null))
    return null;
  const money = sign?.currency ?? sharedCurrency(text, at);
  const magnitude = magnitudeAt(text, number.to, money !== null);
  const end = magnitude?.to ?? number.to;
  const priced = money === null ? currencyBehind(text, end) : null;
  const currency = money ?? priced?.currency ?? null;
  // "1.000 €"
  const european = priced !== null && number.part?.length === 3 ? foreignNumberAt(text, start, "thousands") : null;
  const unit = currency === null ? unitAt(text, end) : null;
  const to = unit?.to ?? priced?.to ?? end;
  return { from: at, to, number: european ?? number, numberTo: number.to, magnitude, currency, unit };
}

/** "1,5", "24/7/365": left whole to the engine, or its parts would be read apart. */
function unclear({ text, at }: Place): Found | null {
  const found = match(/\d+(?:[.,/:]\d+)+(?![⁰¹²³⁴-⁹⁻^])/y, text, at);
  return found && left(found);
}

function numberOf(text: string, at: number, currency: Currency | null): Written | null {
  const thousands = currency?.thousands ? foreignNumberAt(text, at, "thousands") : null;
  if (thousands !== null) return thousands;
  const number = numberAt(text, at);
  if (number !== null) return number;
  const decimals = foreignNumberAt(text, at, "decimals");
  if (decimals === null) return null;
  return currency !== null || unitAt(text, decimals.to) || currencyBehind(text, decimals.to) ? decimals : null;
}

/** Of the amount before it in "$10–20": what stands behind the dash has no sign of its own. */
function sharedCurrency(text: string, at: number): Currency | null {
  if (!/[–-]\s?$/.test(text.slice(Math.max(0, at - 2), at))) return null;
  const found =
    /((?:US|AU?|CA?|NZ|S|HK)?\$|[£€¥₹]|Rp\.?|(?<![\p{L}/])(?!INR \d[–-])[A-Z]{3}(?=\s))\s?\d[\d.,]*(?:[kmbt]n?)?\s?[–-]\s?$/iu.exec(
      before({ text, at }),
    );
  return (found && currencyOf(found[1]!)) ?? null;
}

function magnitudeAt(text: string, at: number, money: boolean): Quantity["magnitude"] {
  const word = match(magnitudeWord, text, at);
  if (word !== null) return { from: at + 1, to: at + word[0].length, word: word[1]! };
  const priced = money ? match(lettersOfMoney, text, at) : null;
  const found = priced ?? match(letters, text, at);
  if (found === null) return null;
  const to = at + found[0].length;
  const letter = found[0].trim();
  const clear = money || letter.length > 1 || letter === "M" || (letter === "m" && things.test(after(text, to)));
  return clear ? { from: to - letter.length, to, word: magnitudes[letter.toLowerCase()]! } : null;
}

function lone(place: Place, quantity: Quantity): Found | null {
  const { text, numerals } = place;
  const rest = after(text, quantity.to);
  const { number, unit, magnitude, currency } = quantity;
  if (unit !== null || magnitude !== null || currency !== null) {
    // "10–20": where the dash goes on without a sign of its own, the unit is said once, behind the last.
    const bare =
      currency !== null && magnitude === null && (/^\s?[–-]\s?\d/.test(rest) || sharesMagnitude(place, quantity, rest));
    const readings = sayQuantity(quantity, numerals, { bare, single: describes(place, rest) });
    if (unit === null || !perHundred.test(rest)) return { to: quantity.to, readings };
    const to = quantity.to + 1;
    return { to, readings: [...readings, { from: quantity.to, to, spoken: "per" }] };
  }
  const times = match(timesSign, text, quantity.to);
  // "y = 2x + 1"
  const algebra =
    (/[=+<>≤≥^]\s?$/.test(before(place)) && /^\p{L}(?![\p{L}\p{M}\p{N}_])/u.test(rest)) || /^x\s?[=+−<>≤≥^]/.test(rest);
  if (times !== null && !algebra) {
    const to = quantity.to + times[0].length;
    const readings = [
      { from: quantity.from, to: quantity.to, spoken: value(number, numerals) },
      { from: to - 1, to, spoken: "times" },
    ];
    return { to, readings };
  }
  if (/^[/:]\d/.test(rest)) return unclear(place);
  if (/^[\p{L}\p{M}_]/u.test(rest) && !algebra && !/^k(?![\p{L}\p{N}])/iu.test(rest)) return null;
  if (isName(place, number, rest)) return null;
  return {
    to: quantity.to,
    readings: [{ from: quantity.from, to: quantity.to, spoken: bareNumber(place, quantity, rest) }],
  };
}

/** "between $1.2 and $1.5 billion", "$3 to $5 million": what is said behind the second goes for the first too. */
function sharesMagnitude(place: Place, { from, number }: Quantity, rest: string): boolean {
  const found =
    /^(?:\s(and|or|to)\s|\s?[–-]\s?)(\D{1,3})(\d[\d.]*)(?:\s(?:million|billion|trillion)|[mb]n?|tn|k)(?!\p{L})/u.exec(
      rest,
    );
  if (found === null || !place.text.startsWith(found[2]!, from)) return false;
  const value = Number(`${number.whole}.${number.part ?? 0}`);
  return value < Number(found[3]) && (found[1] !== "and" || /between\s$/i.test(before(place)));
}

/** "ISO-8859", "Boeing-747", "H.264": the engine knows as much of them. */
function isName({ text, at }: Place, { whole }: Written, rest: string): boolean {
  const past = text.slice(Math.max(0, at - 2), at);
  return /\p{L}\.$/u.test(past) || (whole.length > 2 && /\p{L}[-–]$/u.test(past) && !isYear(whole, "", rest));
}

function bareNumber(place: Place, { number }: Quantity, rest: string): string {
  const { numerals } = place;
  const past = before(place);
  if (number.part !== null || number.grouped) return value(number, numerals);
  // "by '05"
  if (/(?:^|[\s(])['’]$/.test(past) && /^0[1-9]$/.test(number.whole))
    return `oh ${numerals.cardinal(number.whole[1]!)}`;
  const since = /(?<!\d)(1[1-9]|20)(\d\d)[–/-]$/.exec(past);
  if (
    since !== null &&
    number.whole.length <= 2 &&
    Number(number.whole) > Number(since[2]!) % 10 ** number.whole.length
  )
    return closingYear(since[1]! + since[2]!, number.whole, numerals);
  const range = /(?<!\d)\d{4}[–-]$/.test(past);
  const context = range ? past.slice(0, -5) : past;
  const following = /^[–-](\d{4})(?!\d)/.exec(rest);
  const end = following === null ? rest : rest.slice(following[0].length);
  return isYear(number.whole, context, end) ? numerals.year(number.whole) : numerals.cardinal(number.whole);
}

/** "1939–45": forty-five; "2005–06": two thousand six. */
function closingYear(start: string, end: string, numerals: Numerals): string {
  const full = start.slice(0, 4 - end.length) + end;
  return end.length === 2 && !end.startsWith("0") ? numerals.cardinal(end) : numerals.year(full);
}

function value({ whole, part }: Written, numerals: Numerals): string {
  return part === null ? numerals.cardinal(whole) : numerals.decimal(whole, part);
}

function isOne({ whole, part }: Written): boolean {
  return whole === "1" && part === null;
}

/** "a 5 km run", "a $5 note": the unit is said in the singular. */
function describes(place: Place, rest: string): boolean {
  return (
    /(?<!\p{L})an?\s$/iu.test(before(place)) &&
    /^(?:\s\p{Ll}{2,}|-\p{Ll})/u.test(rest) &&
    !/^\s(?:of|in|at|and|to|per|for|from|on|or|is|was|more|less|by|each|if|as|an|the|when|with)\s/.test(rest)
  );
}

type Manner = { bare: boolean; single: boolean };

function sayQuantity(quantity: Quantity, numerals: Numerals, { bare, single }: Manner): Reading[] {
  const { number, numberTo, magnitude, currency, unit, from, to } = quantity;
  const one = single || (isOne(number) && magnitude === null);
  if (currency !== null && magnitude === null) {
    return [{ from, to, spoken: bare ? value(number, numerals) : sum(number, currency, { one, numerals }) }];
  }
  const readings: Reading[] = [{ from, to: numberTo, spoken: value(number, numerals) }];
  const money = currency === null ? "" : ` ${single ? currency.one : currency.many}`;
  if (magnitude !== null) {
    const end = currency === null ? magnitude.to : to;
    readings.push({ from: magnitude.from, to: end, spoken: magnitude.word + money });
  }
  if (unit !== null && !bare) readings.push({ from: unit.from, to: unit.to, spoken: one ? unit.one : unit.many });
  return readings;
}

/** "$1,234.50": one thousand two hundred thirty-four dollars and fifty cents. */
function sum(number: Written, currency: Currency, { one, numerals }: { one: boolean; numerals: Numerals }): string {
  const { whole, part } = number;
  if (part !== null && part.length !== 2 && !/^0+$/.test(part))
    return `${numerals.decimal(whole, part)} ${one ? currency.one : currency.many}`;
  const unit = one || whole === "1" ? currency.one : currency.many;
  if (part === null || /^0+$/.test(part)) return `${numerals.cardinal(whole)} ${unit}`;
  const small = `${numerals.cardinal(part.replace(/^0/, ""))} ${part === "01" ? currency.cent : currency.cents}`;
  if (/^0*$/.test(whole)) return small;
  return `${numerals.cardinal(whole)} ${unit} and ${small}`;
}

/** "10 x 20 cm" is ten by twenty centimetres, "3×4" three times four. */
function product({ text, numerals }: Place, all: Quantity[], crosses: RegExpExecArray[]): Found {
  const last = all.at(-1)!;
  const sized =
    all.some(({ unit, number }) => unit !== null || number.whole.length > 2) ||
    crosses.some(([sign]) => sign.includes("x"));
  const by = sized && !/^\s?=/.test(after(text, last.to)) ? "by" : "times";
  const readings = all.flatMap((quantity, index) => {
    const crossed = crosses[index];
    const said = sayQuantity(quantity, numerals, { bare: false, single: false });
    if (crossed === undefined) return said;
    const from = crossed.index + crossed[0].search(/\S/);
    return [...said, { from, to: from + 1, spoken: by }];
  });
  return { to: last.to, readings };
}

function isHexadecimal(text: string, { number, from, to }: Quantity, crossed: RegExpExecArray): boolean {
  return number.whole === "0" && to - from === 1 && crossed[0] === "x" && text[from] === "0";
}
