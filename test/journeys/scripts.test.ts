/** What would be said, seen before, changed by hand and given back. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseScript } from "../../src/narration/script.ts";
import { narrated, place, sentence, story, type Database } from "../support/program.ts";

const here = place();
const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const wordsOf = (path: string) => JSON.parse(readFileSync(path, "utf8")).words;

test("a preview needs no database, starts nothing and writes nothing", async () => {
  const file = here.write("seen.md", `# ${sentence(1)}\n\nRead [pause] aloud. ${sentence(2)}\n`);
  const text = await here.run(["narrate", file, "--preview"]);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout.split("\n\n").slice(1).join("\n\n")).toBe(
    `[heading 1]\n${sentence(1)}\n\n[paragraph]\nRead \\[pause\\] aloud.\n${sentence(2)}\n`,
  );
  const json = await here.run(["narrate", file, "--preview", "--json"]);
  expect(parseScript(JSON.parse(json.stdout)).blocks).toHaveLength(2);
  expect(existsSync(join(here.data, "postgres"))).toBe(false);
  expect(readdirSync(here.work)).toEqual(["seen.md"]);
});

test.each([
  [["--script", "none.script"], 'Cannot read "none.script"'],
  [["--script", "bad.script"], 'The script in "bad.script" cannot be used. Line 4: there is a ] that nothing opened.'],
  [["--script", "bad.json"], "`blocks.0.inline.0.spoken`"],
  [["--script", "silent.script"], "The text is empty."],
  [["some.md", "--script", "silent.script"], "Nothing in the script is said."],
  [["--script", "good.script", "--locale", "id"], 'The script is in "en", but "id" was asked for.'],
  [["-", "--script", "-"], "Only one of text and script comes from standard input."],
  [[], "The source is missing. Name a file"],
])("%j is refused, and nothing is started", async (args, says) => {
  here.write("bad.script", "lector script 1\nlocale: en\n[paragraph]\na ] b\n");
  here.write("some.md", "Some text.");
  here.write("silent.script", "lector script 1\nlocale: en\n\n[paragraph]\n{👍|}\n");
  here.write("good.script", "lector script 1\nlocale: en\n\n[paragraph]\nHello.\n");
  const block = { id: "a", kind: "paragraph", inline: [{ display: "a", spoken: 1, source: null }] };
  here.write("bad.json", JSON.stringify({ version: 1, mode: "verbatim", locale: "en", title: null, blocks: [block] }));
  const { code, stderr } = await here.run(["narrate", ...args]);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
  expect(existsSync(join(here.data, "postgres"))).toBe(false);
});

let database: Database; // comes with the first narration: what is above does without
afterAll(async () => {
  await database?.leave();
  await here.close();
});

test("the preview given back is the same narration, and an edit costs the sentence that it touched", async () => {
  database = await here.database();
  const file = here.write("story.md", story(500, { paragraphs: 3 }));
  const plain = await here.narrate(file, ["--out", "plain"]);
  for (const [name, args] of [
    ["story.script", []],
    ["story.json", ["--json"]],
  ] as const) {
    const script = here.write(name, (await here.run(["narrate", file, "--preview", ...args])).stdout);
    const again = await here.narrate(file, ["--script", script, "--out", `out-${name}`]);
    expect(again.segments).toEqual({ total: 6, synthesised: 0, reused: 6 });
    for (const format of ["mp3_128", "vtt", "words"])
      expect(hash(again.files[format]!)).toBe(hash(plain.files[format]!));
  }
  const text = readFileSync(join(here.work, "story.script"), "utf8");
  const [word] = sentence(501).split(" ").slice(1, 2);
  const edited = here.write("edited.script", text.replace(` ${word} `, ` {${word}|very ${word}} `));
  const changed = await here.narrate(file, ["--script", edited, "--out", "edited"]);
  expect(changed.segments).toEqual({ total: 6, synthesised: 1, reused: 5 });
  const said = wordsOf(changed.files["words"]!).find((each: { spoken?: string }) => each.spoken);
  expect(said).toMatchObject({ display: word, spoken: `very ${word}` });
  expect(readFileSync(file, "utf8").slice(...(said.source as [number, number]))).toBe(word);
});

test("a script alone is narrated too, named after its file, and in its own language", async () => {
  const script = here.write(
    "dermaga.script",
    "lector script 1\nlocale: id\ntitle: Dermaga\n\n[heading 1]\nDermaga\n\n[paragraph]\nDibangun tahun {1945|seribu sembilan ratus empat puluh lima}.\n",
  );
  const made = narrated(await here.run(["narrate", "--script", script, "--json"]));
  const written = JSON.parse(readFileSync(join(here.work, "out/dermaga/narration.json"), "utf8"));
  expect(written).toMatchObject({ title: "Dermaga", locale: "id", voice: "espeak-id" });
  expect(readFileSync(made.files["srt"]!, "utf8")).toContain("Dibangun tahun 1945.");
  expect(wordsOf(made.files["words"]!).map(({ source }: { source: unknown }) => source)).toEqual(Array(5).fill(null));
});

test("another script of the same text is another narration, the same one joins its run", async () => {
  const file = here.write("two.md", story(600, { paragraphs: 1 }));
  const script = here.write(
    "two.script",
    (await here.run(["narrate", file, "--preview"])).stdout.replace("The ", "A "),
  );
  const first = await here.narrate(file);
  const second = await here.narrate(file, ["--script", script]);
  expect(second.segments.synthesised).toBe(1);
  const keys = await database.rows<{ dedupe_key: string }>(
    "select dedupe_key from lector.workflow_instances where execution_id = any($1::uuid[])",
    [[first.execution_id, second.execution_id]],
  );
  expect(new Set(keys.map((row) => row.dedupe_key)).size).toBe(2);
});
