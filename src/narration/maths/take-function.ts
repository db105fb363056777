import { isOperator, partsOf, row, splitAt, type Part, type ScriptsPart } from "./parts.ts";
import { isFunctionLetter, say, sayDigits, type Speaker } from "./speak.ts";
import { isAtom } from "./term.ts";
import { sayOne } from "./say-one.ts";
import type { Taken, Taker } from "./say-row.ts";

const limits = new Set(["lim", "limsup", "liminf"]);
const optima = new Set(["max", "min", "sup", "inf", "argmax", "argmin"]);

/** `\sin^2 x`, `\log_2 8`, `\lim_{x→0} f`, `\max(a, b)`: a name of the language's table, and its argument if that is in brackets. */
export const takeFunction: Taker = (speaker, parts, at) => {
  const part = parts[at]!;
  const key = keyOf(part);
  if (key === null || speaker.chemical) return null;
  // `\arg\max` is written as two.
  const second = key === "arg" ? keyOf(parts[at + 1]) : null;
  if (second === "max" || second === "min") return takeNamed(speaker, parts, at + 1, `arg${second}`, 2);
  return takeNamed(speaker, parts, at, key, 1);
};

function keyOf(part: Part | undefined): string | null {
  const base = part?.kind === "scripts" ? part.base : part;
  return base?.kind === "name" && (base.upright || /[ℜℑ]/.test(base.text)) ? base.text.replace(/\s/g, "") : null;
}

function takeNamed(speaker: Speaker, parts: readonly Part[], at: number, key: string, count: number): Taken | null {
  const part = parts[at]!;
  const name = speaker.words.functions[key];
  if (name === undefined || (parts.length === 1 && optima.has(key))) return null;
  const said = part.kind === "scripts" ? withScripts(speaker, part, key, name) : name;
  const of = limits.has(key) || optima.has(key) ? speaker.words.of : speaker.words.applied;
  const next = parts[at + 1];
  // "x times the log of y", but "two sine of x"
  const left = name.startsWith("the ") ? 2 : 1;
  if (next === undefined || (next.kind === "operator" && !isOperator(next, "−-∞∇∂+")))
    return { said, count, left, right: 1 };
  const argument = bracketed(speaker, next, key === "Pr");
  if (argument !== null) return { said: `${said} ${of} ${argument}`, count: count + 1, left, right: 2 };
  return { said: `${said} ${of}`, count, left, right: 0 };
}

function withScripts(speaker: Speaker, part: ScriptsPart, key: string, name: string): string {
  const { words } = speaker;
  const logarithm = /^l(?:og|g)$/.test(key);
  // Indonesian and Dutch schools write the base in front: ²log 8.
  const below = part.under ?? part.sub ?? (logarithm ? part.presup : null);
  const raised = part.sup ?? part.over;
  let said = name;
  if (below !== null && limits.has(key)) {
    const short = { "→": words.approaches, "⟶": words.approaches };
    said = words.limit(name, say({ ...speaker, short }, approached(below, speaker)));
  } else if (below !== null && optima.has(key)) {
    said = words.optimum(name, say({ ...speaker, short: words.shortSigns }, below));
  } else if (below !== null) {
    const index = say(speaker, below);
    said = logarithm ? words.logBase(name, index) : `${name} ${words.sub(index, !isAtom(below))}`;
  }
  if (raised === null) return said;
  const power = sayOne(speaker, {
    ...part,
    base: { kind: "text", text: said },
    sub: null,
    under: null,
    over: null,
    sup: raised,
  });
  return isMinusOne(raised) ? words.inverseOf(said) : power.said;
}

/** `x → 0⁺`: from which side. */
function approached(below: Part, { words }: Speaker): Part {
  const parts = partsOf(below);
  const last = parts.at(-1);
  if (last?.kind !== "scripts" || last.sub !== null || !isOperator(last.sup ?? undefined, "+−-")) return below;
  const side = isOperator(last.sup!, "+") ? words.fromAbove : words.fromBelow;
  return row([...parts.slice(0, -1), last.base, { kind: "text", text: side }]);
}

function isMinusOne(sup: Part): boolean {
  const parts = partsOf(sup);
  return parts.length === 2 && isOperator(parts[0], "−-") && parts[1]!.kind === "number" && parts[1]!.text === "1";
}

// `\mathcal{L}\{f(t)\}`, `E\{X\}`
const transforms = /^[LFZE𝔼ℒℱ]$/u;

/** `f(x)`, `P(A | B)`, `E[X]`, `u(x, t)`, `f^{-1}(y)`: "of", not "times". */
export const takeApplication: Taker = (speaker, parts, at) => {
  const [part, fence] = [parts[at]!, parts[at + 1]];
  const base = part.kind === "scripts" ? part.base : part;
  if (base.kind !== "name" || speaker.chemical || fence?.kind !== "fence") return null;
  if (fence.open === "{" && transforms.test(base.text)) {
    const { said } = sayOne(speaker, part);
    return { said: `${said} ${speaker.words.of} ${say(speaker, fence.body)},`, count: 2, left: 1, right: 2 };
  }
  if (!"([".includes(fence.open || "?")) return null;
  const known = isFunctionLetter(part) || /^\p{L}{2,}$/u.test(base.text) || isPrimed(part);
  const list = splitAt(partsOf(fence.body), ",");
  const plain = list.every((entry) => entry.length === 1 && (entry[0]!.kind === "number" || entry[0]!.kind === "name"));
  // No product has a list in its brackets.
  const applied = known || (fence.open === "(" && (plain || list.length > 1));
  if (fence.body.kind === "blank" || !applied) return null;
  if (isPower(part) && !known) return null;
  const { said } = sayOne(speaker, part);
  return {
    said: `${said} ${speaker.words.of} ${bracketed(speaker, fence, isProbability(part))!}`,
    count: 2,
    left: 1,
    right: 2,
  };
};

function isPrimed(part: Part): boolean {
  return part.kind === "scripts" && part.sup !== null && isOperator(partsOf(part.sup)[0], "′″‴'");
}

function isPower(part: Part): boolean {
  return part.kind === "scripts" && part.sup !== null;
}

function isProbability(part: Part): boolean {
  const base = part.kind === "scripts" ? part.base : part;
  return base.kind === "name" && /^(?:[PEℙ𝔼]|Pr|Var|Cov)$/u.test(base.text);
}

/** What stands in round or square brackets; the brackets are said where a sum in them would run into what follows. */
function bracketed(speaker: Speaker, fence: Part, probability = false): string | null {
  if (fence.kind !== "fence" || !"([".includes(fence.open || "?") || fence.body.kind === "table") return null;
  const inner = probability ? { ...speaker, bar: speaker.words.given } : speaker;
  const parts = partsOf(fence.body);
  if (probability && !parts.some((part) => isOperator(part, "+−"))) return `${say(inner, fence.body)},`;
  const list = splitAt(parts, ",;");
  if (list.every((entry) => isShort(entry))) return sayList(inner, list);
  const { fences } = speaker.words;
  return `${fences[fence.open]} ${say(inner, fence.body)}, ${fences[fence.close]},`;
}

function isShort(parts: Part[]): boolean {
  const [only, inner] = parts;
  if (parts.length === 2 && inner?.kind === "fence" && isFunctionLetter(only!) && isAtom(inner.body)) return true;
  if (parts.length === 2 && parts[0]!.kind === "number" && parts[1]!.kind === "name") return true;
  return only === undefined || (parts.length === 1 && (isAtom(only) || (only.kind === "scripts" && isAtom(only.base))));
}

function sayList(speaker: Speaker, list: Part[][]): string {
  const said = list.map((parts) => sayEntry(speaker, parts));
  return said.join(", ") + (said.length > 1 ? "," : "");
}

/** `f(1,2)` has two numbers, not one with a comma. */
function sayEntry(speaker: Speaker, parts: Part[]): string {
  const [only] = parts;
  return parts.length === 1 && only!.kind === "number"
    ? sayDigits(speaker, only!.text, true)
    : say(speaker, row(parts));
}
