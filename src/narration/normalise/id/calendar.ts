import { glossary } from "./glossary.ts";
import { done, reader, type Reader } from "./reader.ts";
import { cardinal, digitByDigit, end, start } from "./numbers.ts";

// oxfmt-ignore
export const months = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
const shortMonths = glossary(`
  Jan Januari, Feb Februari, Peb Februari, Mar Maret, Apr April, Jun Juni, Jul Juli, Agu Agustus, Agt Agustus
  Ags Agustus, Agust Agustus, Aug Agustus, Sep September, Sept September, Okt Oktober, Oct Oktober, Nov November
  Nop November, Des Desember, Dec Desember
`);
const short = Object.keys(shortMonths).toSorted().toReversed().join("|");
const days = "Senin|Selasa|Rabu|Kamis|Jumat|Jum['’]at|Sabtu|Minggu|Ahad";
const named = `${days}|${months.join("|")}`;

/** 2024-03-14, also with a time as machines write it: 2024-03-14T08:30:00Z. */
const isoDate = reader(
  new RegExp(
    String.raw`${start}(\d{4})[-/](\d{2})[-/](\d{2})(?:T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?Z?)?${end}(?![-/]\d)`,
    "gu",
  ),
  ([, year, month, day, hour, minute]) => {
    const date = spokenDate(day!, month!, year!);
    if (date === null || hour === undefined) return date;
    return `${date} pukul ${cardinal(String(Number(hour)))} ${minute === "00" ? "nol nol" : cardinal(minute!)}`;
  },
);

/** 17/8/1945, 17-08-1945, 17.08.1945, 17/8/45. The day is first, unless only the American order makes a date. */
const numericDate = reader(
  new RegExp(String.raw`${start}(?<![-/])(\d{1,2})( ?[-/.] ?)(\d{1,2})\2(\d{4}|(?<=\/ ?)\d{2})${end}(?![-/]\d)`, "gu"),
  ([, day, , month, year]) => spokenDate(day!, month!, year!) ?? spokenDate(month!, day!, year!),
);

/** The first day of 20/08–06/09/2024, and its dash. */
const firstOfDates = reader(
  new RegExp(String.raw`${start}(?<!/)(\d{1,2})/(\d{1,2}) ?[-–](?= ?\d{1,2}/\d{1,2}/\d{4}(?!\d))`, "gu"),
  ([, day, month]) => {
    const date = spokenDate(day!, month!);
    return date === null ? null : `${date} sampai`;
  },
);

/** "Senin (5/7)", "Senin-Selasa (5-6/7)", "Jumat malam (17/8)", "tanggal 17/8": without such a word it might be a fraction. */
const dayAndMonth = reader(
  new RegExp(
    String.raw`(?<=(?:${days}|[Tt]anggal|[Tt]gl\.?),? ?\(?|(?:kemarin|besok|lusa|ini|lalu|mendatang|pagi|siang|sore|petang|malam) \()(?:(\d{1,2})(?:/(\d{1,2}))? ?[-–] ?)?(\d{1,2})/(\d{1,2})${end}(?!\/)`,
    "gu",
  ),
  ([, firstDay, firstMonth, day, month]) => {
    const date = spokenDate(day!, month!);
    if (date === null || firstDay === undefined) return date;
    const first = firstMonth === undefined ? cardinal(firstDay) : spokenDate(firstDay, firstMonth);
    return first === null ? null : `${first} sampai ${date}`;
  },
);

/** 17-Agu-2024, 17 Agt. 2024, Des 2024. */
const dashedMonth = reader(
  new RegExp(String.raw`${start}(\d{1,2})[-/](${short}|${months.join("|")})[-/](\d{4}|\d{2})${end}`, "gu"),
  ([, day, month, year]) => `${cardinal(day!)} ${shortMonths[month!] ?? month!} ${spokenYear(year!)}`,
);
const shortMonth = reader(
  new RegExp(
    String.raw`(?:(?<=(?<![\p{L}\p{N}]|\d[.,])\d{1,2} )(?:${short})(?:\.(?= ?[\d${done}]| \p{Ll}))?|(?<![\p{L}\p{N}])(?:${short})\.?(?= \d{4}(?!\d)))(?![\p{L}\p{N}])`,
    "gu",
  ),
  ([written]) => shortMonths[written.replace(".", "")]!,
);

/** 28 Feb–3 Maret 2024. */
export const anyMonth = `${months.join("|")}|${short}`;
const dateRange = reader(
  new RegExp(String.raw`(?<=\d (?:${anyMonth})\.?(?: \d{4})? ?)[-–](?= ?\d{1,2} (?:${anyMonth})(?!\p{L}))`, "gu"),
  () => "sampai",
);

/** Senin–Jumat, Januari-Maret. */
const namedRange = reader(
  new RegExp(String.raw`(?<![\p{L}\p{N}])(${named}) ?[–-] ?(${named})(?![\p{L}\p{N}])`, "gu"),
  ([, from, to]) => `${from} sampai ${to}`,
);

/** The '98 of a year. Not what a quotation may begin with: "katanya, '98 orang". */
const shortYear = reader(
  /(?<=(?<![,:]) |^|[(–-])['’](\d{2})(?![\p{L}\p{N}'’%]|[.,]\d| (?:orang|persen|ribu|juta|tahun))/gu,
  ([, year]) => digitByDigit(year!),
);

/** 1990-an, 1970an, '90-an, 1980–1990-an: "seribu sembilan ratus sembilan puluhan". */
const decade = reader(
  new RegExp(
    String.raw`(?:${start}(\d{2,4})(?:-?an)? ?[-–] ?)?(?:(?<![\p{L}\p{N}])['’]|${start})(\d{2,4})-?an(?![\p{L}\p{N}])`,
    "gu",
  ),
  ([, from, digits]) => `${from === undefined ? "" : `${cardinal(from)} sampai `}${cardinal(digits!)}an`,
);

/** Sen–Jum, Sab.-Min.: opening hours. */
const shortDays = glossary(`
  Sen Senin, Sel Selasa, Rab Rabu, Kam Kamis, Jum Jumat, Sab Sabtu, Min Minggu, Mgg Minggu
`);
const anyShortDay = `(${Object.keys(shortDays).join("|")})`;
const shortDayRange = reader(
  new RegExp(String.raw`(?<![\p{L}\p{N}])${anyShortDay}\.? ?[–-] ?${anyShortDay}(?:\.(?= \d))?(?![\p{L}\p{N}])`, "gu"),
  ([, from, to]) => `${shortDays[from!]} sampai ${shortDays[to!]}`,
);

export const calendar: readonly Reader[] = [
  isoDate,
  firstOfDates,
  numericDate,
  dayAndMonth,
  dashedMonth,
  dateRange,
  shortMonth,
  namedRange,
  shortDayRange,
  decade,
  shortYear,
];

function spokenDate(day: string, month: string, year?: string): string | null {
  const name = months[Number(month) - 1];
  if (name === undefined || Number(day) < 1 || Number(day) > 31) return null;
  const date = `${cardinal(String(Number(day)))} ${name}`;
  return year === undefined ? date : `${date} ${spokenYear(year)}`;
}

/** Years are said as counts are; a short one, `45`, digit by digit. */
function spokenYear(year: string): string {
  return year.length === 2 ? digitByDigit(year) : cardinal(year);
}
