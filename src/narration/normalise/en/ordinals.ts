import { pluralOf } from "./numerals.ts";
import { before, match, whole, type Rule } from "./place.ts";

const ranked = /(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:st|nd|rd|th|ST|ND|RD|TH)(?![\p{L}\p{N}])/uy;
const decade = /((?:1\d|20)\d0)(?:['’]s|s)(?![\p{L}\p{N}])/uy;
const shortDecade = /['’]?([1-9]0)s(?![\p{L}\p{N}])/uy;

const ofLife = /(?<!\p{L})(?:the|his|her|its|their|our|your|my|early|mid|late|\d0s(?:\s(?:and|or|to))?)[\s–-]$/iu;

/** "22nd" */
export const ordinal: Rule = ({ text, at, numerals }) => {
  const found = match(ranked, text, at);
  return found && whole(found, numerals.ordinal(found[1]!.replaceAll(",", "")));
};

/** "1990s", "'90s", "80s" */
export const decades: Rule = ({ text, at, numerals }) => {
  const long = match(decade, text, at);
  if (long !== null) return whole(long, pluralOf(numerals.year(long[1]!)));
  const short = match(shortDecade, text, at);
  // "It took 30s."
  const told = text[at] === "'" || text[at] === "’" || ofLife.test(before({ text, at }));
  return short === null || !told ? null : whole(short, pluralOf(numerals.cardinal(short[1]!)));
};
