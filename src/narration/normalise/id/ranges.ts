import type { Reading } from "../reading.ts";
import { anyMonth } from "./calendar.ts";
import { cardinal, end, numeral, sign, spokenNumber, spokenSign, start } from "./numbers.ts";
import { done, reader, type Reader } from "./reader.ts";

/* Two or more numbers with a dash or a stroke between, and what is left: single numbers. */

const number = String.raw`(${numeral})(?![.,]?\d)`;
const dashes = "[-–—‑]";

/** 4-3-3, 1-2-3: said one after the other. */
const chain = reader(
  new RegExp(String.raw`${start}(?<![-–])\d{1,6}(?:${dashes}\d{1,6}){2,}(?![\p{L}\p{N}_]|[.,]\d)`, "gu"),
  ([written]) => written.match(/\d+/g)!.map(cardinal).join(" "),
);

const scored =
  /(?<!\p{L})(?:skor|menang|kalah|unggul|imbang|seri|kedudukan|agregat|takluk|gol|gim|game|set|laga|keunggulan|kemenangan|kekalahan|tertinggal|memimpin|ditahan|menaklukkan|mengalahkan|menundukkan|dikalahkan|hasil|adu penalti)(?!\p{L})[^.!?;]{0,60}$/iu;
/** "Indonesia vs. Jepang 0-4", but not "vs Jepang pada 3-5 Mei". */
const versus = /(?<!\p{L})(?:vs\.?|versus) (?:\p{Lu}[\p{L}.’'-]{0,30} ){1,4}$/u;
// "Menang pada 3-5 Mei", "unggul 10-12 poin".
const countedBehind = new RegExp(
  `^ (?:${anyMonth}|jam|hari|pekan|minggu|bulan|tahun|orang|kali|poin|persen|pemain)(?!\\p{L}| (?:ini|itu|lalu)(?!\\p{L}))`,
  "u",
);
const pair = new RegExp(
  String.raw`${start}(?<![-–]\d?)${number}( ?)(${dashes}) ?${number}(?:-(an))?(?![\p{L}\p{N}_]| ?${dashes} ?\d| = )`,
  "gu",
);

/**
 * 10–20 is a range: "sepuluh sampai dua puluh". 3-2 is a score, by a word before it or the greater number first, and so is what stands in
 * a row with scores: "21-15, 18-21". "5 - 3" is neither, and left.
 */
const pairs: Reader = (text) => {
  const readings: Reading[] = [];
  let scoreEnds = -1;
  for (const match of text.matchAll(pair)) {
    const [written, from, space, dash, to, an] = match;
    const { index } = match;
    const [low, high] = [spokenNumber(from!), spokenNumber(to!)];
    if (low === null || high === null) continue;
    const before = text.slice(Math.max(0, index - 80), index);
    if (space !== "" && before.endsWith("= ")) continue;
    const counts = /^\d{1,3}$/.test(from!) && /^\d{1,3}$/.test(to!);
    const row = scoreEnds >= 0 && /^(?:[,;]? \(?| dan |,? (?:serta|lalu) )$/.test(text.slice(scoreEnds, index));
    const told =
      (scored.test(before) && !countedBehind.test(text.slice(index + written.length))) || versus.test(before);
    const score = counts && space === "" && (row || told);
    const rising = valueOf(from!) < valueOf(to!) || /^\d{4}[-–]\d{2}$/.test(`${from}-${to}`);
    if (score) scoreEnds = index + written.length;
    else if (!rising && (space !== "" || dash === "—" || !counts)) continue;
    const between = score || !rising ? " " : " sampai ";
    readings.push({ from: index, to: index + written.length, spoken: `${low}${between}${high}${an ?? ""}` });
    if (!rising) scoreEnds = index + written.length;
  }
  return readings;
};

/** 1998–sekarang, 19.30–selesai: the dash alone. */
const untilNow = reader(
  new RegExp(
    String.raw`(?<=[\d${done}](?: WIB| WITA| WIT)? ?)[-–](?= ?(?:sekarang|kini|saat ini|selesai)(?!\p{L}))`,
    "gu",
  ),
  () => "sampai",
);

/** 30°–45°, 500 SM–500 M: the dash between what is read already. One between acronyms is a relation, "AS–RI". */
export const between = reader(new RegExp(`(?<=${done}(?: SM| M)?)–(?=${done})`, "gu"), () => "sampai");

/** 189/100.000 of statistics. */
const outOf = reader(
  new RegExp(String.raw`${start}(${numeral})/(10{0,2}(?:\.000){1,3})${end}`, "gu"),
  ([, count, all]) => {
    const [top, bottom] = [spokenNumber(count!), spokenNumber(all!)];
    return top === null || bottom === null ? null : `${top} per ${bottom}`;
  },
);

/** No. 11/2020 → "sebelas tahun dua ribu dua puluh"; tahun ajaran 2023/2024. */
const law = reader(
  /(?<=(?<!\p{L})(?:[Nn]o\.?|[Nn]omor|UU|PP|Perpres|Permen|Perppu|Perda|PMK|POJK|SEMA|PERMA) )(\d{1,4})\/((?:19|20)\d\d)(?![\p{L}\p{N}/])/gu,
  ([, number, year]) => `${cardinal(number!)} tahun ${cardinal(year!)}`,
);
const years = reader(
  new RegExp(String.raw`${start}(?<!/)((?:19|20)\d\d)/((?:19|20)?\d\d)(?![\p{L}\p{N}/]|-\d)`, "gu"),
  ([, from, to]) => `${cardinal(from!)} ${cardinal(to!)}`,
);

/** Numbers that nothing else has claimed, 10 000 and 1 000 000 among them. */
export const single = reader(
  new RegExp(String.raw`${start}(${sign})(\d{1,3}(?: 000| \d{3}(?: \d{3}){1,4})(?! ?\d)|${numeral})${end}`, "gu"),
  ([, minus, run]) => {
    const said = isList(run!) ? run!.split(",").map(cardinal).join(", ") : spokenNumber(run!.replaceAll(" ", ""));
    return said === null ? null : spokenSign(minus!) + said;
  },
);

/** 1,2,3, but not 1,234,567. */
function isList(run: string): boolean {
  return /^\d{1,2}(?:,\d{1,2}){2,}$/.test(run);
}

export const ranges: readonly Reader[] = [law, years, outOf, chain, untilNow, pairs];

function valueOf(run: string): number {
  return Number(
    /^[1-9]\d{0,2}(?:\.\d{3})+/.test(run) ? run.replaceAll(".", "").replace(",", ".") : run.replace(",", "."),
  );
}
