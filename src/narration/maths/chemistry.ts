import { integerOf, partsOf, type Part, type ScriptsPart } from "./parts.ts";
import { say, sayDigits, within, type Speaker } from "./speak.ts";

/** Symbols of the elements (IUPAC, 2016), and D for deuterium. */
const elements = new Set(
  `H D He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru
  Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At
  Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og`.split(/\s+/),
);

/** The elements that a name is made of (`CaCO`), or null. */
export function elementsOf(text: string): string[] | null {
  const symbols = text.match(/[A-Z][a-z]?/g) ?? [];
  return symbols.join("") === text && symbols.every((symbol) => elements.has(symbol)) ? symbols : null;
}

const states = new Set(["s", "l", "g", "aq"]);

/**
 * Whether all names of a formula are upright symbols of elements, as mhchem and chemists write them, and there are several, or numbers or
 * arrows with them.
 */
export function chemicalIn(part: Part): boolean {
  let symbols = 0;
  for (const inner of within(part)) {
    if (inner.kind === "fraction" || inner.kind === "root" || inner.kind === "table") return false;
    if (inner.kind === "operator" && !/^[+−=·•()[\]↑↓→⟶⇌⇋←⟵↔⟷.,−]?$/u.test(inner.text)) return false;
    if (inner.kind === "scripts" && inner.base.kind === "number") return false;
    if (inner.kind === "operator" && /[→⟶⇌⇋←⟵↔⟷]/u.test(inner.text)) symbols++;
    if (inner.kind === "scripts") symbols++;
    if (inner.kind !== "name") continue;
    const found = inner.upright ? elementsOf(inner.text) : null;
    symbols += found?.length ?? 0;
    if (found === null && !states.has(inner.text) && !/^[nxe]$/.test(inner.text)) return false;
  }
  return (
    symbols > 1 && [...within(part)].some((inner) => inner.kind === "name" && inner.upright && elementsOf(inner.text))
  );
}

/** `CaCO` is said letter by letter. */
export function saySymbols(text: string): string {
  return [...text.toUpperCase()].join(" ");
}

/** `H₂`, `SO₄²⁻`, `¹⁴C`; null where the base is no element (or, in a chemical formula, no group). */
export function saySpecies(speaker: Speaker, part: ScriptsPart): string | null {
  const { base, sub, sup, presub, presup } = part;
  if (part.under !== null || part.over !== null) return null;
  const element = base.kind === "name" && base.upright && elementsOf(base.text) !== null;
  const charged = sup === null || chargeOf(speaker, sup) !== null;
  const counted = element && sub !== null && integerOf(sub) !== null;
  if (!charged || !(speaker.chemical || counted)) return null;
  const name = element ? saySymbols(base.text) : say(speaker, base);
  const said = [name, sub === null ? "" : say(speaker, sub), sup === null ? "" : chargeOf(speaker, sup)]
    .join(" ")
    .trim();
  if (presub === null && presup === null) return said;
  const number = (script: Part | null) => (script === null ? null : say(speaker, script));
  return speaker.words.isotope(said, number(presup), number(presub));
}

/** `2−`, `+`, a radical's dot; null where it is something else. */
function chargeOf(speaker: Speaker, sup: Part): string | null {
  const said: string[] = [];
  for (const part of partsOf(sup)) {
    if (part.kind === "number") said.push(sayDigits(speaker, part.text));
    else if (part.kind === "name") said.push(say(speaker, part));
    else if (part.kind === "operator" && part.text in speaker.words.charges)
      said.push(`${speaker.words.charges[part.text]!},`);
    else return null;
  }
  return said.join(" ");
}

/** `(aq)`, `(s)` behind a species. */
export function sayState({ words }: Speaker, part: Part): string | null {
  if (part.kind !== "fence" || part.open !== "(" || part.body.kind !== "name") return null;
  return words.states[part.body.text] ?? null;
}
