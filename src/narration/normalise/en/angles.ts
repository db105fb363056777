import { match, whole, type Rule } from "./place.ts";

const height = /(\d{1,2})['’′] ?(\d{1,2})(?:["”″]|['’′]{2})(?![\p{L}\p{N}])/uy;
const measured =
  /(\d{1,3})(?:\.(\d{1,8}))?° ?(?:(\d{1,2})(?:\.(\d{1,6}))?['’′] ?)?(?:(\d{1,2})(?:\.(\d{1,6}))?["”″] ?)?([NSEW](?![\p{L}\p{N}]))?/uy;
const directions: Record<string, string> = { N: "north", S: "south", E: "east", W: "west" };

/** 5'11" (five foot eleven), 40°26′46″N, "6.2° S" */
export const angle: Rule = ({ text, at, numerals }) => {
  const tall = match(height, text, at);
  if (tall !== null) return whole(tall, `${numerals.cardinal(tall[1]!)} foot ${numerals.cardinal(tall[2]!)}`);
  const found = match(measured, text, at);
  if (found === null || (found[3] === undefined && found[7] === undefined)) return null;
  const parts = ["degree", "minute", "second"].flatMap((name, index) => {
    const [digits, part] = [found[1 + 2 * index], found[2 + 2 * index]];
    if (digits === undefined) return [];
    const value = part === undefined ? numerals.cardinal(String(Number(digits))) : numerals.decimal(digits, part);
    return [`${value} ${name}${value === "one" ? "" : "s"}`];
  });
  return whole(found, [...parts, directions[found[7] ?? ""] ?? ""].join(" ").trim());
};
