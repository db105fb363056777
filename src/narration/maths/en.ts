import { toCardinal, toOrdinal } from "n2words/en-US";
import { enUnits } from "./en-units.ts";
import { enFunctions, enSigns } from "./en-signs.ts";
import { bare, tableOf, type Words } from "./words.ts";

/*
 * Formulas in English. Grouping is made audible by naming the ends of what would else be taken for something shorter ("end root", "all over"), as
 * MathSpeak and ClearSpeak do; the words are those of a lecture.
 */

export const en: Words = {
  cardinal: (digits) => toCardinal(digits),
  point: "point",
  decimalMark: ".",
  repeating: (digits) => `${digits} repeating`,
  vulgar,
  mixed: (whole, fraction) => `${whole} and ${fraction}`,
  ordinal: (position) => toOrdinal(position),
  capital: (letter) => `capital ${letter}`,
  signs: enSigns,
  functions: enFunctions,
  of: "of",
  applied: "of",
  inverseOf: (name) => `inverse ${name}`,
  logBase: (name, base) => `${name} base ${base}`,
  units: enUnits,
  per: "per",
  unitPower: (unit, power) =>
    power === 2 ? `square ${unit}` : power === 3 ? `cubic ${unit}` : `${unit} ${raised(power)}`,
  perPower: (unit, power) =>
    `per ${power === 1 ? unit : unit === "second" ? `${unit} ${raised(power)}` : en.unitPower(unit, power)}`,
  times: "times",
  over: (top, bottom) => `${top} over ${bottom}`,
  allOver: (top, bottom) => `${top}, all over ${bottom}`,
  fraction: (top, bottom) => `the fraction ${top} over ${bottom}, end fraction,`,
  longFraction: (top, bottom) => `the fraction with numerator ${top}, and denominator ${bottom}, end fraction,`,
  root(body, index, marked) {
    const kind = index === null ? "square root" : index === "three" ? "cube root" : rootOrder(index);
    return `the ${kind} of ${body}${marked ? ", end root," : ""}`;
  },
  squared: "squared",
  cubed: "cubed",
  power: (exponent, marked) => `to the power of ${exponent}${marked ? ", end power," : ""}`,
  inverse: "inverse",
  transpose: "transpose",
  conjugate: "star",
  prime: (count) => ["", "prime", "double prime", "triple prime"][count] ?? `${toCardinal(count)} primes`,
  degrees: "degrees",
  arc: ["minutes", "seconds"],
  degreesOf: bare({ C: "degrees Celsius", F: "degrees Fahrenheit" }),
  sub: (index, marked) => `sub ${index}${marked ? ", end sub," : ""}`,
  accents: bare({
    "^": (base) => `${base} hat`,
    "‾": (base) => `${base} bar`,
    "~": (base) => `${base} tilde`,
    "→": (base) => `vector ${base}`,
    "˙": (base) => `${base} dot`,
    "¨": (base) => `${base} double dot`,
    "⃛": (base) => `${base} triple dot`,
    ˇ: (base) => `${base} check`,
    "˘": (base) => `${base} breve`,
    "˚": (base) => `${base} ring`,
    _: (base) => `${base} underlined`,
  }),
  above: (base, sign) => `${base} with ${sign} above`,
  below: (base, sign) => `${base} with ${sign} below`,
  bigOperators: tableOf(`
    ∑ the sum
    ∏ the product
    ∐ the coproduct
    ∫ the integral
    ∬ the double integral
    ∭ the triple integral
    ⨌ the quadruple integral
    ∮ the contour integral
    ∯ the surface integral
    ∰ the volume integral
    ⋃ the union
    ⋂ the intersection
    ⨆ the join
    ⋁ the disjunction
    ⋀ the conjunction
    ⨁ the direct sum
    ⨂ the tensor product
    ⨀ the circled product
    ⨄ the multiset union`),
  bounds({ from, to }) {
    if (from === null) return to === null ? "" : `to ${to}`;
    return to === null ? `over ${from}` : `from ${from} to ${to}`;
  },
  limit: (name, under) => `${name} as ${under}`,
  optimum: (name, under) => `${name} over ${under}`,
  approaches: "approaches",
  fromAbove: "from the right",
  fromBelow: "from the left",
  derivative({ order, partial, what, by }) {
    const name = `${partial ? "partial " : ""}derivative`;
    const ordered =
      order === null ? `the ${name}` : order.startsWith("of ") ? `the ${name} ${order}` : `the ${order} ${name}`;
    return what === null ? `${ordered} with respect to ${by}` : `${ordered} of ${what} with respect to ${by}`;
  },
  and: "and",
  binomial: (top, bottom) => `${top} choose ${bottom}`,
  evaluated: (body, from, to) =>
    to === null ? `${body}, evaluated at ${from ?? ""},` : `${body}, evaluated from ${from ?? ""} to ${to},`,
  fences: tableOf(`
    ( open parenthesis
    ) close parenthesis
    [ open bracket
    ] close bracket
    { open brace
    } close brace
    ⟨ open angle bracket
    ⟩ close angle bracket
    〈 open angle bracket
    〉 close angle bracket
    ⌊ open floor
    ⌋ close floor
    ⌈ open ceiling
    ⌉ close ceiling
    ⟦ open double bracket
    ⟧ close double bracket`),
  absolute: (body, marked) => `the absolute value of ${body}${marked ? ", end absolute value," : ""}`,
  norm: (body, marked) => `the norm of ${body}${marked ? ", end norm," : ""}`,
  floor: (body) => `the floor of ${body}`,
  ceiling: (body) => `the ceiling of ${body}`,
  inner: (left, right) => `the inner product of ${left} and ${right}`,
  set: (members) => `the set ${members}`,
  setOf: (member) => `the set of all ${member}`,
  emptySet: "the empty set",
  interval(left, right, [leftIn, rightIn]) {
    if (leftIn === rightIn) return `the ${leftIn ? "closed" : "open"} interval from ${left} to ${right}`;
    return `the interval from ${left}, ${leftIn ? "included" : "excluded"}, to ${right}, ${rightIn ? "included" : "excluded"},`;
  },
  existsOne: "there exists exactly one",
  size: (body) => `the number of elements of ${body},`,
  bra: (body) => `bra ${body},`,
  ket: (body) => `ket ${body},`,
  given: "given",
  suchThat: "such that",
  divides: "divides",
  modulo: "modulo",
  dot: "dot",
  cross: "cross",
  charges: bare({ "+": "plus", "−": "minus", "•": "radical" }),
  moduloOf: (modulus) => `, modulo ${modulus}`,
  ratio: "to",
  mapFrom: "from",
  shortSigns: tableOf(`
    ∈ in
    ∉ not in
    ⊂ a subset of
    ⊆ a subset of
    < less than
    > greater than
    ≤ less than or equal to
    ≥ greater than or equal to
    ≠ not equal to`),
  congruent: "is congruent to",
  if: "if",
  matrix({ rows, columns, lines, determinant }) {
    const size = `the ${toCardinal(rows)} by ${toCardinal(columns)} matrix`;
    const each = lines.map((line, index) => `${toOrdinal(index + 1)} row: ${line}`).join("; ");
    return `${determinant ? `the determinant of ${size}` : size}: ${each}; end matrix,`;
  },
  vector: (entries) => `the column vector ${entries},`,
  cases: (lines) =>
    `${lines.length === 1 ? "one case" : `${toCardinal(lines.length)} cases`}: ${lines.map((line, index) => `${toOrdinal(index + 1)}, ${line}`).join("; ")}; end cases,`,
  orderOf: (order) => `of order ${order}`,
  derivativeOf: (name, order) => `the derivative of order ${order} of ${name}`,
  money: bare({ $: ["dollar", "dollars"], "€": ["euro", "euros"], "£": ["pound", "pounds"], Rp: ["rupiah", "rupiah"] }),
  yields: "yields",
  states: bare({ s: "solid", l: "liquid", g: "gas", aq: "aqueous", "↑": "gas", "↓": "precipitate" }),
  isotope(base, mass, atomic) {
    if (mass !== null && atomic !== null) return `${base}, mass number ${mass}, atomic number ${atomic},`;
    return `${base} ${mass ?? atomic ?? ""}`;
  },
};

function raised(power: number): string {
  return power === 2 ? "squared" : power === 3 ? "cubed" : `to the power of ${toCardinal(power)}`;
}

function rootOrder(index: string): string {
  const order: Record<string, string> = {
    two: "square",
    four: "fourth",
    five: "fifth",
    six: "sixth",
    seven: "seventh",
  };
  Object.assign(order, { eight: "eighth", nine: "ninth", ten: "tenth" });
  return index in order ? `${order[index]} root` : `root of order ${index}`;
}

/** Denominators that have a word of one or two syllables more than the number. */
function vulgar(top: number, bottom: number): string | null {
  const named = (bottom >= 2 && bottom <= 20) || bottom === 100 || bottom === 1000;
  if (!named || top < 1 || top > 99) return null;
  const one = bottom === 2 ? "half" : bottom === 4 ? "quarter" : toOrdinal(bottom).replace(/^one /, "");
  const many = bottom === 2 ? "halves" : `${one}s`;
  return `${toCardinal(top)} ${top === 1 ? one : many}`;
}
