import { match } from "./place.ts";

/** A currency's words: its unit, its hundredth. `thousands`: a stop in its amounts parts thousands ("Rp1.500"). */
export type Currency = { one: string; many: string; cent: string; cents: string; thousands: boolean };

// Sign or code=singular,plural,hundredth,hundredths; "cent" and the plain plural where left out. `*`: stops part thousands.
const table = `$=dollar|US$=US dollar|A$=Australian dollar|AU$=Australian dollar|C$=Canadian dollar|CA$=Canadian dollar|NZ$=New Zealand dollar|S$=Singapore dollar
HK$=Hong Kong dollar|NT$=Taiwan dollar|R$=real,reais,centavo,centavos|£=pound,pounds,penny,pence|€=euro|¥=yen,yen,sen,sen|CN¥=yuan,yuan,fen,fen|JP¥=yen,yen,sen,sen
₹=rupee,rupees,paisa,paise|Rs=rupee,rupees,paisa,paise|*Rp=rupiah,rupiah,sen,sen|RM=ringgit,ringgit,sen,sen|₩=won,won,jeon,jeon|₽=rouble,roubles,kopeck,kopecks|₺=lira,lira,kurus,kurus
*₫=dong,dong,xu,xu|฿=baht,baht,satang,satang|₱=peso,pesos,centavo,centavos|₦=naira,naira,kobo,kobo|₴=hryvnia,hryvnias,kopiyka,kopiykas|₪=shekel,shekels,agora,agorot|₿=bitcoin
USD=US dollar|EUR=euro|GBP=pound,pounds,penny,pence|AUD=Australian dollar|CAD=Canadian dollar|NZD=New Zealand dollar|SGD=Singapore dollar|HKD=Hong Kong dollar
JPY=yen,yen,sen,sen|CNY=yuan,yuan,fen,fen|INR=Indian rupee,Indian rupees,paisa,paise|*IDR=rupiah,rupiah,sen,sen|CHF=Swiss franc|SEK=Swedish krona,Swedish kronor,öre,öre
NOK=Norwegian krone,Norwegian kroner,øre,øre|DKK=Danish krone,Danish kroner,øre,øre|MYR=ringgit,ringgit,sen,sen|BRL=real,reais,centavo,centavos|ZAR=rand,rand|THB=baht,baht,satang,satang`;

const currencies = new Map<string, Currency>();
for (const entry of table.split(/[|\n]/)) {
  const [sign = "", names = ""] = entry.split("=");
  const [one = "", many = `${one}s`, cent = "cent", cents = "cents"] = names.split(",");
  currencies.set(sign.replace("*", ""), { one, many, cent, cents, thousands: sign.startsWith("*") });
}

// Below ten, "INR" is the blood's clotting ratio.
const inFront =
  /(?:(?:US|AU?|CA?|NZ|S|HK|NT|R)\$|(?:CN|JP)¥|\p{Sc}|Rs\.?|Rp\.?|RM|(?<!\/)(?!INR \d(?:\.\d)?(?![\d.,]\d))[A-Z]{3}(?= ))(?= ?\.?\d)/uy;
const behind = /( ?)(?:([A-Z]{3})(?![\p{L}\p{N}])|([€£₹₽₺₫₪₴$])(?![\p{L}\p{N}]))/uy;

/** "50¢", "99p": hundredths, as a currency of their own. */
const small: Record<string, Currency> = {
  "¢": { one: "cent", many: "cents", cent: "", cents: "", thousands: false },
  p: { one: "penny", many: "pence", cent: "", cents: "", thousands: false },
};
const hundredths = /¢|(?<!\d{3})p(?![\p{L}\p{N}.])/uy;

export type Priced = { to: number; currency: Currency };

/** The currency that stands before a number ("US$5", "Rp 1.500", "USD 5"); `to`: where the number begins. */
export function currencyBefore(text: string, at: number): Priced | null {
  const found = match(inFront, text, at);
  const currency = found === null ? undefined : currencies.get(found[0].replace(".", ""));
  if (found === null || currency === undefined) return null;
  const to = at + found[0].length;
  return { to: text[to] === " " ? to + 1 : to, currency };
}

/** The currency that stands behind a number ("20 €", "5 million USD", "50p"). */
export function currencyBehind(text: string, at: number): Priced | null {
  const cents = match(hundredths, text, at);
  if (cents !== null) return { to: at + 1, currency: small[cents[0]]! };
  const found = match(behind, text, at);
  const currency = currencies.get(found?.[2] ?? found?.[3] ?? "");
  return found === null || currency === undefined ? null : { to: at + found[0].length, currency };
}

export function currencyOf(sign: string): Currency | undefined {
  return currencies.get(sign.replace(".", ""));
}
