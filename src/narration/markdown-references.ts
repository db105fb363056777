// CommonMark 0.31 §4.7: `[label]: destination "title"`, the title on the same line or the next.
const label = String.raw`\[((?:[^[\]\\]|\\[^]){1,999})\]:`;
const gap = String.raw`[ \t]*\n?[ \t]*`;
const destination = String.raw`(<(?:[^<>\\\n]|\\.)*>|[^\s<]\S*)`;
const title = String.raw`(?:"[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*'|\([^()\\]*(?:\\[^][^()\\]*)*\))`;
const lineEnd = String.raw`[ \t]*(?:\n|$)`;
const definition = new RegExp(
  `^${label}${gap}${destination}(?:(?:[ \\t]+|[ \\t]*\\n[ \\t]*)${title}(?=${lineEnd}))?${lineEnd}`,
);

// So far a definition is looked at: it bounds the work where a quote is never closed.
const longest = 10_000;

export function normalLabel(label: string): string {
  return label.replace(/\s+/g, " ").trim().toLowerCase().toUpperCase();
}

/** Takes the definitions that a paragraph begins with: adds their labels, gives the lines that are left. */
export function readDefinitions(body: string, lines: number[], into: Set<string>): number[] {
  const texts: string[] = [];
  for (let line = 0; line < lines.length; line += 2) texts.push(body.slice(lines[line], lines[line + 1]));
  const text = texts.join("\n");
  let at = 0;
  for (;;) {
    const match = definition.exec(text.slice(at, at + longest));
    if (match === null || match[1]!.trim() === "" || match[1]!.startsWith("^") || !balanced(match[2]!)) break;
    into.add(normalLabel(match[1]!));
    at += match[0].length;
  }
  if (at === 0) return lines;
  const taken = at >= text.length ? texts.length : text.slice(0, at).split("\n").length - 1;
  return lines.slice(taken * 2);
}

function balanced(destination: string): boolean {
  if (destination.startsWith("<")) return true;
  let open = 0;
  for (const mark of destination.matchAll(/\\.|[()]/g)) {
    if (mark[0] === "(") open++;
    else if (mark[0] === ")" && --open < 0) return false;
  }
  return open === 0;
}
