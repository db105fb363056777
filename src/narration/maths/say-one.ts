import { elementsOf, saySpecies, saySymbols } from "./chemistry.ts";
import { sayFence } from "./say-fence.ts";
import { sayFraction } from "./say-fraction.ts";
import { sayScripts } from "./say-scripts.ts";
import { sayTable } from "./say-table.ts";
import { isTerm } from "./term.ts";
import { integerOf, type Part } from "./parts.ts";
import { say, sayDigits, sayName, type Speaker } from "./speak.ts";
import type { Taken } from "./say-row.ts";

type Said = Pick<Taken, "said" | "left" | "right">;

/** One part by itself. `alone`: nothing stands beside it on its side of the equation. */
export function sayOne(speaker: Speaker, part: Part, alone = false): Said {
  switch (part.kind) {
    case "blank":
      return { said: "", left: 0, right: 0 };
    case "number":
      return { said: sayDigits(speaker, part.text), left: 2, right: 1 };
    case "name":
      return { said: sayWord(speaker, part), left: 1, right: 1 };
    case "text":
      return { said: part.text, left: 0, right: 0 };
    case "operator":
      return { said: speaker.words.signs[part.text] ?? part.text, left: 0, right: 0 };
    case "row":
      return { said: say(speaker, part), left: 1, right: 1 };
    case "fraction":
      return sayFraction(speaker, part, alone);
    case "root":
      return { said: sayRoot(speaker, part), left: 2, right: 2 };
    case "scripts":
      return sayScripted(speaker, part);
    case "fence":
      return sayFence(speaker, part);
    case "table":
      return { said: sayTable(speaker, part), left: 0, right: 0 };
  }
}

function sayWord(speaker: Speaker, { text, upright }: Part & { kind: "name" }): string {
  return speaker.chemical && upright && elementsOf(text) !== null ? saySymbols(text) : sayName(speaker, text);
}

function sayScripted(speaker: Speaker, part: Part & { kind: "scripts" }): Said {
  const species = saySpecies(speaker, part);
  return species === null ? sayScripts(speaker, part) : { said: species, left: 1, right: 1 };
}

function sayRoot(speaker: Speaker, { body, index }: Part & { kind: "root" }): string {
  const order = index === null || integerOf(index) === 2 ? null : say(speaker, index);
  return speaker.words.root(say(speaker, body), order, !isTerm(body));
}
