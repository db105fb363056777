import { month } from "./months.ts";
import { after, before, match, whole, type Rule } from "./place.ts";

/* Parts of an address that only the number of a house before them tells from a title or a unit. */

const kinds: Record<string, string> = {
  St: "Street",
  Ave: "Avenue",
  Blvd: "Boulevard",
  Rd: "Road",
  Ln: "Lane",
  Dr: "Drive",
  Sq: "Square",
  Pkwy: "Parkway",
};
const kind = new RegExp(String.raw`(${Object.keys(kinds).join("|")})(?![\p{L}\p{N}.])`, "uy");
const name = String.raw`(?:\p{Lu}[\p{L}'’]+|\d{1,3}(?:st|nd|rd|th))`;
const house = String.raw`(?<![\d.,])\d{1,5}[A-Z]?\s(?!${month}\s)`;
const houseAndName = new RegExp(String.raw`${house}(?:[NSEW]\.?\s)?(?:${name}\s){1,3}$`, "u");
const directions: Record<string, string> = { N: "North", S: "South", E: "East", W: "West" };
const direction = /([NSEW])\.?(?=\s)/uy;
const houseAlone = new RegExp(String.raw`${house}$`, "u");
const streetAhead = new RegExp(
  String.raw`^\s(?:${name}\s){1,3}(?:${Object.keys(kinds).join("|")}|Street|Avenue|Boulevard|Road|Lane|Drive|Square)(?!\p{L})`,
  "u",
);

/** "10 Downing St, London": Street. */
export const street: Rule = (place) => {
  const found = match(kind, place.text, place.at);
  return found && houseAndName.test(before(place)) ? whole(found, kinds[found[1]!]!) : null;
};

/** "221 W. 57th St.": West. */
export const streetSide: Rule = (place) => {
  const found = match(direction, place.text, place.at);
  if (found === null || !houseAlone.test(before(place))) return null;
  return isStreetAhead(place.text, place.at + found[0].length) ? whole(found, directions[found[1]!]!) : null;
};

export function isStreetAhead(text: string, at: number): boolean {
  return streetAhead.test(after(text, at));
}
