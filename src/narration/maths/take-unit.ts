import { integerOf, isOperator, partsOf, type Part } from "./parts.ts";
import { sayDigits, type Speaker } from "./speak.ts";
import { vulgarOf } from "./say-fraction.ts";
import type { Taker } from "./say-row.ts";

/** A unit with its power: `m`, `s^{-2}`, `km^2`. */
type Factor = { symbol: string; power: number };

/** `5\,\mathrm{km}`, `9.81\,\mathrm{m/s^2}`, `\mathrm{m/s^2}`, `20\,^\circ\mathrm{C}`. */
export const takeQuantity: Taker = (speaker, parts, at) => {
  const first = parts[at]!;
  const temperature = takeTemperature(speaker, parts, at);
  if (temperature !== null) return temperature;
  if (speaker.chemical) return null;
  const amount = amountOf(speaker, first);
  const from = amount === null ? at : at + 1;
  const { factors, count } = factorsAt(speaker, parts, from);
  if (factors.length === 0 || (amount === null && !standsAlone(parts, from, count, factors))) return null;
  const unit = sayUnit(speaker, factors, first.kind === "number" && first.text === "1");
  return { said: amount === null ? unit : `${amount} ${unit}`, count: from - at + count, left: 2, right: 2 };
};

/** A number, a fraction of numbers, a power of ten. */
function amountOf(speaker: Speaker, part: Part): string | null {
  if (part.kind === "number") return sayDigits(speaker, part.text);
  if (part.kind === "fraction") return vulgarOf(speaker, part);
  if (part.kind !== "scripts" || part.base.kind !== "number" || part.sup === null || part.sub !== null) return null;
  const sup = partsOf(part.sup);
  const [sign, power] = sup.length === 2 ? sup : [undefined, sup[0]];
  if (power === undefined || integerOf(power) === null || (sign !== undefined && !isOperator(sign, "−-+"))) return null;
  const { words } = speaker;
  const exponent = `${sign === undefined ? "" : `${words.signs[(sign as Part & { kind: "operator" }).text] ?? ""} `}${words.cardinal(String(integerOf(power)))}`;
  return `${sayDigits(speaker, part.base.text)} ${words.power(exponent, false)}`;
}

/** Without a number a single letter is hardly a unit, and nor is "in": "km" is, and "m/s". */
function standsAlone(parts: readonly Part[], from: number, count: number, factors: Factor[]): boolean {
  const before = parts[from - 1];
  const free = before === undefined || isOperator(before);
  if (!free || factors.length === 0) return false;
  if (factors.length > 1) return parts[from]!.kind !== "text" || count > 1;
  return /^(?:[kcmnμM]m|[kmμ]g|[kM]?Hz|k?Pa|k?J|[kMG]?W|kWh|[mM]?eV|mol|m?L)$/.test(factors[0]!.symbol);
}

function factorsAt({ words }: Speaker, parts: readonly Part[], from: number): { factors: Factor[]; count: number } {
  const factors: Factor[] = [];
  let count = 0;
  let sign = 1;
  for (let at = from; at < parts.length; at++) {
    const part = parts[at]!;
    if (factors.length > 0 && isOperator(part, "/∕") && unitsOf(parts[at + 1], words.units) !== null) sign = -1;
    else if (!(factors.length > 0 && isOperator(part, "·⋅×") && unitsOf(parts[at + 1], words.units) !== null)) {
      const found = unitsOf(part, words.units);
      if (found === null) break;
      factors.push(...found.map(({ symbol, power }) => ({ symbol, power: sign * power })));
      count = at + 1 - from;
    }
  }
  return { factors, count };
}

/** The units that one part is; `\frac{\mathrm m}{\mathrm s}` is two. */
function unitsOf(part: Part | undefined, units: Record<string, unknown>): Factor[] | null {
  if (part === undefined) return null;
  if (part.kind === "fraction" && part.bar) {
    const [top, bottom] = [allUnits(part.top, units), allUnits(part.bottom, units)];
    return top === null || bottom === null
      ? null
      : [...top, ...bottom.map(({ symbol, power }) => ({ symbol, power: -power }))];
  }
  if (part.kind === "scripts" && part.sup !== null && part.sub === null) {
    // Of \text{m/s}^2 the last unit is raised.
    const factors = unitsOf(part.base, units) ?? [];
    const last = factors.at(-1);
    const power = signedInteger(part.sup);
    return last === undefined || power === null
      ? null
      : [...factors.slice(0, -1), { ...last, power: last.power * power }];
  }
  if (part.kind === "text") return textUnits(part.text, units);
  if (part.kind !== "name" || !part.upright) return null;
  return part.text in units ? [{ symbol: part.text, power: 1 }] : null;
}

function allUnits(part: Part, units: Record<string, unknown>): Factor[] | null {
  const found = partsOf(part).map((inner) => unitsOf(inner, units));
  return found.length > 0 && found.every((factors) => factors !== null) ? found.flat() : null;
}

/** `\text{ km/h}` */
function textUnits(text: string, units: Record<string, unknown>): Factor[] | null {
  const factors: Factor[] = [];
  for (const [index, symbols] of text.trim().replace(/²/g, "2").replace(/³/g, "3").split("/").entries()) {
    for (const symbol of symbols.split(/[·⋅ ]/)) {
      const [, name, power] = /^(%|\p{L}+)(?:\^?(\d))?$/u.exec(symbol) ?? [];
      if (name === undefined || !(name in units)) return null;
      factors.push({ symbol: name, power: (index === 0 ? 1 : -1) * Number(power ?? 1) });
    }
  }
  return factors;
}

function signedInteger(sup: Part): number | null {
  const parts = partsOf(sup);
  const negative = isOperator(parts[0], "−-");
  const power = parts.length === (negative ? 2 : 1) ? integerOf(parts.at(-1)!) : null;
  return power === null ? null : negative ? -power : power;
}

/** The last unit before "per" tells one from many. */
function sayUnit({ words }: Speaker, factors: Factor[], one: boolean): string {
  const above = factors.filter(({ power }) => power > 0);
  const below = factors.filter(({ power }) => power < 0);
  const said = above.map(({ symbol, power }, index) => {
    const [single, many] = words.units[symbol]!;
    const name = one || index < above.length - 1 ? single : many;
    return power === 1 ? name : words.unitPower(name, power);
  });
  return [...said, ...below.map(({ symbol, power }) => words.perPower(words.units[symbol]![0], -power))].join(" ");
}

function takeTemperature({ words, ...speaker }: Speaker, parts: readonly Part[], at: number): ReturnType<Taker> {
  const [part, next] = [parts[at]!, parts[at + 1]];
  if (
    part.kind !== "scripts" ||
    part.base.kind !== "number" ||
    !isOperator(part.sup ?? undefined, "°∘") ||
    (next?.kind !== "name" && next?.kind !== "text")
  )
    return null;
  const scale = words.degreesOf[next.text.trim()];
  if (scale === undefined) return null;
  return { said: `${sayDigits({ words, ...speaker }, part.base.text)} ${scale}`, count: 2, left: 2, right: 1 };
}
