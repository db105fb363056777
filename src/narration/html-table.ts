import type { Attribute, Elements } from "./html-elements.ts";
import type { Inline } from "./document.ts";
import { again, begin, end, isSpeakable, plainText, type Page } from "./page.ts";
import { sayTable, type Cell } from "./table.ts";

/** A table that is being read. Tables inside its cells are only text. */
export type HtmlTable = {
  depth: number;
  /** `taken`: columns that cells of rows above reach into, also those without words. `said`: where the next cell may stand. */
  rows: { cells: Cell[]; heads: Set<Cell>; data: boolean; said: number; taken: Set<number> }[];
  inHead: boolean;
  headRows: number;
  cell: { inline: Inline[]; across: number; down: number; head: boolean } | null;
  /** Cells that reach down from rows above, by column. */
  reaching: Map<number, { cell: Cell; rows: number }>;
};

// A cell that says it covers a million columns covers these.
const widestCell = 50;
const tallestCell = 200;
const mostReaching = 1_000;

export function newTable(): HtmlTable {
  return { depth: 1, rows: [], inHead: false, headRows: 0, cell: null, reaching: new Map() };
}

export function openTablePart({ page, table }: Elements, name: string, attribute: Attribute): void {
  if (table === null) return end(page);
  if (table.depth > 1) return end(page);
  closeCell(page, table);
  if (name === "thead") table.inHead = true;
  else if (name === "tbody" || name === "tfoot") table.inHead = false;
  else if (name === "tr") openRow(table);
  else if (name === "td" || name === "th") {
    if (table.rows.length === 0) openRow(table);
    end(page);
    const across = Math.min(widestCell, count(attribute("colspan")));
    const down = Math.min(tallestCell, count(attribute("rowspan")));
    table.cell = { inline: [], across, down, head: name === "th" };
    page.cell = table.cell.inline;
  }
}

export function closeTablePart({ page, table }: Elements, name: string): void {
  if (table === null || table.depth > 1) return end(page);
  closeCell(page, table);
  if (name === "thead") table.inHead = false;
}

export function closeTable(elements: Elements): void {
  const { page, table } = elements;
  if (table === null || --table.depth > 0) return;
  closeCell(page, table);
  elements.table = null;
  end(page);
  const headed = table.headRows > 0 ? table.headRows : headRowsOf(table.rows);
  const rows = table.rows.map((row) => row.cells);
  if (headed === 0 && isLayout(rows)) return sayCells(page, rows);
  const heads = table.rows.slice(headed).map((row) => row.heads);
  sayTable(page, namesOf(rows.slice(0, headed)), rows.slice(headed), heads);
}

/** "Population 2020": a column's name from all rows of the header, a cell that covers several of them once. */
function namesOf(header: Cell[][]): Cell[] {
  const columns = header.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: columns }, (_, column) => {
    const cells = new Set(header.map((row) => row[column] ?? []));
    return [...cells].flatMap((cell, index) => (index === 0 ? cell : [{ text: " ", source: null }, ...cell]));
  });
}

function openRow(table: HtmlTable): void {
  const cells: Cell[] = [];
  const taken = new Set<number>();
  for (const [column, reach] of table.reaching) {
    while (cells.length < column) cells.push([]);
    cells[column] = reach.cell;
    taken.add(column);
    if (--reach.rows === 0) table.reaching.delete(column);
  }
  table.rows.push({ cells, heads: new Set(), data: false, said: 0, taken });
  if (table.inHead) table.headRows++;
}

function closeCell(page: Page, table: HtmlTable): void {
  const { cell } = table;
  if (cell === null) return;
  table.cell = null;
  page.cell = null;
  page.said = false;
  const row = table.rows.at(-1)!;
  let column = row.said;
  while (row.taken.has(column)) column++;
  while (row.cells.length < column) row.cells.push([]);
  // The name of a wide column goes for each that it covers; a wide cell is said once.
  for (let at = 0; at < cell.across; at++) {
    const covering = at === 0 || cell.head ? cell.inline : [];
    row.cells[column + at] = covering;
    if (cell.down === 1 || table.reaching.size >= mostReaching) continue;
    table.reaching.set(column + at, { cell: covering, rows: cell.down - 1 });
  }
  row.said = column + cell.across;
  if (cell.head) row.heads.add(cell.inline);
  else row.data = true;
}

/** The first row where it holds names alone, and those below it into which its names reach. */
function headRowsOf(rows: HtmlTable["rows"]): number {
  const end = rows.findIndex(({ data, heads, taken }, at) => data || heads.size === 0 || (at > 0 && taken.size === 0));
  return end === -1 ? Math.min(rows.length, 1) : end;
}

/** No names, and one column or long texts: it arranges a page, it holds no data. */
function isLayout(rows: Cell[][]): boolean {
  return rows.every((row) => row.length <= 1 || row.some((cell) => plainText(cell).length > 200));
}

function sayCells(page: Page, rows: Cell[][]): void {
  for (const cell of rows.flat()) {
    if (!isSpeakable(plainText(cell))) continue;
    begin(page, "paragraph");
    again(page, cell);
    end(page);
  }
}

function count(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text.trim()) ? Math.max(1, Number(text)) : 1;
}
