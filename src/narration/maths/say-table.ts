import { isRelation, partsOf, row, type Part } from "./parts.ts";
import { sayDigits, within, type Speaker } from "./speak.ts";
import { sayRow } from "./say-row.ts";

type Table = Part & { kind: "table" };

/** Lines of an `align`, one after the other; without any relation it is a matrix whose brackets were left out. */
export function sayTable(speaker: Speaker, table: Table): string {
  const lines = table.rows.map((cells) => row(cells.flatMap(partsOf))).filter((line) => partsOf(line).length > 0);
  const related = lines.some((line) => partsOf(line).some(isRelation));
  const square =
    table.rows.length > 1 &&
    table.rows.every((cells) => cells.length > 1 && cells.every((cell) => cell.kind !== "blank"));
  if (!related && square) return sayMatrix(speaker, table, false);
  return lines.map((line) => sayRow(speaker, partsOf(line), true)).join("; ");
}

export function sayMatrix(speaker: Speaker, { rows }: Table, determinant: boolean): string {
  const columns = Math.max(0, ...rows.map((cells) => cells.length));
  const lines = rows.map((cells) => cells.map((cell) => sayCell(speaker, cell)).join(", "));
  if (columns === 1 && !determinant && rows.length > 1) return speaker.words.vector(lines.join(", "));
  return speaker.words.matrix({ rows: rows.length, columns, lines, determinant });
}

export function sayCases(speaker: Speaker, { rows }: Table): string {
  return speaker.words.cases(rows.map((cells) => cells.map((cell, at) => sayCase(speaker, cell, at)).join(", ")));
}

function sayCell(speaker: Speaker, cell: Part): string {
  return cell.kind === "number" ? sayDigits(speaker, cell.text) : sayRow(speaker, partsOf(cell), true);
}

/** A condition without a word of its own gets "if". */
function sayCase(speaker: Speaker, cell: Part, at: number): string {
  const said = sayCell(speaker, cell);
  const worded = [...within(cell)].some((part) => part.kind === "text");
  return at > 0 && !worded && partsOf(cell).some(isRelation) ? `${speaker.words.if} ${said}` : said;
}
