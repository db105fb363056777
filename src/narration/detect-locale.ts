import { createRequire } from "node:module";

// Enough to tell a language by, from three places: the head of a text may be a quotation.
const sampleLength = 1_500;

// tinyld's own measure, 0 to 1: how far the first is ahead.
const unsure = 0.12;

/** The language of a text as a BCP 47 tag (`en`, `id`); null where it is too short or none is likely. */
export function detectLocale(text: string): string | null {
  const sample = sampleOf(text)
    .replace(/[\p{N}\p{S}\p{C}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const letters = sample.match(/\p{L}/gu) ?? [];
  if (letters.length < 4) return null;
  // Loaded here: it takes 40 MB, which a text whose language is given never needs.
  const { detectAll } = createRequire(import.meta.url)("tinyld") as typeof import("tinyld");
  // "Hello." could be Italian, too: of a few plain words, take a language we have words for.
  if (letters.length < 12 && letters.every((letter) => /[a-z]/i.test(letter))) return known(detectAll, sample);
  const [best] = detectAll(sample);
  if (best === undefined) return null;
  if (best.accuracy >= unsure) return best.lang;
  // "A quick test." is no Latin: of what is hardly likelier than the rest, take a language we have words for.
  return known(detectAll, sample) ?? best.lang;
}

function known(detectAll: typeof import("tinyld").detectAll, sample: string): string | null {
  return detectAll(sample, { only: ["en", "id"] })[0]?.lang ?? null;
}

function sampleOf(text: string): string {
  if (text.length <= 3 * sampleLength) return text;
  const middle = Math.floor((text.length - sampleLength) / 2);
  return [0, middle, text.length - sampleLength].map((from) => text.slice(from, from + sampleLength)).join(" ");
}
