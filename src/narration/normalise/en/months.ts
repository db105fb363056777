export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const shortened: Record<string, string> = { Sept: "September" };
for (const name of monthNames) shortened[name.slice(0, 3)] = name;

/** A month's name or its abbreviation, as a pattern. */
export const month = String.raw`(?:${monthNames.join("|")}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)`;

/** Of a text that ends before a number: whether a month stands there. */
export const monthBefore = new RegExp(String.raw`(?<!\p{L})${month}\s$`, "u");

export function fullMonth(abbreviation: string): string | undefined {
  return Object.hasOwn(shortened, abbreviation) ? shortened[abbreviation] : undefined;
}

/** `number`: 1 to 12, or null for another. */
export function monthOf(number: number): string | null {
  return monthNames[number - 1] ?? null;
}
