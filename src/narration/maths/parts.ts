/**
 * A formula as it is spoken: what MathML says of its looks is gone, fences are paired, scripts have their bases.
 * `blank` stands where nothing is seen: an empty base, a space, a phantom.
 */
export type Part =
  | { kind: "blank"; drawn: "nothing" | "space" | "phantom" }
  | { kind: "number"; text: string }
  /** `upright`: set in roman letters: a unit, a chemical symbol, a function or a word rather than a variable. `bold`: a vector. */
  | { kind: "name"; text: string; upright: boolean; bold?: true }
  | { kind: "operator"; text: string }
  | { kind: "text"; text: string }
  | { kind: "row"; parts: Part[] }
  /** `bar`: false for a binomial. */
  | { kind: "fraction"; top: Part; bottom: Part; bar: boolean }
  | { kind: "root"; body: Part; index: Part | null }
  | ScriptsPart
  /** "" where a side has none. */
  | { kind: "fence"; open: string; close: string; body: Part }
  | { kind: "table"; rows: Part[][] };

export type ScriptsPart = {
  kind: "scripts";
  base: Part;
  sub: Part | null;
  sup: Part | null;
  under: Part | null;
  over: Part | null;
  /** Before the base: an isotope's numbers. */
  presub: Part | null;
  presup: Part | null;
};

export const bigOperators = "∑∏∐∫∬∭⨌∮∯∰⋃⋂⨆⋁⋀⨁⨂⨀⨄";
export const relations = "=≠<>≤≥≦≧⩽⩾≪≫≈≃≅∼≡≢≐≜≔∝∈∉∋⊂⊃⊆⊇⊊⊋⊄⊈≺≻⪯⪰⊢⊨⇒⟹⇐⟸⇔⟺→⟶←⟵↔⟷↦⟼⇌⇋⟂⊥∥∦∣∤≍⊏⊑⊴⊲≲≳⪅⪆∴∵↪↠⇝≱≰≱≮≯";

export function row(parts: Part[]): Part {
  return parts.length === 1 ? parts[0]! : { kind: "row", parts };
}

export function partsOf(part: Part): Part[] {
  return part.kind === "row" ? part.parts : part.kind === "blank" ? [] : [part];
}

export function isOperator(part: Part | undefined, texts?: string): boolean {
  return part?.kind === "operator" && (texts === undefined || texts.includes(part.text));
}

export function isRelation(part: Part | undefined): boolean {
  if (part?.kind === "scripts") return isRelation(part.base);
  return part?.kind === "operator" && relations.includes(part.text);
}

/** What stands under its scripts. */
export function coreOf(part: Part): Part {
  return part.kind === "scripts" ? coreOf(part.base) : part;
}

export function scripts(base: Part, over: Partial<Omit<ScriptsPart, "kind" | "base">>): ScriptsPart {
  return { kind: "scripts", base, sub: null, sup: null, under: null, over: null, presub: null, presup: null, ...over };
}

/** The parts of a list, at its commas (or semicolons). */
export function splitAt(parts: Part[], separators: string): Part[][] {
  const lists: Part[][] = [[]];
  for (const part of parts) {
    if (isOperator(part, separators)) lists.push([]);
    else lists.at(-1)!.push(part);
  }
  return lists;
}

export function integerOf(part: Part): number | null {
  return part.kind === "number" && /^\d{1,6}$/.test(part.text) ? Number(part.text) : null;
}
