import { glossary } from "./glossary.ts";
import { cardinal } from "./numbers.ts";
import { reader } from "./reader.ts";
import { unitPattern, units } from "./units.ts";

const glyphs = glossary(`
  ½ 1/2, ⅓ 1/3, ⅔ 2/3, ¼ 1/4, ¾ 3/4, ⅕ 1/5, ⅖ 2/5, ⅗ 3/5, ⅘ 4/5, ⅙ 1/6, ⅚ 5/6, ⅛ 1/8, ⅜ 3/8, ⅝ 5/8, ⅞ 7/8
`);
const simple = glossary("1/2 setengah, 1/3 sepertiga, 1/4 seperempat, 24/7 dua puluh empat tujuh");

const glyph = `[${Object.keys(glyphs).join("")}]`;
const mixed = String.raw`\d{1,4} ?${glyph}|\d{1,4} [1-9]\/[2-9](?!\d)`;
const part = String.raw`(?:${mixed}|${glyph}|\d{1,3}\/\d{1,3})`;

/** 1/2, 2½, 1 1/2, 120/80 mmHg, ½–1 sdt. */
export const fractions = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}_/–-]|\d[.,])(${part}|\d{1,4}(?= ?[-–] ?(?:${mixed}|${glyph})))(?: ?[-–] ?(${part}|\d{1,4}))?(?: ?(${unitPattern}))?(?![\p{L}\p{N}_/²³]|[.,]\d|-\d|\.\p{L})`,
    "gu",
  ),
  ([, from, to, unit]) => {
    const until = to === undefined ? "" : ` sampai ${spokenPart(to)}`;
    return spokenPart(from!) + until + (unit === undefined ? "" : ` ${units[unit.replace(" ", "")]}`);
  },
);

/** "2 1/2" → "dua setengah", "3/4" → "tiga per empat". */
function spokenPart(written: string): string {
  const [, whole, rest] = /^(?:(\d+)(?: (?=\d)| ?(?=\D)(?!\/)))?(.*)$/u.exec(written)!;
  if (rest === "") return cardinal(whole!);
  const said = spokenFraction(glyphs[rest!] ?? rest!);
  return whole === undefined ? said : `${cardinal(whole)} ${said}`;
}

function spokenFraction(written: string): string {
  const [top, bottom] = written.split("/");
  if (bottom === undefined) return cardinal(top!);
  return simple[written] ?? `${cardinal(top!)} per ${cardinal(bottom)}`;
}
