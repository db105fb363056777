import { romanOf } from "./romans.ts";
import { cardinal, end, numeral, ordinal, parseNumeral, start } from "./numbers.ts";
import { reader, type Reader } from "./reader.ts";

const dash = "[-–‑]";

/** ke-3, Ke-21, ke-XXI, ke-3nya: "ketiga", "Kedua puluh satu". */
const ranked = reader(
  new RegExp(
    String.raw`(?<!\p{L})([Kk])[Ee]${dash}(\d{1,3}(?:\.\d{3})+|\d{1,15}|[IVXL]{1,7})(?:-?(nya))?(?![\p{L}\p{N}]|[.,]\d)`,
    "gu",
  ),
  ([, letter, written, suffix]) => {
    const number = /\d/.test(written!) ? written!.replaceAll(".", "") : romanOf(written!);
    if (number === null) return null;
    const said = ordinal(number) + (suffix ?? "");
    return letter === "K" ? said[0]!.toUpperCase() + said.slice(1) : said;
  },
);

/** ber-3 → "bertiga", of people. */
const together = reader(
  new RegExp(String.raw`(?<!\p{L})([Bb]er)${dash}(\d{1,4})${end}`, "gu"),
  ([, prefix, digits]) => prefix! + cardinal(digits!),
);

/** 1.000-an → "seribuan"; 2-nya → "duanya". Years stand in calendar.ts. */
const suffixed = reader(new RegExp(String.raw`${start}(${numeral})-(an|nya)(?!\p{L})`, "gu"), ([, run, suffix]) => {
  const parsed = parseNumeral(run!);
  return parsed === null || parsed.decimals !== "" ? null : cardinal(parsed.whole) + suffix;
});

export const ordinals: readonly Reader[] = [ranked, together, suffixed];
