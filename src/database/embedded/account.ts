/**
 * Under which account the server runs, and in which folder ("home": cluster, log and start lock).
 *
 * An ordinary user runs it himself, in `<data folder>/postgres`. Postgres refuses to run as root, so root gives it an
 * account of its own: a user id without a name, different for each data folder, that owns the cluster and nothing else.
 * Where that account cannot come to the data folder (it lies under a closed home such as /root), the home is made under
 * /var/lib/lector and `<data folder>/postgres` is a symbolic link to it.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { lchownSync, lstatSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseUnreachable } from "../connect.ts";

export type Account = { uid: number; gid: number };
/** `account` null: the server runs as the one who starts it. */
export type Home = { folder: string; account: Account | null };

/** Finds the home of this data folder, or makes it. `elsewhere`: where root's goes if the data folder is closed. */
export function openHome(dataDir: string, elsewhere = "/var/lib/lector"): Home {
  makeFolder(dataDir);
  const data = realpathSync(dataDir);
  const entry = join(data, "postgres");
  if (!isRoot()) {
    mkdirSync(entry, { recursive: true, mode: 0o700 });
    return { folder: realpathSync(entry), account: null };
  }
  const account = ownAccount(data);
  if (!lstatSync(entry, { throwIfNoEntry: false })) makeHome(data, entry, account, elsewhere);
  const folder = follow(entry);
  const owner = statSync(join(folder, "data"), { throwIfNoEntry: false });
  const home = { folder, account: owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : account };
  open(home, data);
  return home;
}

/** One folder at a time: Node's `recursive` never comes back from where a folder may not be made, as in /proc. */
function makeFolder(folder: string): void {
  if (dirname(folder) !== folder && !existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Also for a home that another process has made and not opened yet, or that somebody closed since. */
function open({ folder, account }: { folder: string; account: Account }, data: string): void {
  if (canReach(folder, account)) return;
  letThrough(data, account);
  letThrough(folder, account);
  if (canReach(folder, account)) return;
  throw new DatabaseUnreachable(
    `Postgres does not run as root, and its account (user id ${account.uid}) cannot come to ${folder}: a folder on the way is closed. Open it with "chmod o+x", or set LECTOR_DATA to another folder, or DATABASE_URL to a Postgres of yours.`,
  );
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Debian's policy keeps 30000 to 59999 free of users, and they exist inside containers too, which map 65536 ids. */
function ownAccount(data: string): Account {
  const id = 30_000 + (createHash("sha256").update(data).digest().readUInt32BE() % 30_000);
  return { uid: id, gid: id };
}

function makeHome(data: string, entry: string, account: Account, elsewhere: string): void {
  if (canReach(dirname(data), account)) {
    letThrough(data, account);
    if (canReach(data, account)) {
      mkdirSync(entry, { recursive: true, mode: 0o700 });
      return letThrough(entry, account);
    }
  }
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  const name = createHash("sha256").update(data).digest("hex").slice(0, 12);
  // The suffix keeps a new data folder apart from what a deleted one of the same name left behind.
  const made = join(elsewhere, `${name}-${randomBytes(3).toString("hex")}`);
  mkdirSync(made, { mode: 0o700 });
  letThrough(made, account);
  try {
    symlinkSync(made, entry);
  } catch (error) {
    rmdirSync(made);
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // another process was first: its home counts
  }
}

/** Lets the account pass through a folder that was closed to all but root, and list or read nothing. */
function letThrough(folder: string, account: Account): void {
  const { uid, mode } = statSync(folder);
  if (uid !== 0 || (mode & 0o077) !== 0) return;
  chownSync(folder, 0, account.gid);
  chmodSync(folder, 0o710);
}

function follow(entry: string): string {
  try {
    return realpathSync(entry);
  } catch (cause) {
    throw new DatabaseUnreachable(
      `The database of this data folder is gone: ${entry} leads nowhere. Bring back the folder it points to, or delete ${entry} to begin with an empty database, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/** Whether the account may pass through the folder and all above it, by their permission bits. */
export function canReach(folder: string, account: Account): boolean {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    if (!mayPass(statSync(at), account)) return false;
    if (at === dirname(at)) return true;
  }
}

function mayPass({ mode, uid, gid }: Stats, account: Account): boolean {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** Files that root makes in a home of another user stay that user's, who may go on without root. */
export function giveToOwner(file: string, folder: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

/** Makes the account the owner of a folder and all in it. */
export function handOver(folder: string, account: Account): void {
  lchownSync(folder, account.uid, account.gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) handOver(path, account);
    else lchownSync(path, account.uid, account.gid);
  }
}
