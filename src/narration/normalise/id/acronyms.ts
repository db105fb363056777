import { spelled } from "./letters.ts";
import { reader, type Reader } from "./reader.ts";
import { romanOf } from "./romans.ts";

/*
 * Runs of capitals. Without a vowel nothing can be read as a word, so the letters are said: PBB, DPR, KPK. With one they are
 * said as a word (NATO, ASEAN, BRIN), unless listed here: those that Indonesian news readers say letter by letter.
 */

const withVowels = new Set(
  `ABK AC ADB ADHD ADP AFC AFF AI AKBP AKP AMD AMDK ANBK ANTM ANTV APBD APBN APBNP APD APJII APK ART AS ASDP ASII
  ASN ATK ATM ATP ATR BAP BBCA BBNI BBRI BCA BEI BFO BI BMRI BNI BPIP BPOM BPUPKI BRI BSI BUMD BUMN CEO CFO CIA
  CIMB CLI CPO CPU DIY DKI DNA DPO EBT EKG EO EPS ESDM ETF EU EUR EV EYD FBI FTA GMNI GPU GUI HBO HDMI HGU HIV HMI
  HUT IAEA IBL IBM ICBP ICC ICJ ICU ICW IDF IDI IDR IDX IGD IHK IHSG IKN ILO IMB IMF IMT INDF IOC IOD IOM IP IPA
  IPB IPDN IPK IPM IPO IPP IPS IQ ISBN ISDV ISP ISSN IT ITB ITE ITS IU IUCN IUP IUPK JHT KAA KAI KBBI KCIC KGPAA
  KPAI KPI KPPU KPU KRI KUA KUD KUHP LED LPEI LSI LTE MA MI MJO MOU MU MUI NADPH NBA NGO NII NKRI NRI NU OCBC OCR
  ODGJ OECD OJK OPD OPM OS OSN OTG OTP OTT PAD PBSI PDAM PDI PDIP PDRI PGI PGRI PIC PII PKI PKPU PLTA PLTU PMA PMI
  PMII PNI PPATK PPKI PRRI PRSI PSI PSII PSIM PSIS PSSI PSU PTUN PUPR PUU RAB RAPBN RCTI RI RIS RNA ROA ROE ROI
  RSIA RSPAD RSU RSUD RSUP RUPS RUU SAW SBY SDA SDIT SEO SIUP SMA SMAN SMU SNI SOP SPBU SPI SPKLU SUV TI TII TKA
  TKI TMII TNI TPA TPI TPPO TPPU TPU TVRI UAD UAE UAS UB UCL UD UDP UE UEA UFC UGD UGM UI UII UK UKM UKS UKT UMK
  UMKM UMM UMP UMR UMS UMY UN UNBK UNDP UNFPA UNHCR UNJ UNS UNVR UNY UOB UPI UPN UPT UPTD URL USA USB USD USG USU
  UTBK UTC UTS UU UUD UUID UUPA UV UX VGA VIP VOA VOC WA WHO WIB WIT WNA WNI WTO YLBHI YLKI ZEE`.split(/\s+/),
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

/** AC/DC, TCP/IP, DI/TII: without a "garis miring". */
const twin = reader(/(?<![\p{L}\p{N}/])([A-Z]{2,6})\/([A-Z]{2,6})(?![\p{L}\p{N}/-])/gu, ([, ...both]) =>
  both.some((each) => isSpelled(each))
    ? both.map((each) => (isSpelled(each) || each === "DI" ? spelled(each) : each)).join(" ")
    : null,
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
