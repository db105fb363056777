/** Whether a line is what stands below a table's header: `|:--|--:|`. */
export function isDelimiterRow(line: string): boolean {
  return /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(line);
}

export function columnsOf(row: string): number {
  return cellSpans(row, 0, row.length).length;
}

/** Where the cells of a row stand, in UTF-16 units; `\|` divides nothing. */
export function cellSpans(body: string, start: number, end: number): [start: number, end: number][] {
  const spans: [number, number][] = [];
  let from = start;
  let to = end;
  while (from < to && isBlank(body[from]!)) from++;
  while (to > from && isBlank(body[to - 1]!)) to--;
  if (body[from] === "|" && from < to) from++;
  if (to > from && body[to - 1] === "|" && !isEscaped(body, to - 1, from)) to--;
  let cell = from;
  for (let at = from; at < to; at++) {
    if (body[at] === "\\") at++;
    else if (body[at] === "|") {
      spans.push([cell, at]);
      cell = at + 1;
    }
  }
  spans.push([cell, to]);
  return spans;
}

function isBlank(letter: string): boolean {
  return letter === " " || letter === "\t";
}

function isEscaped(body: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= from && body[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}
