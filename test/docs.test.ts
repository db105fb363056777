/** What the documents promise of files, commands and formats, held against the program. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadVoices } from "../src/catalog/voices.ts";
import { exits } from "../src/cli/lector.ts";
import { definitionJsonSchema, definitionSchema } from "../src/orchestrator/definition.ts";
import { espeakSpeech } from "../src/providers/speech/espeak.ts";
import { narrate } from "../src/workflows/narrate.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "GLOSSARY.md",
  "docs/faults.md",
  "docs/formats.md",
  "docs/surprises.md",
  "docs/words.md",
];

/** Its licence is fixed before it exists. */
const foreseen = "src/player/";

describe("docs/workflow-definition.schema.json", () => {
  // Where they differ, write it anew and format it: node -e 'import("./src/orchestrator/definition.ts").then((m) =>
  // console.log(JSON.stringify(m.definitionJsonSchema(), null, 2)))' > docs/workflow-definition.schema.json
  test("is the JSON Schema of the definitions that the program accepts", () => {
    expect(JSON.parse(read("docs/workflow-definition.schema.json"))).toEqual(definitionJsonSchema());
  });

  test("asks for what the program's own definition has, and for nothing that it lacks", () => {
    const schema = JSON.parse(read("docs/workflow-definition.schema.json"));
    expect(definitionSchema.safeParse(narrate).success).toBe(true);
    const step = schema.properties.steps.items;
    for (const given of narrate.steps)
      expect(Object.keys(step.properties)).toEqual(expect.arrayContaining(Object.keys(given)));
    expect([schema.required, step.required]).toEqual([["name", "steps"], ["name"]]);
  });
});

describe.each(documents)("%s", (file) => {
  const text = read(file);
  const words = [...text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);

  test("names only files that exist", () => {
    const paths = words.filter((word) => /^(src|test|docs|examples|tools|bin|bench|\.ci)\/[\w./*-]*$/.test(word));
    const gone = paths.filter((path) => path !== foreseen && !existsSync(join(root, path.replace(/\/?\*.*$/, ""))));
    expect(gone).toEqual([]);
  });

  test("links only to files that exist", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(join(root, file, "..", target)))).toEqual([]);
  });

  test("names only npm scripts that exist", () => {
    const scripts = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, script]) => script!);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  test("holds no path of one person's machine", () => {
    expect(text).not.toMatch(/\/(work|root|tmp|Users)\//);
  });
});

describe("README.md", () => {
  const text = read("README.md");
  const cli = readdirSync(join(root, "src/cli"))
    .map((file) => read(`src/cli/${file}`))
    .join("\n");

  test("describes every command and every option of the program", () => {
    const options = [...cli.matchAll(/(?:\.option\(|= \[)"(--[a-z]+)/g)].map(([, option]) => option!);
    const commands = [...cli.matchAll(/\.command\("([a-z]+)"\)/g)].map(([, command]) => command!);
    expect(options).toEqual(expect.arrayContaining(["--voice", "--json"]));
    expect(commands).toEqual(expect.arrayContaining(["narrate", "worker"]));
    expect([...options, ...commands].filter((word) => !new RegExp(`\`[^\`]*${word}\\b`).test(text))).toEqual([]);
  });

  test("describes every exit code", () => {
    const rows = [...text.matchAll(/^\| (\d+) \| \w/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(exits));
  });

  test("explains every field that --json prints in its example", () => {
    const json = /^```json\n(\{"execution_id"[^]*?)^```/m.exec(text)![1]!;
    const fields = Object.keys(JSON.parse(json));
    const explained = [...text.matchAll(/^\| `([a-z_]+)` \| /gm)].map(([, field]) => field!);
    expect(explained).toEqual(expect.arrayContaining(fields));
  });

  test("shows a voices.json that the program and its provider accept", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lector-docs-"));
    try {
      const file = join(folder, "voices.json");
      writeFileSync(file, /^```json\n(\{\n {2}"voices"[^]*?)^```/m.exec(text)![1]!);
      const { all, defaults } = await loadVoices({ all: [], defaults: {} }, file, { required: true });
      expect([all.map(({ key }) => key), defaults]).toEqual([["nina"], { en: "nina" }]);
      expect(espeakSpeech().check(all[0]!.voice, all[0]!.settings)).toEqual(all[0]!.settings);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("ARCHITECTURE.md names no package that package.json does not", () => {
  const rows = read("ARCHITECTURE.md")
    .split("## Dependencies")[1]!
    .matchAll(/^\| `([^`]+)` \| /gm);
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const listed = [...rows].map(([, name]) => name!);
  const unknown = listed.filter((name) => !names.some((each) => each.startsWith(name.replace(/\*$/, ""))));
  expect([listed.length > 0, unknown]).toEqual([true, []]);
});

test("ARCHITECTURE.md has a row for every folder of src", () => {
  const rows = [...read("ARCHITECTURE.md").matchAll(/^\| ([^|]+) \| [^|]+ \|/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([\w/]+)`/g)].map(([, name]) => name!),
  );
  const folders = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      name === "providers" ? readdirSync(join(root, "src/providers")).map((kind) => `providers/${kind}`) : [name],
    );
  expect(folders.filter((folder) => !rows.includes(folder))).toEqual([]);
});
