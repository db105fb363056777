import { coreOf, isRelation, row, type Part } from "./parts.ts";

/*
 * Brackets and bars of a flat row become fences. A closing bracket may carry the scripts of the whole. Sides may differ, as in `[0, 1)`.
 */

const sides: Record<string, string> = {
  "(": ")",
  "[": "]",
  "{": "}",
  "⟨": "⟩",
  "⌊": "⌋",
  "⌈": "⌉",
  "⟦": "⟧",
  "〈": "〉",
};
const openers = Object.keys(sides).join("");
const closers = Object.values(sides).join("");
const bars = "|‖";

type Open = { side: string; parts: Part[] };

export function pairFences(parts: readonly Part[]): Part[] {
  const stack: Open[] = [{ side: "", parts: [] }];
  for (const [index, part] of parts.entries()) {
    const mark = markOf(part);
    if (mark !== null && bars.includes(mark)) readBar(stack, parts, index);
    else if (mark !== null && openers.includes(mark) && part.kind === "operator") stack.push({ side: mark, parts: [] });
    else if (mark !== null && closers.includes(mark)) close(stack, part, mark);
    else stack.at(-1)!.parts.push(part);
  }
  while (stack.length > 1) giveUp(stack);
  return stack[0]!.parts;
}

/** The bracket that a part is, or that its scripts stand on. */
function markOf(part: Part): string | null {
  const base = part.kind === "scripts" ? part.base : part;
  if (base.kind !== "operator" || base.text === "") return null;
  return base.text === "∥" ? "‖" : base.text;
}

function readBar(stack: Open[], parts: readonly Part[], index: number): void {
  const part = parts[index]!;
  const mark = markOf(part)!;
  const { side, parts: inside } = stack.at(-1)!;
  const ready = isOperand(inside.at(-1));
  // `\langle\psi|H|\psi\rangle`: its bars part what stands between the brackets.
  if (ready && side === "⟨" && mark === "|" && closesAhead(parts, index, "⟩")) {
    inside.push(part);
    return;
  }
  if (ready && (side === mark || (side === "⟨" && mark === "|"))) return close(stack, part, mark);
  const ket = mark === "|" && isKet(parts, index) && stack.every((open) => open.side !== "⟨");
  const paired = part.kind === "operator" && (ket || barsAhead(parts, index, mark) % 2 === 0);
  if (part.kind === "operator" && (paired || !ready) && index + 1 < parts.length) stack.push({ side: mark, parts: [] });
  else if (mark === "|" && part.kind === "scripts" && ready) evaluated(stack, part);
  else inside.push(part);
}

/** Whether a bar behind it may close: not behind a sign or a function's name. */
function isOperand(part: Part | undefined): boolean {
  if (part === undefined || isRelation(part)) return false;
  if (part.kind === "operator") return "!′°%∞⋯…".includes(part.text);
  const core = coreOf(part);
  return !(core.kind === "name" && core.upright && /^\p{L}{2}/u.test(core.text)) && !(core.kind === "operator");
}

// How far a bar looks for others.
const ahead = 100;

/** This bar and those behind it within the same brackets. */
function barsAhead(parts: readonly Part[], from: number, mark: string): number {
  let depth = 0;
  let count = 0;
  for (const part of parts.slice(from, from + ahead)) {
    const other = markOf(part);
    if (other === null) continue;
    if (openers.includes(other)) depth++;
    else if (closers.includes(other) && --depth < 0) break;
    else if (depth === 0 && other === mark) count++;
  }
  return count;
}

/** `\alpha|0\rangle`: the next bracket or bar is the ket's. */
function isKet(parts: readonly Part[], from: number): boolean {
  const marks = parts.slice(from + 1, from + ahead).map(markOf);
  return marks.find((mark) => mark !== null && (bars + openers + closers).includes(mark)) === "⟩";
}

function closesAhead(parts: readonly Part[], from: number, mark: string): boolean {
  return parts.slice(from + 1, from + ahead).some((part) => markOf(part) === mark);
}

/** `F(x)\Big|_0^1`: a bar with bounds behind what is evaluated there. */
function evaluated(stack: Open[], part: Part & { kind: "scripts" }): void {
  const top = stack.at(-1)!;
  const from = top.parts.findLastIndex((other) => isRelation(other)) + 1;
  const body = row(top.parts.splice(from));
  top.parts.push({ ...part, base: { kind: "fence", open: "", close: "|", body } });
}

function close(stack: Open[], part: Part, mark: string): void {
  const open = stack.findLastIndex(({ side }) => side === mark || fits(side, mark));
  if (open <= 0) {
    stack.at(-1)!.parts.push(part);
    return;
  }
  while (stack.length - 1 > open) giveUp(stack);
  const { side, parts } = stack.pop()!;
  // "||x||" is written with four single bars.
  const [only] = parts;
  const norm = side === "|" && mark === "|" && parts.length === 1 && only?.kind === "fence" && only.open === "|";
  const fence: Part = norm
    ? { kind: "fence", open: "‖", close: "‖", body: only.body }
    : { kind: "fence", open: side, close: mark, body: row(parts) };
  stack.at(-1)!.parts.push(part.kind === "scripts" ? { ...part, base: fence } : fence);
}

function fits(side: string, mark: string): boolean {
  if (sides[side] === mark || side + mark === "|⟩" || side + mark === "⟨|") return true;
  return "([".includes(side || "?") && ")]".includes(mark);
}

/** An opening side without its end is a sign like others: for "‖", two lines that are parallel. */
function giveUp(stack: Open[]): void {
  const { side, parts } = stack.pop()!;
  stack.at(-1)!.parts.push({ kind: "operator", text: side }, ...parts);
}
