import { isOperator, partsOf, row, splitAt, type Part } from "./parts.ts";
import { say, sayDigits, type Speaker } from "./speak.ts";
import { sayCases, sayMatrix } from "./say-table.ts";
import { sayOne } from "./say-one.ts";
import { isAtom, isTerm } from "./term.ts";
import type { Taken } from "./say-row.ts";

type Fence = Part & { kind: "fence" };
type Said = Pick<Taken, "said" | "left" | "right">;

export function sayFence(speaker: Speaker, fence: Fence): Said {
  const { open, close, body } = fence;
  const tabular = sayTabular(speaker, fence);
  if (tabular !== null) return heavy(tabular);
  if (body.kind === "fraction" && !body.bar) return sayOne(speaker, body);
  const { words } = speaker;
  const named = sayNamed(speaker, fence);
  if (named !== null) return heavy(named);
  if (open === "(" && isModulo(body))
    return { said: words.moduloOf(say(speaker, row(partsOf(body).slice(1)))), left: 0, right: 2 };
  const interval = intervalOf(speaker, fence);
  if (interval !== null) return heavy(interval);
  // Brackets around one thing are for the eye.
  if (open === "(" && close === ")" && !speaker.chemical && isAtom(body) && body.kind !== "blank")
    return sayAtom(speaker, body);
  const inside = sayInside(speaker, body);
  return heavy(`${words.fences[open] ?? ""} ${inside}${inside.includes(" ") ? "," : ""} ${words.fences[close] ?? ""}`);
}

function heavy(said: string): Said {
  return { said: `${said}`.trim(), left: 2, right: 2 };
}

function sayAtom(speaker: Speaker, body: Part): Said {
  if (body.kind === "number") return { said: sayDigits(speaker, body.text, true), left: 2, right: 2 };
  const negative = body.kind === "row";
  return { said: say(speaker, body), left: negative ? 2 : 1, right: 1 };
}

function sayInside(speaker: Speaker, body: Part): string {
  return body.kind === "number" ? sayDigits(speaker, body.text, true) : say(speaker, body);
}

function sayTabular(speaker: Speaker, { open, close, body }: Fence): string | null {
  const table = body.kind === "table" ? body : null;
  if (table === null) return null;
  if (open === "{" && close === "") return sayCases(speaker, table);
  if (open === "|" && close === "|") return sayMatrix(speaker, table, true);
  return open === "" || close === "" ? null : sayMatrix(speaker, table, false);
}

/** Fences that have a name of their own. */
function sayNamed(speaker: Speaker, { open, close, body }: Fence): string | null {
  const { words } = speaker;
  const marked = !isTerm(body) || partsOf(body).some((part) => part.kind === "scripts" && part.sup !== null);
  switch (open + close) {
    case "||":
      if (partsOf(body).some((part) => isOperator(part, "∪∩∖"))) return words.size(say(speaker, body));
      return words.absolute(say({ ...speaker, bar: words.divides }, body), marked);
    case "‖‖":
      return words.norm(say(speaker, body), marked);
    case "⌊⌋":
      return words.floor(say(speaker, body)) + (marked ? "," : "");
    case "⌈⌉":
      return words.ceiling(say(speaker, body)) + (marked ? "," : "");
    case "{}":
      return body.kind === "blank" || partsOf(body).length === 0 ? words.emptySet : sayBraces(speaker, body);
    case "⟨|":
      return words.bra(say(speaker, body));
    case "|⟩":
      return words.ket(say(speaker, body));
    case "⟨⟩":
      return sayInner(speaker, body);
    default:
      return null;
  }
}

/** A set, where it lists or tells its members; else braces group, as brackets do. */
function sayBraces(speaker: Speaker, body: Part): string {
  const { words } = speaker;
  const inner = { ...speaker, bar: words.suchThat, short: words.shortSigns };
  const told = partsOf(body).some((part) => isOperator(part, ":|∣"));
  if (!told) return `${words.set(sayInside(speaker, body))},`;
  const at = partsOf(body).findIndex((part) => isOperator(part, ":|∣"));
  const [member, condition] = [partsOf(body).slice(0, at), partsOf(body).slice(at + 1)];
  return `${words.setOf(say(inner, row(member)))} ${words.suchThat} ${say({ ...speaker, bar: words.divides }, row(condition))},`;
}

function sayInner(speaker: Speaker, body: Part): string | null {
  const [left, right, ...more] = splitAt(partsOf(body), ",|");
  if (left === undefined || right === undefined) return null;
  const [last] = more;
  if (more.length === 1 && isOperator(partsOf(body)[left.length], "|"))
    return `${speaker.words.bra(say(speaker, row(left)))} ${say(speaker, row(right))}, ${speaker.words.ket(say(speaker, row(last!)))}`;
  if (more.length > 0) return null;
  return speaker.words.inner(say(speaker, row(left)), say(speaker, row(right)));
}

/** `[0, 1]`, `(0, ∞)`; `(3, 4)` may as well be a point, and `[A, B]` a commutator. */
function intervalOf(speaker: Speaker, { open, close, body }: Fence): string | null {
  const [left, right, ...more] = ends(body);
  if (left === undefined || right === undefined || more.length > 0 || !"([".includes(open) || !")]".includes(close))
    return null;
  const endless = [left, right].some((side) => partsOf(side).some((part) => isOperator(part, "∞")));
  const operators = [left, right].every(isOperatorName);
  const interval = endless || ((open === "[" || close === "]") && !operators);
  return interval
    ? speaker.words.interval(say(speaker, left), say(speaker, right), [open === "[", close === "]"])
    : null;
}

/** A capital, or a letter with a hat: of a commutator. */
function isOperatorName(side: Part): boolean {
  if (side.kind === "scripts") return isOperator(side.over ?? undefined, "^") || isOperatorName(side.base);
  return side.kind === "name" && /^\p{Lu}$/u.test(side.text);
}

function ends(body: Part): Part[] {
  if (body.kind === "number" && /^\d+,\d+$/.test(body.text))
    return body.text.split(",").map((text): Part => ({ kind: "number", text }));
  return splitAt(partsOf(body), ",;").map(row);
}

function isModulo(body: Part): boolean {
  const [first] = partsOf(body);
  return first?.kind === "name" && first.text === "mod";
}
