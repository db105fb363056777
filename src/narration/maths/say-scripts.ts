import { coreOf, integerOf, isOperator, isRelation, partsOf, row, type Part, type ScriptsPart } from "./parts.ts";
import { isFunctionLetter, say, within, type Speaker } from "./speak.ts";
import { isTerm } from "./term.ts";
import { sayOne } from "./say-one.ts";
import type { Taken } from "./say-row.ts";

type Said = Pick<Taken, "said" | "left" | "right">;

const braces = "⏞⏟⎴⎵⏜⏝";

export function sayScripts(speaker: Speaker, part: ScriptsPart): Said {
  const { words } = speaker;
  if (part.under !== null || part.over !== null) return { said: sayLimits(speaker, part), ...weight(part) };
  if (part.presub !== null || part.presup !== null) return { said: sayPrescripts(speaker, part), left: 1, right: 1 };
  const { base, sub, sup } = part;
  if (base.kind === "fence" && isEvaluated(base, part)) {
    const at = (bound: Part | null) => (bound === null ? null : say(speaker, bound));
    return { said: words.evaluated(say(speaker, base.body), at(sub), at(sup)), left: 2, right: 2 };
  }
  const based = sayBase(speaker, base);
  const indexed = sub === null ? based.said : `${based.said} ${words.sub(say(speaker, sub), !isIndex(sub))}`;
  if (sup === null) return { ...based, said: indexed };
  const raised = sayRaised(speaker, part, indexed);
  return { ...raised, left: based.left };
}

/** `\left.F\right|_0^1`, `[F(x)]_0^1` */
function isEvaluated({ open, close }: Part & { kind: "fence" }, { sub, sup }: ScriptsPart): boolean {
  return (open === "" && close === "|") || (open === "[" && close === "]" && sub !== null && sup !== null);
}

function weight({ base }: ScriptsPart): Pick<Said, "left" | "right"> {
  return isOperator(base) || isRelation(base) ? { left: 0, right: 0 } : { left: 1, right: 1 };
}

/** ℝⁿ is "R n", not "the real numbers to the power of n"; a bracket before a power is always said. */
function sayBase(speaker: Speaker, base: Part): Said {
  if (isDoubleStruck(base)) return { said: base.text.normalize("NFKC"), left: 1, right: 1 };
  if (base.kind === "fence" && base.open === "(" && isNegative(base.body)) {
    const { fences } = speaker.words;
    return { said: `${fences["("]} ${say(speaker, base.body)} ${fences[")"]},`, left: 2, right: 2 };
  }
  if (base.kind === "root")
    return { said: speaker.words.root(say(speaker, base.body), orderOf(speaker, base), true), left: 2, right: 2 };
  return sayOne(speaker, base);
}

function isDoubleStruck(base: Part): base is Part & { kind: "name" } {
  return base.kind === "name" && /^[ℝℕℤℚℂℍ]$/u.test(base.text);
}

function orderOf(speaker: Speaker, { index }: Part & { kind: "root" }): string | null {
  return index === null ? null : say(speaker, index);
}

function isNegative(body: Part): boolean {
  return isOperator(partsOf(body)[0], "−-±");
}

/** `i`, `i j`, `n 1`: heard as one without a mark. */
function isIndex(sub: Part): boolean {
  const parts = partsOf(sub);
  return (
    parts.length <= 3 && parts.every((part) => part.kind === "number" || part.kind === "name" || part.kind === "text")
  );
}

function sayRaised(speaker: Speaker, { base, sup }: ScriptsPart, based: string): Said {
  const { words } = speaker;
  const parts = partsOf(sup!);
  const primes = primesIn(parts);
  if (primes > 0) {
    const rest = parts.slice(primesLength(parts));
    const minutes = base.kind === "number" ? words.arc[primes - 1] : undefined;
    const primed = `${based} ${minutes ?? words.prime(primes)}`;
    return rest.length === 0 ? plain(primed) : sayRaised(speaker, { ...part(base), sup: row(rest) }, primed);
  }
  if (isDoubleStruck(base)) return plain(`${based} ${say(speaker, sup!)}`);
  if (isOperator(sup!, "°∘")) return { said: `${based} ${words.degrees}`, left: 2, right: 0 };
  const named = sayNamedSup(speaker, base, sup!);
  if (named !== null) return plain(named.includes("\u0000") ? named.replace("\u0000", based) : `${based} ${named}`);
  const power = integerOf(sup!);
  if (power === 2 || power === 3) return plain(`${based} ${power === 2 ? words.squared : words.cubed}`);
  return { said: `${based} ${words.power(say(speaker, sup!), !isTerm(sup!))}`, left: 1, right: 2 };
}

function part(base: Part): ScriptsPart {
  return { kind: "scripts", base, sub: null, sup: null, under: null, over: null, presub: null, presup: null };
}

function plain(said: string): Said {
  return { said, left: 1, right: 1 };
}

function primesIn(parts: Part[]): number {
  let count = 0;
  for (const sign of parts.slice(0, primesLength(parts)))
    count += sign.kind === "operator" ? ({ "′": 1, "'": 1, "″": 2, "‴": 3, "⁗": 4 }[sign.text] ?? 0) : 0;
  return count;
}

function primesLength(parts: Part[]): number {
  const other = parts.findIndex((sign) => !isOperator(sign, "′'″‴⁗"));
  return other === -1 ? parts.length : other;
}

/** Scripts above that are no powers. "\0" stands for the base where it comes later. */
function sayNamedSup(speaker: Speaker, base: Part, sup: Part): string | null {
  const { words } = speaker;
  if (isOperator(sup, "*†‡+−⊥♯♭")) {
    const said: Record<string, string> = { "*": words.conjugate, "⊥": "perp" };
    return sup.kind === "operator" ? (said[sup.text] ?? words.signs[sup.text] ?? "") : null;
  }
  if (sup.kind === "fence" && sup.open === "(" && isFunctionLetter(base))
    return words.derivativeOf("\u0000", say(speaker, sup.body));
  const turned = isOperator(sup, "⊤") || (sup.kind === "name" && sup.text === "T");
  if (turned && (isMatrix(base) || isVector(base))) return words.transpose;
  const parts = partsOf(sup);
  const minusOne = parts.length === 2 && isOperator(parts[0], "−-") && integerOf(parts[1]!) === 1;
  return minusOne && (isMatrix(base) || isFunctionLetter(base)) ? words.inverse : null;
}

/** A capital, or brackets around one. */
function isMatrix(base: Part): boolean {
  const core = coreOf(base);
  if (core.kind !== "fence") return core.kind === "name" && isCapital(core.text);
  return [...within(core.body)].some(
    (inner) => inner.kind === "table" || (inner.kind === "name" && isCapital(inner.text)),
  );
}

/** Any letter but Euler's. */
function isVector(base: Part): boolean {
  const core = coreOf(base);
  return core.kind === "name" && core.text !== "e";
}

function isCapital(text: string): boolean {
  return /^\p{Lu}$/u.test(text);
}

/** Accents, braces with their labels, signs above an arrow or a relation. */
function sayLimits(speaker: Speaker, { base, under, over, sub, sup }: ScriptsPart): string {
  const { words } = speaker;
  const defining = isRelation(base) && over !== null ? plainOf(over) : null;
  if (defining !== null && /^(?:def|△|Δ|∆)$/u.test(defining)) return words.signs["≜"]!;
  let said = isOperator(base) ? signOf(speaker, base) : say(speaker, base);
  if (defining !== null && /^[?!]$/.test(defining)) return said;
  for (const [sign, beside] of [
    [over, words.above],
    [under, words.below],
  ] as const) {
    if (sign === null) continue;
    const mark = sign.kind === "operator" ? sign.text : "";
    const accent = isOperator(base) && !isOperator(base, "∇∂") ? undefined : words.accents[mark];
    if (accent !== undefined) said = accent(said);
    else if (!(mark !== "" && braces.includes(mark))) said = beside(said, say(speaker, sign));
  }
  const raised = scriptsOnly(sub, sup);
  return raised === null ? said : sayScripts(speaker, { ...raised, base: { kind: "text", text: said } }).said;
}

/** The letters of a word, however it was set. */
function plainOf(part: Part): string | null {
  const letters = partsOf(part).map((letter) => ("text" in letter ? letter.text : null));
  return letters.includes(null) ? null : letters.join("");
}

function signOf(speaker: Speaker, base: Part): string {
  return base.kind === "operator" ? (speaker.short[base.text] ?? speaker.words.signs[base.text] ?? base.text) : "";
}

function scriptsOnly(sub: Part | null, sup: Part | null): ScriptsPart | null {
  return sub === null && sup === null ? null : { ...part({ kind: "blank", drawn: "nothing" }), sub, sup };
}

/** An isotope; else `ₙCₖ`, said as it stands. */
function sayPrescripts(speaker: Speaker, { base, sub, sup, presub, presup }: ScriptsPart): string {
  const core = coreOf(base);
  const element =
    core.kind === "name" && /^[A-Z][a-z]?$/.test(core.text) && presup !== null && integerOf(presup) !== null;
  const number = (script: Part | null) => (script === null ? null : say(speaker, script));
  const below = sub === null ? "" : say(speaker, sub);
  const behind = sup === null ? say(speaker, base) : sayScripts(speaker, { ...part(base), sup }).said;
  if (element) return `${speaker.words.isotope(behind, number(presup), number(presub))} ${below}`.trim();
  return [number(presup), number(presub), behind, below].filter((said) => said !== null && said !== "").join(" ");
}
