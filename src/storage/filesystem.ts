/**
 * Storage in a folder: written under a temporary name, synced, renamed. Whatever does not wait for the disk is asked for
 * synchronously: there are thousands of small files, and a hop to the thread pool takes longer than what it is for.
 */
import { createHash, randomUUID } from "node:crypto";
import { accessSync, closeSync, existsSync, fdatasync, fsync, openSync, readSync, renameSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { failpoint } from "../failpoint.ts";
import { keyOf, NotStored, StorageFull, type Storage, type Stored } from "./storage.ts";

const ABANDONED_MS = 24 * 3600 * 1000;

/** Opens the folder, making it where there is none. Rejects where it cannot be written. */
export async function filesystemStorage(folder: string): Promise<Storage> {
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  void removeAbandoned(temporary);
  const pathOf = (key: string) => join(folder, ...checked(key));
  const newScratch = () => join(temporary, randomUUID());

  async function publish(scratch: string, sha256: string, bytes: number): Promise<Stored> {
    const key = keyOf(sha256);
    const path = pathOf(key);
    const folderOfPath = dirname(path);
    failpoint("store.before");
    // over the same bytes, if they were there already; a folder is made once and used thousands of times
    try {
      renameSync(scratch, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await mkdir(folderOfPath, { recursive: true });
      renameSync(scratch, path);
      await syncFolder(folder);
    }
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
    scratch: newScratch,
    async put(bytes) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const scratch = newScratch();
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
      const file = openSync(scratch, "r+");
      // The disk writes while we read. Why it could not, where it could not: nobody waits for it yet.
      const synced = dataSync(file).then(
        () => null,
        (why: unknown) => why,
      );
      try {
        const { sha256, bytes } = await hashOf(file);
        const failed = await synced;
        if (failed) throw failed;
        return await publish(scratch, sha256, bytes);
      } finally {
        await synced;
        closeSync(file);
      }
    },
    async discard(scratch) {
      if (existsSync(scratch)) await rm(scratch, { force: true });
    },
    get: (key) => readFile(pathOf(key)).catch((error) => notStored(key, error)),
    async damaged(keys) {
      const damaged: string[] = [];
      for (const key of keys) if (!(await isWhole(pathOf(key), key))) damaged.push(key);
      return damaged;
    },
    async local(key) {
      const path = pathOf(key);
      try {
        accessSync(path);
      } catch (error) {
        notStored(key, error as NodeJS.ErrnoException);
      }
      return path;
    },
  };
}

const dataSync = promisify(fdatasync);
const sync = promisify(fsync);

const READ_BYTES = 1 << 18;
/** After so many pieces others may run. */
const PIECES_AT_A_TIME = 16;

/** One for all files: nothing waits between a read and its hash. */
const piece = Buffer.allocUnsafeSlow(READ_BYTES);

/** SHA-256 of a file and its size. */
async function hashOf(file: number): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (let pieces = 1; ; pieces++) {
    const read = readSync(file, piece, 0, piece.length, bytes);
    if (read === 0) return { sha256: hash.digest("hex"), bytes };
    hash.update(piece.subarray(0, read));
    bytes += read;
    if (pieces % PIECES_AT_A_TIME === 0) await setImmediate();
  }
}

function checked(key: string): [string, string] {
  const match = /^([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key);
  if (!match || !match[2]!.startsWith(match[1]!)) throw new NotStored(`"${key}" is not a storage key.`);
  return [match[1]!, match[2]!];
}

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
    return keyOf((await hashOf(file)).sha256) === key;
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
  const handle = openSync(folder, "r");
  try {
    await sync(handle);
  } finally {
    closeSync(handle);
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
