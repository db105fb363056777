import type { BlockKind } from "./document.ts";
import type { Attribute } from "./html-elements.ts";

/** What text inside an open element becomes. Each knows its own, so that depth costs nothing. */
export type Structure = {
  name: string;
  kind: BlockKind;
  level: number | undefined;
  lists: number;
  /** `ol`: the number of its next item and the step to the one after. */
  next: number | null;
  /** `ol`: "A" numbers by letters. */
  type: string;
  step: number;
  /** `li`: not said yet. */
  number: string | null;
  /** How many elements around it name a language: those in it end with it, whether or not their tags come. */
  languages: number;
};

export function structureOf(name: string, outer: Structure | undefined, attribute: Attribute): Structure {
  const lists = outer?.lists ?? 0;
  const structure: Structure = {
    name,
    kind: outer?.kind ?? "paragraph",
    level: outer?.level,
    lists,
    next: null,
    type: "",
    step: 1,
    number: null,
    languages: 0,
  };
  if (/^h\d$/.test(name)) return { ...structure, kind: "heading", level: Number(name[1]) };
  if (name === "blockquote") return { ...structure, kind: "quote", level: undefined };
  if (name === "figcaption" || name === "caption") return { ...structure, kind: "caption", level: undefined };
  if (name === "dt" || name === "dd") return { ...structure, kind: "item", level: Math.max(1, lists) };
  if (name === "li")
    return { ...structure, kind: "item", level: Math.max(1, lists), number: numberOf(outer, attribute) };
  structure.lists++;
  if (name === "ol") {
    structure.step = attribute("reversed") === null ? 1 : -1;
    structure.next = integer(attribute("start")) ?? 1;
    structure.type = attribute("type") ?? "";
  }
  return structure;
}

function numberOf(list: Structure | undefined, attribute: Attribute): string | null {
  if (list === undefined || list.next === null) return null;
  const number = integer(attribute("value")) ?? list.next;
  list.next = number + list.step;
  return `${/^a$/i.test(list.type) && number > 0 ? lettersOf(number) : number}.`;
}

/** 1 is A, 27 is AA. A small "a." would be heard as the article. */
function lettersOf(number: number): string {
  let letters = "";
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  }
  return letters;
}

function integer(text: string | null): number | null {
  return text !== null && /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
