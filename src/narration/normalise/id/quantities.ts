import { glossary } from "./glossary.ts";
import { done, reader, type Reader } from "./reader.ts";
import { numeral, sign, spokenNumber, spokenSign, start } from "./numbers.ts";
import { anyOf, per, perPattern, unitPattern, units, unmistakable } from "./units.ts";

const stop = String.raw`(?![\p{L}\p{N}²³]|[.,]\d|\.\p{L})`;
const number = String.raw`(${numeral})(?![.,]?\d)`;

/** 5 km, −5 °C, 12,5 %, 5–10 km/jam, 5%-10%. */
const quantity = reader(
  new RegExp(
    String.raw`${start}(${sign})${number}(?: ?(?:${unitPattern})? ?[-–] ?([-−]?)${number})? ?(${unitPattern})(?:/(?:(${numeral}) ?)?(${perPattern}))?${stop}`,
    "gu",
  ),
  ([, minus, run, toMinus, toRun, unit, times, each]) => {
    const [from, to] = [spokenNumber(run!), toRun === undefined ? "" : spokenNumber(toRun)];
    const many = times === undefined ? "" : spokenNumber(times);
    if (from === null || to === null || many === null) return null;
    const until = to === "" ? "" : ` sampai ${spokenSign(toMinus!)}${to}`;
    return `${spokenSign(minus!)}${from}${until} ${units[unit!.replace(" ", "")]}${per(each, many)}`;
  },
);

/** 120 orang/km², 3 kali/hari. The number before tells it from "siang/malam". */
const counted = reader(
  new RegExp(String.raw`${start}${number} (\p{Ll}{2,30})/(${perPattern})${stop}`, "gu"),
  ([, run, word, each]) => {
    const said = spokenNumber(run!);
    return said === null ? null : `${said} ${word}${per(each)}`;
  },
);

/** 6°12′30″ LS. */
const directions = glossary(`
  LU Lintang Utara, LS Lintang Selatan, BT Bujur Timur, BB Bujur Barat
`);
const coordinate = reader(
  new RegExp(
    String.raw`${start}${number} ?°(?: ?(\d{1,2}(?:[.,]\d+)?) ?[′'’](?: ?(\d{1,2}(?:[.,]\d+)?) ?[″"”])?)?(?: ?(LU|LS|BT|BB)(?![\p{L}\p{N}]))?(?! ?[CF](?![\p{L}\p{N}]))`,
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

/** In "dalam km²" and "lima puluh km/jam". */
const alone = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}/.-])(?:(${unitPattern})/(${perPattern})|(${anyOf(unmistakable)}))(?![\p{L}\p{N}²³/-]|\.\p{L})`,
    "gu",
  ),
  ([, unit, each, single]) => {
    if (single !== undefined) return units[single]!;
    return unit!.length > 1 || each!.length > 1 ? `${units[unit!]}${per(each)}` : null;
  },
);

/** 10 x 20 cm, 4×4, 3 cm × 5 cm: the sign alone; the numbers are read by others. */
export const times = reader(
  new RegExp(String.raw`(?<=(?:[1-9]|\d0)(?: ?(?:[kcdm]?m|inci|kg))? ?)[xX×](?= ?\d)`, "gu"),
  () => "kali",
);

/** 3x sehari, 2× lipat. */
const often = reader(
  new RegExp(String.raw`${start}(?<![=+−] ?)${number} ?[x×](?![\p{L}\p{N}²³^]| ?[+=−*/]| - )`, "gu"),
  ([, run]) => {
    const said = spokenNumber(run!);
    return said === null ? null : `${said} kali`;
  },
);

export const quantities: readonly Reader[] = [coordinate, quantity, counted, often];
/** The milestone of a road: KM 57. */
const milestone = reader(new RegExp(`(?<![\\p{L}\\p{N}])K[mM](?= [\\d${done}])`, "gu"), () => "kilometer");

export const unitsAlone: readonly Reader[] = [alone, milestone];
