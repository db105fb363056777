import { integerOf, type Part } from "./parts.ts";
import { say, within, type Speaker } from "./speak.ts";
import { isTerm, isVulgar } from "./term.ts";
import type { Taken } from "./say-row.ts";

type Fraction = Part & { kind: "fraction" };

export function sayFraction(speaker: Speaker, part: Fraction, alone: boolean): Pick<Taken, "said" | "left" | "right"> {
  const { words } = speaker;
  const { top, bottom, bar } = part;
  const vulgar = vulgarOf(speaker, part);
  if (vulgar !== null) return { said: vulgar, left: 1, right: 1 };
  const [over, under] = [say(speaker, top), say(speaker, bottom)];
  const heavy = { left: 2, right: 2 } as const;
  if (!bar) return { said: words.binomial(over, under), ...heavy };
  const [short, low] = [isTerm(top), isTerm(bottom)];
  if (short && low) return { said: words.over(over, under), ...heavy };
  if (holdsFraction(top) || holdsFraction(bottom)) return { said: words.longFraction(over, under), ...heavy };
  return { said: alone && low ? words.allOver(over, under) : words.fraction(over, under), ...heavy };
}

/** "three quarters", or null. */
export function vulgarOf({ words }: Speaker, part: Part): string | null {
  if (!isVulgar(part)) return null;
  const { top, bottom } = part as Fraction;
  return words.vulgar(integerOf(top)!, integerOf(bottom)!);
}

/** Its "over" would be taken for that of the fraction around it. */
function holdsFraction(part: Part): boolean {
  for (const inner of within(part)) {
    if (inner.kind === "fraction" || (inner.kind === "operator" && inner.text === "/")) return true;
  }
  return false;
}
