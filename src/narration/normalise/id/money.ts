import { glossary } from "./glossary.ts";
import { reader, type Reader } from "./reader.ts";
import { numeral, parseNumeral, spokenParts, spokenSign, start } from "./numbers.ts";
import { per, perPattern } from "./units.ts";

const currencies = glossary(`
  Rp rupiah, RP rupiah, rp rupiah, IDR rupiah, US$ dolar Amerika Serikat, USD dolar Amerika Serikat, $ dolar
  S$ dolar Singapura, SGD dolar Singapura, A$ dolar Australia, AU$ dolar Australia, AUD dolar Australia
  HK$ dolar Hong Kong, NZ$ dolar Selandia Baru, € euro, EUR euro, £ pound sterling, GBP pound sterling
  ¥ yen, JPY yen, RM ringgit, MYR ringgit, CNY yuan, RMB yuan, ₩ won, KRW won, ₹ rupee, INR rupee, ฿ baht, THB baht
  SAR riyal, CHF franc Swiss, ₽ rubel, BTC bitcoin
`);

// An M is the Indonesian miliar behind Rp, the English million behind other signs.
const scales = glossary(`
  rb ribu, k ribu, K ribu, jt juta, milyar miliar, million juta, mn juta, billion miliar, bn miliar, b miliar
  B miliar, trillion triliun, T triliun, m juta
`);
// Titles have capitals: "Rp 4,5 Miliar", "RP 2 TRILIUN". Of a single letter they change the meaning.
const sizes = "ribuan|ribu|rb|jutaan|juta|jt|miliaran|miliar|milyar|triliun|million|mn|billion|bn|trillion"
  .split("|")
  .flatMap((word) => [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()])
  .join("|");
const scale = `${sizes}|[kKmMbBT]`;

const names = Object.keys(currencies)
  .sort((a, b) => b.length - a.length)
  .map((name) => name.replace("$", "\\$"))
  .join("|");
const prefix = String.raw`(${names})`;
const whole = String.raw`(${numeral})(?![.,]?\d)(-an(?!\p{L}))?(?: ?(${scale})(-an)?(?![\p{L}\p{N}]))?(?:,-|,--|,—|\.-)?`;

/** Rp1.500.000,50 and US$5–10 juta/bulan. A second currency sign in a range is the same. */
const amount = reader(
  new RegExp(
    String.raw`(?:@ ?)?(?<![\p{L}\p{N}$])([-−+]?)${prefix}\.? ?([-−]?)${whole}(?:( ?[-–—] ?| (?:sampai|hingga|s\.d\.|s/d) )(?:\2\.? ?)?${whole})?(?![\p{L}\p{N}]|[.,]\d)(?: (?:rupiah|dolar|dollar)(?!\p{L}))?(?: ?/ ?(${perPattern})(?![\p{L}\p{N}]))?`,
    "gu",
  ),
  (match) => {
    const [written, before, name, inner, run, an, size, sizeAn, until, toRun, toAn, toSize, toSizeAn, each] = match;
    const unit = currencies[name!]!;
    const from = spokenAmount(name!, run!, size && size + (sizeAn ?? ""), an);
    const to = toRun === undefined ? undefined : spokenAmount(name!, toRun, toSize && toSize + (toSizeAn ?? ""), toAn);
    if (from === null || to === null) return null;
    const head = (written.startsWith("@") ? "masing-masing " : "") + spokenSign(before! || inner!);
    const first = to === undefined || !from.endsWith(` ${unit}`) ? from : from.slice(0, -unit.length - 1);
    return `${head}${first}${to === undefined ? "" : ` ${untilWord(until!)} ${to}`}${per(each)}`;
  },
);

/** 100 USD, 20 €, 50¢. */
const behind = reader(
  new RegExp(String.raw`${start}(${numeral})(?![.,]?\d)(?: (${sizes}))? ?(${names}|¢)(?![\p{L}\p{N}$])`, "gu"),
  ([, run, size, name]) => {
    if (name === "¢") return size === undefined ? joined(run!, "sen") : null;
    return spokenAmount(name!, run!, size, undefined);
  },
);

/** The head of a column: Rp/kg. */
const price = reader(
  new RegExp(String.raw`(?<![\p{L}\p{N}$])(${names})/(${perPattern})(?![\p{L}\p{N}])`, "gu"),
  ([, name, each]) => currencies[name!]! + per(each),
);

export const money: readonly Reader[] = [amount, behind, price];

function joined(run: string, unit: string): string | null {
  const parsed = parseNumeral(run);
  return parsed === null ? null : `${spokenParts(parsed)} ${unit}`;
}

function spokenAmount(name: string, run: string, size: string | undefined, an: string | undefined): string | null {
  const unit = currencies[name]!;
  const cents = centsOf(unit);
  // Sen have two digits: Rp50,000 and $1,500 are thousands.
  const parsed = parseNumeral(size === undefined && /^[1-9]\d{0,2},\d{3}$/.test(run) ? run.replace(",", "") : run);
  if (parsed === null) return null;
  if (size !== undefined) {
    return `${spokenParts(parsed)}${an === undefined ? "" : "an"} ${spokenScale(size, unit)} ${unit}`;
  }
  const { decimals } = parsed;
  if (decimals.length !== 2 || (cents === undefined && decimals !== "00")) {
    return `${spokenParts(parsed)}${an === undefined ? "" : "an"} ${unit}`;
  }
  return spokenCoins(parsed.whole, decimals, unit, cents);
}

/** `size`: perhaps with an "-an", about so many: "500rb-an" is "lima ratus ribuan". */
function spokenScale(size: string, unit: string): string {
  const [word = "", an = ""] = size.split("-");
  if (word === "M") return (unit === "rupiah" ? "miliar" : "juta") + an;
  const written = word.length === 1 ? word : word.toLowerCase();
  return (scales[written] ?? written) + an;
}

/** Of the others, decimals are said as decimals. */
function centsOf(unit: string): string | undefined {
  if (unit === "pound sterling") return "pens";
  return /^(?:rupiah|dolar|euro|ringgit)/.test(unit) ? "sen" : undefined;
}

function spokenCoins(amount: string, decimals: string, unit: string, cents: string | undefined): string {
  const rest = String(Number(decimals));
  const coins = rest === "0" ? "" : `${spokenParts({ whole: rest, decimals: "" })} ${cents}`;
  if (/^0+$/.test(amount) && coins !== "") return coins;
  return `${spokenParts({ whole: amount, decimals: "" })} ${unit}${coins === "" ? "" : ` ${coins}`}`;
}

function untilWord(written: string): string {
  return /\p{L}{5}/u.test(written) ? written.trim() : /s/.test(written) ? "sampai dengan" : "sampai";
}
