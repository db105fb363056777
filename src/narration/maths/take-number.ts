import { integerOf, isOperator, type Part } from "./parts.ts";
import { vulgarOf } from "./say-fraction.ts";
import { sayDigits } from "./speak.ts";
import type { Taker } from "./say-row.ts";

/** `2\frac{1}{2}` */
export const takeMixed: Taker = (speaker, parts, at) => {
  const [whole, fraction] = [parts[at]!, parts[at + 1]];
  if (integerOf(whole) === null || fraction === undefined) return null;
  const said = vulgarOf(speaker, fraction);
  const [top, bottom] =
    fraction.kind === "fraction" ? [integerOf(fraction.top), integerOf(fraction.bottom)] : [null, null];
  if (said === null || top === null || bottom === null || top >= bottom) return null;
  return {
    said: speaker.words.mixed(sayDigits(speaker, (whole as Part & { kind: "number" }).text), said),
    count: 2,
    left: 2,
    right: 1,
  };
};

/** `0.1\overline{6}`, `0.\dot{3}`: a decimal with its period. */
export const takeRepeating: Taker = (speaker, parts, at) => {
  const { words } = speaker;
  const number = parts[at]!;
  if (number.kind !== "number") return null;
  // A comma with nothing around it stands apart: `0,\overline{3}`.
  const apart = words.decimalMark === "," && isOperator(parts[at + 1], ",") ? 1 : 0;
  if (!(apart === 1 ? /^\d+$/ : /^\d+[.,]\d*$/).test(number.text)) return null;
  const period = parts[at + 1 + apart];
  if (period?.kind !== "scripts" || period.base.kind !== "number" || !isOperator(period.over ?? undefined, "‾¯˙"))
    return null;
  const [whole = "", decimals = ""] = number.text.split(/[.,]/);
  const digits = (text: string) => Array.from(text, (digit) => words.cardinal(digit)).join(" ");
  const before = `${sayDigits(speaker, whole)} ${words.point}${decimals === "" ? "" : ` ${digits(decimals)},`}`;
  return { said: `${before} ${words.repeating(digits(period.base.text))}`, count: 2 + apart, left: 2, right: 1 };
};

/** `1/2` between signs. */
export const takeSlash: Taker = (speaker, parts, at) => {
  const [top, slash, bottom] = [parts[at]!, parts[at + 1], parts[at + 2]];
  if (!isOperator(slash, "/∕") || bottom === undefined || isOperator(parts[at + 3], "/!")) return null;
  const said = vulgarOf(speaker, { kind: "fraction", top, bottom, bar: true });
  return said === null ? null : { said, count: 3, left: 2, right: 1 };
};

/** `\$5`, `5\,€`, `Rp\,50.000` */
export const takeMoney: Taker = (speaker, parts, at) => {
  const rupiah = isLetter(parts[at], "R") && isLetter(parts[at + 1], "p") ? 1 : 0;
  const [first, second] = [parts[at]!, parts[at + 1 + rupiah]];
  const [sign, amount] = first.kind === "number" ? [second, first] : [first, second];
  const mark =
    rupiah === 1
      ? "Rp"
      : sign !== undefined && sign.kind !== "number" && "text" in sign
        ? sign.text.replace(/\.$/, "")
        : "";
  const name = speaker.words.money[mark];
  if (name === undefined || amount?.kind !== "number") return null;
  // Rupiah have no decimals, whatever the language.
  const digits = mark === "Rp" ? amount.text.replace(/\.(?=\d{3})/g, "") : amount.text;
  const said = `${sayDigits(speaker, digits)} ${name[amount.text === "1" ? 0 : 1]}`;
  return { said, count: 2 + rupiah, left: 2, right: 1 };
};

function isLetter(part: Part | undefined, letter: string): boolean {
  return part?.kind === "name" && part.text === letter;
}
