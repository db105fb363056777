import { bigOperators, isOperator, isRelation, partsOf, row, splitAt, type Part, type ScriptsPart } from "./parts.ts";
import { say, type Speaker } from "./speak.ts";
import type { Taker } from "./say-row.ts";

/** `\sum_{i=1}^n`, `\int_a^b`, `\bigcup_{i∈I}`: "the sum from … to … of". */
export const takeBigOperator: Taker = (speaker, parts, at) => {
  const part = parts[at]!;
  const scripted = part.kind === "scripts" ? part : null;
  const base = scripted?.base ?? part;
  if (base.kind !== "operator" || base.text === "" || !bigOperators.includes(base.text)) return null;
  const { words } = speaker;
  const integral = /[∫∬∭⨌∮∯∰]/u.test(base.text);
  const bounds = scripted === null ? "" : boundsOf(speaker, scripted, integral);
  const name = `${words.bigOperators[base.text] ?? base.text} ${bounds}`.trim();
  const next = parts[at + 1];
  const follows = next !== undefined && !isRelation(next) && !isOperator(next, ",.;)");
  return { said: follows ? `${name} ${words.of}` : name, count: 1, left: 2, right: 0 };
};

function boundsOf(speaker: Speaker, part: ScriptsPart, integral: boolean): string {
  const inner = { ...speaker, short: speaker.words.shortSigns };
  const said = (bound: Part | null) => (bound === null ? null : sayBound(inner, bound));
  return speaker.words.bounds({ from: said(part.sub ?? part.under), to: said(part.sup ?? part.over), integral });
}

/** Several conditions stand in lines (`\substack`) or behind commas. */
function sayBound(speaker: Speaker, bound: Part): string {
  if (bound.kind === "table")
    return bound.rows.map((cells) => say(speaker, row(cells.flatMap(partsOf)))).join(", ") + ",";
  const conditions = splitAt(partsOf(bound), ",");
  return conditions.map((parts) => say(speaker, row(parts))).join(", ") + (conditions.length > 1 ? "," : "");
}
