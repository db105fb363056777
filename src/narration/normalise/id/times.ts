import { reader, type Reader } from "./reader.ts";
import { cardinal, end, numeral, spokenNumber, start } from "./numbers.ts";

/*
 * 14.30 is a time behind "pukul" or "jam", before a time zone, or where hour and minute have two digits each and nothing
 * else claims them: Indonesian writes decimals with a comma.
 */

const clock = String.raw`([01]?\d|2[0-4])[.:]([0-5]\d)(?:[.:]([0-5]\d))?`;
const wideClock = String.raw`([01]\d|2[0-4])\.([0-5]\d)()`;
const zones = "WIB|WITA|WIT|UTC|GMT";
const partsOfDay = "pagi|siang|sore|petang|malam|dini hari";
const until = String.raw`(?: (?:${zones}))? (?:sampai dengan|sampai|hingga|dan|atau|s\.d\.?|s/d|[-–]) `;
const asked = String.raw`(?<=(?<!\p{L})(?:[Pp]ukul|PUKUL|[Jj]am|JAM|[Pp]kl?\.?) (?:\d{1,2}[.:]\d{2}(?:${until}|,(?: dan| serta)? )){0,3})`;
const counted = "persen|poin|detik|menit|kali|ribu|juta|miliar|triliun|meter|derajat|rupiah|dolar";

/** "pukul 07.00" is "tujuh", as one says it; elsewhere the minutes are said too. */
const askedTime = rangeOf(asked, clock, String.raw`(?! (?:jam|menit|detik)(?!\p{L}))`, true);
const colonTime = rangeOf(start, clock.replace("[.:]", ":"), "(?![-:]\\d)", false);
const zonedTime = rangeOf(start, clock, String.raw`(?= ?(?:${zones})(?!\p{L})| (?:${partsOfDay})(?!\p{L}))`, false);
const uncounted = String.raw`(?! ?%| (?:${counted})(?!\p{L}))`;
const bareTime = rangeOf(start, wideClock, uncounted, false);
/** 7.30–16.00: the second one tells what the first is. */
const opening = reader(
  new RegExp(String.raw`${start}(\d)\.([0-5]\d) ?[-–] ?([01]\d|2[0-4])\.([0-5]\d)${end}${uncounted}`, "gu"),
  ([, hour, minute, toHour, toMinute]) =>
    `${spokenTime(hour!, minute!, "", false)} sampai ${spokenTime(toHour!, toMinute!, "", false)}`,
);
export const bareTimes: readonly Reader[] = [opening, bareTime];

function rangeOf(before: string, time: string, after: string, short: boolean): Reader {
  const pattern = `${before}${time}${end}(?: ?[-–] ?${time}${end})?${after}`;
  return reader(new RegExp(pattern, "gu"), ([, hour, minute, second, toHour, toMinute, toSecond]) => {
    const from = spokenTime(hour!, minute!, second, short);
    return toHour === undefined ? from : `${from} sampai ${spokenTime(toHour, toMinute!, toSecond, short)}`;
  });
}

function spokenTime(hour: string, minute: string, second: string | undefined, short: boolean): string {
  const hours = Number(hour) === 0 ? "nol nol" : cardinal(String(Number(hour)));
  const seconds = second ? ` lewat ${cardinal(String(Number(second)))} detik` : "";
  if (Number(minute) === 0 && seconds === "" && short) return hours;
  return `${hours} ${Number(minute) === 0 ? "nol nol" : cardinal(minute)}${seconds}`;
}

/** 2:05:11 of a runner: hours without a leading zero, and nothing that asks for the time. */
const duration = reader(
  new RegExp(String.raw`${start}(\d):([0-5]\d):([0-5]\d)(?:[.,](\d+))?${end}`, "gu"),
  ([, hours, minutes, seconds, decimals]) => {
    const rest = spokenNumber(String(Number(seconds)) + (decimals === undefined ? "" : `,${decimals}`));
    return `${cardinal(hours!)} jam ${cardinal(String(Number(minutes)))} menit ${rest} detik`;
  },
);

const offset = reader(/(?<![\p{L}\p{N}])(UTC|GMT) ?([+−-]) ?(\d{1,2})(?:[.:]([0-5]\d))?(?![\p{L}\p{N}])/gu, (match) => {
  const [, zone, sign, hours, minutes] = match;
  const name = zone === "UTC" ? "u te ce" : "ge em te";
  const rest = minutes === undefined || minutes === "00" ? "" : ` ${cardinal(minutes)}`;
  return `${name} ${sign === "+" ? "plus" : "minus"} ${cardinal(String(Number(hours)))}${rest}`;
});

const books =
  "QS\\.?|Q\\.S\\.|[Ss]urat|[Ss]urah|Kej|Mat|Mrk|Luk|Yoh|Kis|Kor|Ptr|Mzm|Ams|Why|Kejadian|Keluaran|Imamat|Bilangan|Ulangan|Yosua|Mazmur|Amsal|Pengkhotbah|Yesaya|Yeremia|Daniel|Matius|Markus|Lukas|Yohanes|Roma|Korintus|Galatia|Efesus|Filipi|Kolose|Tesalonika|Timotius|Ibrani|Yakobus|Petrus|Wahyu";

/** Chapter and verse: Yohanes 3:16, QS 2:183-185. */
const verse = reader(
  new RegExp(String.raw`(?<=(?<!\p{L})(?:${books})\.? )(\d{1,3}): ?(\d{1,3})(?:[-–](\d{1,3}))?${end}`, "gu"),
  ([, chapter, from, to]) =>
    `${cardinal(chapter!)} ayat ${cardinal(from!)}${to === undefined ? "" : ` sampai ${cardinal(to)}`}`,
);

/** 1:32.456 of a lap; a scale, 1:50.000, is round. */
const lap = reader(
  new RegExp(String.raw`${start}(?<!:)(\d):([0-5]\d)[.,](?!\d00)(\d{3})${end}`, "gu"),
  ([, minutes, seconds, decimals]) =>
    `${cardinal(minutes!)} menit ${spokenNumber(`${Number(seconds)},${decimals}`)} detik`,
);

/** 10 : 2 = 5 is a division, 1 : 2 = 3 : 6 a proportion. */
const division = reader(
  new RegExp(String.raw`${start}(${numeral}) : (${numeral})(?= = ${numeral}(?!\d|[.,:]\d| :))`, "gu"),
  ([, top, bottom]) => {
    const [of, by] = [spokenNumber(top!), spokenNumber(bottom!)];
    return of === null || by === null ? null : `${of} dibagi ${by}`;
  },
);

/** 1 : 1.000, 3:2. What might be a time is none of it, unless a word says so. */
const ratioWords = "(?<=(?:[Ss]kala|[Pp]erbandingan|[Rr]asio|[Nn]isbah|berbanding) (?:\\p{L}+ )?)";
const part = String.raw`(\d+(?:\.\d{3})*)`;
const ratio = reader(
  new RegExp(
    String.raw`(?:${ratioWords}${part} ?: ?${part}|${start}(?<!:)${part}(?: : |:(?!\d\d${end}))${part})${end}(?![:–-])`,
    "gu",
  ),
  ([, a, b, c, d]) => {
    const [left, right] = [spokenNumber(a ?? c!), spokenNumber(b ?? d!)];
    return left === null || right === null ? null : `${left} banding ${right}`;
  },
);

/** Shares of a hundred, 50:50 and 70:30, are no times. */
const shares = reader(new RegExp(String.raw`${start}(?<!:)(\d\d):(\d\d)${end}(?!:)`, "gu"), ([, left, right]) =>
  Number(left) + Number(right) === 100 ? `${cardinal(left!)} banding ${cardinal(right!)}` : null,
);

/** Cement, sand and gravel, 1:2:3. */
const ratios = reader(
  new RegExp(String.raw`${start}(?<!:)\d{1,3}(?: ?: ?\d{1,3}){2,4}${end}(?!:)`, "gu"),
  ([written]) =>
    /^\d\d?:[0-5]\d:[0-5]\d$/.test(written)
      ? null
      : written
          .split(":")
          .map((part) => cardinal(part.trim()))
          .join(" banding "),
);

export const times: readonly Reader[] = [
  verse,
  offset,
  askedTime,
  duration,
  lap,
  division,
  ratios,
  ratio,
  shares,
  colonTime,
  zonedTime,
];
