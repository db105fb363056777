/** Files that are named by all that is put into them: asked for again, they are there. */
import { createHash } from "node:crypto";
import { findPublication, savePublication, type Publication } from "../narration/fragments.ts";
import { keyOf } from "../storage/storage.ts";
import type { NarrationTools } from "./narrate.ts";

/** Raised when the same things put in become other bytes. */
const PUBLISHING_VERSION = 2;

/**
 * The file of `of`, which must be all that shapes its bytes. `write` makes it under the name it is given, if it is not
 * there or its bytes are lost or damaged; it answers with frames and samples.
 */
export async function publishOnce(
  { db, storage }: NarrationTools,
  format: string,
  of: unknown[],
  write: (path: string) => Promise<{ frames: number; samples: number }>,
): Promise<Publication> {
  const key = createHash("sha256")
    .update(JSON.stringify([PUBLISHING_VERSION, format, ...of]))
    .digest("hex");
  const there = await findPublication(db, key);
  if (there && (await storage.damaged([keyOf(there.audioSha256)])).length === 0) return there;
  const path = storage.scratch();
  try {
    const { frames, samples } = await write(path);
    const { sha256, bytes } = await storage.adopt(path);
    const publication = { key, format, audioSha256: sha256, bytes, frames, samples };
    await savePublication(db, publication);
    return publication;
  } finally {
    await storage.discard(path);
  }
}
