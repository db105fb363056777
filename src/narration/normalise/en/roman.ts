import { before, after, match, whole, type Place, type Rule } from "./place.ts";

const numeral = /(?=[IVXL])(?:L?X{0,3}|XL)(?:IX|IV|V?I{0,3})(?![\p{L}\p{N}])/uy;
const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50 };

const rulers =
  "Henry|Louis|Charles|George|Edward|Elizabeth|William|James|Richard|John|Paul|Pius|Benedict|Leo|Gregory|Innocent|Clement|Alexander|Napoleon|Catherine|Mary|Frederick|Friedrich|Nicholas|Philip|Philippe|Ferdinand|Francis|Joseph|Peter|Ivan|Gustav|Gustaf|Christian|Haakon|Olav|Rama|Rameses|Ramesses|Ptolemy|Cleopatra|Darius|Xerxes|Cyrus|Thutmose|Amenhotep|Seti|Murad|Mehmed|Selim|Suleiman|Constantine|Theodosius|Leopold|Wilhelm|Isabella|Alfonso|Juan Carlos|Felipe|Umberto|Emmanuel|Otto|Conrad|Rudolf|Rudolph|Maximilian|Harald|Harold|Sixtus|Urban|Boniface|Julius|Celestine|Adrian|Stephen|Robert|David|Malcolm|Kenneth|Margaret|Anne|Baldwin|Godfrey|Tiberius|Albert|Casimir|Sigismund|Vladislaus|Bela|Pedro|Afonso|Manuel|Wenceslaus|Ashoka|Akbar|Antiochus|Artaxerxes|Mithridates|Sargon|Nebuchadnezzar|Tiglath-Pileser|Menelik|Hassan|Hussein|Abdul Hamid|Hamengkubuwono|Pakubuwono";
const ruler = new RegExp(String.raw`(?<!\p{L})(?:${rulers})\s$`, "u");
const titled =
  /(?<!\p{L})(?:King|Queen|Pope|Emperor|Empress|Tsar|Czar|Sultan|Kaiser|Prince|Princess|Shah|Pharaoh|Duke|Count|Saint|Archduke|Patriarch)\s(?:\p{Lu}[\p{L}'’-]+\s){1,2}$/u;
const numbered =
  /(?<!\p{L})(?:World War|Chapter|Part|Volume|Vol\.|Ch\.|Pt\.|Book|Act|Scene|Section|Article|Title|Appendix|Phase|Type|Class|Level|Stage|Grade|Tier|Schedule|Annex|Figure|Fig\.|Table|Super Bowl|Vatican|Mark|Group|Division|Category|Canto|Form|Unit|Episode|Season|Symphony|No\.)\s$/iu;
// One letter may be a name of its own ("Group L", "Class X"), and I a person.
const parted = /(?<!\p{L})(?:World War|Chapter|Part|Volume|Vol\.|Book|Act|Scene|Article|Canto|Type|Phase|Stage)\s$/u;
const named = /(?<!\p{L})\p{Lu}[\p{Ll}'’]{2,}\s$/u;
const tenths = /(?:Leo|Louis|Charles|Pius|Gregory|Benedict|Clement|Boniface|Alfonso|Ptolemy|Ramess?es|Christian)\s$/;
// What "I" itself cannot be followed by.
const reigned = /^(?:['’]s|\s(?:of(?!\scourse)|\(\d|reigned|ruled|abdicated))(?!\p{L})/u;
const thirdPerson = /^\s(?!always|sometimes|perhaps|besides|nowadays|\p{Ll}*wards)\p{Ll}+[^\Ws]s(?!\p{L})/u;
const reigning = /^(?:[,.;:)]|\s(?:of|was|ruled|reigned|died|became|and|had|is|in|to|on|by|from)(?!\p{L})|['’]s|$)/u;

/** "Henry VIII", "World War II", "Chapter IV", "the XIX century". A lone "I" only where nothing else can be meant. */
export const roman: Rule = (place) => {
  const found = match(numeral, place.text, place.at);
  if (found === null || found[0] === "") return null;
  const rest = after(place.text, place.at + found[0].length);
  if (/^[-.’'][\p{L}\d]/u.test(rest) && !/^['’]s(?!\p{L})/u.test(rest)) return null;
  const number = String(valueOf(found[0]));
  const kind = kindOf(place, found[0], rest);
  if (kind === null) return null;
  if (kind === "cardinal") return whole(found, place.numerals.cardinal(number));
  return whole(found, (kind === "century" ? "" : "the ") + place.numerals.ordinal(number));
};

function kindOf(place: Place, found: string, rest: string): "cardinal" | "ruler" | "century" | null {
  const past = before(place);
  if (/^(?:[\s-]|th\s)(?:century|centuries)(?!\p{L})/u.test(rest)) return "century";
  if (titled.test(past)) return found.length > 1 || reigning.test(rest) ? "ruler" : null;
  if (/World War\s$/.test(past)) return "cardinal";
  // "Part I of", but "the part I liked", "In Chapter I explain": a lone I needs what ends it.
  if (numbered.test(past) && (found.length > 1 || parted.test(past)))
    return found.length > 1 ||
      thirdPerson.test(rest) ||
      /^(?:[,.;:)–—]|\s(?:of|and|or|is|was|to|error|errors|–|—)(?!\p{L})|$)/u.test(rest)
      ? "cardinal"
      : null;
  if (found.length < 2) return ruler.test(past) && standsAlone(found, past, rest) ? "ruler" : null;
  if (ruler.test(past)) return "ruler";
  return named.test(past) && /^(?:I{2,3}|IV|VI{1,3}|IX|XI{1,3}|XIV|XV|XVI{0,3}|XIX)$/.test(found) ? "cardinal" : null;
}

/** "Henry V", "Leo X", "Elizabeth I of England"; not "John V. Smith", "Malcolm X", "the Elizabeth I knew". */
function standsAlone(found: string, past: string, rest: string): boolean {
  if (found === "I") return reigned.test(rest);
  return (found === "V" || (found === "X" && tenths.test(past))) && !/^\.\s?\p{Lu}/u.test(rest);
}

function valueOf(digits: string): number {
  return Array.from(digits, (letter) => values[letter]!).reduce(
    (sum, value, index, all) => sum + (value < (all[index + 1] ?? 0) ? -value : value),
    0,
  );
}
