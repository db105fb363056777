/** A formula in one language: what the walk over its parts puts together. Arguments are words already. */
export type Words = {
  /** Digits without separators. */
  cardinal(digits: string): string;
  /** What parts the whole from the decimals: the word, and the sign that is it in this language. */
  point: string;
  decimalMark: "." | ",";
  /** The period of a decimal: `0.\overline{3}`. */
  repeating(digits: string): string;
  /** "three quarters"; null where it is said with "over". */
  vulgar(top: number, bottom: number): string | null;
  mixed(whole: string, fraction: string): string;
  ordinal(position: number): string;
  /** A capital letter, where its small one is in the formula too. */
  capital(letter: string): string;
  /** Signs and letters, each by its character. */
  signs: Record<string, string>;
  /** Names that apply to what follows: `sin`, `max`. */
  functions: Record<string, string>;
  /** Between a sum, a derivative … and what it is of; between `f` and `x`. */
  of: string;
  /** The same behind a name of the table above: "sine of x", but "sinus x". */
  applied: string;
  inverseOf(name: string): string;
  logBase(name: string, base: string): string;
  /** Units: symbol to one and many. */
  units: Record<string, [one: string, many: string]>;
  per: string;
  unitPower(unit: string, power: number): string;
  perPower(unit: string, power: number): string;
  times: string;
  over(top: string, bottom: string): string;
  allOver(top: string, bottom: string): string;
  /** Marked at its ends. */
  fraction(top: string, bottom: string): string;
  /** One that holds others. */
  longFraction(top: string, bottom: string): string;
  root(body: string, index: string | null, marked: boolean): string;
  squared: string;
  cubed: string;
  power(exponent: string, marked: boolean): string;
  inverse: string;
  transpose: string;
  conjugate: string;
  prime(count: number): string;
  degrees: string;
  /** `30′`, `15″` */
  arc: string[];
  degreesOf: Record<string, string>;
  sub(index: string, marked: boolean): string;
  /** `x` with a hat: by the sign above. */
  accents: Record<string, (base: string) => string>;
  above(base: string, sign: string): string;
  below(base: string, sign: string): string;
  bigOperators: Record<string, string>;
  /** Bounds of a sum or an integral; `from` may be a whole relation ("i equals one"). */
  bounds(bounds: { from: string | null; to: string | null; integral: boolean }): string;
  limit(name: string, under: string): string;
  optimum(name: string, under: string): string;
  approaches: string;
  fromAbove: string;
  fromBelow: string;
  derivative(derivative: { order: string | null; partial: boolean; what: string | null; by: string }): string;
  and: string;
  binomial(top: string, bottom: string): string;
  evaluated(body: string, from: string | null, to: string | null): string;
  fences: Record<string, string>;
  absolute(body: string, marked: boolean): string;
  norm(body: string, marked: boolean): string;
  floor(body: string): string;
  ceiling(body: string): string;
  inner(left: string, right: string): string;
  set(members: string): string;
  /** Of all such that. */
  setOf(member: string): string;
  emptySet: string;
  interval(left: string, right: string, closed: [left: boolean, right: boolean]): string;
  existsOne: string;
  /** `|A ∪ B|` */
  size(body: string): string;
  bra(body: string): string;
  ket(body: string): string;
  given: string;
  suchThat: string;
  divides: string;
  modulo: string;
  /** `·` and `×` between vectors. */
  dot: string;
  cross: string;
  /** Signs of a charge. */
  charges: Record<string, string>;
  /** `(mod n)` behind a congruence. */
  moduloOf(modulus: string): string;
  ratio: string;
  /** `f: A → B` */
  mapFrom: string;
  /** Signs said otherwise below a sum and behind "for all", and in a congruence. */
  shortSigns: Record<string, string>;
  congruent: string;
  if: string;
  matrix(matrix: { rows: number; columns: number; lines: string[]; determinant: boolean }): string;
  vector(entries: string): string;
  cases(lines: string[]): string;
  /** The order of a derivative that is no number. */
  orderOf(order: string): string;
  derivativeOf(name: string, order: string): string;
  money: Record<string, [one: string, many: string]>;
  yields: string;
  states: Record<string, string>;
  isotope(base: string, mass: string | null, atomic: string | null): string;
};

/** A table without the names that every object has: a formula may well say `constructor`. */
export function bare<Value>(table: Record<string, Value>): Record<string, Value> {
  return Object.assign(Object.create(null) as Record<string, Value>, table);
}

/** A table written as lines of "key words", the key up to the first space. */
export function tableOf(lines: string): Record<string, string> {
  const entries = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1).trim()] as const);
  return bare(Object.fromEntries(entries));
}
