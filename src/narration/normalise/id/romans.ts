import type { Reading } from "../reading.ts";
import { cardinal, ordinal } from "./numbers.ts";
import type { Reader } from "./reader.ts";

/*
 * Roman numerals behind words that are known to be numbered so, and behind the names of rulers. Elsewhere they are left to
 * the voice, which reads II and XXI by itself: an I, a V or an X may be a letter.
 */

// Balinese names begin with an I: "saksi I Made Sudana".
const roman =
  "(?!I (?:Made|Wayan|Nyoman|Ketut|Gede|Putu|Kadek|Komang|Gusti|Gst|Nengah|Dewa|Ngurah)(?!\\p{L})|X Factor)[IVXLC]{1,9}";

// Counted: "Bab IV" is "Bab empat".
const counted =
  "[Bb]ab|BAB|[Kk]elas|[Jj]ilid|[Bb]agian|[Bb]uku|[Vv]olume|[Ee]disi|[Ss]eri|[Tt]ingkat|[Gg]olongan|[Kk]omisi|[Ss]emester|[Tt]riwulan|[Kk]uartal|[Ff]ase|[Tt]ahap|[Zz]ona|[Ll]ampiran|[Pp]asal|[Aa]yat|[Bb]abak|[Aa]ngkatan|[Gg]elombang|[Ss]iklus|[Tt]ipe|[Ff]aktor|PON|SEA Games|Repelita|Pelita|Kodam|Wilayah|[Kk]loter|[Ss]tadium|[Ss]ektor|[Ss]ila|[Ll]antai|[Rr]uang|[Ee]selon|[Pp]aragraf|[Tt]erminal|[Kk]uadran|[Jj]uara|[Pp]ihak|[Tt]erdakwa|[Tt]ersangka|[Pp]enggugat|[Tt]ergugat|[Pp]emohon|[Tt]ermohon|[Ss]aksi|[Ss]idang|Gol\\.|[Gg]el\\.|[Pp]embimbing|[Pp]enguji|[Ll]evel|[Ss]iaga|[Dd]usun|Dati|[Pp]eringkat|[Tt]rimester|[Dd]ermaga|[Kk]ategori|Kabinet(?: \\p{Lu}\\p{Ll}{1,20}){1,3}";
// Ranked: "abad XXI" is "abad kedua puluh satu", "Perang Dunia II" is "Perang Dunia kedua".
const ranked =
  "[Aa]bad|ABAD|Perang (?:Dunia|Teluk|Candu|Punisia|Balkan)|Agresi Militer(?: Belanda)?|Muktamar|Kongres(?: \\p{Lu}\\p{Ll}{1,20})?|Munas|Konferensi|Perang Salib|[Dd]inasti|Konsili \\p{Lu}\\p{Ll}+";
const rulers =
  "Charles|Elizabeth|Louis|Henry|Edward|George|William|James|Mary|Richard|Napoleon|Wilhelm|Nikolas|Nikolai|Alexander|Aleksander|Felipe|Filipus|Philip|Willem|Yohanes Paulus|Yohanes|Paulus|Benediktus|Fransiskus|Leo|Pius|Gregorius|Klemens|Ramses|Ptolemeus|Cleopatra|Darius|Hamengku ?[Bb]uwono|Paku ?[Bb]uwono|Paku ?[Aa]lam|Mangkunegara|Mangkunegoro|Amangkurat|Pakubuwana|Hamengkubuwana|Sulaiman|Murad|Mehmed|Rama|Margrethe|Harald|Haakon|Gustaf|Karl|Friedrich|Franz|Yustinianus|Konstantinus|Theodosius|Kertanegara|Airlangga";
const titles = "Raja|Ratu|Firaun|Paus|Sultan|Kaisar|Tsar|Sunan|Pangeran|Sri";

const pattern = new RegExp(
  String.raw`(?<=(?<!\p{L})(?:(${counted})|(${ranked})|(?:${rulers})|(?:${titles})(?: \p{Lu}\p{Ll}{1,20}){1,3}) )${roman}(?:\/[a-e])?(?![\p{L}\p{N}])(?:(?: ?[-–/,] ?|,? (?:dan|atau|hingga|sampai|serta|s\.d\.) )${roman}(?:\/[a-e])?(?![\p{L}\p{N}]))*(?:[/-]\d{4}(?!\d))?`,
  "gu",
);

/** "Bab IV", "kelas X, XI, dan XII", "kuartal III/2024", "golongan IV/a", "Charles III". */
export const romans: Reader = (text) => {
  const readings: Reading[] = [];
  for (const match of text.matchAll(pattern)) {
    const [written, isCounted] = match;
    for (const piece of written.matchAll(/[IVXLC]+(?:\/[a-e])?|[-–/]|\d+/g)) {
      const spoken = spokenPiece(piece[0], written[piece.index + 1] ?? "", isCounted !== undefined);
      // A single C or L is rather a letter: kelas C.
      if (spoken === null || /^[LC]$/.test(written)) break;
      const from = match.index + piece.index;
      readings.push({ from, to: from + piece[0].length, spoken });
    }
  }
  return readings;
};

function spokenPiece(piece: string, next: string, isCounted: boolean): string | null {
  if (/^[-–/]$/.test(piece)) return /\d/.test(next) ? "tahun" : piece === "/" ? "atau" : "sampai";
  if (/\d/.test(piece)) return cardinal(piece);
  const [numeral, letter] = piece.split("/");
  const number = romanOf(numeral!);
  if (number === null) return null;
  return (isCounted ? cardinal(number) : ordinal(number)) + (letter === undefined ? "" : ` ${letter}`);
}

const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const steps = { M: 1000, CM: 900, D: 500, CD: 400, C: 100, XC: 90, L: 50, XL: 40, X: 10, IX: 9, V: 5, IV: 4, I: 1 };

/** "14" for XIV; null for what no Roman would have written, such as IIX. */
export function romanOf(written: string): string | null {
  let total = 0;
  for (let at = 0; at < written.length; at++) {
    const value = values[written[at]!]!;
    total += value < (values[written[at + 1] ?? ""] ?? 0) ? -value : value;
  }
  let rest = total;
  let again = "";
  for (const [letters, value] of Object.entries(steps)) {
    for (; rest >= value; rest -= value) again += letters;
  }
  return again === written ? String(total) : null;
}
