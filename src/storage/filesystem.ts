/** Storage in a folder: written under a temporary name, synced, renamed. */
import { createHash, randomUUID } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { access, mkdir, open, readdir, readFile, rename, rm, stat, statfs, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { failpoint } from "../failpoint.ts";
import { keyOf, NotStored, StorageFull, type Storage, type Stored } from "./storage.ts";

const ABANDONED_MS = 24 * 3600 * 1000;

/** Opens the folder, making it where there is none. Rejects where it cannot be written. */
export async function filesystemStorage(folder: string): Promise<Storage> {
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  void removeAbandoned(temporary);
  const pathOf = (key: string) => join(folder, ...checked(key));

  async function publish(scratch: string, sha256: string, bytes: number): Promise<Stored> {
    const key = keyOf(sha256);
    const path = pathOf(key);
    const folderOfPath = dirname(path);
    failpoint("store.before");
    // over the same bytes, if they were there already; a folder is made once and used thousands of times
    await rename(scratch, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(folderOfPath, { recursive: true });
      await rename(scratch, path);
      await syncFolder(folder);
    });
    failpoint("store.renamed");
    await syncFolder(folderOfPath);
    failpoint("store.after");
    return { key, sha256, bytes };
  }

  return {
    async assertRoom(bytes) {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      if (free >= bytes) return;
      throw new StorageFull(`The storage in ${folder} has ${free} bytes left, where ${bytes} are needed.`);
    },
    scratch: () => join(temporary, randomUUID()),
    async put(bytes) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const scratch = join(temporary, randomUUID());
      const file = await open(scratch, "wx");
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      return publish(scratch, sha256, bytes.byteLength);
    },
    async adopt(scratch) {
      const file = await open(scratch, "r+");
      try {
        const { sha256, bytes } = await hashOf(file);
        await file.datasync();
        return await publish(scratch, sha256, bytes);
      } finally {
        await file.close();
      }
    },
    discard: (scratch) => rm(scratch, { force: true }),
    get: (key) => readFile(pathOf(key)).catch((error) => notStored(key, error)),
    async damaged(keys) {
      const damaged: string[] = [];
      for (const key of keys) if (!(await isWhole(pathOf(key), key))) damaged.push(key);
      return damaged;
    },
    async local(key) {
      const path = pathOf(key);
      await access(path).catch((error) => notStored(key, error));
      return path;
    },
  };
}

const READ_BYTES = 1 << 18;

/** SHA-256 of a file and its size, read through one buffer: a stream would leave a new one behind for every piece. */
async function hashOf(file: FileHandle): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  const bytes = (await file.stat()).size;
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes));
  for (let at = 0; at < bytes;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new Error("A scratch file became shorter while it was stored.");
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return { sha256: hash.digest("hex"), bytes };
}

function checked(key: string): [string, string] {
  const match = /^([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key);
  if (!match || !match[2]!.startsWith(match[1]!)) throw new NotStored(`"${key}" is not a storage key.`);
  return [match[1]!, match[2]!];
}

const piece = Buffer.allocUnsafeSlow(READ_BYTES);

/** Synchronous within a file, since a hop to the thread pool for each piece of many small files takes longer than its hash. */
async function isWhole(path: string, key: string): Promise<boolean> {
  await setImmediate(); // lets others run between two files
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
  try {
    const hash = createHash("sha256");
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
    return keyOf(hash.digest("hex")) === key;
  } finally {
    closeSync(file);
  }
}

function notStored(key: string, error: NodeJS.ErrnoException): never {
  if (error.code !== "ENOENT") throw error;
  throw new NotStored(`Nothing is stored under ${key}. Was the data folder restored without its audio?`, {
    cause: error,
  });
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Scratch files of processes that were killed. */
async function removeAbandoned(temporary: string): Promise<void> {
  for (const name of await readdir(temporary).catch(() => [])) {
    const path = join(temporary, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(path, { force: true }).catch(() => {});
  }
}
