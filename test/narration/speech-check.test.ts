import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { brokenSpeech, paceOf, secondsPerUnit, type SpeechFacts } from "../../src/narration/speech-check.ts";
import { espeakSpeech } from "../../src/providers/speech/espeak.ts";
import { SPEECH_SAMPLES } from "../../src/providers/speech/samples.ts";
import { sentence } from "../support/program.ts";

const espeak = espeakSpeech({ processes: 1 });
const folder = mkdtempSync(join(tmpdir(), "lector-check-"));
afterAll(async () => {
  await espeak.close();
  rmSync(folder, { recursive: true });
});

type Said = { text: string; pcm: Int16Array; sampleRate: number };

async function say(voice: string, texts: string[], settings: Record<string, number> = {}): Promise<Said[]> {
  const requests = texts.map((text, index) => {
    return { voice, language: voice, settings, text, path: join(folder, `${index}.pcm`) };
  });
  const speeches = await espeak.speak(requests);
  return speeches.map(({ sampleRate, samples }, index) => {
    const bytes = readFileSync(requests[index]!.path);
    return { text: texts[index]!, pcm: new Int16Array(bytes.buffer, bytes.byteOffset, samples), sampleRate };
  });
}

function factsOf({ pcm, sampleRate }: Said): SpeechFacts {
  let [largest, atFullScale] = [0, 0];
  for (const sample of pcm) {
    largest = Math.max(largest, Math.abs(sample));
    if (Math.abs(sample) >= 32_767) atFullScale++;
  }
  return { samples: pcm.length, sampleRate, peak: largest / 32_768, atFullScale };
}

const english = Array.from({ length: 40 }, (_, index) => sentence(index * 7919));
const paceIn = (language: string, said: Said[]) => {
  const known = said.map((each) => secondsPerUnit(each.text, language, factsOf(each)));
  return paceOf(known.filter((pace) => pace !== null));
};

/** What real articles and their oddest readers hold. */
const odd = [
  "12345678901234567890",
  "000000000000000000000000000000",
  "3,141,592,653,589,793,238 and 777,777,777",
  "1000000000000000000000",
  "2001-12-31T23:59:59+07:00",
  "+62 812-3456-7890, +62 812-3456-7891",
  "WWF, UNHCR, BBC, WWW, HTML, XKCD, WTF",
  "THE WHOLE SENTENCE IS WRITTEN IN CAPITALS.",
  "NATO and UNESCO met ASEAN at the WTO in WY.",
  "w w w w w w w w w w w w w w w w w w w w w w",
  "I a I a I a I a I a I a I a I a I a I a I a",
  `${"a".repeat(1000)}.`,
  "w".repeat(60),
  "dGhpcyBpcyBhIHRlc3QgdGhhdCBub2JvZHkgd2lsbCBldmVyIHJlYWQ=",
  "https://example.org/a/very/long/path?with=queries&and=more#fragment",
  "first.last+tag@sub.example.co.uk, @someone, #hashtag_of_words",
  "snake_case_name, fooBarBaz, kebab-case-name, $variable, <div class='a'>",
  `a${"-".repeat(100)}b and some more letters here`,
  `${".".repeat(100)} and twenty more letters after it`,
  "~~~~ ==== #### @@@@ &&&& %%%% twenty letters of text here",
  "👍👍👍👍👍👍👍👍 twenty letters of text with thumbs",
  "👨‍👩‍👧‍👦 👨‍👩‍👧‍👦 👨‍👩‍👧‍👦 the families met in the garden",
  "x² + y² = z², ½ of ¼ is ⅛, √2 ≈ 1.41421356, 20 °C ± 0.5",
  "$3.5m, £20, €5,000, Rp1.500.000,50, ¥1000, 100%, 5‰",
  "MMXXIV, XIV, Louis XVI., ke-21, 3rd, 22nd, 1980s",
  "Dr. Mr. Mrs. St. etc. e.g. i.e. p.m. vs. No. Fig. approx.",
  "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
  "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
  "Привет мир, как дела сегодня утром, друзья",
  "你好世界今天天气很好我们一起去公园散步吧好不好",
  "مرحبا بالعالم كيف حالك اليوم يا صديقي العزيز",
  "한국어 문장을 여기에 몇 개 더 써 봅시다 그렇죠",
  "ผู้ดูแลประภาคารเขียนหนึ่งบรรทัดทุกเย็น",
  "αβγδε ζηθικ λμνξο πρστυ φχψω",
  "strč prst skrz krk, zmrzl vlk, smrt",
  "Hmm, mmm, shh, pst, brrr, tsk, zzz, grr.",
];

const prose: Record<string, string[]> = {
  de: ["Der Wärter des Leuchtturms schrieb jeden Abend eine Zeile, und niemand las sie."],
  fr: ["Le gardien du phare écrivait une ligne chaque soir, et personne ne la lisait."],
  ru: ["Смотритель маяка каждый вечер писал одну строчку, и никто её не читал."],
  ar: ["كان حارس المنارة يكتب سطرا كل مساء ولم يقرأه أحد"],
  hi: ["प्रकाशस्तंभ का रखवाला हर शाम एक पंक्ति लिखता था, और उसे कोई नहीं पढ़ता था।"],
  cmn: ["灯塔的看守人每天晚上都要在本子上写一行字，却从来没有人读过它。"],
  ja: ["灯台の番人は毎晩一行書いたが、だれもそれを読まなかった。とうだいのばんにんはまいばんかいた。"],
  ko: ["등대지기는 매일 저녁 한 줄을 썼지만 아무도 그것을 읽지 않았다고 한다."],
  th: ["ผู้ดูแลประภาคารเขียนหนึ่งบรรทัดทุกเย็นและไม่มีใครอ่านมันเลย"],
  vi: ["Người gác hải đăng viết một dòng mỗi buổi tối, và không ai đọc nó cả."],
  am: ["የመብራት ቤት ጠባቂው በየምሽቱ አንድ መስመር ይጽፍ ነበር ማንም አላነበበውም።"],
  my: ["မီးပြတိုက်စောင့်သည် ညနေတိုင်း စာတစ်ကြောင်းရေးသည်။ ဘယ်သူမှ မဖတ်ပါ။"],
};

test.each([
  ["en-us", "en-US"],
  ["id", "id"],
  ["ru", "ru"],
  ["cmn", "zh"],
])("honest speech passes: odd texts said by %s, with and without a known pace", async (voice, language) => {
  const pace = voice === "en-us" || voice === "id" ? paceIn(language, await say(voice, english)) : null;
  for (const said of await say(voice, odd)) {
    for (const known of [null, pace]) {
      expect([said.text, brokenSpeech(said.text, language, factsOf(said), known)]).toEqual([said.text, null]);
    }
  }
});

test("honest speech passes: prose in many languages, at the slowest and the fastest", async () => {
  for (const [voice, texts] of Object.entries(prose)) {
    for (const rate of [175, 88, 350]) {
      const [said] = await say(voice, texts, { rate });
      const own = secondsPerUnit(said!.text, voice, factsOf(said!));
      for (const pace of [null, own])
        expect([voice, brokenSpeech(said!.text, voice, factsOf(said!), pace)]).toEqual([voice, null]);
    }
  }
});

test("a voice's pace is the median of ordinary texts, and unknown before there are twenty", async () => {
  const said = await say("en-us", english);
  const pace = paceIn("en-US", said)!;
  expect(pace).toBeGreaterThan(0.055);
  expect(pace).toBeLessThan(0.085);
  expect(paceIn("en-US", said.slice(0, 19))).toBeNull();
  for (const text of [
    "Too short.",
    "In 1945 the old lamp burnt for 121 nights.",
    "THE WHOLE SENTENCE IS WRITTEN IN CAPITALS.",
  ]) {
    expect(secondsPerUnit(text, "en-US", { samples: 22_050, sampleRate: 22_050 })).toBeNull();
  }
});

test("half a sentence, one said three times, and one behind silence are found once the pace is known", async () => {
  const said = await say("en-us", english);
  const pace = paceIn("en-US", said);
  for (const each of said) {
    const sounds = {
      "too short": each.pcm.slice(0, each.pcm.length * 0.3),
      "too long": Int16Array.from([...each.pcm, ...each.pcm, ...each.pcm, ...each.pcm]),
    };
    for (const [verdict, pcm] of Object.entries(sounds)) {
      expect(brokenSpeech(each.text, "en-US", factsOf({ ...each, pcm }), pace)).toContain(verdict);
    }
    const late = new Int16Array(each.pcm.length + 20 * each.sampleRate);
    late.set(each.pcm, 20 * each.sampleRate);
    expect(brokenSpeech(each.text, "en-US", factsOf({ ...each, pcm: late }), pace)).toContain("too long");
  }
});

test("gross faults are found from the first sentence on", async () => {
  const [said] = await say("en-us", ["The keeper of the lighthouse wrote a line each evening."]);
  const verdict = (pcm: Int16Array) => brokenSpeech(said!.text, "en-US", factsOf({ ...said!, pcm }), null);
  expect(verdict(said!.pcm)).toBeNull();
  expect(verdict(new Int16Array(0))).toBe("silent (0 s, peak −∞ dBFS)");
  expect(verdict(said!.pcm.map(() => 0))).toContain("silent (2.3 s");
  expect(verdict(said!.pcm.map((_, index) => (index % 2 === 0 ? 50 : -50)))).toContain("peak −56 dBFS");
  expect(verdict(said!.pcm.map((value) => Math.max(-32_768, Math.min(32_767, value * 8))))).toContain(
    "% of it stands at full scale",
  );
  expect(verdict(said!.pcm.slice(0, 10_000))).toMatch(/^too short \(0\.45 s, where at least 0\.9 s/);
  expect(
    verdict(Int16Array.from({ length: 22_050 * 60 }, (_, index) => said!.pcm[index % said!.pcm.length]!)),
  ).toContain("too long (60 s");
});

test("what has no sound may be silent, and a short word may take its time", async () => {
  const silence = { samples: 0, sampleRate: 22_050, peak: 0, atFullScale: 0 };
  for (const text of ["—", "…", "👍", "ꜭ", "𐀀", "ๆ", "•"])
    expect(brokenSpeech(text, "en-US", silence, 0.065)).toBeNull();
  for (const text of ["a", "7", "да", "中", "OK."])
    expect(brokenSpeech(text, "en-US", silence, 0.065)).toContain("silent");
  const long = { samples: 22_050 * 5, sampleRate: 22_050, peak: 0.5, atFullScale: 0 };
  expect(brokenSpeech("Yes.", "en-US", long, 0.065)).toBeNull();
});

test("the sample sentences of all languages pass in their own voice", async () => {
  for (const [language, { espeak: voice, text }] of Object.entries(SPEECH_SAMPLES)) {
    const [said] = await say(voice, [text]);
    expect([language, brokenSpeech(text, language, factsOf(said!), null)]).toEqual([language, null]);
  }
});

test("a language that nobody knows, or without a script of its own, is no obstacle", () => {
  const facts = { samples: 22_050 * 3, sampleRate: 22_050, peak: 0.5, atFullScale: 0 };
  for (const language of ["zxx", "und", "x-own", "art-x-pyash", "tlh", "", "no tag"]) {
    expect(brokenSpeech("The keeper of the lighthouse wrote a line.", language, facts, null)).toBeNull();
  }
});
