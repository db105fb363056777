import { month } from "./months.ts";
import { after, before, type Place, type Rule } from "./place.ts";

/*
 * A dash beside a number: a range ("10–20"), a score ("3–2"), a subtraction, a sign, or only a hyphen. The numbers themselves are read
 * by their own rules.
 */

const numberLeft =
  /(?<![\p{L}\d][-‐])(?<![\p{L}\d.,:])(\d(?:[\d.,:]*\d)?)(%|‰|\s?°[CF]?|\s?[ap]\.?m\.?|st|nd|rd|th|s|(?:\s?(?:[kcm]?m|k?g|ml|l|lb|oz|bn|mn|tn|[bt]|h|min|km\/h|mph|[km]))|\s(?:million|billion|thousand))?(\s?)$/iu;
const numberRight =
  /^(\s?)(?:[~±+−-]?\p{Sc}|[~+−-])?(\d(?:[\d.,:]*\d)?)(\s?(?:[ap]\.?m|%|°|million|billion|[kcm]?m|k?g|km|ml|bn|st|nd|rd|th)(?!\p{L}))?(-\d)?/iu;
const signed = /(?:^|[\s([{“"‘'=<>≤≥≈~:;,/×÷*^±–]|\p{Sc})$/u;
const playing =
  /(?<!\p{L})(?:won|wins?|beat|beaten|lost|lose|loses|defeat(?:ed)?|victory|draw|drew|scored?|scores|leads?|led|trail(?:ed|s)?|final|match|game|sets?|goals?|tie|tied|series|half-time|full-time)(?:\s[\p{L}'’]+){0,3}\s\(?(?:\d{1,2}[-–]\d{1,2},?\s)*$/iu;
// "7-6 (7-4), 6-3, 4-6": one pair that falls makes a score of all in its row.
const rowLeft = /(?:(?<!\d)\d{1,2}[-–]\d{1,2}\)?,?\s\(?)+$/u;
const rowRight = /^(?:\)?,?\s\(?\d{1,2}[-–]\d{1,2}(?!\d))+/u;
const opening =
  /(?<!\p{L})(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|[Dd]aily|[Ww]eek(?:day|end)s|(?<=^|[.;:!?]\s)Open|open|[Hh]ours)\.?[,:]?\s(?:\d{1,2}[-–]\d{1,2}(?:,|\sand)\s)?$/u;
const wordLeft = new RegExp(String.raw`(?<!\p{L})(?:${month}|(?:BCE?|AD|CE)\s?)$`, "u");
const wordRight = new RegExp(String.raw`^\s?(?:${month}|present|now|today)(?!\p{L})`, "u");
const monthLeft = new RegExp(String.raw`(?<!\p{L})${month}$`, "u");
const monthRight = new RegExp(String.raw`^${month}(?!\p{L})`, "u");
// "Q1–Q3", a line break for the dash
const sameLetter = /(?<![\p{L}\p{N}])(\p{Lu})\d{1,3}\n\1\d{1,3}(?![\p{L}\p{N}])/u;
const days = /(?<!\p{L})(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.?$/u;
const nextDay = /^(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?!\p{L})/u;
const naming = /(?<!\p{L})(?:Boeing|Airbus|model|flight|part|code|room|gate|unit|lot|form|serial)\s$/iu;

export const dash: Rule = (place) => {
  const spoken = "-−–".includes(place.text[place.at]!) ? meaning(place) : null;
  return spoken === null ? null : { to: place.at + 1, readings: [{ from: place.at, to: place.at + 1, spoken }] };
};

function meaning(place: Place): string | null {
  const mark = place.text[place.at]!;
  const past = before(place);
  const rest = after(place.text, place.at + 1);
  const left = numberLeft.exec(past);
  const right = numberRight.exec(rest);
  if (left === null) {
    if (mark === "–" && wordLeft.test(past) && /^\s?(?:\d|AD\s|CE\s)/.test(rest)) return "to";
    if ((days.test(past) && nextDay.test(rest)) || (monthLeft.test(past) && monthRight.test(rest))) return "to";
    if (sameLetter.test(`${past}\n${rest}`)) return "to";
    return isSign(mark, past, rest) ? "minus" : null;
  }
  if (right === null && mark === "–" && wordRight.test(rest)) return "to";
  if (right === null) return mark === "−" && /^\s?\p{L}(?!\p{L})/u.test(rest) ? "minus" : null;
  const [spaceBefore, spaceBehind] = [left[3] !== "", right[1] !== ""];
  if (mark === "−" || (/^\s?\d[\d.,]*\s?=/.test(rest) && mark !== "–")) return "minus";
  if (spaceBefore !== spaceBehind) return spaceBefore && mark === "-" ? "minus" : null;
  if (mark === "-" && (right[4] !== undefined || naming.test(past.slice(0, left.index)))) return null;
  const context = past.slice(0, left.index);
  const played = playing.test(context);
  if (!played && opening.test(context)) return "to";
  const row = (rowLeft.exec(context)?.[0] ?? "") + (rowRight.exec(rest.slice(right[0].length))?.[0] ?? "");
  return between(left, right, {
    spaced: spaceBefore,
    played: played || (/\d/.test(row) && falls(`${row} ${left[1]}-${right[2]}`)),
  });
}

function isSign(mark: string, past: string, rest: string): boolean {
  if (mark === "−" && /\p{L}\s$/u.test(past) && /^\s[\p{L}\d]/u.test(rest)) return true;
  return (
    signed.test(past) && /^\p{Sc}?\.?\d/u.test(rest) && !(mark === "–" && /\S\s$/.test(past) && !/[=<>(]\s$/.test(past))
  );
}

function falls(row: string): boolean {
  return Array.from(row.matchAll(/(\d+)[-–](\d+)/g)).some(([, a, b]) => Number(a) > Number(b));
}

type Sides = { spaced: boolean; played: boolean };

/** "to" for a range, "" for a score, which is said without a word between, null for what is only a hyphen. */
function between(left: RegExpExecArray, right: RegExpExecArray, { spaced, played }: Sides): string | null {
  const [first, second] = [left[1]!, right[2]!];
  if (left[2] !== undefined || right[3] !== undefined || first.includes(":") || second.includes(":")) return "to";
  const [a, b] = [first, second].map((digits) => Number(digits.replaceAll(",", "")));
  if (Number.isNaN(a) || Number.isNaN(b) || /^0\d/.test(first)) return null;
  const years = /^\d{4}$/.test(first) && /^\d{1,2}$/.test(second);
  // "#2024-0117"
  if (!years && /^0\d/.test(second)) return null;
  if (years && b! <= a! % 10 ** second.length) return null;
  if (years || a! < b!) return played && b! < 100 ? "" : "to";
  if (spaced) return null;
  if (a === 9 && b === 5) return "to";
  return a! < 100 && !/[.,]\d/.test(first + second) ? "" : "to";
}
