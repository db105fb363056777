import { sayState } from "./chemistry.ts";
import { isOperator, isRelation, type Part } from "./parts.ts";
import { sayOne } from "./say-one.ts";
import { takeApplication, takeFunction } from "./take-function.ts";
import { takeBigOperator } from "./take-big.ts";
import { takeDerivative, takeDifferential } from "./take-derivative.ts";
import { takeOperator } from "./take-operator.ts";
import { takeMixed, takeMoney, takeRepeating, takeSlash } from "./take-number.ts";
import { takeQuantity } from "./take-unit.ts";
import type { Speaker } from "./speak.ts";

/**
 * What was read from a row: how many parts, and how it binds to what stands beside it without a sign. 0: not at all ("plus",
 * "the sum of"); 1: as one breath ("two x"); 2: only with "times" ("… end root, times x").
 */
export type Taken = { said: string; count: number; left: 0 | 1 | 2; right: 0 | 1 | 2 };

/** Looks at the parts from `at` on. */
export type Taker = (speaker: Speaker, parts: readonly Part[], at: number) => Taken | null;

const takers: Taker[] = [
  takeDifferential,
  takeDerivative,
  takeBigOperator,
  takeFunction,
  takeApplication,
  takeMoney,
  takeQuantity,
  takeRepeating,
  takeMixed,
  takeSlash,
  takeOperator,
];

/** `whole`: the row is a formula, a cell or a line, so that "all over" can refer to its side. */
export function sayRow(outer: Speaker, parts: readonly Part[], whole: boolean): string {
  const inner = inContext(outer, parts);
  const said: string[] = [];
  let before = 0;
  // Between "for all" and its comma: "x in S", not "x is in S".
  let bound = false;
  for (let at = 0; at < parts.length;) {
    if (isOperator(parts[at], "∀∃∄")) bound = true;
    else if (isOperator(parts[at], ",:;⇒⟹.|") || parts[at]!.kind === "text") bound = false;
    const speaker = bound ? { ...inner, short: { ...inner.short, ...inner.words.shortSigns } } : inner;
    const taken = take(speaker, parts, at, whole);
    const apart = before > 0 && taken.left > 0 && before + taken.left > 2;
    if (apart && taken.said !== "") said.push(inner.words.times);
    said.push(taken.said);
    before = taken.right;
    at += taken.count;
  }
  return said.join(" ").trim();
}

function take(speaker: Speaker, parts: readonly Part[], at: number, whole: boolean): Taken {
  for (const taker of takers) {
    const taken = taker(speaker, parts, at);
    if (taken !== null) return taken;
  }
  const part = parts[at]!;
  const state = speaker.chemical ? sayState(speaker, part) : null;
  if (state !== null) return { said: `${state},`, count: 1, left: 0, right: 0 };
  const alone = whole && isBorder(parts[at - 1]) && isBorder(parts[at + 1]);
  return { count: 1, ...sayOne(speaker, part, alone) };
}

function isBorder(part: Part | undefined): boolean {
  return part === undefined || isRelation(part) || (part.kind === "operator" && ",.;".includes(part.text));
}

/** Signs that mean something else beside others: `dx` in an integral, `≡` before `(mod n)`. */
function inContext(speaker: Speaker, parts: readonly Part[]): Speaker {
  const { words } = speaker;
  let { integral, short } = speaker;
  for (const part of parts) {
    const core = part.kind === "scripts" ? part.base : part;
    if (core.kind === "operator" && /[∫∬∭⨌∮∯∰]/u.test(core.text)) integral = true;
    if (core.kind === "fence" && isModulo(core.body)) short = { ...short, "≡": words.congruent };
  }
  return integral === speaker.integral && short === speaker.short ? speaker : { ...speaker, integral, short };
}

function isModulo(body: Part): boolean {
  return body.kind === "row" && body.parts[0]?.kind === "name" && body.parts[0].text === "mod";
}
