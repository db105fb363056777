import type { Reading } from "../reading.ts";
import type { Numerals } from "./numerals.ts";
import { after, before, match, whole, type Found, type Place, type Rule } from "./place.ts";
import { isCited } from "./scripture.ts";

const half = String.raw` ?[ap](?:m\b|\.\s?m\.?)(?!\p{L})`;
const clock = /(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.(\d{1,3}))?(?![\d:]|[.,]\d)/y;
const dotted = new RegExp(
  String.raw`(\d{1,2})\.(\d{2})(?=${half}|\s?[–-]\s?\d{1,2}(?:\.\d{2})?${half}|\s?(?:hrs|hours)\b)`,
  "iuy",
);
const hourOnly = new RegExp(String.raw`(\d{1,2})(?=${half})`, "iuy");
const halfOfDay = /( ?)([ap])(?:m\b|\.\s?m\.?)(?!\p{L})/iuy;
const ratio = /(\d{1,6})(?:\.(\d{1,2}))?:(\d{1,9}(?:,\d{3}){0,3})(?!\d|[:.,]\d)/y;
const offset = /((?:UTC|GMT)) ?([+−–-])(\d{1,2})(?::?(\d{2}))?(?!\d)/y;

/** "14:30", "2.30 pm", "9am", "14:30:05"; and of what looks alike: "16:9", "Genesis 1:1". */
export const time: Rule = (place) => {
  const { text, at, numerals } = place;
  const found = match(clock, text, at) ?? match(dotted, text, at) ?? match(hourOnly, text, at);
  if (found === null) return proportion(place);
  const [all, hour = "", minute, second, fraction] = found;
  if (Number(hour) > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return proportion(place);
  const morning = match(halfOfDay, text, at + all.length);
  if (isProportion(before(place)) && morning === null) return proportion(place);
  const oClock = morning === null && /^:00$/.test(text.slice(at + hour.length, at + all.length));
  const spoken = seconds(oClock ? fullHour(hour, numerals) : hourAndMinute(hour, minute, numerals), second, numerals);
  const thousandths = fraction === undefined ? "" : ` ${numerals.decimal("", fraction)}`;
  return withHalf(whole(found, spoken + thousandths), text, morning);
};

/** Also "a.m." behind a number in words. */
export const meridiem: Rule = ({ text, at }) => {
  const found = match(/([ap])\.\s?m\.?(?!\p{L})/iuy, text, at);
  return found && whole(found, `${found[1]!.toUpperCase()}M`);
};

export const zone: Rule = ({ text, at, numerals }) => {
  const found = match(offset, text, at);
  if (found === null) return null;
  const [, name = "", sign, hours = "", minutes = "00"] = found;
  const direction = sign === "+" ? "plus" : "minus";
  const more = minutes === "00" ? "" : ` ${numerals.cardinal(minutes)}`;
  return whole(found, `${name} ${direction} ${numerals.cardinal(String(Number(hours)))}${more}`);
};

function withHalf(found: Found, text: string, morning: RegExpExecArray | null): Found {
  if (morning === null) return found;
  const from = found.to + morning[1]!.length;
  // "9am." ends a sentence: its stop belongs to "a.m." alone.
  const to = text[from + 1] === "." ? found.to + morning[0].length : from + 2;
  const reading: Reading = { from, to, spoken: `${morning[2]!.toUpperCase()}M` };
  return { to, readings: [...found.readings, reading] };
}

/** "14", "05": fourteen oh five. */
export function hourAndMinute(hour: string, minute: string | undefined, { cardinal }: Numerals): string {
  const hours = cardinal(String(Number(hour)));
  if (minute === undefined || minute === "00") return hours;
  return `${hours} ${minute.startsWith("0") ? `oh ${cardinal(minute[1]!)}` : cardinal(minute)}`;
}

function fullHour(hour: string, { cardinal }: Numerals): string {
  const hours = Number(hour);
  if (hours % 24 === 0) return "midnight";
  return hours > 12 ? `${cardinal(hour)} hundred` : `${cardinal(String(hours))} o'clock`;
}

function seconds(time: string, second: string | undefined, { cardinal }: Numerals): string {
  if (second === undefined) return time;
  return `${time} and ${cardinal(String(Number(second)))} second${Number(second) === 1 ? "" : "s"}`;
}

function isProportion(past: string): boolean {
  return /(?<!\p{L})(?:ratio|scale|odds|proportions?|mix|aspect|diluted?)(?:\s(?:of|at|in|is|was))?\s$/iu.test(past);
}

/** "16:9" is sixteen to nine; a verse has no word between. */
function proportion(place: Place): Found | null {
  const found = match(ratio, place.text, place.at);
  if (found === null || /^[–-]?\p{L}/u.test(after(place.text, place.at + found[0].length))) return null;
  const { cardinal, decimal } = place.numerals;
  const [, left = "", part, right = ""] = found;
  const [first, second] = [
    part === undefined ? cardinal(left) : decimal(left, part),
    cardinal(right.replaceAll(",", "")),
  ];
  return whole(found, isCited(before(place)) ? `${first} ${second}` : `${first} to ${second}`);
}
