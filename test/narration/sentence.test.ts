import { expect, test } from "vitest";
import { sentenceStarts, type SentenceToken } from "../../src/narration/sentence.ts";
import { processorTime } from "../support/stopwatch.ts";

/** `|` marks the borders that are wanted; tokens are cut at spaces, and at `+` with glue. */
function cut(text: string, locale: string): string {
  const tokens: SentenceToken[] = text
    .replaceAll("|", "")
    .split(/\s+|(?=\+)/u)
    .filter((word) => word !== "")
    .map((word) => {
      const bare = word.replace(/^\+/u, "");
      return {
        display: bare,
        spoken: /^\p{Emoji_Presentation}+$/u.test(bare) ? "" : bare,
        ...(bare !== word && { glue: true as const }),
      };
    });
  const starts = new Set(sentenceStarts(tokens, locale));
  return tokens
    .map(
      ({ display, glue }, index) =>
        (starts.has(index) ? (glue ? "|+" : " | ") : glue ? "+" : index ? " " : "") + display,
    )
    .join("");
}

const golden: Record<string, string[]> = {
  en: [
    "Hello there. | This is it. | Bye.",
    "Dr. Smith met Mrs. Jones and Prof. Lee. | They left.",
    "No. 5 is alive. | Is it true? | No. | I won't go.",
    "We saw e.g. this, i.e. Smith vs. Jones (cf. Brown). | Fine.",
    "The U.S. Army came to the U.S. | The rest stayed.",
    "J. K. Rowling and J. A. I. Smith wrote it. | True.",
    "You and I. | Did you see Albert I. Jones yesterday?",
    "It costs 3.14 dollars at 14.30 today. | $5.50 is fair. | 5 is not.",
    "Wait... | What?! | Well… maybe not. | Really?",
    'He said "Stop." | He ran. | “Go!” she said. | ‘Why?’ | (Nobody knew.) | Then [we] left.',
    "At 5 p.m. Monday we met. | He left at 6 a.m. | The rest slept until 7 a.m. and ate.",
    "Apple Inc. Chief Cook spoke. | He left Apple Inc. | The firm grew.",
    "On Main St. | The shop in St. Louis is shut, etc. | The end.",
    "See lector.example.org. | Then write to a.b@example.org. | iPhone sales grew. | example.com is down.",
    "1. Open the box. | 2. Close the box. | Steps: 1. Look. | A. First. | IV. Fourth.",
    "In 1945. | It was over in 1945. | 12 people came.",
    "On Dec. 5 and Jan. 6 we met. | It was Dec. | The snow fell.",
    "Max. | Nina. | Talk to Max. | It has max. 5 parts, approx. 12 cm.",
    "we write small. | nobody minds. | Yahoo! is old.",
    "Great! 🎉 | Next one. | — Really? — he said. | — Yes!",
    "“Nothing.” she said. | (Nothing at all.) she said.",
    "He left . | Then , he came ! ) | Yes.",
    "As shown before.[12] | Others disagree.¹ | We do not.",
    "I like it. | .NET is good. | Version 2.1. | Version 3.",
    "Ph.D. students, M.D. holders and Jr. staff. | Robert Downey Jr. | The actor.",
    "Smith et al. | The others (see Fig. 3 and pp. 5). | Fine.",
    "His Op. 125 and Matt. 5:3, cl. 3 of Sch. 2. | See Rte. 66. | Wm. Blake sang pop. | He saw a rom. | Then he left.",
    "AN ABBREVIATION BY MR. SMITH. | THE END.",
    "no stop at all",
    "... and so on. ?!",
  ],
  id: [
    "Harganya Rp. 1.500.000 di Jl. Sudirman No. 5. | Mahal.",
    "Ia bertemu dr. Budi, S.Pd. | Ia senang. | Bpk. Agus dan Tn. Ali datang.",
    "Ada apel, jeruk, dsb. | Semua segar. | Ada dll. yang lain.",
    "Pukul 14.30 WIB. | Mereka pulang pukul 15.00 WITA.",
    "Prof. Dr. Ir. H. Agus, M.Kom. mengajar. | PT. Maju Tbk. untung.",
    "Di Kec. Sawah, Kab. Bogor. | Lihat hal. 5. | Itu satu hal. | Kami tahu.",
    "Ditulis oleh Budi dkk. (2020) a.n. Dekan. | Selesai.",
    "Tanggal 17 Agu. 1945 itu penting. | Di hp. | Dia menelepon.",
    "R.A. Kartini lahir di Jepara. | K.H. Dewantara juga.",
    "Rp1.500.000. | Rp 5.000. | Sekitar 2,5 kg. | Sekian.",
    "“Halo!” kata Nina. | “Apa kabar?” tanya Budi.",
    "10 sen. | Itu murah.",
    "Ia tiba pkl. 10.00 di RS. Harapan Kita. | Lalu ke RS. | Kemudian pulang.",
    "Pasal 2 jo. Pasal 18 UU itu. | Ia menyapa Jo. | Lalu pergi.",
    "Brigjen Pol. Ahmad dan Letjen TNI (Purn.) Prabowo bertemu Moh. Hatta. | Kombes. Pol. Budi ikut.",
    "Telp. (021) 555-123, Fax. (021) 555-124, No. Rek. 0123, NIP. 1980. | Selesai.",
    "Buka Sen.-Jum. 08.00-16.00, Sab. 08.00-12.00. | Ongkosnya 10 sen. | Murah.",
    "Alamat: Komp. Permata, Kp. Melayu Rt. 05 Rw. 02, Ds. Krajan. | Assalamualaikum wr. wb. | Salam.",
  ],
  de: ["Am 3. Oktober kam z. B. Herr Dr. Meier. | Dann ging er am 4. | Das war es.", "Es sind usw. viele. | Ja."],
  sv: ["Det sade hon. | Det var den 3. | ”Hej!” | ”Då så.”"],
  fr: ["Vraiment ? | Oui ! | M. Dupont dit : « Non. » | Puis il part."],
  es: ["¿Qué? | ¡Nada! | Vale."],
  el: ["Τι είναι; | Δεν ξέρω· ίσως."],
  ja: ["今日は。|+明日も！|+「行くよ。」+と彼は言った。|+「うん。」|+終わり。", "Node.+js+です。|+はい"],
  zh: ["你好。|+他说：+“走。”|+好！|+真的？|+是"],
  hi: ["यह पहला है। | यह दूसरा है॥ | क्या?"],
  ar: ["هل هذا صحيح؟ | نعم. | لا، ليس."],
  ur: ["یہ پہلا ہے۔ | یہ دوسرا ہے۔"],
  ru: ["Это т. е. так. | Он жил на ул. Ленина и т.д. | Да."],
  hy: ["Սա առաջինն է։ | Սա երկրորդն է։"],
};

const token = (spoken: string): SentenceToken => ({ display: spoken || "🎉", spoken });
const many = (spoken: string, count: number) => Array.from({ length: count }, () => token(spoken));
for (const [locale, texts] of Object.entries(golden)) {
  test.each(texts)(`borders in ${locale} stay: %s`, (text) => expect(cut(text, locale)).toBe(text));
}

test("a locale with region and script uses its language's rules", () => {
  expect(cut("Ada apel dsb. | Budi makan.", "id-Latn-ID")).toBe("Ada apel dsb. | Budi makan.");
});

test("a megabyte of stops, closing marks or silent tokens takes linear time", () => {
  const took = processorTime();
  expect(sentenceStarts([token(".".repeat(1e6)), token("Yes")], "en")).toEqual([1]);
  expect(sentenceStarts([token(`a.${")".repeat(1e6)}`), token("Yes")], "en")).toEqual([]);
  expect(sentenceStarts([token("Yes."), ...many("", 1e5), token("No.")], "en")).toEqual([100_001]);
  expect(sentenceStarts([token("Yes."), ...many(")", 1e5), token("No.")], "en")).toEqual([100_001]);
  expect(sentenceStarts(many("—", 1e5), "en")).toEqual([]);
  expect(took()).toBeLessThan(3000);
});
