import { createRequire } from "node:module";
import { primaryLanguage } from "./language.ts";

/*
 * Whether a whole paragraph is in another language than its document. A paragraph that is spoken in the wrong language is worse than one in the
 * wrong accent, so this answers only where there is little doubt.
 */

// Shorter ones are titles, names, dishes: of any language.
const fewestLetters = 60;
const sampleLength = 600;

// tinyld's own measure, 0 to 1. Names, lists and addresses stay below 0.1; "docker compose up" in an Indonesian sentence made it 0.7 English.
const sure = 0.5;
const ruledOut = 0.1;

/**
 * Small words that hardly any sentence of the language does without, and no other language has, save those written alike. A document's own ones spare
 * its paragraphs tinyld, which takes half a millisecond for each: of a book that is seconds in which nothing else runs.
 */
const smallWords: Record<string, RegExp> = Object.fromEntries(
  [
    "en the|and|that|with|for|this|from|have|has|which|are|were|not|you|they|their|would|been|but|his|her|its|our|your",
    "id yang|dan|dengan|untuk|dari|ini|itu|pada|adalah|tidak|dalam|akan|juga|atau|oleh|sebagai|karena|bisa|lebih|mereka|telah|sudah|tersebut|anda|kami|kita|jika|lalu|saat|para",
    "da på|ikke|også|blev|være|efter|hvor|jeg|havde|det",
    "de und|nicht|auf|für|auch|nach|eine|einen|einem|einer|wird|wurde|zur|über|dass|durch|oder|aber|ist|sind|ich|sich|noch|zum",
    "es los|las|pero|más|muy|cuando|hay|está|había|porque|también|desde|como|fue|sobre|hasta",
    "fr dans|pour|avec|cette|vous|elle|être|leur|leurs|était|ont|même|sont|nous|aux|une|ces|ils|comme",
    "it che|della|gli|nel|nella|più|anche|delle|degli|dalla|questo|perché|aveva|sono",
    "nb på|ikke|også|ble|være|etter|hvor|jeg|hadde|det",
    "nl een|niet|zijn|voor|naar|heeft|deze|wordt|maar|werd|haar|geen|bij|aan|ook",
    "pl się|jest|że|przez|przy|oraz|który|która|które|tylko|jego|dla",
    "pt não|uma|ao|pela|são|seu|também|muito|isso|foi|dos|ela|pelo",
    "ru что|это|его|был|была|для|только|чтобы|которые|который|ещё|уже|она|они|если|когда",
    "sv på|inte|också|efter|ett|från|och|att|för|när|jag|hade|till|det",
    "tr için|çok|daha|olarak|gibi|değil|ama|kadar|sonra",
  ].map((line) => [line.slice(0, 2), new RegExp(`(?<!\\p{L})(?:${line.slice(3)})(?!\\p{L})`, "giu")]),
);
const mostSmallWords = 0.04;
// Of these the list is long enough to expect so many of its words in a text.
const weighed = new Set(["en", "id"]);
const fewestOfFound = 0.12;

// Written so alike that one is taken for another: told apart by nobody but a marked `lang`.
const alike = [
  "da nb nn no sv",
  "es pt gl ca",
  "hr sr bs sl mk bg",
  "cs sk",
  "ru uk be",
  "id ms jv su",
  "af nl",
  "hi mr ne",
  "ja zh",
];

/** The language of a paragraph, BCP 47, where it is surely not `own`; else null. `own` null: nothing to compare with. */
export function foreignLanguageOf(text: string, own: string | null): string | null {
  if (own === null || text.length < fewestLetters) return null;
  const sample = text.slice(0, sampleLength);
  const language = primaryLanguage(own);
  if ((sample.match(/\p{L}/gu)?.length ?? 0) < fewestLetters || shareOf(language, sample) > mostSmallWords) return null;
  // Loaded here: it takes 50 MB, and a paragraph that could be foreign is rare.
  const { detectAll } = createRequire(import.meta.url)("tinyld") as typeof import("tinyld");
  const found = detectAll(sample.replace(/[\p{N}\p{S}\p{C}]+/gu, " "));
  const best = found[0];
  if (best === undefined || best.accuracy < sure || isAlike(best.lang, language)) return null;
  if ((found.find(({ lang }) => lang === language)?.accuracy ?? 0) > ruledOut) return null;
  if (weighed.has(best.lang) && shareOf(best.lang, sample) < fewestOfFound) return null;
  return best.lang;
}

/** How many of the words are small words of the language; 0 for a language without a list. */
function shareOf(language: string, text: string): number {
  const list = smallWords[language];
  if (list === undefined) return 0;
  const words = text.match(/\p{L}+/gu)?.length ?? 0;
  return words === 0 ? 0 : (text.match(list)?.length ?? 0) / words;
}

function isAlike(one: string, other: string): boolean {
  return one === other || alike.some((group) => group.split(" ").includes(one) && group.split(" ").includes(other));
}
