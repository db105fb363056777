import { spelt } from "./numerals.ts";
import { before, left, match, whole, type Rule } from "./place.ts";

/* Numbers that count nothing: addresses of machines, versions, phone numbers, ISBNs. */

const ip = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d{1,5}))?(?:\/(\d{1,2}))?(?![\d/]|\.\d)/y;
const versioned = /v(?:ersion\s)?\.?(\d{1,6}(?:\.\d{1,6}){0,5})(?![\p{L}\d/]|\.\d)/uy;
const parts = /\d{1,6}(?:\.\d{1,6}){2,5}(?!\d|\.\d)/y;
const isbn = /(ISBN|ISSN)(?:-1[03])?(:?)\s((?:\d[- ]?){7,12}[\dX])(?![\p{L}\p{N}])/uy;
// Not four years.
const card = /(?!(?:(?:1\d|20)\d\d(?!\d) ?){4})\d{4}(?: \d{4}){3}(?! ?\d)/y;
const chained = /\d{1,6}(?:[-‐‑]\d{1,6}){2,7}(?![\p{L}\d]|[-‐‑.]\d)/uy;
const phones = [
  /\+\d{1,3}(?:[ .‑-]?\(?\d{1,5}\)?){2,6}(?!\d)/y,
  /\(\d{2,5}\) ?\d{3,4}(?:[ .‑-]\d{3,4}){1,2}(?!\d)/y,
  /(?:1[ .‑-])?\d{3}[.‑-]\d{3}[.‑-]\d{4}(?!\d|[.-]\d)/y,
  /0\d{2,4}(?:[ ‑-]\d{3,4}){1,3}(?!\d|[.,-]\d)/y,
];
const states =
  /(?<!\p{L})(?:A[KLRZ]|C[AOT]|D\.?C\.?|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|ZIP(?:\scode)?:?|[Zz]ip\scode:?)\s$/u;
const emergency = /(?:911|999|112|988)(?![\d]|[.,]\d)/y;
const local = /\d{3}[-‑]\d{4}(?!\d|[-.,]\d)/y;
const calling =
  /(?<!\p{L})(?:call|dial|phone|telephone|tel\.?:?|ring|fax:?|text|number|mobile:?|hotline:?|emergency)\s(?:\p{L}+\s)?$/iu;

/** "IL 62701", "zip code 62701", "62701-1234": a place's number. */
export const zipCode: Rule = (place) => {
  const found = match(/\d{5}(?:-\d{4})?(?![\p{L}\d])/uy, place.text, place.at);
  return found !== null && (found[0].length > 5 || states.test(before(place))) ? inGroups(found, "") : null;
};

export const ipAddress: Rule = ({ text, at, numerals }) => {
  const found = match(ip, text, at);
  if (found === null || found.slice(1, 5).some((part) => Number(part) > 255)) return null;
  const host = found
    .slice(1, 5)
    .map((part) => numerals.cardinal(part))
    .join(" dot ");
  const port = found[5] === undefined ? "" : ` port ${spelt(found[5])}`;
  return whole(found, host + port + (found[6] === undefined ? "" : ` slash ${numerals.cardinal(found[6])}`));
};

/** "v2.1.0", "3.2.1": its parts are numbers, not digits. */
export const version: Rule = ({ text, at, numerals }) => {
  const found = text[at - 1] === "/" ? null : match(versioned, text, at);
  const said = (digits: string) =>
    digits
      .split(".")
      .map((part) => numerals.cardinal(part))
      .join(" point ");
  if (found !== null) return whole(found, `version ${said(found[1]!)}`);
  const bare = match(parts, text, at);
  return bare === null || /^\d{1,3}(?:\.\d{3})+$/.test(bare[0]) ? null : whole(bare, said(bare[0]));
};

/** "+44 20 7946 0958", "(555) 123-4567", "0800 123 456"; "555-1234" where something says that one calls it. */
export const phone: Rule = (place) => {
  const { text, at } = place;
  for (const pattern of phones) {
    const found = match(pattern, text, at);
    const count = found?.[0].replaceAll(/\D/g, "").length ?? 0;
    if (found !== null && count >= 8 && count <= 15) return inGroups(found, text[at] === "+" ? "plus " : "");
  }
  const found = match(local, text, at) ?? match(emergency, text, at);
  return found !== null && (found[0].startsWith("555") || calling.test(before(place))) ? inGroups(found, "") : null;
};

export const bookNumber: Rule = ({ text, at }) => {
  const found = match(isbn, text, at);
  if (found === null) return null;
  const from = at + found[0].length - found[3]!.length;
  const digits = inGroups(match(/[\dX -]+/y, text.slice(0, at + found[0].length), from)!, "");
  return digits;
};

/** Several groups with hyphens between, or the four of a card: a formation ("4-4-2") as numbers, all else digit by digit. */
export const chain: Rule = ({ text, at, numerals }) => {
  const found = match(chained, text, at) ?? match(card, text, at);
  if (found === null) return endless(text, at);
  const groups = found[0].split(/[-‐‑ ]/);
  if (groups.every((group) => group.length <= 2 && !/^0\d/.test(group)))
    return whole(found, groups.map((group) => numerals.cardinal(group)).join(" "));
  return inGroups(found, "");
};

/** Digits and separators without end mean nothing that could be said better than the engine does. */
function endless(text: string, at: number): ReturnType<Rule> {
  const found = match(/\d{41,}|\d{1,6}(?:[-.,:/]\d{1,6}){8,}/y, text, at);
  return found && left(found);
}

/** Each group digit by digit, a short pause between. */
function inGroups(found: RegExpExecArray, sign: string) {
  const groups = Array.from(found[0].matchAll(/[\dX]+[^\dX]*/g));
  const readings = groups.map((group, index) => {
    const from = found.index + (index === 0 ? 0 : group.index);
    const tail = /\s+$/.exec(group[0])?.[0].length ?? 0;
    const to = found.index + group.index + group[0].length - tail;
    const digits = group[0].includes("X") ? `${spelt(group[0])} X`.trim() : spelt(group[0]);
    return { from, to, spoken: (index === 0 ? sign : "") + digits + (index < groups.length - 1 ? "," : "") };
  });
  return { to: found.index + found[0].length, readings };
}
