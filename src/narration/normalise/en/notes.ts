import { after, before, match, whole, type Found, type Place } from "./place.ts";

const raised = String.raw`[⁰¹²³⁴-⁹]{1,3}(?:[,⁻–][⁰¹²³⁴-⁹]{1,3}){0,4}(?![\p{L}\p{N}⁺⁻])`;
const bracketed = String.raw`(?:\[\d{1,3}\]){1,5}(?![\p{L}\p{N}[(])`;
const mark = new RegExp(`${raised}|${bracketed}`, "uy");
const clauseEnd = /[\p{L}\d)][.,;:!?]["'”’»)]?$/u;
// "sin²" is a power; so is a number with one, unless it is a year.
const functionName = /(?<!\p{L})(?:arc)?(?:sin|cos|tan|cot|sec|csc|log|mol)h?$/u;
const wordOrYear =
  /(?<!\p{L})(?:a[mnst]|by|do|go|he|i[fnst]|me|my|no|o[fnr]|so|to|u[ps]|we)$|\p{L}{3}$|\p{L}{2}["'”’»]$|(?<![\d.,])(?:1\d|20)\d\d$/iu;

/** The marks of notes are not said: "word²", "in 1945¹", "an end.[12]"; not "array[0]", which may be anything. */
export function noteMark(place: Pick<Place, "text" | "at">): Found | null {
  const found = match(mark, place.text, place.at);
  const past = before(place);
  if (found === null) return null;
  const rest = after(place.text, place.at + found[0].length);
  if (isFactor(past, rest)) return null;
  const behindWord = !found[0].startsWith("[") && wordOrYear.test(past) && !functionName.test(past);
  return behindWord || clauseEnd.test(past) ? whole(found, "") : null;
}

/** "mass × speed²": a word that is calculated with. */
export function isFactor(past: string, rest: string): boolean {
  return /[=÷×*·/]\s?\p{L}+$/u.test(past) || (/\p{L}$/u.test(past) && /^\s?[=÷×*·]/.test(rest));
}
