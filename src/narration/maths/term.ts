import { coreOf, integerOf, isOperator, partsOf, type Part } from "./parts.ts";

/*
 * What needs no mark at its end to be heard as one: "two x", "x squared", "minus one half". A product is one because "times" is
 * said before whatever follows it.
 */

const nouns = "∞∅∂∇%!°…⋯ℏ";

export function isAtom(part: Part): boolean {
  if (part.kind === "number" || part.kind === "name" || part.kind === "text" || part.kind === "blank") return true;
  if (part.kind === "operator") return true;
  if (part.kind === "row")
    return part.parts.length === 2 && isOperator(part.parts[0], "−-+±") && isAtom(part.parts[1]!);
  return part.kind === "scripts" && isAtom(part.base) && part.sup === null && (part.sub === null || isAtom(part.sub));
}

/** At most four factors, each an atom or squared, perhaps with a sign before them. */
export function isTerm(part: Part): boolean {
  const [first, ...rest] = partsOf(part);
  if (first === undefined) return true;
  if (rest.length === 2 && integerOf(first) !== null && isOperator(rest[0], "/")) return integerOf(rest[1]!) !== null;
  const factors = isOperator(first, "−-+±∓") ? rest : [first, ...rest];
  if (factors.slice(0, -1).some(isNamedFunction)) return false;
  return factors.length <= 4 && factors.every((factor, index) => isFactor(factor, factors[index - 1]));
}

/** "sine of x over two": of what? */
function isNamedFunction(part: Part): boolean {
  const core = coreOf(part);
  return core.kind === "name" && core.upright && /^\p{L}{2}/u.test(core.text);
}

function isFactor(part: Part, before: Part | undefined): boolean {
  if (part.kind === "operator") return nouns.includes(part.text) || (before !== undefined && part.text === "′");
  if (part.kind === "fraction") return isVulgar(part);
  if (part.kind === "fence") return before !== undefined && coreOf(before).kind === "name" && isAtom(part.body);
  if (part.kind !== "scripts") return isAtom(part);
  const { base, sub, sup } = part;
  const small = sup === null || isAtom(sup);
  return small && base.kind !== "root" && isAtom(base) && (sub === null || isAtom(sub));
}

/** One half, three quarters: whether it is said in words is the language's affair, but it is short in all. */
export function isVulgar(part: Part): boolean {
  if (part.kind !== "fraction" || !part.bar) return false;
  return integerOf(part.top) !== null && integerOf(part.bottom) !== null;
}
