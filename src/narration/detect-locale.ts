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
  if ((sample.match(/\p{L}/gu)?.length ?? 0) < 4) return null;
  // Loaded here: it takes 40 MB, which a text whose language is given never needs.
  const { detectAll } = createRequire(import.meta.url)("tinyld") as typeof import("tinyld");
  const [best] = detectAll(sample);
  if (best === undefined) return null;
  if (best.accuracy >= unsure) return best.lang;
  // "A quick test." is no Latin: of what is hardly likelier than the rest, take a language we have words for.
  return detectAll(sample, { only: ["en", "id"] })[0]?.lang ?? best.lang;
}

function sampleOf(text: string): string {
  if (text.length <= 3 * sampleLength) return text;
  const middle = Math.floor((text.length - sampleLength) / 2);
  return [0, middle, text.length - sampleLength].map((from) => text.slice(from, from + sampleLength)).join(" ");
}
