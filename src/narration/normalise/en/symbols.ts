import { isFactor } from "./notes.ts";
import { unitAt } from "./units.ts";
import { after, before, match, whole, type Place, type Rule } from "./place.ts";

const compared: Record<string, string> = {
  "<": "less than",
  ">": "more than",
  "≤": "at most",
  "≥": "at least",
  "~": "about",
  "≈": "about",
  "±": "plus or minus",
};
const related: Record<string, string> = {
  "<": "is less than",
  ">": "is greater than",
  "≤": "is at most",
  "≥": "is at least",
  "≈": "is about",
  "±": "plus or minus",
  "=": "equals",
  "≠": "is not equal to",
  "+": "plus",
  "×": "times",
  "*": "times",
  "÷": "divided by",
};
const silent = new Set("™®℠");
const raisedDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Signs that are words. Where a sign may be mere decoration it is left alone. */
export const symbol: Rule = (place) => {
  const spoken = wordsOf(place.text[place.at]!, place);
  const to = place.at + 1;
  return spoken === null ? null : { to, readings: [{ from: place.at, to, spoken }] };
};

function wordsOf(sign: string, place: Place): string | null {
  const past = before(place);
  if (silent.has(sign)) return /[\p{L}\p{N}]$/u.test(past) ? "" : null;
  const rest = after(place.text, place.at + 1);
  const [apart, number] = [
    /(?:^|\s)$/.test(past) && /^(?:\s|$)/.test(rest),
    /^\s?[-−]?\p{Sc}?\.?[\d½⅓⅔¼¾⅕-⅞⅐⅑⅒]/u.test(rest),
  ];
  if (sign === "&") return apart ? "and" : null;
  if (sign === "@") return apart ? "at" : null;
  if (sign === "→") return /[\p{L}\p{N})]\s?$/u.test(past) && /^\s?[\p{L}\p{N}(]/u.test(rest) ? "to" : null;
  if (sign === "©") return "copyright";
  if (sign === "№") return number ? "number" : null;
  if (sign === "#") return /^\d{1,6}(?![\p{L}\d])/u.test(rest) && /(?:^|[\s(])$/.test(past) ? "number" : null;
  if (sign === "§")
    return place.text[place.at + 1] === "§" ? "" : number ? (past.endsWith("§") ? "sections" : "section") : null;
  return relation(sign, { past, rest, apart, number });
}

type Sides = { past: string; rest: string; apart: boolean; number: boolean };

function relation(sign: string, { past, rest, apart, number }: Sides): string | null {
  const valueLeft = /(?:[\d%)²³½⅓⅔¼¾⅕-⅞⅐⅑⅒]|(?<!\p{L})\p{L})\s?$/u.test(past);
  const valueRight = number || /^\s?\(?\p{L}(?!\p{L})/u.test(rest);
  if (
    sign in related &&
    valueLeft &&
    (apart || (/\S$/.test(past) && /\d/.test(past.slice(-1) + rest[0]))) &&
    valueRight &&
    !/^[=<>+-]/.test(rest) &&
    !/[<>=+-]$/.test(past)
  )
    return related[sign]!;
  if (apart && (sign === "=" || (sign === "+" && /\p{L}\s$/u.test(past)))) return related[sign]!;
  if (sign === "+") {
    if (/(?<![\p{L}\d])\d{1,3}(?:[.,]\d{1,3})*(?:[mk]|bn|%)?$/u.test(past) && /^(?:[\s,.;:)]|$)/.test(rest))
      return "plus";
    return /(?:^|[\s(])$/.test(past) && /^\d/.test(rest) ? "plus" : null;
  }
  return sign in compared && number && /(?:^|[\s(])$/.test(past) && !/^\s/.test(sign === "~" ? rest : "")
    ? compared[sign]!
    : null;
}

/** "6.02e23", "1.5E-3" */
export const scientific: Rule = ({ text, at, numerals }) => {
  const found = match(
    /(\d{1,3})(?:\.(\d{1,9}))?(?:e([+−-]?)|E([+−-]))(\d{1,3})(?![\p{L}\p{N}]|\.\d|-\p{L})/uy,
    text,
    at,
  );
  if (found === null) return null;
  const [, digits = "", part, small, capital, exponent = ""] = found;
  const value = part === undefined ? numerals.cardinal(digits) : numerals.decimal(digits, part);
  const minus = /[-−]/.test(small ?? capital ?? "") ? "minus " : "";
  return whole(found, `${value} times ten to the power of ${minus}${numerals.cardinal(String(Number(exponent)))}`);
};

/** "10⁶": ten to the power of six. */
export const power: Rule = ({ text, at, numerals }) => {
  const found = match(/(\d{1,4})\^?([⁻−-]?)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|(?<=\^[−-]?)\d{1,3})(?![\p{L}\p{N}])/uy, text, at);
  if (found === null || (found[2] === "" && !/^(?:10|[2-9])$/.test(found[1]!))) return null;
  const exponent = plainDigits(found[3]!);
  const to = at + found[0].length;
  const base = numerals.cardinal(found[1]!);
  const small = found[2] === "" ? { "2": "squared", "3": "cubed" }[exponent] : undefined;
  const raised = small ?? `to the power of ${found[2] === "" ? "" : "minus "}${numerals.cardinal(exponent)}`;
  const unit = unitAt(text, to);
  const readings = [{ from: at, to, spoken: `${base} ${raised}` }];
  if (unit !== null) readings.push({ from: unit.from, to: unit.to, spoken: unit.many });
  return { to: unit?.to ?? to, readings };
};

const base = /(?<!\p{L})(?:\p{L}{1,2}|(?<!\p{N})\d{1,4})$|\)$/u;
const raised =
  /\^([-−]?)(\d{1,3}(?!\p{L}{2})|\p{L}(?!\p{L}))(?![\d^]|\.\d)|(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})(?![\p{L}\p{N}⁺⁻])/uy;

/** "x²", "mc^2", "(a + b)^n"; "word²" has the mark of a note. */
export const raisedTo: Rule = ({ text, at, numerals }) => {
  const found = match(raised, text, at);
  const past = before({ text, at });
  if (found === null || !(base.test(past) || isFactor(past, after(text, at + found[0].length)))) return null;
  const [, sign = found[3], exponent = plainDigits(found[4]!)] = found;
  const small = sign === "" ? { "2": "squared", "3": "cubed" }[exponent] : undefined;
  const spoken = /\d/.test(exponent) ? numerals.cardinal(exponent) : exponent;
  return whole(found, small ?? `to the power of ${sign === "" ? "" : "minus "}${spoken}`);
};

function plainDigits(digits: string): string {
  return digits.replaceAll(/[⁰-⁹¹²³]/gu, (digit) => String(raisedDigits.indexOf(digit)));
}

// Formulas that are met in prose; a subscript shows all others.
const substances = new Set([
  "CO2",
  "H2O",
  "SO2",
  "NO2",
  "N2O",
  "CH4",
  "NH3",
  "O2",
  "O3",
  "H2",
  "N2",
  "H2O2",
  "H2SO4",
  "PM2.5",
]);
const formula = /(?:[A-Z][a-z]?(?:\d{1,2}|[₀-₉]{1,2})?){1,8}(?:\.5)?(?:([²-⁹]?)([⁺⁻]))?(?![\p{L}\p{N}₀-₉⁺⁻])/uy;

/** "CO₂", "H2O": letter by letter. */
export const substance: Rule = ({ text, at, numerals }) => {
  const found = match(formula, text, at);
  if (found === null || !(substances.has(found[0]) || /[₀-₉⁺⁻]/.test(found[0]))) return null;
  const [all, charge = "", pole] = found;
  const bare = pole === undefined ? all : all.slice(0, -charge.length - 1);
  const plain = bare.replaceAll(/[₀-₉]/g, (digit) => String(digit.charCodeAt(0) - 0x2080));
  const words = plain.replaceAll(/(\d+)\.(\d)|\d+|[A-Z][a-z]?/g, (piece, whole?: string, part?: string) => {
    if (part !== undefined) return ` ${numerals.decimal(whole!, part)}`;
    return ` ${/\d/.test(piece) ? numerals.cardinal(piece) : piece}`;
  });
  const to = at + found[0].length;
  const charged = charge === "" ? "" : ` ${numerals.cardinal(plainDigits(charge))}`;
  const poles: Record<string, string> = { "⁺": " plus", "⁻": " minus" };
  return { to, readings: [{ from: at, to, spoken: words.trim() + charged + (poles[pole ?? ""] ?? "") }] };
};
