/** Reading the picture that `--cover` names. What it must be is checked with the rest of the request. */
import { open } from "node:fs/promises";
import { Unusable } from "./lector.ts";

/** More than any cover may have: of a film that was named by mistake, no more is read. */
const MOST_BYTES = 9 * 1024 * 1024;

/** Throws `Unusable` where it cannot be read. */
export async function readCover(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const chunks: Buffer[] = [];
    for await (const chunk of file.createReadStream({ end: MOST_BYTES, autoClose: false }))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a directory" : message;
    throw new Unusable(`Cannot read the cover "${path}": ${why}.`, { cause });
  }
}
