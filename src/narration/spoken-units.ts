/**
 * How much there is to say in a text, in units of about a letter of ordinary prose: at least and at most, since nobody knows
 * how a voice reads "WWF", "3,141" or a script that it was not made for. Measured on espeak's voices, in letters' time: a
 * digit takes 1 to 11, a letter that is spelled up to 8, one of a foreign script up to 22, an emoji up to 8.
 */
export type SpokenUnits = {
  least: number;
  most: number;
  /** Letters of ordinary words. Where `ordinary` they are all there is to say. */
  plain: number;
  ordinary: boolean;
};

const run = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*|\S/gu;
const letters = /\p{L}/gu;
/** Of a sentence, with white space or another mark around: a pause, unless it is read out ("dot"). */
const pausing = /^[.,;:!?…"'“”„‘’«»()[\]–—。、，！？；：「」『』（）।،؛؟-]$/u;
const longestWord = 30;
const [pauseMost, symbolMost, digitMost, spelledMost, foreignMost] = [4, 12, 12, 10, 30];
/** A voice may leave out most of what is no word: of a row of a thousand a's espeak says 160. */
const mostOfOdd = 20;

/** `language`: BCP 47; whose script is the ordinary one. */
export function spokenUnits(text: string, language: string): SpokenUnits {
  const own = scriptOf(language);
  const units: SpokenUnits = { least: 0, most: 0, plain: 0, ordinary: true };
  const add = (least: number, most: number) => {
    units.least += least;
    units.most += most;
    units.ordinary = false;
  };
  for (const { 0: piece, index } of text.matchAll(run)) {
    const said = piece.match(letters)?.length ?? 0;
    const digits = piece.match(/\p{N}/gu)?.length ?? 0;
    if (digits > 0) add(digits, digits * digitMost + said * spelledMost);
    else if (said === 0) addMark(units, text, piece, index);
    else if (!own.test(piece)) add(Math.min(said / 4, mostOfOdd), said * foreignMost);
    else if (isOdd(piece, said)) add(Math.min(said / 2, mostOfOdd), said * spelledMost);
    else {
      units.plain += said;
      units.least += said;
      units.most += said;
    }
  }
  return units;
}

function addMark(units: SpokenUnits, text: string, mark: string, index: number): void {
  const [before, after] = [text[index - 1] ?? " ", text[index + mark.length] ?? " "];
  const pauses =
    mark === "-" || (pausing.test(mark) && [before, after].some((next) => /\s/u.test(next) || pausing.test(next)));
  units.most += pauses ? pauseMost : symbolMost;
  if (!pauses) units.ordinary = false;
}

/** What a voice may spell, or cut short: single consonants, all capitals, no vowel, capitals inside, endless. */
function isOdd(word: string, said: number): boolean {
  if (said > longestWord || (said > 1 && word === word.toUpperCase() && word !== word.toLowerCase())) return true;
  if (!/\p{Script=Latin}/u.test(word)) return false;
  return /\p{Ll}\p{M}*\p{Lu}/u.test(word) || !/[aeiouy]/iu.test(word.normalize("NFD"));
}

/** Matches words that are all in the script in which the language is written. */
function scriptOf(language: string): RegExp {
  const known = scripts.get(language);
  if (known) return known;
  const script = likelyScript(language);
  // Japanese words in Chinese characters say more than a letter's worth each, so that they are foreign beside kana.
  const names = (
    { Jpan: ["Hira", "Kana"], Kore: ["Hang"], Hans: ["Hani"], Hant: ["Hani"] } as Record<string, string[]>
  )[script] ?? [script];
  const pattern = propertyOf(names) ?? propertyOf(["Latn"])!;
  scripts.set(language, pattern);
  return pattern;
}

function likelyScript(language: string): string {
  try {
    return new Intl.Locale(language).maximize().script ?? "Latn";
  } catch {
    return "Latn"; // a voice's locale is what somebody wrote into a file
  }
}

const scripts = new Map<string, RegExp>();

function propertyOf(names: string[]): RegExp | null {
  try {
    return new RegExp(`^(?:[${names.map((name) => `\\p{Script=${name}}`).join("")}]|[^\\p{L}]|\\p{Lm})+$`, "u");
  } catch {
    return null; // a script that is none of Unicode's, such as "Zsym"
  }
}
