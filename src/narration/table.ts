import type { Inline } from "./document.ts";
import { again, announce, begin, end, ended, isSpeakable, literal, plainText, type Page } from "./page.ts";

export type Cell = Inline[];

/**
 * Speaks a table row by row, with the column's name before each cell. Cells without words are passed over. `heads`: which cells of each row
 * name it.
 */
export function sayTable(page: Page, header: Cell[], rows: Cell[][], heads: ReadonlySet<Cell>[] = []): void {
  const naming = new Set(heads.flatMap((cells) => [...cells]));
  const filled = rows.filter((row) => row.some((cell) => isSpeakable(plainText(cell))));
  const columns = filled.reduce((most, row) => Math.max(most, row.length), header.length);
  const { tableColumns, tableRows } = page.settings;
  if (columns > tableColumns || filled.length > tableRows) return skipTable(page, columns, filled.length);
  const names = header.map((cell) => plainText(cell).replace(/[:：]$/u, ""));
  if (filled.length === 0) return sayRow(page, [], header, naming);
  for (const row of filled) sayRow(page, names, row, naming);
}

function skipTable(page: Page, columns: number, rows: number): void {
  const phrase = page.phrases.table(columns, rows);
  if (phrase === null) return;
  begin(page, "row");
  literal(page, phrase, null);
  end(page);
}

function sayRow(page: Page, names: string[], row: Cell[], naming: ReadonlySet<Cell>): void {
  begin(page, "row");
  for (const [column, cell] of row.entries()) {
    const text = plainText(cell);
    // What covers several columns is said in the first.
    if (!isSpeakable(text) || (column > 0 && row[column - 1] === cell)) continue;
    const name = names[column] ?? "";
    if (isSpeakable(name)) announce(page, `${name}: `, null);
    again(page, trimmed(cell));
    // "Born: 1945." where only the row has a name, "Nina. Age: 5." where the columns have.
    const more = row.slice(column + 1).some((other) => other !== cell && isSpeakable(plainText(other)));
    const leads = naming.has(cell) && more && !isSpeakable(names[column + 1] ?? "");
    announce(page, `${leads && /[\p{L}\p{N})]$/u.test(text) ? ":" : ended(text).slice(text.length)} `, null);
  }
  end(page);
}

// A full stop that we add must touch its word.
function trimmed(cell: Cell): Cell {
  const last = cell.findLastIndex((part) => part.text.trim() !== "");
  return cell.slice(0, last + 1).map((part, index) => {
    const text = index === last ? part.text.trimEnd() : part.text;
    const exact = part.source !== null && part.source[1] - part.source[0] === part.text.length;
    return exact && part.source !== null
      ? { ...part, text, source: [part.source[0], part.source[0] + text.length] }
      : { ...part, text };
  });
}
