/**
 * Statements whose text depends on their shape alone. They are built and compiled once a shape; from then on they are run
 * with the values of the moment: building a large one node by node takes longer than Postgres takes to run it.
 */
import { CompiledQuery, sql, type RawBuilder } from "kysely";
import type { Queryable } from "./connect.ts";

/** The values of a statement, in groups. */
export type Values = Record<string, readonly unknown[]>;

/** Where a value of the moment stands. */
export type Slot = (group: string, index: number) => RawBuilder<unknown>;

type Place = { group: string; index: number };
type Known = { text: string; places: Place[] };

const statements = new Map<string, Known>();

/** `shape` names what `build` makes: the same shape is the same text. */
export async function runShaped<Row>(
  db: Queryable,
  shape: string,
  build: (slot: Slot) => RawBuilder<Row>,
  values: Values,
): Promise<Row[]> {
  let known = statements.get(shape);
  if (!known) statements.set(shape, (known = compiled(db, build)));
  const parameters = known.places.map(({ group, index }) => values[group]![index]);
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(known.text, parameters));
  return rows;
}

function compiled<Row>(db: Queryable, build: (slot: Slot) => RawBuilder<Row>): Known {
  const query = build((group, index) => sql`${{ group, index } satisfies Place}`).compile(db);
  return { text: query.sql, places: [...query.parameters] as Place[] };
}
