import { integerOf, isOperator, partsOf, row, type Part } from "./parts.ts";
import { say, sayName, type Speaker } from "./speak.ts";
import type { Taker } from "./say-row.ts";

/** `\frac{d}{dx}`, `\frac{d^2y}{dx^2}`, `\frac{∂^2f}{∂x∂y}`. */
export const takeDerivative: Taker = (speaker, parts, at) => {
  const part = parts[at]!;
  if (part.kind !== "fraction" || !part.bar) return null;
  const [head, ...rest] = partsOf(part.top);
  const sign = head === undefined ? null : differentialSign(head);
  const by = sign === null ? null : variablesOf(partsOf(part.bottom), sign);
  if (sign === null || by === null || by.length === 0) return null;
  const { words } = speaker;
  const what = rest.length === 0 ? null : say(speaker, row(rest));
  const names = by.map((variable) => say(speaker, variable)).join(` ${words.and} `);
  const said = words.derivative({ order: orderOf(speaker, head!), partial: sign === "∂", what, by: names });
  const follows = what === null && parts[at + 1] !== undefined;
  if (follows) return { said: `${said} ${words.of}`, count: 1, left: 2, right: 0 };
  return { said: what === null ? said : `${said},`, count: 1, left: 2, right: 2 };
};

/** "d" or "∂" at the head, with its order above. */
function differentialSign(part: Part): "d" | "∂" | null {
  const base = part.kind === "scripts" && part.sub === null ? part.base : part;
  if ((base.kind === "name" || base.kind === "text") && base.text === "d") return "d";
  return isOperator(base, "∂") ? "∂" : null;
}

function variablesOf(parts: Part[], sign: string): Part[] | null {
  const variables: Part[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const [mark, variable] = [parts[at]!, parts[at + 1]];
    if (mark.kind === "scripts" || differentialSign(mark) !== sign || variable === undefined) return null;
    // The order above a variable is told with the derivative.
    const order = variable.kind === "scripts" && variable.sup !== null;
    variables.push(order ? { ...variable, sup: null } : variable);
  }
  return variables.map((variable) =>
    variable.kind === "scripts" && variable.sub === null && variable.under === null && variable.over === null
      ? variable.base
      : variable,
  );
}

function orderOf(speaker: Speaker, head: Part): string | null {
  if (head.kind !== "scripts" || head.sup === null) return null;
  const order = integerOf(head.sup);
  return order === null ? speaker.words.orderOf(say(speaker, head.sup)) : speaker.words.ordinal(order);
}

/** `dx` at the end of an integral is set off. */
export const takeDifferential: Taker = (speaker, parts, at) => {
  const [mark, variable] = [parts[at]!, parts[at + 1]];
  if (!speaker.integral || variable === undefined || mark.kind === "scripts" || differentialSign(mark) !== "d")
    return null;
  if (variable.kind !== "name" && variable.kind !== "scripts") return null;
  const said = variable.kind === "name" ? sayName(speaker, variable.text) : say(speaker, variable);
  const apart = at > 0 && parts[at - 1]!.kind !== "operator";
  return { said: `${apart ? ", " : ""}d ${said}`, count: 2, left: 0, right: 0 };
};
