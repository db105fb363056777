import type { Reading } from "../reading.ts";

/*
 * A reader finds one kind of thing in a text. Readers take turns: what one has read is blanked out, at the same length,
 * for those after it, which so need not know what else a numeral might have been.
 */

export type Reader = (text: string) => Reading[];

/** Stands for each UTF-16 unit that is read already: a private-use character, no letter and no digit. */
export const done = "\uE000";

/** `say` gives the words for a match, or null where it is better left to the voice. `pattern`: with `g`, linear in the text. */
export function reader(pattern: RegExp, say: (match: RegExpExecArray) => string | null): Reader {
  return (text) => {
    const readings: Reading[] = [];
    for (const match of text.matchAll(pattern)) {
      const spoken = say(match);
      if (spoken !== null) readings.push({ from: match.index, to: match.index + match[0].length, spoken });
    }
    return readings;
  };
}

/** What all readers find, in order of the text. */
export function readInTurn(text: string, readers: readonly Reader[]): Reading[] {
  const found: Reading[] = [];
  let rest = text;
  for (const next of readers) {
    const readings = next(rest);
    if (readings.length === 0) continue;
    for (const reading of readings) found.push(reading);
    rest = blanked(rest, readings);
  }
  found.sort((a, b) => a.from - b.from);
  return found.map((reading, index) => saidOnce(reading, text, found[index + 1]?.from ?? text.length));
}

/** "5 (lima) hari", as contracts have it: the words in brackets are those of the number, and are said once. */
function saidOnce(reading: Reading, text: string, next: number): Reading {
  const { from, to, spoken } = reading;
  const again = ` (${spoken})`;
  const repeats = text.startsWith(" (", to) && text.slice(to, to + again.length).toLowerCase() === again.toLowerCase();
  return repeats && to + again.length <= next ? { from, to: to + again.length, spoken } : reading;
}

function blanked(text: string, readings: readonly Reading[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to } of readings) {
    parts.push(text.slice(at, from), done.repeat(to - from));
    at = to;
  }
  return parts.join("") + text.slice(at);
}
