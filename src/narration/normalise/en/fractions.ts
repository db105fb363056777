import type { Numerals } from "./numerals.ts";
import { unitAt } from "./units.ts";
import { after, before, match, whole, type Found, type Rule } from "./place.ts";

const vulgar: Record<string, [number, number]> = {
  "½": [1, 2],
  "⅓": [1, 3],
  "⅔": [2, 3],
  "¼": [1, 4],
  "¾": [3, 4],
  "⅕": [1, 5],
  "⅖": [2, 5],
  "⅗": [3, 5],
  "⅘": [4, 5],
  "⅙": [1, 6],
  "⅚": [5, 6],
  "⅐": [1, 7],
  "⅛": [1, 8],
  "⅜": [3, 8],
  "⅝": [5, 8],
  "⅞": [7, 8],
  "⅑": [1, 9],
  "⅒": [1, 10],
};

const mixed = /(?:(\d{1,6})[ -]?)?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒])/uy;
const slashed = /(?:(\d{1,4})[ -])?(\d{1,3}(?:\.\d)?)[/⁄](\d{1,4})(?![\p{L}\p{N}/⁄]|[.,]\d)/uy;
// Said as two numbers.
const idioms = new Set(["24/7", "9/11", "50/50", "20/20", "7/7", "60/40", "80/20", "70/30", "26/11"]);
const names: Record<number, string> = { 2: "half", 4: "quarter" };

/** "½", "2½", "1/2", "2 1/2", "4/5" (four out of five), "24/7". Other slashes are left to the engine. */
export const fraction: Rule = (place) => {
  const { text, at, numerals } = place;
  const sign = match(mixed, text, at);
  if (sign !== null) return measured(text, whole(sign, withWhole(sign[1], ...vulgar[sign[2]!]!, numerals)), sign[1]);
  const found = match(slashed, text, at);
  if (found === null) return null;
  const [all, full, over = "", under = ""] = found;
  if (idioms.has(all)) return whole(found, `${numerals.cardinal(over)} ${numerals.cardinal(under)}`);
  const [above, below] = [Number(over), Number(under)];
  if (/^0(?!\.)/.test(over) || under.startsWith("0") || above > below || before(place).endsWith("/")) return null;
  const measure =
    /^\s(?:of|cups?|teaspoons?|tablespoons?|tsp|tbsp|inch(?:es)?|in\.|miles?|pints?|pounds?|lbs?|oz|ounces?|majority|the)(?!\p{L})/u;
  const rest = after(text, at + all.length);
  if (
    above < below &&
    Number.isInteger(above) &&
    ([2, 3, 4, 8, 16, 32, 64].includes(below) || full !== undefined || (below <= 12 && measure.test(rest)))
  )
    return measured(text, whole(found, withWhole(full, above, below, numerals)), full);
  const rated = full === undefined && [5, 10, 20, 100].includes(below);
  const [points = "", part] = over.split(".");
  const mark = part === undefined ? numerals.cardinal(points) : numerals.decimal(points, part);
  return rated ? whole(found, `${mark} out of ${numerals.cardinal(under)}`) : null;
};

/** With the unit behind it: "½ tsp" is one half teaspoon, "1½ lb" one and a half pounds. */
function measured(text: string, found: Found, full: string | undefined): Found {
  const unit = unitAt(text, found.to);
  if (unit === null) return found;
  const spoken = full === undefined ? unit.one : unit.many;
  return { to: unit.to, readings: [...found.readings, { from: unit.from, to: unit.to, spoken }] };
}

function withWhole(full: string | undefined, above: number, below: number, numerals: Numerals): string {
  const name = names[below] ?? numerals.ordinal(String(below));
  const many = name === "half" ? "halves" : `${name}s`;
  if (full === undefined) return above === 1 ? `one ${name}` : `${numerals.cardinal(String(above))} ${many}`;
  const part =
    above === 1
      ? `${name === "half" || name === "quarter" ? "a" : "one"} ${name}`
      : `${numerals.cardinal(String(above))} ${many}`;
  return `${numerals.cardinal(full)} and ${part}`;
}
