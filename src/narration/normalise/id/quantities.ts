import { glossary } from "./glossary.ts";
import { done, reader, type Reader } from "./reader.ts";
import { numeral, sign, spokenNumber, spokenSign, start } from "./numbers.ts";
import { anyOf, per, perPattern, unitPattern, units, unmistakable } from "./units.ts";

// "08.00 s/d 12.00" holds no seconds.
const stop = String.raw`(?![\p{L}\p{N}²³]|[.,]\d|\.\p{L}|/d(?!\p{L}))`;
const number = String.raw`(${numeral})(?![.,]?\d)`;

/** 5 km, −5 °C, 12,5 %, 5–10 km/jam, 5%-10%. */
const quantity = reader(
  new RegExp(
    String.raw`${start}(?<!\d[-–])(${sign})${number}(?: ?(?:${unitPattern})? ?[-–] ?([-−]?)${number})? ?(${unitPattern})(?:/(?:(${numeral}) ?)?(${perPattern})(?:/(${perPattern}))?)?${stop}(?:\.(?= [\p{Ll}\d]))?`,
    "gu",
  ),
  ([, minus, run, toMinus, toRun, unit, times, each, again]) => {
    const [from, to] = [spokenNumber(run!), toRun === undefined ? "" : spokenNumber(toRun)];
    const many = times === undefined ? "" : spokenNumber(times);
    if (from === null || to === null || many === null) return null;
    const until = to === "" ? "" : ` sampai ${spokenSign(toMinus!)}${to}`;
    return `${spokenSign(minus!)}${from}${until} ${unitName(unit!, run!)}${per(each, many)}${per(again)}`;
  },
);

/** Interest moves by basis points, serial lines by thousands of bits. */
function unitName(unit: string, run: string): string {
  return unit === "bps" && /\d{4}|\.\d{3}/.test(run) ? "bit per detik" : units[unit.replace(" ", "")]!;
}

/** Of "8–10 gelas/hari" and "3-4x": the range up to its end. */
const ranged = String.raw`${start}(?<!\d ?[-–] ?)(?:${number}[-–])?${number}`;

function spokenRange(from: string | undefined, to: string): string | null {
  const [low, high] = [from === undefined ? "" : spokenNumber(from), spokenNumber(to)];
  if (low === null || high === null) return null;
  return low === "" ? high : `${low} sampai ${high}`;
}

/** 120 orang/km², 8–10 gelas/hari, 88x/menit, 8.000/µL. The number before tells it from "siang/malam". */
const counted = reader(
  new RegExp(
    String.raw`${ranged}(?: ((?:(?:ribu|juta|miliar|triliun) )?\p{Ll}{2,30})| ?([x×])|)/(${perPattern})${stop}`,
    "gu",
  ),
  ([, from, to, word, sign, each]) => {
    const said = spokenRange(from, to!);
    if (said === null || (word === undefined && sign === undefined && each!.length === 1)) return null;
    const what = sign === undefined ? word : "kali";
    return `${said}${what === undefined ? "" : ` ${what}`}${per(each)}`;
  },
);

/** 6°12′30″ LS. */
const directions = glossary(`
  LU Lintang Utara, LS Lintang Selatan, BT Bujur Timur, BB Bujur Barat
`);
const coordinate = reader(
  new RegExp(
    String.raw`${start}${number} ?°(?: ?(\d{1,2}(?:[.,]\d+)?) ?[′'’](?: ?(\d{1,2}(?:[.,]\d+)?) ?[″"”])?)?(?: ?(LU|LS|BT|BB)(?![\p{L}\p{N}]))?(?! ?[CF](?![\p{L}\p{N}])| ?[-–] ?\d+(?:[.,]\d+)? ?° ?C)`,
    "gu",
  ),
  ([, degrees, minutes, seconds, direction]) => {
    const parts = [
      [degrees, "derajat"],
      [minutes, "menit"],
      [seconds, "detik"],
    ].flatMap(([run, name]) => (run === undefined ? [] : [spokenNumber(run), name]));
    return parts.includes(null) ? null : [...parts, ...(direction ? [directions[direction]] : [])].join(" ");
  },
);

/** 0.18 LS, as the seismologists write it. LU is a unit of loudness too, unless a longitude follows. */
const direction = reader(
  new RegExp(
    String.raw`${start}(\d{1,3}[.,]\d{1,6}) ?(LS|BT|LU(?=[^\d.]{1,8}\d{1,3}[.,]\d{1,6} ?B[BT]))(?![\p{L}\p{N}])`,
    "gu",
  ),
  ([, run, name]) => `${spokenNumber(run!)} ${directions[name!]}`,
);

/** In "dalam km²" and "lima puluh km/jam". */
const alone = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}/.]|(?<!\bper)-)(?:(${unitPattern})/(${perPattern})|(${anyOf(unmistakable)}))(?![\p{L}\p{N}²³/-]|\.\p{L})`,
    "gu",
  ),
  ([, unit, each, single]) => {
    if (single !== undefined) return units[single]!;
    return unit!.length > 1 || each!.length > 1 || `${unit}/${each}` === "m/s" ? `${units[unit!]}${per(each)}` : null;
  },
);

/** 10 x 20 cm, 4×4, 3 cm × 5 cm: the sign alone; the numbers are read by others. */
export const times = reader(
  new RegExp(String.raw`(?<=(?:[1-9]|[\d,.]0)(?: ?(?:[kcdm]?m|inci|kg))? ?)[xX×](?= ?\d)`, "gu"),
  () => "kali",
);

/** 3x sehari, 3–4x lipat. */
const often = reader(
  new RegExp(String.raw`(?<![=+−] ?)${ranged} ?[x×](?![\p{L}\p{N}²³^]| ?[+=−*/]| - )`, "gu"),
  ([, from, to]) => {
    const said = spokenRange(from, to!);
    return said === null ? null : `${said} kali`;
  },
);

export const quantities: readonly Reader[] = [coordinate, direction, quantity, counted, often];
/** The milestone of a road: KM 57. */
const milestone = reader(new RegExp(`(?<![\\p{L}\\p{N}])K[mM](?= [\\d${done}])`, "gu"), () => "kilometer");

/** "Usia 3 th": a unit behind a blank only, since "4th" is English. */
const years = reader(new RegExp(`(?<=[\\d${done}] )th(?![\\p{L}\\p{N}])(?:\\.(?= \\p{Ll}))?`, "gu"), () => "tahun");

/** "180 derajat C". */
const scale = reader(/(?<=derajat )[CF](?![\p{L}\p{N}])/gu, ([letter]) => (letter === "C" ? "Celsius" : "Fahrenheit"));

export const unitsAlone: readonly Reader[] = [alone, milestone, years, scale];
