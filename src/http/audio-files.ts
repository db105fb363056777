/** What a run has made: the files under the names by which they are served. */
import { runVariables, type Run } from "../orchestrator/find.ts";
import { resolve } from "../orchestrator/values.ts";
import type { Published } from "../workflows/narrate-publish.ts";
import type { HttpApp } from "./app.ts";

export type { Published };
export type PublishedFile = Published["files"][number];

/** Where a run's files are described: by the child run of `audio_generation`, or by `narrate` itself. */
const SOURCES = ["generate_audio", "publish"];

/** What ended runs made, until they are restarted and end again; the oldest go first. */
const kept = new Map<string, { endedAt: number; published: Published }>();
const KEPT = 1000;

/** Null while there is nothing. */
export async function publishedBy({ connection, storage }: HttpApp, run: Run): Promise<Published | null> {
  const { executionId } = run;
  const known = kept.get(executionId);
  if (known && known.endedAt === run.endedAt?.getTime()) return known.published;
  const { steps } = await runVariables(connection.db, executionId);
  const found = SOURCES.map((name) => steps[name]).find((value) => value !== undefined);
  if (found === undefined) return null;
  const published = (await resolve(storage, found)) as Published;
  if (!Array.isArray(published?.files)) return null; // another workflow's step of that name
  if (!run.endedAt) return published;
  kept.delete(executionId);
  kept.set(executionId, { endedAt: run.endedAt.getTime(), published });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return published;
}

export function urlOf(executionId: string, name: string): string {
  return `/audio/${executionId}/${encodeURIComponent(name)}`;
}
