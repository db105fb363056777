import { coreOf, scripts, type Part, type ScriptsPart } from "./parts.ts";

/*
 * Scripts without a base of their own: `{}^{14}C`, `25\,^\circ`, and all of mhchem's, which hang behind or before what they belong to.
 */

/** Blank parts go; scripts that stand alone go to the part before them, else to the one behind. */
export function attachScripts(parts: readonly Part[]): Part[] {
  const attached: Part[] = [];
  let before: ScriptsPart | null = null;
  for (const part of parts) {
    if (part.kind === "blank") continue;
    const loose = part.kind === "scripts" && part.base.kind === "blank" ? part : null;
    if (loose !== null) {
      const last = attached.at(-1);
      const phantom = loose.base.kind === "blank" && loose.base.drawn === "phantom";
      if (!hasScripts(loose)) continue;
      if (last !== undefined && !phantom && before === null && takesScripts(last))
        attached.splice(-1, 1, behind(last, loose));
      else before = loose;
    } else {
      attached.push(before === null ? part : withPrescripts(part, before));
      before = null;
    }
  }
  if (before !== null) attached.push(before);
  return attached;
}

function hasScripts({ sub, sup, under, over, presub, presup }: ScriptsPart): boolean {
  return [sub, sup, under, over, presub, presup].some((script) => script !== null);
}

function takesScripts(part: Part): boolean {
  const core = coreOf(part);
  return part.kind !== "text" && (core.kind !== "operator" || ")]}⟩|‖".includes(core.text));
}

/** `H` with a 2 below, then a charge above: one base with both. */
function behind(last: Part, { sub, sup }: ScriptsPart): Part {
  if (last.kind !== "scripts" || (sub !== null && last.sub !== null) || (sup !== null && last.sup !== null))
    return scripts(last, { sub, sup });
  return { ...last, sub: sub ?? last.sub, sup: sup ?? last.sup };
}

function withPrescripts(part: Part, { sub, sup }: ScriptsPart): Part {
  return part.kind === "scripts" ? { ...part, presub: sub, presup: sup } : scripts(part, { presub: sub, presup: sup });
}

/** `\mathrm{kW}` comes letter by letter. Drawn space parts words. */
export function mergeNames(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    if (part.kind === "blank" && part.drawn !== "space") continue;
    const last = merged.at(-1);
    const base = part.kind === "scripts" && part.presub === null && part.presup === null ? part.base : part;
    const joins = last?.kind === "name" && isRoman(last) && base.kind === "name" && isRoman(base);
    if (!joins) {
      merged.push(part);
      continue;
    }
    const name: Part = { kind: "name", text: last.text + base.text, upright: true };
    merged.splice(-1, 1, part.kind === "scripts" ? { ...part, base: name } : name);
  }
  return merged;
}

function isRoman({ text, upright }: Part & { kind: "name" }): boolean {
  return upright && /^\p{Script=Latin}+$/u.test(text) && text.length <= 12;
}

/** `10\,000` is one number. */
export function mergeNumbers(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    const core = coreOf(part);
    const grouped = last?.kind === "number" && /^\d{1,3}(?:\d{3})*$/.test(last.text) && core.kind === "number";
    if (!grouped || !/^\d{3}(?:[.,]\d+)?$/.test(core.text)) merged.push(part);
    else if (part.kind === "number") merged.splice(-1, 1, { kind: "number", text: last.text + part.text });
    else if (part.kind === "scripts" && part.base.kind === "number")
      merged.splice(-1, 1, { ...part, base: { kind: "number", text: last.text + part.base.text } });
    else merged.push(part);
  }
  return merged;
}
