/**
 * What the engine is given to read, and the way back from its positions (code points) to offsets in the original.
 *
 * It would obey Ctrl-A commands, stop at NUL, name invisible characters, and read a decomposed é as two things.
 */
/** UTF-16 units of one request. */
export const MAX_CHARACTERS = 4_000;

export type EngineText = {
  text: string;
  /** For each code point of `text`, the UTF-16 offset in the original where it comes from. */
  offsets: number[];
};

// Invisible and without a sound: dropped. ZWJ and ZWNJ shape words and emoji, and stay.
const INVISIBLE = /[\p{Cf}--[\u200c\u200d]]/v;
// Blank for the engine: controls, private use, unassigned, the zero-width space (a word border in some scripts).
const BLANK = /[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u200b\ufffd]/u;
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;

export function engineText(original: string): EngineText {
  const offsets: number[] = [];
  let text = "";
  for (const { 0: cluster, index } of original.toWellFormed().matchAll(CLUSTER)) {
    const readable = cluster.length === 1 ? cluster : cluster.normalize("NFC");
    for (const character of readable) {
      const given = BLANK.test(character) ? " " : INVISIBLE.test(character) ? "" : character;
      if (given === "") continue;
      text += given;
      offsets.push(index);
    }
  }
  return { text, offsets };
}
