import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { contentHash, readDocument, type BodyFormat } from "../../src/narration/document.ts";
import { foreignLanguageOf } from "../../src/narration/foreign-language.ts";
import { planNarration } from "../../src/narration/plan.ts";
import { verbatimScript } from "../../src/narration/script.ts";
import { segmentBlock } from "../../src/narration/segments.ts";

/** What is sent to the voice, the language before it where it is another than the document's. */
function spoken(body: string, format: BodyFormat = "html", locale = "en"): string[] {
  const script = verbatimScript(readDocument(body, { format, locale }), locale);
  return script.blocks
    .flatMap((block) => segmentBlock(block, { locale, maxCharacters: 4000 }))
    .map(({ language, text }) => (language === undefined ? text : `[${language}] ${text}`));
}

const french =
  "Le train de nuit attend, comme il a toujours attendu, parce que personne ne veut arriver avant le jour.";
const english = "The night train waits, as it has always waited, because nobody wants to arrive before the day does.";
const indonesian =
  "Kereta malam itu menunggu, seperti biasa, karena tidak ada orang yang ingin tiba sebelum hari terang.";

const table: [name: string, body: string, expected: string[]][] = [
  [
    "words inside a sentence, and a name nested in them",
    `<p>He said <i lang="fr">à <b>tout</b> à l'heure</i>, or <span lang=de>bis <span>gleich</span></span>. Then went.</p>`,
    ["He said", "[fr] à tout à l'heure,", "or", "[de] bis gleich.", "Then went."],
  ],
  [
    "a region alone is no other language",
    `<p lang="en-GB">The colour <b lang=EN_us>gray</b>.</p>`,
    ["The colour gray."],
  ],
  ["what names no language is the document's", `<p lang="zxx">A <b lang="">b</b> <b lang="!?">c</b>.</p>`, ["A b c."]],
  [
    "a block, and back inside it",
    `<blockquote lang=id><p>Kata <q lang=en>word</q> itu.</blockquote><p>End.`,
    ["[id] Kata", "“word”", "[id] itu.", "End."],
  ],
  [
    "a list's items, their numbers in ours",
    `<ol><li lang=fr>Un<ul><li>Deux</ul><li>Three</ol>`,
    ["one.", "[fr] Un", "[fr] Deux", "two. Three"],
  ],
  ["cells of a table", `<table><tr><th>A<th>B<tr><td lang=fr>Un<td>One</table>x`, ["A:", "[fr] Un.", "B: One.", "x"]],
  [
    "an element that is never closed ends with its paragraph",
    `<p lang=fr>Un<p>One <i lang=fr>deux<p>Two</p>`,
    ["[fr] Un", "One", "[fr] deux", "[fr] Two"],
  ],
  [
    "an article and a comma go with most of the word",
    `<p>The l’<i lang=fr>amour</i>, yes.</p>`,
    ["The", "[fr] l’amour,", "yes."],
  ],
  [
    "an image's text",
    `<p lang=fr>Un <img alt="Une rue"></p><p>End.</p>`,
    ["[fr] Un", "Image:", "[fr] Une rue.", "End."],
  ],
  [
    "a mark on its own ends the sentence",
    `<p>He said <span lang=fr>merci</span> ! Then left.</p>`,
    ["He said", "[fr] merci", "Then left."],
  ],
];
test.each(table)("marked by lang: %s", (_name, body, expected) => {
  expect(spoken(body)).toEqual(expected);
});

test("text without spaces changes its language inside a run", () => {
  expect(spoken(`<p>彼は<span lang=en>Hello</span>と言った。</p>`, "html", "ja")).toEqual([
    "彼は",
    "[en] Hello",
    "と言った。",
  ]);
});

test("raw HTML in Markdown marks its words, to the end of its paragraph at most", () => {
  expect(
    spoken(`Say <span lang=fr>bonjour\n\nNext *one*.\n\n<div lang="fr">\n\nUn **deux**.\n\n</div>\n\nEnd.`, "markdown"),
  ).toEqual(["Say", "[fr] bonjour", "Next one.", "[fr] Un deux.", "End."]);
});

test("a whole paragraph in another language is found, in every format", () => {
  const texts: [BodyFormat, string][] = [
    ["text", `${english}\n\n${french}\n\n- ${french}`],
    ["markdown", `${english}\n\n${french}\n\n- ${french}`],
    ["html", `<p>${english}</p><p>${french}</p><ul><li>${french}</li></ul>`],
  ];
  for (const [format, body] of texts)
    expect(spoken(body, format)).toEqual([english, `[fr] ${french}`, `[fr] ${french}`]);
  expect(spoken(`1. ${french}`, "markdown")).toEqual(["one.", `[fr] ${french}`]);
  expect(spoken(`${indonesian}\n\n${english}`, "text", "id")).toEqual([indonesian, `[en] ${english}`]);
});

const doubtful: [name: string, text: string, own: string][] = [
  ["a few words", "C'est la vie, mon ami.", "en"],
  [
    "names",
    "Professor Karl-Heinz Müller of the Universität Göttingen met Jean-Luc Dubois and María González in São Paulo yesterday.",
    "en",
  ],
  [
    "a recipe",
    "200 g spaghetti, 100 g guanciale, 2 eggs, 50 g Pecorino Romano, black pepper, salt, olive oil, parsley, garlic",
    "en",
  ],
  [
    "abbreviations",
    "NASA, ESA, JAXA, ISRO and Roscosmos signed the Artemis Accords agreement, including USA, UK, UAE, KSA",
    "en",
  ],
  [
    "products in Indonesian",
    "Pasang Docker dan PostgreSQL, lalu jalankan perintah docker compose up di terminal server Ubuntu Anda.",
    "id",
  ],
  [
    "Malay in Indonesian",
    "Kereta api malam itu menunggu seperti biasa kerana tiada sesiapa yang mahu tiba sebelum hari bermula.",
    "id",
  ],
  [
    "Danish in Norwegian",
    "Nattoget venter, som det altid har ventet, fordi ingen ønsker at ankomme før dagen begynder.",
    "nb",
  ],
  [
    "English words in an Indonesian list",
    "Machine learning, deep learning, data science, cloud computing, DevOps, cyber security, blockchain",
    "id",
  ],
];
test.each(doubtful)("what may be of the document's language stays so: %s", (_name, text, own) => {
  expect(foreignLanguageOf(text, own)).toBeNull();
});

const plain: [language: string, text: string][] = [
  ["da", "Toget var forsinket igen, og ingen på perronen havde mod til at spørge, hvorfor det altid standsede der."],
  ["de", "Sie öffnete das Fenster und sah hinunter zum Hafen, wo zwei Schiffe mit Kisten voller Obst beladen wurden."],
  ["en", "The train was late again, and nobody on the platform had the courage to ask why it always stopped there."],
  ["es", "El tren llegaba tarde otra vez, y nadie en el andén sabía por qué se paraba allí cuando había niebla."],
  ["fr", "Elle ouvrit la fenêtre et regarda vers le port, où deux bateaux étaient chargés avec les caisses de fruits."],
  ["id", "Kereta itu terlambat lagi, dan tidak seorang pun di peron berani bertanya mengapa selalu berhenti di sana."],
  [
    "it",
    "Aprì la finestra e guardò verso il porto, dove due barche venivano caricate con casse di frutta della valle.",
  ],
  ["nb", "Hun åpnet vinduet og så ned mot havnen, hvor to båter ble lastet med kasser av frukt fra øyene."],
  ["nl", "Ze opende het raam en keek naar de haven, waar twee boten werden geladen met kisten fruit van het eiland."],
  ["pl", "Pociąg znowu się spóźniał i nikt na peronie nie miał odwagi zapytać, dlaczego zawsze tam się zatrzymuje."],
  ["pt", "O comboio estava atrasado outra vez, e ninguém sabia a razão, nem uma pessoa que não tivesse pressa."],
  ["ru", "Поезд снова опаздывал, и никто на платформе не решался спросить, почему он всегда стоит там, когда темно."],
  ["sv", "Tåget var försenat igen, och ingen på perrongen hade mod att fråga varför det alltid stannade där."],
  ["tr", "Tren yine gecikmişti ve peronda kimse neden hep orada durduğunu sormaya cesaret edemiyordu, her gün gibi."],
];

/** How often tinyld is asked while `read` runs. */
function timesAsked(read: () => void): number {
  const { cache, resolve } = createRequire(import.meta.url);
  const loaded = createRequire(import.meta.url)("tinyld") as typeof import("tinyld");
  const tinyld = cache[resolve("tinyld")]!;
  let asked = 0;
  const detectAll: typeof loaded.detectAll = (...given) => {
    asked++;
    return loaded.detectAll(...given);
  };
  tinyld.exports = { ...loaded, detectAll };
  try {
    read();
  } finally {
    tinyld.exports = loaded;
  }
  return asked;
}

test.each(plain)("a paragraph that is plainly the document's own (%s) costs no detection", (locale, text) => {
  const read = (own: string) => () => readDocument(`${text}\n\n${text}`, { format: "markdown", locale: own });
  expect(timesAsked(read(locale))).toBe(0);
  expect(timesAsked(read("fi"))).toBe(2);
});

test("the content's hash follows the language of its words, not how they are cut", () => {
  const hash = (body: string) => contentHash(readDocument(body, { format: "html", locale: "en" }));
  const plain = hash("<p>One two three.</p>");
  expect(hash("<p>One <b lang=en>two</b> three.</p>")).toBe(plain);
  expect(hash("<p>One <i lang=fr>two</i> three.</p>")).not.toBe(plain);
  expect(hash("<p>One <i lang=fr>two <b>th</b>r&#101;e</i>.</p>")).toBe(hash("<p>One <i lang=fr>two three</i>.</p>"));
});

test("only what is in another language gets another fingerprint, and no pause of a sentence", () => {
  const speaker = {
    provider: "p",
    model: "m",
    voice: "v",
    language: "en",
    settings: {},
    maxCharacters: 4000,
    unit: "sentence",
  } as const;
  const plan = (body: string) =>
    planNarration(
      verbatimScript(readDocument(body, { format: "html", locale: "en" }), "en"),
      speaker,
      24_000,
    ).fragments.flatMap(({ segments }) => segments);
  const [said, foreign, left, end] = plan("<p>He said <i lang=fr>merci</i> and left. End.</p>");
  expect([said!.pauseAfter, foreign!.pauseAfter, left!.pauseAfter]).toEqual([960, 960, 7200]);
  expect(plan("<p>End.</p>")[0]!.fingerprint).toBe(end!.fingerprint);
  expect(plan("<p>merci</p>")[0]!.fingerprint).not.toBe(foreign!.fingerprint);
  expect(plan("<p lang=fr>merci</p>")[0]!.fingerprint).toBe(foreign!.fingerprint);
});

test("a marker of an edited script reaches as far as it says, one inside another wins", () => {
  const token = (display: string) => ({ display, spoken: display, source: null });
  const inline = [
    token("a"),
    { marker: "language" as const, tag: "fr", tokens: 3 },
    token("b"),
    { marker: "language" as const, tag: "de" },
    token("c"),
    token("d"),
    token("e"),
  ];
  const segments = segmentBlock(
    { id: "x", kind: "paragraph", inline },
    { locale: "en", maxCharacters: 100, unit: "paragraph" },
  );
  expect(segments.map(({ text, language, border }) => [text, language, border])).toEqual([
    ["a", undefined, "word"],
    ["b", "fr", "word"],
    ["c", "de", "word"],
    ["d", "fr", "word"],
    ["e", undefined, "sentence"],
  ]);
});
