import { match, whole, type Rule } from "./place.ts";

const full =
  "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|Nehemiah|Esther|Job|Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|Hosea|Joel|Amos|Jonah|Micah|Matthew|Mark|Luke|John|Acts|Romans|Corinthians|Galatians|Ephesians|Philippians|Colossians|Thessalonians|Timothy|Titus|Hebrews|James|Peter|Jude|Revelation|Qur['’]?an|Surah";
const shortened = new Map(
  "Gen=Genesis|Ex=Exodus|Exod=Exodus|Lev=Leviticus|Num=Numbers|Deut=Deuteronomy|Josh=Joshua|Judg=Judges|Sam=Samuel|Kgs=Kings|Chr=Chronicles|Chron=Chronicles|Neh=Nehemiah|Ps=Psalm|Pss=Psalms|Prov=Proverbs|Eccl=Ecclesiastes|Isa=Isaiah|Jer=Jeremiah|Lam=Lamentations|Ezek=Ezekiel|Dan=Daniel|Hos=Hosea|Mic=Micah|Zech=Zechariah|Mal=Malachi|Matt=Matthew|Mt=Matthew|Mk=Mark|Lk=Luke|Jn=John|Rom=Romans|Cor=Corinthians|Gal=Galatians|Eph=Ephesians|Phil=Philippians|Col=Colossians|Thess=Thessalonians|Tim=Timothy|Heb=Hebrews|Jas=James|Pet=Peter|Rev=Revelation"
    .split("|")
    .map((entry) => entry.split("=") as [string, string]),
);
const short = new RegExp(String.raw`(${Array.from(shortened.keys()).join("|")})\.?(?=\s\d{1,3}:\d)`, "uy");
const cited = new RegExp(
  String.raw`(?<!\p{L})(?:(?:${full})|(?:${Array.from(shortened.keys()).join("|")})\.?)\s(?:\d{1,3}:\d{1,3}(?:[–-]\d{1,3})?[,;–-]\s?)*$`,
  "u",
);

/** Whether numbers behind this text are a chapter and its verse: "Genesis ", "Ps. ", "Gen 1:1–". */
export function isCited(past: string): boolean {
  return cited.test(past);
}

/** "Matt. 5:3": Matthew. */
export const book: Rule = ({ text, at }) => {
  const found = match(short, text, at);
  return found && whole(found, shortened.get(found[1]!)!);
};
