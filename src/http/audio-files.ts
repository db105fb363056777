/** What a run has made: the files under the names by which they are served. */
import { isActive } from "../orchestrator/cancel.ts";
import { runVariables, type Run } from "../orchestrator/find.ts";
import { resolve } from "../orchestrator/values.ts";
import type { Published } from "../workflows/narrate-publish.ts";
import type { HttpApp } from "./app.ts";

export type { Published };
export type PublishedFile = Published["files"][number];

/** Where a run's files are described: by the child run of `audio_generation`, or by `narrate` itself. */
const SOURCES = ["generate_audio", "publish"];

/** What ended runs made does not change; the oldest go first. */
const kept = new Map<string, Published>();
const KEPT = 1000;

/** Null while there is nothing. */
export async function publishedBy({ connection, storage }: HttpApp, run: Run): Promise<Published | null> {
  const { executionId } = run;
  const known = kept.get(executionId);
  if (known) return known;
  const { steps } = await runVariables(connection.db, executionId);
  const found = SOURCES.map((name) => steps[name]).find((value) => value !== undefined);
  if (found === undefined) return null;
  const published = (await resolve(storage, found)) as Published;
  if (!Array.isArray(published?.files)) return null; // another workflow's step of that name
  if (isActive(run.status)) return published;
  kept.set(executionId, published);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return published;
}

export function keptFile(executionId: string, name: string): PublishedFile | undefined {
  return kept.get(executionId)?.files.find((file) => file.name === name);
}

export function urlOf(executionId: string, name: string): string {
  return `/audio/${executionId}/${encodeURIComponent(name)}`;
}
