/** What cannot be done is refused with exit code 2, a clear line or two, and nothing started. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { place, type StartOptions } from "../support/program.ts";

const here = place();
let server: Server;
let site: string;

beforeAll(() => {
  here.write("good.md", "This sentence could be spoken.");
  here.write("empty.md", "");
  here.write("blank.md", " \n\n\t\n");
  here.write("marks.md", "… !!! ---\n\n***\n\n?!");
  here.write("binary.md", randomBytes(4096));
  here.write("latin1.txt", Buffer.from("Caf\xe9 au lait.", "latin1"));
  here.write("large.md", Buffer.alloc(50_000_000, "words "));
  here.write("page.html", "<html><body><nav>Menu</nav><script>let spoken;</script></body></html>");
  here.write("broken.json", "{ voices: ");
  here.write("rate.json", JSON.stringify({ voices: [nina({ rate: 9000 })] }));
  here.write("pace.json", JSON.stringify({ voices: [nina({ pace: 1 })] }));
  here.write("field.json", JSON.stringify({ voices: [{ ...nina({}), gain: 3 }] }));
  here.write("unknown.json", JSON.stringify({ voices: [{ ...nina({}), provider: "acme" }] }));
  here.write("default.json", JSON.stringify({ defaults: { en: "olga" } }));
  mkdirSync(join(here.work, "folder"));
  symlinkSync("nowhere", join(here.work, "dangling.md"));
  server = createServer((request, response) => {
    if (request.url === "/picture.png") return response.setHeader("content-type", "image/png").end("\x89PNG");
    if (request.url === "/cut.html") return response.writeHead(200, { "content-length": 99 }).destroy();
    if (request.url === "/circle") return response.writeHead(302, { location: "/circle" }).end();
    response.writeHead(404).end("Not here.");
  }).listen(0);
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await here.close();
});

const nina = (settings: object) => ({ key: "nina", provider: "espeak", voice: "en-us", locales: ["en"], settings });
const withVoices = (file: string): StartOptions => ({ env: { LECTOR_VOICES: file } });
const withSetting = (env: Record<string, string>): StartOptions => ({ env });

type Refusal = [what: string, args: () => string[], says: RegExp[], options?: () => StartOptions];
const narrate =
  (...args: string[]) =>
  () => ["narrate", ...args];

const refusals: Refusal[] = [
  ["no command", () => [], [/^Usage: lector/]],
  ["an unknown command", () => ["narate", "good.md"], [/narate/]],
  ["no source", narrate(), [/source/]],
  ["an unknown option", narrate("good.md", "--vioce", "x"), [/--vioce/]],
  ["two sources", narrate("good.md", "empty.md"), [/Expected 1 argument/]],
  ["an empty file", narrate("empty.md"), [/empty/]],
  ["a file of white space", narrate("blank.md"), [/empty/]],
  ["empty standard input", narrate("-"), [/empty/]],
  ["only punctuation", narrate("marks.md"), [/spoken/]],
  ["a page of navigation", narrate("page.html"), [/spoken/]],
  ["a binary file", narrate("binary.md"), [/binary\.md/, /not text/]],
  ["a file that is not UTF-8", narrate("latin1.txt"), [/latin1\.txt/, /UTF-8/]],
  ["binary standard input", narrate("-"), [/standard input/, /not text/], () => ({ stdin: randomBytes(99) })],
  ["a file of 50 MB", narrate("large.md"), [/large\.md/, /too large/, /LECTOR_MAX_INPUT_BYTES/]],
  ["a text that is too long", narrate("good.md"), [/30 characters/, /MAX_CHARACTERS/], maxCharacters],
  ["a missing file", narrate("missing.md"), [/missing\.md/, /no such file/]],
  ["a link that leads nowhere", narrate("dangling.md"), [/dangling\.md/]],
  ["a directory", narrate("folder"), [/folder/, /directory/]],
  [
    "an unknown voice",
    narrate("good.md", "--voice", "olga"),
    [/"olga"/, /"en": espeak-en\b/, /espeak-\{.*\ben-gb\b.*\}/, /voices list/],
  ],
  ["a bad locale", narrate("good.md", "--locale", "en_US!"), [/"en_US!"/, /BCP 47/]],
  ["a locale without a voice", narrate("good.md", "--locale", "ks"), [/"ks"/, /Name one/, /espeak-\{/]],
  ["an unknown format", narrate("good.md", "--formats", "ogg"), [/"ogg"/, /mp3, opus, m4a/]],
  ["a rate that mp3 has not", narrate("good.md", "--formats", "mp3,mp3_100"), [/"mp3_100"/, /96, 112/]],
  ["a cover that is not there", narrate("good.md", "--cover", "no.png"), [/no\.png/, /no such file/]],
  ["a directory as cover", narrate("good.md", "--cover", "folder"), [/folder/, /directory/]],
  ["a text as cover", narrate("good.md", "--cover", "good.md"), [/PNG or JPEG/, /546869732073656e/]],
  ["an empty cover", narrate("good.md", "--cover", "empty.md"), [/PNG or JPEG/, /empty/]],
  ["a cover of 50 MB", narrate("good.md", "--cover", "large.md"), [/8 MiB/]],
  ["no format", narrate("good.md", "--formats", ","), [/--formats/, /mp3/]],
  ["a format without a name", narrate("good.md", "--formats", "mp3,,opus"), [/--formats/, /one comma/]],
  ["a folder below a file", narrate("good.md", "--out", "good.md/deep"), [/good\.md\/deep/, /--out/]],
  ["a folder in /proc", narrate("good.md", "--out", "/proc/lector/out"), [/\/proc\/lector\/out/, /--out/]],
  ["a closed port", narrate("http://127.0.0.1:9/page"), [/127\.0\.0\.1:9/, /Cannot fetch/]],
  ["a host that does not exist", narrate("http://lector.invalid/"), [/lector\.invalid/, /Cannot fetch/]],
  ["half a URL", narrate("http://"), [/"http:\/\/"/, /not a URL/]],
  ["a page that is not there", () => ["narrate", `${site}/gone.html`], [/gone\.html/, /404/]],
  ["an image", () => ["narrate", `${site}/picture.png`], [/picture\.png/, /image\/png/]],
  ["a page that breaks off", () => ["narrate", `${site}/cut.html`], [/cut\.html/, /Cannot fetch/]],
  ["a page that leads to itself", () => ["narrate", `${site}/circle`], [/circle/, /redirect/]],
  ["a setting out of range", narrate("good.md"), [/LECTOR_CORES/, /"0"/], () => withSetting({ LECTOR_CORES: "0" })],
  ["a setting of no number", () => ["runs", "list"], [/LECTOR_LEASE_MS/, /"x"/], badLease],
  ["a voices file that is missing", narrate("good.md"), [/nina\.json/, /no such file/], () => withVoices("nina.json")],
  ["a voices file that is no JSON", narrate("good.md"), [/broken\.json/, /JSON/], () => withVoices("broken.json")],
  [
    "a field that voices do not have",
    () => ["voices", "list"],
    [/field\.json/, /"gain"/],
    () => withVoices("field.json"),
  ],
  ["a default that is no voice", () => ["voices", "list"], [/"olga"/, /"en"/], () => withVoices("default.json")],
  ["a voice's setting out of range", speakNina, [/rate/, /9000/], () => withVoices("rate.json")],
  ["a setting that its provider lacks", speakNina, [/pace/], () => withVoices("pace.json")],
  ["a provider that is not there", speakNina, [/"acme"/, /espeak/], () => withVoices("unknown.json")],
  ["a DATABASE_URL that is none", narrate("good.md"), [/DATABASE_URL/, /postgres:\/\//], () => database("nonsense")],
  ["a database that is not there", narrate("good.md"), [/127\.0\.0\.1:9/, /DATABASE_URL/], () => database(CLOSED)],
  ["a wrong password", narrate("good.md"), [/DATABASE_URL/, /password/], () => database(wrongPassword())],
  ["a database without that name", () => ["runs", "list"], [/DATABASE_URL/, /"nope"/], () => database(nope())],
  ["a run's id that is none", () => ["runs", "show", "7"], [/"7"/, /runs list/]],
  ["a status that is none", () => ["runs", "list", "--status", "done"], [/"done"/, /COMPLETED/]],
  ["a limit that is none", () => ["runs", "list", "--limit", "-1"], [/--limit/]],
];

const CLOSED = "postgres://lector:hidden@127.0.0.1:9/lector";

function speakNina(): string[] {
  return ["narrate", "good.md", "--voice", "nina"];
}
function badLease(): StartOptions {
  return withSetting({ LECTOR_LEASE_MS: "x" });
}
function maxCharacters(): StartOptions {
  return withSetting({ LECTOR_MAX_CHARACTERS: "29" });
}
function database(url: string): StartOptions {
  return withSetting({ DATABASE_URL: url });
}
function wrongPassword(): string {
  const url = new URL(inject("postgres"));
  url.password = "hidden";
  return url.href;
}
function nope(): string {
  const url = new URL(inject("postgres"));
  url.pathname = "/nope";
  return url.href;
}

test.each(refusals)("%s", async (what, args, says, options = () => ({})) => {
  const data = join(here.data, what); // of its own, so that what one starts is not taken for another's
  const { env, stdin } = options();
  const { code, stdout, stderr } = await here.run(args(), {
    env: { LECTOR_DATA: data, ...env },
    ...(stdin && { stdin }),
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  for (const words of says) expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/^\s+at |hidden/m);
  const hint = /\(Did you mean .*\)\n/;
  if (args().length > 0) expect(stderr.replace(hint, "").trim().split("\n").length).toBeLessThanOrEqual(2);
  expect(existsSync(data)).toBe(false); // no database, no storage
  expect(existsSync(join(here.work, "out"))).toBe(false);
});

const unusable = (path: string): Refusal => [
  `the data folder ${path}`,
  narrate("good.md"),
  [/LECTOR_DATA/],
  () => withSetting({ LECTOR_DATA: path }),
];

test.each([unusable("good.md/deep"), unusable("good.md"), unusable("/proc/lector/data")])(
  "%s",
  async (_, args, says, options) => {
    const { code, stdout, stderr } = await here.run(args(), options!());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const words of says) expect(stderr).toMatch(words);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(here.work, "out"))).toBe(false);
  },
);
