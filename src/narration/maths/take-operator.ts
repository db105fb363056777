import { isOperator, type Part } from "./parts.ts";
import type { Taken, Taker } from "./say-row.ts";
import type { Speaker } from "./speak.ts";

// Said behind what they belong to, as part of it; what follows is then a factor of its own.
const postfix = "!‼%‰°′″‴";
const nouns = "∞∅ℵ∂∇△∠";

/** A sign between, before or behind others. */
export const takeOperator: Taker = (speaker, parts, at) => {
  const part = parts[at]!;
  if (part.kind === "name" && part.text === "mod" && at > 0) return between(speaker.words.modulo);
  if (part.kind !== "operator") return null;
  const { text } = part;
  const [before, next] = [parts[at - 1], parts[at + 1]];
  if (text === "/" || text === "∕") return between(speaker.words.signs["/"]!);
  if (text === "|" || text === "∤") return between(text === "|" ? speaker.bar : speaker.words.signs["∤"]!);
  if (text === "∃" && isOperator(next, "!")) return { ...between(speaker.words.existsOne), count: 2 };
  if (speaker.chemical && text === "·") return between(",");
  if (speaker.chemical && speaker.words.states[text] !== undefined) return between(`${speaker.words.states[text]},`);
  if (text === ":" || text === "∶") return between(colon(speaker, parts, at));
  if ((text === "·" || text === "×") && before !== undefined && isVector(before))
    return between(text === "·" ? speaker.words.dot : speaker.words.cross);
  if (
    text === "→" &&
    (isOperator(next, "∞−+") || next?.kind === "number") &&
    !speaker.chemical &&
    speaker.short[text] === undefined
  )
    return between(speaker.words.approaches);
  if (text === "," || text === ";") return between(",");
  if (text === "." || text === "․") return between(next === undefined ? "" : ",");
  if (text === "?") return between("");
  if (text === "°" && next?.kind === "name" && speaker.words.degreesOf[next.text] !== undefined)
    return { said: speaker.words.degreesOf[next.text]!, count: 2, left: 0, right: 1 };
  if (postfix.includes(text) && before !== undefined) return { said: sign(speaker, text), count: 1, left: 0, right: 1 };
  if (nouns.includes(text))
    return { said: sign(speaker, text), count: 1, left: 1, right: text === "∞" || text === "∅" ? 1 : 0 };
  return between(arrow(speaker, text) ?? speaker.words.fences[text] ?? sign(speaker, text));
};

function between(said: string): Taken {
  return { said, count: 1, left: 0, right: 0 };
}

function sign({ short, words }: Speaker, text: string): string {
  return short[text] ?? words.signs[text] ?? text;
}

function isTermOfRatio(part: Part | undefined): boolean {
  return part?.kind === "number" || part?.kind === "name";
}

/** Bold, with an arrow above, or ∇. */
function isVector(part: Part): boolean {
  if (part.kind === "scripts") return (part.over !== null && isOperator(part.over, "→⃗⇀")) || isVector(part.base);
  return isOperator(part, "∇") || (part.kind === "name" && part.bold === true);
}

function arrow({ chemical, words }: Speaker, text: string): string | null {
  return chemical && /[→⟶]/u.test(text) ? words.yields : null;
}

/** `f: A → B`, `{x : x > 0}`, `2 : 3`, `∀x: …`. */
function colon({ words, bar }: Speaker, parts: readonly Part[], at: number): string {
  const rest = parts.slice(at + 1);
  if (bar === words.suchThat) return bar;
  if (parts.slice(0, at).some((part) => isOperator(part, "∀∃∄"))) return ",";
  if (isOperator(parts[at + 1], "=")) return "";
  if (rest.some((part) => isOperator(part, "→⟶↦"))) return words.mapFrom;
  return isTermOfRatio(parts[at - 1]) && isTermOfRatio(parts[at + 1]) ? words.ratio : ",";
}
