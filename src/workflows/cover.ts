/** A run's cover: a picture that was stored before the run began. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { readPicture, type Picture } from "../media/cover.ts";

export const cover = z.object({ sha256: z.string(), picture: z.custom<Picture>() });
export type Cover = z.infer<typeof cover>;

/** Throws `UnusableCover`. */
export function coverOf(bytes: Uint8Array): Cover {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), picture: readPicture(bytes) };
}
