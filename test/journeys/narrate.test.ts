/** From a text to its files, and again, and changed: what is made, and what is paid. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { place, sentence, story, type Database, type Narrated } from "../support/program.ts";

const here = place();
let database: Database; // held, so that the server need not start and stop for each command
beforeAll(async () => void (database = await here.database()));
afterAll(async () => {
  await database.leave();
  await here.close();
});

const NAMES = ["audio.mp3", "captions.srt", "captions.vtt", "narration.json", "waveform.json", "words.json"];
const WITH_CHAPTERS = [...NAMES, "chapters.json"].toSorted();
const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const count = (text: string) => [...text].length;

function check(made: Narrated, folder: string, names = NAMES): void {
  expect(made.status).toBe("COMPLETED");
  expect(readdirSync(folder).toSorted()).toEqual(names);
  expect(Object.values(made.files).toSorted()).toEqual(names.map((name) => join(folder, name)));
  const written = JSON.parse(readFileSync(join(folder, "narration.json"), "utf8"));
  const { execution_id, duration_s, loudness_lufs, segments, characters } = made;
  expect(written).toMatchObject({ execution_id, duration_s, loudness_lufs, segments, characters });
  expect(written.samples).toBe(Math.round(duration_s * written.sample_rate));
  for (const { name, sha256, bytes, media_type } of written.files) {
    expect(media_type).toMatch(/^(audio|text|application)\//);
    expect(hash(join(folder, name))).toBe(sha256);
    expect(readFileSync(join(folder, name)).length).toBe(bytes);
  }
  expect(made.segments.synthesised + made.segments.reused).toBe(made.segments.total);
}

test("a Markdown file becomes audio, captions and narration.json in out/NAME", async () => {
  const made = await here.narrate(here.write("first.md", `# ${sentence(1)}\n\n${sentence(2)} ${sentence(3)}\n`));
  check(made, join(here.work, "out/first"), WITH_CHAPTERS);
  expect(made.segments).toEqual({ total: 3, synthesised: 3, reused: 0 });
  const characters = count(sentence(1) + sentence(2) + sentence(3));
  expect(made.characters).toEqual({ total: characters, billed: characters });
  expect(made.loudness_lufs).toBeCloseTo(-16, 0);
  expect(readFileSync(made.files["srt"]!, "utf8")).toContain(sentence(2).slice(0, 20));
  const { words } = JSON.parse(readFileSync(made.files["words"]!, "utf8"));
  expect(words.map((word: { display: string }) => word.display).join(" ")).toBe([1, 2, 3].map(sentence).join(" "));
  expect(words.at(-1).end).toBeLessThan(made.duration_s);
  const { chapters } = JSON.parse(readFileSync(made.files["chapters"]!, "utf8"));
  expect(chapters).toEqual([{ startTime: 0, title: sentence(1) }]);
});

test("HTML, plain text and standard input do so too, each under its own name", async () => {
  const page = `<!doctype html><html lang="en"><title>Page</title><body><nav>Menu</nav><article><h1>${sentence(10)}</h1><p>${sentence(11)}</p></article>`;
  const [html, plain, piped] = await Promise.all([
    here.narrate(here.write("page.html", page)),
    here.narrate(here.write("plain.txt", sentence(12)), ["--out", "elsewhere/deep"]),
    here.narrate("-", ["--title", "From a pipe"], { stdin: `${sentence(13)} ${sentence(14)}` }),
  ]);
  check(html, join(here.work, "out/page"), WITH_CHAPTERS);
  check(plain, join(here.work, "elsewhere/deep"));
  check(piped, join(here.work, "out/stdin"));
  expect(JSON.parse(readFileSync(html.files["json"]!, "utf8"))).toMatchObject({ locale: "en" });
  expect(readFileSync(html.files["srt"]!, "utf8")).not.toContain("Menu");
  expect(JSON.parse(readFileSync(piped.files["json"]!, "utf8"))).toMatchObject({ title: "From a pipe" });
});

test("a page is fetched and named after its address", async () => {
  const page = `<html lang="id"><body><main><h1>Judul</h1><p>Kapal itu berlayar pelan sekali.</p></main></body></html>`;
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(page)).listen(0);
  const { port } = server.address() as AddressInfo;
  const made = await here.narrate(`http://127.0.0.1:${port}/kapal-layar.html?a=b`).finally(() => server.close());
  check(made, join(here.work, "out/kapal-layar"), WITH_CHAPTERS);
  const written = JSON.parse(readFileSync(made.files["json"]!, "utf8"));
  expect(written).toMatchObject({ locale: "id", voice: "espeak-id" });
});

test("the second time nothing is spoken or billed and the files are the same; a title of its own costs nothing", async () => {
  const file = here.write("twice.md", story(100));
  const first = await here.narrate(file, ["--out", "once"]);
  const second = await here.narrate(file, ["--out", "again"]);
  const titled = await here.narrate(file, ["--title", 'A "quoted" title, ñ 漢字 🎧']);
  check(second, join(here.work, "again"));
  expect(second.execution_id).not.toBe(first.execution_id);
  expect(second.segments).toEqual({ total: 6, synthesised: 0, reused: 6 });
  expect(second.characters.billed).toBe(0);
  for (const name of NAMES.slice(0, 3)) {
    expect(hash(join(here.work, "again", name))).toBe(hash(join(here.work, "once", name)));
  }
  expect(titled.segments.synthesised).toBe(0);
  expect(hash(titled.files["mp3_128"]!)).not.toBe(hash(first.files["mp3_128"]!));
  expect(JSON.parse(readFileSync(titled.files["json"]!, "utf8")).title).toBe('A "quoted" title, ñ 漢字 🎧');
});

test("an edit costs the sentences that it made: a changed word, a paragraph at the top, and a move nothing", async () => {
  const text = story(200, { paragraphs: 4, each: 3 });
  const billed = async (changed: string) => (await here.narrate(here.write("edit.md", changed))).characters.billed;
  expect(await billed(text)).toBe(count(text.replaceAll("\n\n", " ").replace("\n", "").replaceAll(". ", ".")));
  const changed = sentence(204).replace(/\w+\.$/, "at night.");
  expect(await billed(text.replace(sentence(204), changed))).toBe(count(changed));
  expect(await billed(`${sentence(250)}\n\n${text}`)).toBe(count(sentence(250)));
  const [first, ...others] = text.trim().split("\n\n");
  expect(await billed([...others, first].join("\n\n"))).toBe(0);
  expect(readdirSync(join(here.work, "out/edit")).toSorted()).toEqual(NAMES); // replaced whole, nothing beside them
});

test("a sentence that stands twice in a text is spoken once", async () => {
  const made = await here.narrate(here.write("same.md", `${sentence(300)} ${sentence(300)}\n\n${sentence(300)}\n`));
  expect(made.segments).toEqual({ total: 1, synthesised: 1, reused: 0 });
  expect(made.characters).toEqual({ total: count(sentence(300)), billed: count(sentence(300)) });
});

test("an own voice of voices.json is used with its settings", async () => {
  const file = here.write("own.md", sentence(500));
  const own = (rate: number) => ({
    voices: [{ key: "nina", provider: "espeak", voice: "en-us+f3", locales: ["en"], settings: { rate }, gain_db: 6.5 }],
  });
  const slow = here.write("slow.json", JSON.stringify(own(90)));
  const fast = here.write("fast.json", JSON.stringify({ ...own(300), defaults: { en: "nina" } }));
  const [usual, slowly, quickly] = await Promise.all([
    here.narrate(file),
    here.narrate(file, ["--voice", "nina"], { env: { LECTOR_VOICES: slow } }),
    here.narrate(file, [], { env: { LECTOR_VOICES: fast } }),
  ]);
  expect(slowly.duration_s).toBeGreaterThan(usual.duration_s * 1.4);
  expect(quickly.duration_s).toBeLessThan(usual.duration_s * 0.8);
  expect(slowly.segments.synthesised + quickly.segments.synthesised).toBe(2);
});

test("words in another language are spoken in that, and only they are spoken anew when they get it", async () => {
  const text = (mark: string) => `<p>${sentence(600)}</p><p>She said <i${mark}>à demain, mes amis</i> and left.</p>`;
  await here.narrate(here.write("plain.html", text("")), ["--locale", "en"]);
  const made = await here.narrate(here.write("marked.html", text(' lang="fr"')), ["--locale", "en"]);
  expect(made.segments).toEqual({ total: 4, synthesised: 3, reused: 1 });
  const spoken = await database.rows(`select language, characters from lector.speech_segments where language = 'fr'`);
  expect(spoken).toEqual([{ language: "fr", characters: count("à demain, mes amis") }]);
  expect(readFileSync(made.files["srt"]!, "utf8").replaceAll("\n", " ")).toContain(
    "She said à demain, mes amis and left.",
  );
});

test("what is heard of tables and code is set, and does not change what the text is", async () => {
  const file = here.write(
    "set.md",
    `${sentence(700)}\n\n| a | b |\n|---|---|\n| one | two |\n\n\`\`\`\nx plus y\n\`\`\`\n`,
  );
  const usual = await here.narrate(file, ["--out", "usual"]);
  const env = { LECTOR_TABLE_COLUMNS: "1", LECTOR_CODE_BLOCKS: "read" };
  const other = await here.narrate(file, ["--out", "other"], { env });
  const [captions, otherCaptions] = [usual, other].map(({ files }) =>
    readFileSync(files["srt"]!, "utf8").replaceAll("\n", " "),
  );
  expect(captions).toContain("a: one.");
  expect(captions).not.toContain("x plus y");
  expect(otherCaptions).toContain("Table with 2 columns and 1 row, not read out.");
  expect(otherCaptions).toContain("x plus y");
  const hashes = [usual, other].map(({ files }) => JSON.parse(readFileSync(files["json"]!, "utf8")).content_hash);
  expect(hashes[1]).toBe(hashes[0]);
});
