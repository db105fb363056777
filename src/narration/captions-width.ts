// Wide and full-width characters by script (Unicode Standard Annex 11), without the half-width forms of U+FF61 to U+FFDC.
const wide =
  /^(?:(?![\uFF61-\uFFDC])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}]|[\u3000-\u303E\u30FB\u30FC\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation})/u;
const widthless = /^[\p{M}\p{Cf}]/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns a text takes: full-width characters count two, combining ones none. */
export function columns(text: string): number {
  if (/^[\u0020-\u007E]*$/u.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += widthless.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return sum;
}

/** Cuts what is wider than `most` columns between characters as a reader sees them; the cuts do not part a letter and its accents. */
export function breakHard(text: string, most: number): string[] {
  if (columns(text) <= most) return [text];
  const parts: string[] = [];
  let part = "";
  let taken = 0;
  for (const { segment } of graphemes.segment(text)) {
    const width = columns(segment);
    if (part !== "" && taken + width > most) {
      parts.push(part);
      part = "";
      taken = 0;
    }
    part += segment;
    taken += width;
  }
  return [...parts, part];
}
