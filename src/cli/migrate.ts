/** `lector migrate`: brings the database's schema up to date. */
import { exits, type Setup } from "./lector.ts";

export async function migrateCommand(setup: Setup, o: { json: boolean }): Promise<number> {
  const lector = await setup.open((line) => void process.stderr.write(`${line}\n`));
  const { applied, schema } = lector.migrated;
  await lector.close();
  if (o.json) process.stdout.write(`${JSON.stringify({ schema, applied })}\n`);
  else process.stdout.write(applied.length > 0 ? `Applied ${applied.join(", ")}.\n` : `Up to date (${schema}).\n`);
  return exits.completed;
}
