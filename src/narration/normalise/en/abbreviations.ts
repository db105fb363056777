import { fullMonth, month } from "./months.ts";
import { after, before, match, whole, type Place, type Rule } from "./place.ts";

const word = /\p{L}[\p{L}\p{M}]{0,11}(?:\.\p{L}{1,4}){0,5}\.?(?![\p{L}\p{N}])/uy;

const always = new Map([
  ["e.g.", "for example"],
  ["e.g", "for example"],
  ["i.e.", "that is"],
  ["i.e", "that is"],
  ["etc.", "et cetera"],
  ["etc", "et cetera"],
  ["vs.", "versus"],
  ["vs", "versus"],
  ["viz.", "namely"],
  ["cf.", "compare"],
  ["approx.", "approximately"],
  ["a.k.a.", "also known as"],
  ["dept.", "department"],
  ["govt.", "government"],
  ["ph.d.", "PhD"],
  ["incl.", "including"],
  ["esp.", "especially"],
  ["excl.", "excluding"],
  ["misc.", "miscellaneous"],
]);
/** Before a number alone. */
const counted: Record<string, string> = {
  "no.": "number",
  "nos.": "numbers",
  "p.": "page",
  "pp.": "pages",
  "vol.": "volume",
  "vols.": "volumes",
  "ch.": "chapter",
  "chap.": "chapter",
  "fig.": "figure",
  "figs.": "figures",
  "sec.": "section",
  "sect.": "section",
  "art.": "article",
  "arts.": "articles",
  "par.": "paragraph",
  "para.": "paragraph",
  "eq.": "equation",
  "eqs.": "equations",
  "ed.": "edition",
  "max.": "maximum",
  "min.": "minimum",
  "ca.": "circa",
  "c.": "circa",
  "b.": "born",
  "d.": "died",
  "r.": "reigned",
  "est.": "established",
  "ext.": "extension",
  "apt.": "apartment",
  "rm.": "room",
  "tel.": "telephone",
  "cap.": "chapter",
  "cl.": "clause",
  "reg.": "regulation",
  "op.": "opus",
  "sch.": "schedule",
  "rte.": "route",
  "pop.": "population",
  "wk.": "week",
  "avg.": "average",
  "temp.": "temperature",
};
/** Before a name, with a stop. */
const titles: Record<string, string> = {
  Dr: "Doctor",
  Drs: "Doctors",
  Mr: "Mister",
  Mrs: "Missus",
  Ms: "Miz",
  Mx: "Mix",
  Prof: "Professor",
  Rev: "Reverend",
  Hon: "Honourable",
  Capt: "Captain",
  Cmdr: "Commander",
  Col: "Colonel",
  Maj: "Major",
  Gen: "General",
  Lt: "Lieutenant",
  Sgt: "Sergeant",
  Cpl: "Corporal",
  Pvt: "Private",
  Gov: "Governor",
  Sen: "Senator",
  Sens: "Senators",
  Rep: "Representative",
  Reps: "Representatives",
  Pres: "President",
  Supt: "Superintendent",
  Insp: "Inspector",
  Adm: "Admiral",
  Messrs: "Messieurs",
  Wm: "William",
  Thos: "Thomas",
  Chas: "Charles",
  St: "Saint",
  Mt: "Mount",
  Ft: "Fort",
};
/** Of these the stop may be missing: no word is written so. */
const bareTitles = new Set(["Dr", "Mr", "Mrs", "Ms", "Prof", "Capt", "Sgt", "Lt", "St"]);
/** Behind a name. */
const names: Record<string, string> = {
  "St.": "Street",
  "Ave.": "Avenue",
  "Blvd.": "Boulevard",
  "Rd.": "Road",
  "Ln.": "Lane",
  "Hwy.": "Highway",
  "Pkwy.": "Parkway",
  "Sq.": "Square",
  "Dr.": "Drive",
  "Jr.": "Junior",
  "Sr.": "Senior",
  Jr: "Junior",
  "Inc.": "Incorporated",
  "Ltd.": "Limited",
  "Co.": "Company",
  "Corp.": "Corporation",
  "Bros.": "Brothers",
  Ltd: "Limited",
  "Univ.": "University",
};
const weekdays: Record<string, string> = {
  Mon: "Monday",
  Tue: "Tuesday",
  Tues: "Tuesday",
  Wed: "Wednesday",
  Thu: "Thursday",
  Thur: "Thursday",
  Thurs: "Thursday",
  Fri: "Friday",
  Sat: "Saturday",
  Sun: "Sunday",
};
const shortDay = String.raw`(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)`;
const joint = String.raw`\s?[–-]\s?|,?\s(?:and|or|&)\s|,\s`;
const dayBefore = new RegExp(String.raw`(?<!\p{L})${shortDay}\.?(?:${joint})$`, "u");
const dayBehind = new RegExp(String.raw`^(?:${joint})${shortDay}(?!\p{L})`, "u");
const monthAhead = new RegExp(String.raw`(?<!\p{L})${month}\s?[–-]\s?$`, "u");
const monthBehind = new RegExp(String.raw`^\s?[–-]\s?${month}(?!\p{L})`, "u");
const hours = /^:?\s\d{1,2}(?::\d\d|\s?[ap]\.?m|\s?[–-]\s?\d)/u;
// Their letters are a word to the engine ("us"), or a name that it knows.
const initials =
  /^(?:U\.S\.(?:A\.)?|A\.I\.|U\.K\.|U\.N\.|E\.U\.|D\.C\.|F\.B\.I\.|C\.I\.A\.|A\.D\.|B\.C\.(?:E\.)?|C\.E\.|N\.B\.|P\.S\.|Q\.E\.D\.|N\.Y\.|L\.A\.|B\.A\.|M\.A\.|M\.D\.|R\.I\.P\.|I\.Q\.|T\.V\.|P\.O\.)$/;

/** "Dr. Smith", "No. 5", "e.g.", "Main St.", "U.S." */
export const abbreviation: Rule = (place) => {
  const found = match(word, place.text, place.at);
  const spoken = found && expansion(place, found[0]);
  if (found === null || spoken === null) return joined(place);
  const stop = !spoken.stop && found[0].endsWith(".") ? 1 : 0;
  const to = place.at + found[0].length - stop;
  return { to, readings: [{ from: place.at, to, spoken: spoken.words }] };
};

/** `stop`: the stop behind it is part of it. */
type Expansion = { words: string; stop: boolean };

function expansion(place: Place, written: string): Expansion | null {
  const rest = after(place.text, place.at + written.length);
  const past = before(place);
  const bare = written.replace(/\.$/, "");
  const stopped = bare !== written;
  const common = always.get(written.toLowerCase());
  if (common !== undefined) return { words: common, stop: true };
  if (/^v\.?$/.test(written) && /\p{Lu}[\p{L}.]*\s$/u.test(past) && /^\s\p{Lu}/u.test(rest))
    return { words: "versus", stop: true };
  const ofNumber = Object.hasOwn(counted, written.toLowerCase()) && /^\s\(?(?:\d|[IVXL]+(?!\p{L}))/u.test(rest);
  if (ofNumber && isCounted(written, rest)) return { words: counted[written.toLowerCase()]!, stop: true };
  const named = nameOf(written, past, rest);
  if (named !== null) return { words: named, stop: stopped };
  if (
    Object.hasOwn(titles, bare) &&
    (stopped || bareTitles.has(bare)) &&
    /^\s(?:\p{Lu}|(?:&|and)\sM(?:rs?|s)\b)/u.test(rest)
  )
    return { words: titles[bare]!, stop: true };
  const name = fullMonth(bare);
  if (
    name !== undefined &&
    bare !== "May" &&
    (/^,?\s\d/.test(rest) ||
      monthBehind.test(rest) ||
      monthAhead.test(past) ||
      /(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?:\sof)?\s$/.test(past))
  )
    return { words: name, stop: stopped && !/^\s\p{Lu}|^$/u.test(rest) };
  if (
    Object.hasOwn(weekdays, bare) &&
    !/(?<!\p{L})the\s$/iu.test(past) &&
    (dayBefore.test(past) || dayBehind.test(rest) || hours.test(rest))
  )
    return { words: weekdays[bare]!, stop: stopped };
  if (
    Object.hasOwn(weekdays, bare) &&
    (stopped ? /^,?\s(?:\d|[A-Z][a-z]{2})/ : /^,?\s\d{1,2}\s[A-Z][a-z]{2}/).test(rest)
  )
    return { words: weekdays[bare]!, stop: stopped };
  return initialsOf(written, past, rest);
}

// "c. 1850", "b. 1920", "r. 1066": years only; "d. 5" is a list's.
function isCounted(written: string, rest: string): boolean {
  if (!/^(?:ca?|b|d|r|est)\.$/.test(written)) return true;
  if (/^ca?\.$/.test(written) && /^\s\d{1,3}(?:,\d{3})+/.test(rest)) return true;
  return /^\s\d{3,4}(?!\d)/.test(rest) || /^\s\d{1,2}\s\p{Lu}\p{L}{2,8}\s\d{4}/u.test(rest);
}

/** "Main St.", "5th Ave.", "Acme Inc.", "King, Jr.": what stands behind a name. */
function nameOf(written: string, past: string, rest: string): string | null {
  if (!Object.hasOwn(names, written) || !/(?:(?<!\p{L})\p{Lu}[\p{L}'’&.-]*|\d(?:st|nd|rd|th)),?\s$/u.test(past))
    return null;
  const full = names[written]!;
  if (!["Street", "Drive"].includes(full)) return full;
  // "St. Louis", "Dr. Smith" behind a name: only a house's number before it shows the street.
  return !/^\s\p{Lu}/u.test(rest) || /\d\s(?:\p{Lu}\p{L}+\s){1,3}$/u.test(past) ? full : null;
}

/** "J. K. Rowling", "U.S. Army": the stops would part them. */
function initialsOf(written: string, past: string, rest: string): Expansion | null {
  if (initials.test(written)) return { words: written.replaceAll(".", ""), stop: true };
  if (/^(?:\p{Lu}\.){2,5}$/u.test(written) && !written.includes("A."))
    return { words: written.replaceAll(".", " ").trim(), stop: true };
  const initial =
    /^\p{Lu}\.$/u.test(written) && !/^[AI]\.$/.test(written) && /^\s\p{Lu}/u.test(rest) && /(?:^|[\s("“])$/.test(past);
  return initial ? { words: written[0]!, stop: true } : null;
}

/** "No.5", "w/o" */
function joined({ text, at }: Place): ReturnType<Rule> {
  const glued = match(/(?:nos?|pp?|vols?|figs?|ch|sec)\.(?=\d)/iy, text, at);
  if (glued !== null) return whole(glued, counted[glued[0].toLowerCase()]!);
  const found = match(/w\/(o)?(?=\s)/y, text, at);
  return found && whole(found, found[1] === undefined ? "with" : "without");
}
