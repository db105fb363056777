import { glossary } from "./glossary.ts";

/** Names of the letters as Indonesian says them (KBBI), in a spelling that voices read right: "em pe er". */
const names = glossary(`
  A a, B be, C ce, D de, E e, F ef, G ge, H ha, I i, J je, K ka, L el, M em, N en, O o, P pe, Q ki, R er, S es
  T te, U u, V ve, W we, X eks, Y ye, Z zet
`);

/** `DPR` → "de pe er". Other characters than A to Z, in either case, are left out. */
export function spelled(text: string): string {
  return Array.from(text.toUpperCase(), (letter) => names[letter])
    .filter((name) => name !== undefined)
    .join(" ");
}
