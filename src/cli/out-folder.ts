/** The folder that a narration is written to. */
import { randomUUID } from "node:crypto";
import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Unusable } from "./lector.ts";

export type OutFolder = {
  path: string;
  /** Takes back the folders that were made for it, where nothing was written to them. */
  undo(): Promise<void>;
};

/** Makes sure that there is a folder which can be written to, before anything is paid for. Throws `Unusable`. */
export async function openOutFolder(path: string): Promise<OutFolder> {
  const made: string[] = [];
  const undo = async () => {
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => {});
  };
  try {
    await makeFolder(path, made);
    const probe = join(path, `.lector-${randomUUID().slice(0, 8)}`);
    await writeFile(probe, "");
    await rm(probe);
    return { path, undo };
  } catch (cause) {
    await undo();
    const why = (cause as Error).message;
    throw new Unusable(`Cannot write to the folder ${path}: ${why}. Name another with --out.`, { cause });
  }
}

/** One folder at a time: Node's `recursive` never comes back from where a folder may not be made, as in /proc. */
async function makeFolder(path: string, made: string[]): Promise<void> {
  if (await makeOne(path, made)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path), made);
  if (await makeOne(path, made)) return;
  throw new Error("no folder can be made there");
}

/** False where the folder above is missing. */
async function makeOne(path: string, made: string[]): Promise<boolean> {
  try {
    await mkdir(path);
    made.push(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code === "EEXIST") return true;
    throw error;
  }
}
