import { announce, begin, end, space, words, type Page } from "./page.ts";

// Hard-wrapped text stays below this; where a line is longer, each line is a paragraph of its own.
const widestWrapped = 120;

const bullet = /^[ \t]*(?:[-*+•‣◦▪–][ \t]+|(\d{1,4})[.)][ \t]+)(?=\S)/;

/** Plain text: paragraphs between empty lines, items where a line begins with a bullet or a number. Nothing else is markup. */
export function readPlainText(body: string, page: Page): void {
  let lines: [start: number, end: number][] = [];
  const lineEnd = /\r\n|[\n\r\f\u2028\u2029]/g;
  for (let from = 0; from <= body.length;) {
    lineEnd.lastIndex = from;
    const match = lineEnd.exec(body);
    const to = match?.index ?? body.length;
    const blank = isBlank(body, from, to);
    if (!blank) lines.push([from, to]);
    if (blank || match === null || match[0] === "\f" || match[0] === "\u2029") {
      readParagraph(body, lines, page);
      lines = [];
    }
    if (match === null) break;
    from = lineEnd.lastIndex;
  }
  end(page);
}

function readParagraph(body: string, lines: [number, number][], page: Page): void {
  const wrapped = lines.every(([start, to]) => to - start <= widestWrapped);
  for (const [index, [start, to]] of lines.entries()) {
    const mark = bullet.exec(body.slice(start, Math.min(to, start + 200)));
    if (mark !== null) beginItem(page, start, mark);
    else if (index === 0 || !wrapped) begin(page, "paragraph");
    else space(page);
    const from = start + (mark?.[0].length ?? 0);
    words(page, body.slice(from, to), from);
  }
  end(page);
}

function beginItem(page: Page, start: number, mark: RegExpExecArray): void {
  begin(page, "item", 1);
  if (mark[1] === undefined) return;
  const at = start + mark[0].indexOf(mark[1]);
  announce(page, `${mark[1]}.`, [at, at + mark[1].length + 1]);
  space(page);
}

function isBlank(body: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!/[\s\0\u200B\uFEFF]/.test(body[at]!)) return false;
  return true;
}
