import { spelled } from "./letters.ts";
import { reader, type Reader } from "./reader.ts";
import { romanOf } from "./romans.ts";

/*
 * Runs of capitals. Without a vowel nothing can be read as a word, so the letters are said: PBB, DPR, KPK. With one they are
 * said as a word (NATO, ASEAN, BRIN), unless listed here: those that Indonesian news readers say letter by letter.
 */

const withVowels = new Set(
  `AC ADB AFC AFF AI APBD APBN APD APK AS ASN ATM BCA BEI BI BNI BPIP BPOM BRI BSI BUMD BUMN CEO CFO CIA CPO CPU DIY
  DKI DNA DPO EBT EKG EO EU EUR EV FBI GPU HGU HIV HUT IBM ICC ICU ICW IDI IDR IGD IHSG IKN ILO IMB IMF IP IPA IPB
  IPDN IPK IPO IPS IQ ISBN IT ITB ITE ITS IUP JHT KAI KPAI KPU KRI KUA KUD KUHP LED LSI LTE MA MI MOU MUI NBA NGO
  NKRI NU ODGJ OJK OPD OPM OSN OTG OTP OTT PAD PBSI PDI PDIP PGRI PKI PMI PNI PPATK PPKI PSI PSSI PUPR PUU RAPBN RI
  RSIA RSPAD RSU RSUD RSUP RUPS RUU SAW SBY SDIT SEO SIUP SMA SMAN SMU SOP SPBU SUV TI TKA TKI TNI TPA TPI TPU TVRI
  UAE UAS UB UD UE UEA UFC UGD UGM UI UK UKM UKS UKT UMK UMKM UMP UMR UN UNDP UNHCR UNJ UNS UNY UPI UPT URL USA USB
  USD USG UTBK UTC UTS UU UUD UUPA UV VIP VOA VOC WA WHO WIB WIT WNA WNI WTO ZEE`.split(/\s+/),
);

// Valid as Roman numerals too, which is not what they are.
const notRoman = new Set(["CV", "CD", "MC", "CC", "DC", "DM", "MM", "CM"]);

const mixed: Record<string, string> = { Tbk: "te be ka", PPh: "pe pe ha", PPnBM: "pe pe en be em", MTs: "em te es" };

/** Whether a run of capitals is said letter by letter. */
export function isSpelled(capitals: string): boolean {
  if (withVowels.has(capitals) || notRoman.has(capitals)) return true;
  return /^[B-DF-HJ-NP-TV-Z]{2,6}$/.test(capitals) && romanOf(capitals) === null;
}

const capitals = reader(
  /(?<![\p{L}\p{N}_])(?:(?:Tbk|PT|CV|UD|QS|HR|MH|HM)\.(?= )|[A-Z]{2,6}|Tbk|PPh|PPnBM|MTs)(?![\p{L}\p{N}_])/gu,
  ([written]) => {
    // The stop of "PT. Maju" ends no sentence, and would be a pause.
    const letters = written.replace(".", "");
    return mixed[letters] ?? (isSpelled(letters) ? spelled(letters) : null);
  },
);

/** AC/DC, TCP/IP: without a "garis miring". */
const twin = reader(/(?<![\p{L}\p{N}/])([A-Z]{2,6})\/([A-Z]{2,6})(?![\p{L}\p{N}/-])/gu, ([, ...both]) =>
  both.some((each) => isSpelled(each)) ? both.map((each) => (isSpelled(each) ? spelled(each) : each)).join(" ") : null,
);

const america = reader(/(?<=dolar )AS(?![\p{L}\p{N}])/gu, () => "Amerika Serikat");

// The army, the navy and the air force; alone they may be words.
const forces = reader(/(?<=TNI[ -])A[DLU](?![\p{L}\p{N}])/gu, ([written]) => spelled(written));

export const acronyms: readonly Reader[] = [
  america,
  forces,
  twin,
  (text) => {
    const found = capitals(text);
    return isShouted(text) ? found.filter(({ from, to }) => !/[AEIOU]/.test(text.slice(from, to))) : found;
  },
];

/** In a line of capitals every word looks like an acronym: only what has no vowel is surely one there. */
function isShouted(text: string): boolean {
  return !/\p{Ll}/u.test(text) && (text.match(/[A-Z]{3,}/g) ?? []).some((word) => !isSpelled(word));
}
