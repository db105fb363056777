/** The other engines, installed from npm into a folder outside of Lector's own: they are no dependencies of it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { say } from "./program.ts";

const VERSIONS = {
  "@dbos-inc/dbos-sdk": "5.3.0",
  "@restatedev/restate-server": "1.7.12",
  "@restatedev/restate-sdk": "1.17.2",
  "@restatedev/restate-sdk-clients": "1.17.2",
};

export type Installed = {
  /** Imports one of the packages. */
  load(name: keyof typeof VERSIONS): Promise<any>;
  /** The path of a program that the packages bring along. */
  program(name: string): string;
  versions: typeof VERSIONS;
};

/** Kept in the system's folder for temporary files, so that a second run does not fetch 236 MB again. */
export function installEngines(): Installed {
  const folder = join(tmpdir(), `lector-bench-engines-${Object.values(VERSIONS).join("-")}`);
  const done = join(folder, "installed");
  if (!existsSync(done)) {
    say(`Installing Restate and DBOS from npm into ${folder}.`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: VERSIONS }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: "inherit" });
    writeFileSync(done, "");
  }
  const require = createRequire(join(folder, "package.json"));
  return {
    load: (name) => import(pathToFileURL(require.resolve(name)).href),
    program: (name) => join(folder, "node_modules", ".bin", name),
    versions: VERSIONS,
  };
}
