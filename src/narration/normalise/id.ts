import type { Reading } from "./reading.ts";
import { abbreviations } from "./id/abbreviations.ts";
import { acronyms } from "./id/acronyms.ts";
import { calendar } from "./id/calendar.ts";
import { codes, names, versions } from "./id/codes.ts";
import { fractions } from "./id/fractions.ts";
import { money } from "./id/money.ts";
import { ordinals } from "./id/ordinals.ts";
import { quantities, times as multiplied, unitsAlone } from "./id/quantities.ts";
import { between, ranges, single } from "./id/ranges.ts";
import { readInTurn, type Reader } from "./id/reader.ts";
import { reduplication } from "./id/reduplication.ts";
import { romans } from "./id/romans.ts";
import { letterPowers, numberPowers, symbols } from "./id/symbols.ts";
import { bareTimes, times } from "./id/times.ts";
import { web } from "./id/web.ts";

// From what is unmistakable to what is left over: a number is only a number when nothing else has claimed it.
const readers: readonly Reader[] = [
  ...web,
  ...codes,
  ...calendar,
  ...money,
  ...times,
  fractions,
  multiplied,
  numberPowers,
  ...quantities,
  letterPowers,
  ...versions,
  ...ordinals,
  romans,
  reduplication,
  ...names,
  ...bareTimes,
  ...ranges,
  single,
  between,
  ...abbreviations,
  ...unitsAlone,
  ...acronyms,
  ...symbols,
];

/** What an Indonesian reader says otherwise than it is written: in order, without overlap, in time linear in the text. */
export function readId(text: string): Reading[] {
  // Blanks and hyphens of another width, which typesetting puts between a number and its unit.
  return readInTurn(text.replaceAll(/[\u00a0\u2009\u202f]/g, " ").replaceAll(/[\u2010\u2011]/g, "-"), readers);
}
