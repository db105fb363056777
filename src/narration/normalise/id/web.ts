import { glossary } from "./glossary.ts";
import { findUrls, hostOf } from "../../bare-url.ts";
import { isSpelled } from "./acronyms.ts";
import { spelled } from "./letters.ts";
import { cardinal, digitByDigit } from "./numbers.ts";
import { reader, type Reader } from "./reader.ts";

/* Addresses: example.com, jane.doe@example.co.id, @lector_id, #Pemilu2024. */

// Endings of hosts as Indonesians say them; the others are said as words.
const endings = glossary(`
  com kom, co ko, id i de, ac a ce, sch es ce ha, io i o, ai a i, tv te ve, www we we we, uk u ka, us u es
  sg es ge, my em ye, au a u, jp je pe, de de e, nl en el, eu e u, me em e, xyz eks ye zet, html ha te em el
  cc ce ce
`);
const known =
  "com|org|net|edu|gov|mil|int|info|biz|app|dev|io|ai|tv|xyz|online|site|store|shop|cloud|blog|news|wiki|academy|school|example|test|id|sg|my|au|jp|uk|us|de|nl|eu|me|co|cc";

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const hostPattern = String.raw`(?:${label}\.){1,8}(?:${known})`;

const mail = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}._%+-])([A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,63}))@((?:${label}\.){1,8}[a-z]{2,24})(?![\p{L}\p{N}-])`,
    "giu",
  ),
  ([, user, host]) => `${spokenName(user!)} at ${spokenHost(host!)}`,
);

const host = reader(
  new RegExp(String.raw`(?<![\p{L}\p{N}@._/-])${hostPattern}(?![\p{L}\p{N}@_-]|\.[a-z])`, "gu"),
  ([written]) => spokenHost(written),
);

/** An address that is written whole is said as its host alone. */
const urls: Reader = (text) => {
  const readings = [];
  for (const [from, to] of findUrls(text))
    readings.push({ from, to, spoken: spokenHost(hostOf(text.slice(from, to))) });
  return readings.filter(({ spoken }) => spoken !== "");
};

const handle = reader(
  /(?<![\p{L}\p{N}@._/-])@(?!Rp\.? ?\d)([A-Za-z][A-Za-z0-9_]{1,29}(?:\.[A-Za-z0-9_]{1,29})?)(?![\p{L}\p{N}@_])/gu,
  ([, name]) => `at ${spokenName(name!)}`,
);

const hashtag = reader(
  /(?<![\p{L}\p{N}#&/])#((?:\p{L}|\d{1,4}\p{Lu}\p{Ll})[\p{L}\p{N}_]{0,99})(?![\p{L}\p{N}_])/gu,
  ([, name]) => {
    // #PemiluDamai2024: a word begins at each capital behind a small letter.
    return `tagar ${spokenName(name!.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, " ").replaceAll("_", " "))}`;
  },
);

export const web: readonly Reader[] = [urls, mail, host, handle, hashtag];

const signs: Record<string, string> = { ".": "titik", _: "garis bawah", "-": "strip", "+": "plus", "%": "persen" };

function spokenHost(host: string): string {
  const labels = host.toLowerCase().split(".");
  return labels
    .map((label, index) => (index > 0 || label === "www" ? (endings[label] ?? spokenName(label)) : spokenName(label)))
    .join(" titik ");
}

/** "jane titik doe sembilan sembilan": numbers to 999 and years as numbers, others digit by digit. */
function spokenName(name: string): string {
  return (name.match(/\d+|[._+%-]|[^\d._+% -]+/gu) ?? []).map(spokenPart).join(" ");
}

function spokenPart(part: string): string {
  if (/\d/.test(part)) return /^(?:\d{1,3}|(?:19|20)\d\d)$/.test(part) ? cardinal(part) : digitByDigit(part);
  return signs[part] ?? (isSpelled(part) || /^[b-df-hj-np-tv-z]{2,6}$/.test(part) ? spelled(part) : part);
}
