import type { Reading } from "../reading.ts";
import type { Numerals } from "./numerals.ts";

/** Where a rule is tried: at the beginning of a word, a number or a sign. `region`: `US`, `GB`, … where it is known. */
export type Place = { text: string; at: number; numerals: Numerals; region: string | undefined };

/** What a rule took: reading goes on at `to`. Without readings: this stretch is left to the engine. */
export type Found = { to: number; readings: Reading[] };

/** Tried at one place; null where it does not apply. Looks at a bounded stretch of text, whatever stands there. */
export type Rule = (place: Place) => Found | null;

// No rule looks farther back or ahead than this: a text without a break may be a megabyte long.
const reach = 48;

export function before({ text, at }: Pick<Place, "text" | "at">): string {
  return text.slice(Math.max(0, at - reach), at);
}

export function after(text: string, to: number): string {
  return text.slice(to, to + reach);
}

/** The sticky pattern tried at `at`. */
export function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** One reading for the whole of what a pattern found. */
export function whole(found: RegExpExecArray, spoken: string): Found {
  const to = found.index + found[0].length;
  return { to, readings: [{ from: found.index, to, spoken }] };
}

export function left(found: RegExpExecArray): Found {
  return { to: found.index + found[0].length, readings: [] };
}
