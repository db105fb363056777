import { glossary } from "./glossary.ts";
import { cardinal, end, spokenNumber } from "./numbers.ts";
import { done, reader, type Reader } from "./reader.ts";
import { per, perPattern, unitPattern, units } from "./units.ts";

/* Signs that the voice passes over in silence, names in English, or gives a long name. */

// A number that is read already, or one that nobody could read.
const number = String.raw`[\d${done}]`;

const between = glossary(`
  = sama dengan, + ditambah, × kali, · kali, ÷ dibagi, < kurang dari, > lebih dari, ≤ kurang dari atau sama dengan
  ≥ lebih dari atau sama dengan, ≠ tidak sama dengan, ≈ kira-kira, ± kurang lebih, − dikurangi
`);
const before = glossary(`
  ± kurang lebih, ~ sekitar, ≈ kira-kira, < kurang dari, > lebih dari, ≤ paling banyak, ≥ paling sedikit, # nomor
  § paragraf, √ akar, @ masing-masing
`);
const anywhere = glossary(`
  & dan, → ke, = sama dengan, ≈ kira-kira, ≠ tidak sama dengan, × kali, ÷ dibagi, ≤ kurang dari atau sama dengan
  ≥ lebih dari atau sama dengan, >= lebih dari atau sama dengan, <= kurang dari atau sama dengan
  == sama dengan, != tidak sama dengan
`);

const operation = reader(
  new RegExp(String.raw`(?<=[${done}\d)\p{L}²³] ?)[=+×·÷<>≤≥≠≈±−](?= ?[-−(√\p{L}]?${number})`, "gu"),
  ([sign]) => between[sign]!,
);
/** 2 < x, p × l: before a variable, behind another or a number. */
const algebra = reader(
  new RegExp(String.raw`(?<=(?:[${done}\d)²³]|(?<!\p{L})\p{L}) ?)[+×·÷<>≤≥≠≈±−](?= ?\p{L}(?!\p{L}))`, "gu"),
  ([sign]) => between[sign]!,
);
/** p x l, and behind "=" also ½ x alas x tinggi: elsewhere an x may be one. */
const multiplied = reader(
  new RegExp(
    String.raw`(?<=(?:[${done})]|(?<!\p{L})[a-wyz]|=[^.!?=]{0,60}[\p{L}²³]) )x(?= (?:[${done}(]|[a-wyz](?!\p{L})|(?<==[^.!?=]{0,60} x )\p{L}))`,
    "gu",
  ),
  () => "kali",
);
/** (70 + 80) : 2 = 75, (12 − 10) : 10 × 100%. */
const divided = reader(new RegExp(String.raw`(?<=\) ):(?= ${number}{1,80} [=${done}])`, "gu"), () => "dibagi");
/** 5 - 3 = 2: a hyphen is a minus where a result follows or has been promised. */
const minus = reader(
  new RegExp(String.raw`(?<=${number} )[-–](?= ${number}{1,80} =)|(?<== ${number}{1,80} )[-–](?= ${number})`, "gu"),
  () => "dikurangi",
);
const lead = reader(
  new RegExp(String.raw`(?<![\p{L}${done}])[±~≈<>≤≥#§√@](?= ?${number})`, "gu"),
  ([sign]) => before[sign]!,
);
const other = reader(
  /(?<= |^|[\p{L}\d\uE000])[&→](?= |$|[\p{L}\d\uE000])|(?<= )(?:[=≈≠×÷≤≥]|[<>=!]=)(?= )/gu,
  ([sign]) => anywhere[sign]!,
);

const raised = glossary(`
  ⁰ 0, ¹ 1, ² 2, ³ 3, ⁴ 4, ⁵ 5, ⁶ 6, ⁷ 7, ⁸ 8, ⁹ 9, ⁻ -
`);

const exponent = String.raw`(?:([⁻]?[⁰¹²³⁴-⁹]{1,4})|\^([-−]?\d{1,4}))`;

/** 10⁶, 10^-3, 5³, and 10⁵ Pa: before quantities, which would see a number and its unit in "10^8 m/s". */
export const numberPowers = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}]|\d[.,])(\d{1,15}(?:[.,]\d{1,15})?)${exponent}(?: ?(${unitPattern})(?:/(${perPattern}))?(?!⁻))?${end}`,
    "gu",
  ),
  ([, base, high, caret, unit, each]) => {
    const said = spokenNumber(base!);
    const measured = unit === undefined ? "" : ` ${units[unit.replace(" ", "")]}${per(each)}`;
    return said === null ? null : `${spokenPower(said, high, caret)}${measured}`;
  },
);

/** x², not of units and words: of "anak²" nothing is known. */
export const letterPowers = reader(
  new RegExp(String.raw`(?<![\p{L}\p{N}]|\d[.,])(?!m[²³])([a-zA-Z])${exponent}${end}`, "gu"),
  ([, base, high, caret]) => spokenPower(base!, high, caret),
);

function spokenPower(base: string, high: string | undefined, caret: string | undefined): string {
  const written = high === undefined ? caret!.replace("−", "-") : Array.from(high, (digit) => raised[digit]!).join("");
  if (written === "2") return `${base} kuadrat`;
  return `${base} pangkat ${written.startsWith("-") ? "minus " : ""}${cardinal(written.replace("-", ""))}`;
}

/** "Bapak/Ibu", "Greysia/Apriyani". */
const names = reader(
  /(?<![\p{L}\p{N}./~_-])(?:\p{Lu}\p{Ll}{1,30}\/){1,3}\p{Lu}\p{Ll}{1,30}(?![\p{L}\p{N}/_-]|\.[\p{L}\p{N}])/gu,
  ([written]) => written.replaceAll("/", " "),
);

/** "siswa/siswi", "dan/atau": the voice would say "garis miring". */
const stroke = reader(
  /(?<![\p{L}\p{N}./~_-])(\p{L}\p{Ll}{1,30})\/(\p{Ll}{2,30})(?:\/(\p{Ll}{2,30}))?(?![\p{L}\p{N}/_-]|\.[\p{L}\p{N}])/gu,
  ([, ...words]) => words.filter((word) => word !== undefined).join(" "),
);

export const symbols: readonly Reader[] = [minus, divided, multiplied, operation, algebra, lead, other, stroke, names];
