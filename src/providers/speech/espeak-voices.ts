/**
 * The languages and speaker variants of the bundled espeak-ng package, written out so that nobody starts the engine to
 * list them. test/providers/speech/espeak-voices.test.ts proves the lists equal to the engine's own.
 */

/** `id`: the provider's voice id; `language`: BCP 47; `name`: English. */
export type EspeakLanguage = { id: string; language: string; name: string };

export function espeakLanguages(): EspeakLanguage[] {
  return LANGUAGES.map(([id, language, name]) => ({ id, language, name }));
}

/**
 * The voice id for a BCP 47 tag: of the tag itself, else of the longest start of it that is there ("fr-CA" is spoken as "fr"). `own` where
 * that speaks the language already; null where the engine has none.
 */
export function espeakLanguageFor(tag: string, own: string): string | null {
  // Intl writes the macrolanguage of Norwegian as it came; the engine has Bokmål.
  const parts = tag
    .toLowerCase()
    .replace(/^(?:no|nn)(?=-|$)/, "nb")
    .split("-");
  const primary = (language: string) => language.split("-", 1)[0]!.toLowerCase();
  const owned = LANGUAGES.find(([id]) => id === own);
  if (owned && primary(owned[1]) === parts[0]) return own;
  for (let length = parts.length; length > 0; length--) {
    const wanted = parts.slice(0, length).join("-");
    const found = LANGUAGES.find(([id, language]) => language.toLowerCase() === wanted || id === wanted);
    if (found) return found[0];
  }
  return LANGUAGES.find(([, language]) => primary(language) === parts[0])?.[0] ?? null;
}

/** Speakers, for `language+variant`: males, females and oddities; how they sound is up to the ear. */
// oxfmt-ignore
export const ESPEAK_VARIANTS: readonly string[] = [
  "Alex", "Alicia", "Andrea", "Andy", "Annie", "AnxiousAndy", "Demonic", "Denis", "Diogo", "Gene", "Gene2",
  "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Mr serious", "Nguyen", "Reed",
  "RicishayMax", "RicishayMax2", "RicishayMax3", "Storm", "Tweaky", "UniRobot", "adam", "anika", "anikaRobot",
  "announcer", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "croak", "david", "ed", "edward",
  "edward2", "f1", "f2", "f3", "f4", "f5", "fast", "grandma", "grandpa", "gustave", "ian", "iven", "iven2", "iven3",
  "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "linda", "m1", "m2",
  "m3", "m4", "m5", "m6", "m7", "m8", "marcelo", "max", "michel", "miguel", "mike2", "norbert", "pablo", "paul",
  "pedro", "quincy", "rob", "robert", "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6",
  "robosoft7", "robosoft8", "sandro", "shelby", "steph", "steph2", "steph3", "travis", "victor", "whisper",
  "whisperf", "zac"
];

// The ids are the engine's names of language files; where those are no BCP 47 tags (`ca-ba` would be Catalan of Bosnia,
// `piqd` a script), the tag beside it is.
const LANGUAGES: readonly (readonly [id: string, language: string, name: string])[] = [
  ["af", "af", "Afrikaans"],
  ["am", "am", "Amharic"],
  ["an", "an", "Aragonese"],
  ["ar", "ar", "Arabic"],
  ["as", "as", "Assamese"],
  ["az", "az", "Azerbaijani"],
  ["ba", "ba", "Bashkir"],
  ["be", "be", "Belarusian"],
  ["bg", "bg", "Bulgarian"],
  ["bn", "bn", "Bengali"],
  ["bpy", "bpy", "Bishnupriya Manipuri"],
  ["bs", "bs", "Bosnian"],
  ["ca", "ca", "Catalan"],
  ["ca-ba", "ca-x-balear", "Catalan (Balearic)"],
  ["ca-nw", "ca-x-nw", "Catalan (North-western)"],
  ["ca-va", "ca-valencia", "Catalan (Valencian)"],
  ["chr", "chr", "Cherokee"],
  ["cmn", "zh", "Chinese (Mandarin, latin as English)"],
  ["cmn-latn-pinyin", "zh-Latn-pinyin", "Chinese (Mandarin, latin as Pinyin)"],
  ["cs", "cs", "Czech"],
  ["cv", "cv", "Chuvash"],
  ["cy", "cy", "Welsh"],
  ["da", "da", "Danish"],
  ["de", "de", "German"],
  ["el", "el", "Greek"],
  ["en", "en-GB", "English (Great Britain)"],
  ["en-029", "en-029", "English (Caribbean)"],
  ["en-gb-scotland", "en-GB-scotland", "English (Scotland)"],
  ["en-gb-x-gbclan", "en-GB-x-gbclan", "English (Lancaster)"],
  ["en-gb-x-gbcwmd", "en-GB-x-gbcwmd", "English (West Midlands)"],
  ["en-gb-x-rp", "en-GB-x-rp", "English (Received Pronunciation)"],
  ["en-us", "en-US", "English (America)"],
  ["en-us-nyc", "en-US-x-nyc", "English (America, New York City)"],
  ["eo", "eo", "Esperanto"],
  ["es", "es-ES", "Spanish (Spain)"],
  ["es-419", "es-419", "Spanish (Latin America)"],
  ["et", "et", "Estonian"],
  ["eu", "eu", "Basque"],
  ["fa", "fa", "Persian"],
  ["fa-latn", "fa-Latn", "Persian (Pinglish)"],
  ["fi", "fi", "Finnish"],
  ["fo", "fo", "Faroese"],
  ["fr", "fr-FR", "French (France)"],
  ["fr-be", "fr-BE", "French (Belgium)"],
  ["fr-ch", "fr-CH", "French (Switzerland)"],
  ["ga", "ga", "Gaelic (Irish)"],
  ["gd", "gd", "Gaelic (Scottish)"],
  ["gn", "gn", "Guarani"],
  ["grc", "grc", "Greek (Ancient)"],
  ["gu", "gu", "Gujarati"],
  ["hak", "hak", "Hakka Chinese"],
  ["haw", "haw", "Hawaiian"],
  ["he", "he", "Hebrew"],
  ["hi", "hi", "Hindi"],
  ["hr", "hr", "Croatian"],
  ["ht", "ht", "Haitian Creole"],
  ["hu", "hu", "Hungarian"],
  ["hy", "hy", "Armenian (East Armenia)"],
  ["hyw", "hyw", "Armenian (West Armenia)"],
  ["ia", "ia", "Interlingua"],
  ["id", "id", "Indonesian"],
  ["io", "io", "Ido"],
  ["is", "is", "Icelandic"],
  ["it", "it", "Italian"],
  ["ja", "ja", "Japanese"],
  ["jbo", "jbo", "Lojban"],
  ["ka", "ka", "Georgian"],
  ["kaa", "kaa", "Karakalpak"],
  ["kk", "kk", "Kazakh"],
  ["kl", "kl", "Greenlandic"],
  ["kn", "kn", "Kannada"],
  ["ko", "ko", "Korean"],
  ["kok", "kok", "Konkani"],
  ["ku", "ku", "Kurdish"],
  ["ky", "ky", "Kyrgyz"],
  ["la", "la", "Latin"],
  ["lb", "lb", "Luxembourgish"],
  ["lfn", "lfn", "Lingua Franca Nova"],
  ["lt", "lt", "Lithuanian"],
  ["ltg", "ltg", "Latgalian"],
  ["lv", "lv", "Latvian"],
  ["mi", "mi", "Māori"],
  ["mk", "mk", "Macedonian"],
  ["ml", "ml", "Malayalam"],
  ["mr", "mr", "Marathi"],
  ["ms", "ms", "Malay"],
  ["mt", "mt", "Maltese"],
  ["mto", "mto", "Totontepec Mixe"],
  ["my", "my", "Myanmar (Burmese)"],
  ["nb", "nb", "Norwegian Bokmål"],
  ["nci", "nci", "Nahuatl (Classical)"],
  ["ne", "ne", "Nepali"],
  ["nl", "nl", "Dutch"],
  ["nog", "nog", "Nogai"],
  ["om", "om", "Oromo"],
  ["or", "or", "Oriya"],
  ["pa", "pa", "Punjabi"],
  ["pap", "pap", "Papiamento"],
  ["piqd", "tlh", "Klingon"],
  ["pl", "pl", "Polish"],
  ["pt", "pt-PT", "Portuguese (Portugal)"],
  ["pt-br", "pt-BR", "Portuguese (Brazil)"],
  ["py", "art-x-pyash", "Pyash"],
  ["qdb", "qdb", "Lang Belta"],
  ["qu", "qu", "Quechua"],
  ["quc", "quc", "K'iche'"],
  ["qya", "qya", "Quenya"],
  ["ro", "ro", "Romanian"],
  ["ru", "ru", "Russian"],
  ["ru-cl", "ru-x-classic", "Russian (Classic)"],
  ["ru-lv", "ru-LV", "Russian (Latvia)"],
  ["sd", "sd", "Sindhi"],
  ["shn", "shn", "Shan (Tai Yai)"],
  ["si", "si", "Sinhala"],
  ["sjn", "sjn", "Sindarin"],
  ["sk", "sk", "Slovak"],
  ["sl", "sl", "Slovenian"],
  ["smj", "smj", "Lule Saami"],
  ["sq", "sq", "Albanian"],
  ["sr", "sr", "Serbian"],
  ["sv", "sv", "Swedish"],
  ["sw", "sw", "Swahili"],
  ["ta", "ta", "Tamil"],
  ["te", "te", "Telugu"],
  ["th", "th", "Thai"],
  ["ti", "ti", "Tigrinya"],
  ["tk", "tk", "Turkmen"],
  ["tn", "tn", "Setswana"],
  ["tr", "tr", "Turkish"],
  ["tt", "tt", "Tatar"],
  ["ug", "ug", "Uyghur"],
  ["uk", "uk", "Ukrainian"],
  ["ur", "ur", "Urdu"],
  ["uz", "uz", "Uzbek"],
  ["vi", "vi", "Vietnamese (Northern)"],
  ["vi-vn-x-central", "vi-VN-x-central", "Vietnamese (Central)"],
  ["vi-vn-x-south", "vi-VN-x-south", "Vietnamese (Southern)"],
  ["xex", "art-x-xextan", "xextan-test"],
  ["yue", "yue", "Chinese (Cantonese)"],
  ["yue-latn-jyutping", "yue-Latn-jyutping", "Chinese (Cantonese, latin as Jyutping)"],
];
