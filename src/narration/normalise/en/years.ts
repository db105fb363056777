import { month } from "./months.ts";

/*
 * Is "1945" a year or a count? What stands beside it decides: "in 1945", "1945 people". A year's reading is also
 * understood of a round count ("fifteen hundred men"), so where nothing tells, a number that may be a year is one.
 */

const mayBeYear = /^(?:1\d{3}|20\d{2})$/;

const dated = new RegExp(
  String.raw`(?:(?<!\p{L})(?:in|since|until|till|during|years?|early|mid|late|circa|ca?\.|spring|summer|autumn|fall|winter|class of|born|b\.|died|d\.|AD|anno|est\.|established|founded|elections? of|revolution of|war of|act of|${month}(?:\s\d{1,2}(?:st|nd|rd|th)?,?)?)[\s-]|[(©]\s?)$`,
  "iu",
);
const counting =
  /(?<!\p{L})(?:about|nearly|almost|over|more than|fewer than|less than|some|only|at least|most|up to|under|exactly|another|all|every|total of|worth|than|approximately|roughly|around|page|pages|pp?\.|number|no\.|times)\s$/iu;
const calculating = /[=+×÷*/<>≤≥≈±−^]\s?$/;

// Counts whatever stands before them.
const measures =
  /^[\s-](?:kilo|centi|milli|mega|giga)?(?:met(?:re|er)s?|gram(?:me)?s?|lit(?:re|er)s?|watts?|hertz|bytes?|tons?|tonnes?|miles?|feet|foot|yards?|inch(?:es)?|acres?|hectares?|degrees?|volts?|pounds?|dollars?|euros?|percent|per cent|calories|square|cubic|hours?|minutes?|seconds?|days?|weeks?|months?|years?|times|words|pages|points|votes|copies|pieces|places|ways|cases|languages|million|billion|thousand|hundred|dozen)(?!\p{L})/iu;
// Counts, but "in 1945 people fled".
const counted =
  /^\s(?:\p{Ll}+[-\s])?(?:people|men|women|children|soldiers|troops|workers|students|pupils|jobs|homes|houses|households|ships|planes|cars|books|visitors|passengers|refugees|victims|deaths|dead|employees|members|voters|species|villages|schools|cities|countries|companies|patients|participants|seats|users|artefacts|objects|names|entries|rooms|songs|goals|runs)(?!\p{L})/iu;
const plural =
  /^\s(?!(?:was|is|has|as|its|his|this|us|thus|plus|versus|does|always|perhaps|sometimes|across|saw)\s)\p{Ll}+[^\Ws]s(?!\p{L})/u;

/** Whether digits are a year, by the text before and after them (40 characters suffice). */
export function isYear(digits: string, before: string, after: string): boolean {
  if (!mayBeYear.test(digits) || calculating.test(before) || /^\s?[=+×÷*^±<>]/.test(after)) return false;
  if (isEra(after)) return true;
  if (measures.test(after)) return false;
  if (dated.test(before)) return true;
  if (counted.test(after)) return false;
  const round = digits.endsWith("00");
  if (counting.test(before)) return /(?:about|around)\s$/i.test(before) && !plural.test(after) && digits >= "1100";
  if (round && plural.test(after)) return /\bthe\s$/i.test(before) && digits >= "1800";
  return digits >= "1100" || digits === "1066";
}

/** "79 AD", "500 BCE". */
export function isEra(after: string): boolean {
  return /^\s?(?:AD|CE|BCE?|A\.D\.|B\.C\.(?:E\.)?|C\.E\.)(?!\p{L})/u.test(after);
}
