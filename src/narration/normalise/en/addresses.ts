import type { Numerals } from "./numerals.ts";
import { isYear } from "./years.ts";
import { match, whole, type Rule } from "./place.ts";

const email = /[\p{L}\d][\p{L}\d._+-]{0,63}@((?:[\p{L}\d-]{1,63}\.){1,5}\p{L}{2,24})(?![\p{L}\d@])/uy;
// Of the suffixes that are words too ("in", "is", "me", "so") none: a space may be missing behind a stop.
const suffixes =
  "com|org|net|edu|gov|int|mil|info|biz|io|dev|app|ai|co|tv|eu|uk|de|fr|jp|cn|ru|br|au|ca|nl|se|ch|es|pl|id|sg|my|nz|za|ie|dk|fi|kr|xyz|online|site|blog|news|wiki|shop|store|tech|museum|academy|agency|cloud|page|test|example|local";
const host = new RegExp(
  String.raw`(?:www\.)?((?:[\p{L}\d][\p{L}\d-]{0,62}\.){1,5}(?:${suffixes}))(?![\p{L}\d@-]|\.[\p{L}\d])`,
  "uy",
);
const file =
  /((?:[\p{L}\d_][\p{L}\d_-]{0,40})(?:\.[\p{L}\d_-]{1,20}){0,2})\.(js|mjs|ts|tsx|jsx|py|rb|rs|go|json|yaml|yml|toml|txt|csv|pdf|html|htm|css|md|xml|zip|gz|exe|dll|jpe?g|png|gif|svg|mp3|mp4|wav|docx?|xlsx?|pptx?|sh|sql|log|env|vtt|srt|svelte|vue|java|kt|swift|cpp|cs|php|ini|conf|lock)(?![\p{L}\d@-]|\.[\p{L}\d])/uy;
const handle = /@(?=[\d_]{0,8}\p{L})([\p{L}\d][\p{L}\d_]{0,39})(?![\p{L}\d_@]|\.\p{L})/uy;
// Not a colour: "#ff0000", "#0a0".
const hashtag =
  /#(?=\d{0,8}\p{L})(?!(?=\p{L}{0,5}\d)(?:[\da-f]{3}|[\da-f]{6})(?![\p{L}\d_]))([\p{L}\d_]{1,60})(?![\p{L}\d_])/uy;

/** "jane.doe@example.com" */
export const mailAddress: Rule = ({ text, at, numerals }) => {
  const found = match(email, text, at);
  if (found === null) return null;
  const [name = "", domain = ""] = found[0].split("@");
  return whole(found, `${said(name.replaceAll("-", " dash "), numerals)} at ${saidHost(domain, numerals)}`);
};

/** "example.com", "www.example.co.uk", "index.html" */
export const hostName: Rule = ({ text, at, numerals }) => {
  const found = match(host, text, at);
  if (found !== null) return whole(found, saidHost(found[1]!, numerals));
  const named = match(file, text, at);
  return named && whole(named, said(named[0], numerals));
};

/** "@name", "#ClimateAction" */
export const socialName: Rule = ({ text, at, numerals }) => {
  if (/[\p{L}\d_/&]$/u.test(text.slice(Math.max(0, at - 1), at))) return null;
  const person = match(handle, text, at);
  if (person !== null) return whole(person, `at ${said(person[1]!, numerals)}`);
  const topic = match(hashtag, text, at);
  return topic && whole(topic, `hashtag ${said(unfolded(topic[1]!), numerals)}`);
};

// Two letters behind the last dot are a country's: spelt in capitals, or the engine makes a word of them.
function saidHost(name: string, numerals: Numerals): string {
  const host = name.replace(
    /\.(?:uk|de|fr|jp|cn|ru|br|au|ca|nl|se|ch|es|pl|id|sg|my|nz|za|ie|dk|fi|kr|eu|tv|ai)$/,
    (suffix) => suffix.toUpperCase(),
  );
  return said(host.replaceAll("-", " dash "), numerals);
}

function said(name: string, { cardinal, year }: Numerals): string {
  return name
    .replaceAll(".", " dot ")
    .replaceAll("_", " underscore ")
    .replaceAll("+", " plus ")
    .replaceAll(/\d+/g, (digits) => ` ${isYear(digits, "", "") ? year(digits) : cardinal(digits)} `)
    .replaceAll(/\s+/g, " ")
    .trim();
}

function unfolded(name: string): string {
  return name.replaceAll("_", " ").replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
}
