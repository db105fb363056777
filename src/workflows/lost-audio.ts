/**
 * Audio that the database knows and the storage has lost: a file was deleted or damaged, or a data folder restored without its
 * audio. What is free is made again where it is missed; what was paid for is not bought twice without being asked.
 */
import type { EncodingId } from "../media/formats.ts";
import { completeBases, forgetFragments } from "../narration/fragments.ts";
import { forgetSegments, type ReadySegment, type WantedSegment } from "../narration/speech-segments.ts";
import { PermanentError, type Task } from "../orchestrator/task.ts";
import { keyOf, NotStored } from "../storage/storage.ts";
import type { NarrationTools } from "./narrate.ts";

/** What the error of such a run has as its code. Its own retry finds the same; a new run finds what to make again. */
export const LOST = "audio_lost";

/** Bases of which every encoding is there at this gain, with its bytes. */
export async function completeFragments(
  { db, storage }: NarrationTools,
  bases: string[],
  gainDb: number,
  encodings: EncodingId[],
): Promise<Set<string>> {
  const complete = await completeBases(db, bases, gainDb, encodings);
  const hashes = [...complete.values()].flat();
  const damaged = new Set(await storage.damaged(hashes.map(keyOf)));
  if (damaged.size === 0) return new Set(complete.keys());
  const isLost = (hash: string) => damaged.has(keyOf(hash));
  await forgetFragments(db, hashes.filter(isLost));
  const whole = [...complete].filter(([, of]) => !of.some(isLost));
  return new Set(whole.map(([base]) => base));
}

/** Segments whose bytes are lost are to be spoken again, if that costs nothing. Answers which they are. */
export async function forgetLostSegments(
  { db, storage }: NarrationTools,
  ready: Map<string, ReadySegment>,
  wanted: WantedSegment[],
): Promise<WantedSegment[]> {
  const damaged = new Set(await storage.damaged([...ready.values()].map(({ audioSha256 }) => keyOf(audioSha256))));
  const lost = [...ready.values()].filter(({ audioSha256 }) => damaged.has(keyOf(audioSha256)));
  if (lost.length === 0) return [];
  const paid = wanted.find((segment) => Number(segment.pricePerCharacter) > 0 && ready.has(segment.fingerprint));
  if (paid) {
    const message = `The storage has lost the audio of ${lost.length} segments, which ${paid.provider} was paid for. Restore the data folder's audio: nothing is bought twice by itself.`;
    throw new PermanentError(message, { code: LOST });
  }
  await forgetSegments(db, lost);
  const fingerprints = new Set(lost.map((segment) => segment.fingerprint));
  return wanted.filter((segment) => fingerprints.has(segment.fingerprint));
}

/** Work on these failed: where some of them are lost, that is why. Throws `NotStored` then. */
export async function blameLoss({ storage }: NarrationTools, hashes: string[], cause: unknown): Promise<void> {
  const damaged = await storage.damaged([...new Set(hashes)].map(keyOf));
  if (damaged.length === 0) return;
  throw new NotStored(`${damaged.length} stored files are damaged or gone, such as ${damaged[0]}.`, { cause });
}

/** Lost bytes do not come back by trying again: the step fails at once. */
export function failingOnLoss<Input, Output>(task: Task<Input, Output>): Task<Input, Output> {
  return {
    ...task,
    run: (input, context) =>
      task.run(input, context).catch((error: unknown) => {
        if (!(error instanceof NotStored)) throw error;
        const message = `${error.message} Narrate the text again: what is free to make is made again.`;
        throw new PermanentError(message, { code: LOST, cause: error });
      }),
  };
}
