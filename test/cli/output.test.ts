/** What is said where: results to standard output, everything else to standard error. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import {
  environment,
  onlyObject,
  place,
  processesOf,
  sentence,
  story,
  until,
  type Database,
} from "../support/program.ts";

const here = place();
const BIN = join(import.meta.dirname, "../../bin/lector.js");
let database: Database; // held, so that the server need not start and stop for each command
beforeAll(async () => void (database = await here.database()));
afterAll(async () => {
  await database.leave();
  await here.close();
});

test("--json prints one object and nothing else, and without it people get lines", async () => {
  const file = here.write("said.md", `# Said\n\n${story(1, { paragraphs: 1 })}`);
  const json = await here.run(["narrate", file, "--json"]);
  expect(onlyObject(json.stdout)).toMatchObject({ status: "COMPLETED" });
  expect(json.stderr.trim().split("\n")).toEqual([
    "extract",
    "script",
    "plan",
    "speech: 2 fragments",
    "level",
    "assemble",
    "publish",
  ]);
  const plain = await here.run(["narrate", file]);
  expect(plain.stdout).toMatch(
    /^00:\d\d of audio, -1[56](\.\d+)? LUFS, in \d+\.\d s\n0 of 3 segments spoken, 3 reused; 0 of \d+ characters billed\n/,
  );
  expect(plain.stdout.trim().split("\n").slice(2)).toEqual(
    ["audio.mp3", "captions.vtt", "captions.srt", "words.json", "chapters.json", "waveform.json", "narration.json"].map(
      (name) => join(here.work, "out/said", name),
    ),
  );
  expect(plain.stderr).not.toContain("speech");
});

test("what cannot be read of a text is told in a line each, and in the object", async () => {
  const file = here.write("foo.md", `# Foo\n\nSo $\\foo x^2$ and $\\foo y^2$.\n`);
  const { stdout, stderr } = await here.run(["narrate", file, "--json"]);
  expect(stderr.split("\n").filter((line) => line.startsWith("warning"))).toEqual([
    "warning: the formula command \\foo is not read",
  ]);
  expect(onlyObject(stdout)).toMatchObject({ warnings: ["the formula command \\foo is not read"] });
});

test("on a terminal there is a bar for each stage, and the result stands below them", async () => {
  const file = here.write("bars.md", story(100, { paragraphs: 2 }));
  const command = [process.execPath, BIN, "narrate", file].map((word) => `'${word}'`).join(" ");
  const env = environment(here.data, { TERM: "xterm" });
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: here.work, env, stdio: ["ignore", "pipe", 2] });
  let shown = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (shown += text));
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  for (const stage of ["extract", "plan", "speech", "publish"]) expect(shown).toMatch(new RegExp(`${stage} +█+ 100%`));
  expect(shown).toContain("2/2 fragments");
  const last = shown.slice(shown.indexOf("of audio"));
  expect(last).toContain("4 of 4 segments spoken");
  expect(last).not.toContain("\x1b"); // no bar is drawn over the result
});

test("a run that fails says so in JSON and in a line, and the same command goes on with it", async () => {
  const [kept, fresh] = [sentence(200), sentence(201)];
  await here.narrate(here.write("kept.md", kept));
  const [stored] = await database.rows<{ sha256: string }>(
    "select audio_sha256 as sha256 from lector.speech_segments order by ready_at desc limit 1",
  );
  const bytes = join(here.data, "storage", stored!.sha256.slice(0, 2), stored!.sha256);
  renameSync(bytes, `${bytes}.away`);
  mkdirSync(bytes); // there, but unreadable: what is gone would be spoken again
  const file = here.write("fails.md", `${kept} ${fresh}`);
  const { code, stdout, stderr } = await here.run(["narrate", file, "--json"]);
  expect(code).toBe(1);
  const failed = onlyObject(stdout) as { execution_id: string; error: { message: string } };
  const { execution_id: id, error } = failed;
  expect(failed).toMatchObject({ status: "FAILED", error: { step: "speech", code: expect.any(String) } });
  expect(failed).not.toHaveProperty("files");
  expect(stderr.trim().split("\n").at(-1)).toBe(`Run ${id} ended as FAILED in "speech": ${error.message}`);
  expect((await here.run(["runs", "show", id])).stdout).toContain(`error: ${error.message}`);
  rmSync(bytes, { recursive: true });
  renameSync(`${bytes}.away`, bytes);
  const again = await here.run(["narrate", file, "--json"]);
  expect(again.stderr).toContain(`Going on with run ${id}, which had failed.`);
  expect(onlyObject(again.stdout)).toMatchObject({ execution_id: id, segments: { synthesised: 1, reused: 1 } });
});

test("files that cannot be written are named, and the same command writes them later", async () => {
  const file = here.write("blocked.md", sentence(300));
  const folder = join(here.work, "blocked");
  mkdirSync(join(folder, "captions.vtt"), { recursive: true }); // a folder where a file should go
  const { code, stdout, stderr } = await here.run(["narrate", file, "--json", "--out", folder]);
  expect(code).toBe(1);
  expect(onlyObject(stdout)).toMatchObject({ status: "COMPLETED", error: { code: "files_not_written" } });
  expect(stderr).toContain(`Cannot write ${join(folder, "captions.vtt")}`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(folder).toSorted()).toEqual(["audio.mp3", "captions.vtt"]);
  rmSync(join(folder, "captions.vtt"), { recursive: true });
  expect((await here.narrate(file, ["--out", folder])).characters.billed).toBe(0);
});

test.each(["--json 2>/dev/null | true", "2>&1 | head -n 1"])(
  "who stops reading early (%s) gets no error, and the work comes to its proper end",
  async (pipe) => {
    const data = join(here.data, `early${pipe.length}`); // without the server that this file holds
    const out = join(data, "out");
    const file = here.write("early.md", sentence(350));
    const command = `"$0" "$1" narrate "$2" --out "$3" ${pipe}`;
    const child = spawn("sh", ["-c", command, process.execPath, BIN, file, out], {
      env: environment(data),
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(said).not.toMatch(/EPIPE|^\s+at /m);
    expect(readdirSync(out)).toHaveLength(6);
    await until("its Postgres has stopped, too", () => processesOf(data).length === 0);
  },
);

test("voices are listed with their defaults, and those of one language alone", async () => {
  const all = await here.run(["voices", "list"]);
  expect(all.stdout).toMatch(/^espeak-en +en-US +.*\(default for en\)$/m);
  const indonesian = await here.run(["voices", "list", "--locale", "id-ID", "--json"]);
  expect(onlyObject(indonesian.stdout)).toMatchObject({ voices: [{ key: "espeak-id", provider: "espeak" }] });
});

test("runs are listed and shown, newest first, as lines and as JSON", async () => {
  const { execution_id: id } = await here.narrate(here.write("listed.md", sentence(400)));
  const [list, limited, show, shown, none] = await Promise.all([
    here.run(["runs", "list"]),
    here.run(["runs", "list", "--json", "--limit", "1", "--status", "completed"]),
    here.run(["runs", "show", id]),
    here.run(["runs", "show", id, "--json"]),
    here.run(["runs", "list", "--status", "PAUSED"]),
  ]);
  expect(list.stdout).toMatch(new RegExp(`^${id}  COMPLETED  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  narrate  `));
  expect(onlyObject(limited.stdout)).toMatchObject({ runs: [{ execution_id: id, status: "COMPLETED", error: null }] });
  expect(show.stdout).toMatch(/^ +4 {2}speech +done {2}1\/1$/m);
  expect(onlyObject(shown.stdout)).toMatchObject({ execution_id: id, steps: expect.any(Array) });
  expect(none.stdout).toBe("No runs.\n");
});

test("a run that ended is not cancelled or retried, and one that is not there is not found", async () => {
  const { execution_id: id } = await here.narrate(here.write("ended.md", sentence(500)));
  const unknown = "01a1fc0b-a1e8-7165-a832-000000000000";
  const [cancel, retry, ...missing] = await Promise.all([
    here.run(["runs", "cancel", id]),
    here.run(["runs", "retry", id]),
    ...["show", "cancel", "retry"].map((what) => here.run(["runs", what, unknown])),
  ]);
  expect(cancel).toMatchObject({ code: 0, stdout: `${id} had ended as COMPLETED; nothing to cancel.\n` });
  expect(retry).toMatchObject({ code: 2, stdout: "" });
  expect(retry!.stderr).toContain("nothing to retry");
  for (const { code, stdout, stderr } of missing) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`No run has the execution_id ${unknown}`);
  }
});

test("with a DATABASE_URL there is no Postgres in the data folder", async () => {
  const { url, drop } = await testDatabase({ migrated: false });
  const env = { DATABASE_URL: url, LECTOR_DATA: join(here.data, "other") };
  const migrated = await here.run(["migrate"], { env });
  const again = await here.run(["migrate", "--json"], { env });
  const made = await here.narrate(here.write("elsewhere.md", sentence(600)), [], { env });
  await drop();
  expect(migrated.stdout).toMatch(/^Applied 001/);
  expect(onlyObject(again.stdout)).toMatchObject({ applied: [] });
  expect(made.segments.synthesised).toBe(1);
  expect(readdirSync(join(here.data, "other"))).toEqual(["storage"]);
});

test("settings of an .env file are used, and said", async () => {
  const folder = join(here.work, "with-env");
  mkdirSync(folder);
  here.write("with-env/.env", "LECTOR_MAX_CHARACTERS=5\n");
  const child = spawn(process.execPath, [BIN, "narrate", "../long.md"], {
    cwd: folder,
    env: environment(here.data),
  });
  here.write("long.md", sentence(700));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(2);
  expect(said).toMatch(/^Settings from .*\.env\n.*LECTOR_MAX_CHARACTERS/);
});
