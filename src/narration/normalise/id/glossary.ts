/** A table from lines such as "km kilometer, kWh kilowatt jam": a symbol, and behind its first blank what is said. */
export function glossary(text: string): Record<string, string> {
  const entries = text.split(/[,\n]/).flatMap((entry) => {
    const [, symbol, words] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(entry) ?? [];
    return symbol === undefined ? [] : [[symbol, words] as const];
  });
  // Without a prototype: a text may hold the word "constructor".
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}
