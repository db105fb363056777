/**
 * Where bytes live. What is stored is named by the SHA-256 of its bytes, so it never changes, the same bytes are kept
 * once, and a late writer cannot overwrite what is published.
 */
export type Stored = { key: string; sha256: string; bytes: number };

export type Storage = {
  /** Stores bytes; they survive a crash of the machine once this resolves. Rejects where the disk is full or read-only. */
  put(bytes: Uint8Array): Promise<Stored>;
  /** Rejects with `StorageFull` where there is no room for so many bytes: before something is paid that must be stored. */
  assertRoom(bytes: number): Promise<void>;
  /** A new file name for a process that writes by itself, to be taken in by `adopt`, or removed by `discard`. */
  scratch(): string;
  /** Stores a finished scratch file. */
  adopt(scratch: string): Promise<Stored>;
  /** Removes a scratch file, if there is one. */
  discard(scratch: string): Promise<void>;
  /** All bytes of an object. Rejects with `NotStored`. */
  get(key: string): Promise<Uint8Array>;
  /** Those of these keys under which nothing is stored, or other bytes than they name: a disk may lose some. */
  damaged(keys: string[]): Promise<string[]>;
  /** The path of a file on this machine that holds the object. Rejects with `NotStored`. */
  local(key: string): Promise<string>;
};

export class NotStored extends Error {
  override name = "NotStored";
}

export class StorageFull extends Error {
  override name = "StorageFull";
  code = "ENOSPC";
}

/** The key under which bytes with this hash are stored. */
export function keyOf(sha256: string): string {
  return `${sha256.slice(0, 2)}/${sha256}`;
}
