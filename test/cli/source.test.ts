/** What is read of a file, of a page on the web and of standard input, in whatever encoding it stands. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSource } from "../../src/cli/source.ts";
import { place } from "../support/program.ts";

const folder = mkdtempSync(join(tmpdir(), "lector-source-"));
const served = new Map<string, { type: string; bytes: Buffer }>();
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { type, bytes } = served.get(request.url!)!;
    response.setHeader("content-type", type).end(bytes);
  });
  await new Promise<void>((listening) => server.listen(0, listening));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const MOST = 1_000_000;

async function fromFile(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return (await readSource(path, MOST)).body;
}

async function fromServer(path: string, type: string, bytes: Buffer): Promise<string> {
  served.set(path, { type, bytes });
  return (await readSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, MOST)).body;
}

const page = (head: string, text: string) =>
  `<!doctype html><html><head>${head}</head><body><p>${text}</p></body></html>`;
const latin1 = (text: string) => Buffer.from(text, "latin1");
/** ASCII around bytes of another encoding. */
const around = (head: string, bytes: number[]) => latin1(page(head, String.fromCharCode(...bytes)));

const wide = (text: string, bigEndian: boolean) => {
  const bytes = Buffer.from(text, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
};

const declared: [name: string, bytes: Buffer, text: string][] = [
  ["meta charset", around('<meta charset="windows-1251">', [0xcf, 0xee, 0xe5, 0xe7, 0xe4]), "Поезд"],
  [
    "a meta of HTML 4",
    around('<META HTTP-EQUIV=Content-Type CONTENT="text/html; charset=shift_jis">', [0x93, 0xfa, 0x96, 0x7b]),
    "日本",
  ],
  ["Latin 1 as browsers have it", around("<meta charset=iso-8859-1>", [0x93, 0x43, 0x61, 0x66, 0xe9, 0x94]), "“Café”"],
  ["a multi-byte encoding", around("<meta charset='gb2312'>", [0xbb, 0xf0, 0xb3, 0xb5]), "火车"],
  [
    "an encoding whose bytes are all ASCII",
    around("<meta charset=iso-2022-jp>", [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42]),
    "日本",
  ],
  ["an XML declaration", latin1(`<?xml version="1.0" encoding="ISO-8859-2"?>${page("", "\xb3\xf3dka")}`), "łódka"],
  ["no word, and no UTF-8", around("", [0x43, 0x61, 0x66, 0xe9]), "Café"],
  ["a word that nobody knows", around("<meta charset=utf8mb5>", [0x43, 0x61, 0x66, 0xe9]), "Café"],
  ["a word in a comment", around("<!-- <meta charset=windows-1251> -->", [0x43, 0x61, 0x66, 0xe9]), "Café"],
  ["UTF-8 that says it is Latin 1", Buffer.from(page("<meta charset=iso-8859-1>", "Café")), "Café"],
  ["Latin 1 that says it is UTF-8", around("<meta charset=utf-8>", [0x43, 0x61, 0x66, 0xe9]), "Café"],
  ["a mark of UTF-16", wide(`\uFEFF${page("", "Café 火")}`, false), "Café 火"],
  ["UTF-16 without a mark", wide(page("", "Café 火"), true), "Café 火"],
];

test.each(declared)("a page's text is read by %s", async (_name, bytes, text) => {
  expect(await fromFile("page.html", bytes)).toContain(`<p>${text}</p>`);
  expect(await fromServer("/page", "text/html", bytes)).toContain(`<p>${text}</p>`);
});

test("the header of an answer counts for more than the page's own word, and UTF-8 for more than both", async () => {
  const cyrillic = around("<meta charset=iso-8859-1>", [0xcf, 0xee, 0xe5, 0xe7, 0xe4]);
  expect(await fromServer("/a", 'text/html; charset="windows-1251"', cyrillic)).toContain("Поезд");
  expect(await fromServer("/b", "text/html; charset=nonsense", cyrillic)).toContain("Ïîåçä");
  expect(await fromServer("/c", "text/html;charset=iso-8859-1", Buffer.from(page("", "Поезд")))).toContain("Поезд");
  expect(await fromServer("/d", "text/html; charset=utf-16le", wide(`\n${page("", "Поезд")}`, false))).toContain(
    "Поезд",
  );
});

test("a page with a few broken bytes is read without them", async () => {
  const bytes = Buffer.concat([
    Buffer.from("<html><body><p>Поезд "),
    Buffer.from([0xff, 0xd0]),
    Buffer.from(" стоит.\0</p>"),
  ]);
  expect(await fromFile("broken.html", bytes)).toMatch(/Поезд \uFFFD+ стоит/);
});

test("text that is no page is UTF-8, or what the header says", async () => {
  expect(await fromFile("a.md", Buffer.from("\uFEFFCafé"))).toBe("Café");
  expect(await fromFile("a.txt", wide("\uFEFFCafé", true))).toBe("Café");
  expect(await fromServer("/a.txt", "text/plain; charset=iso-8859-1", latin1("Café"))).toBe("Café");
  await expect(fromFile("b.txt", latin1("Caf\xe9"))).rejects.toThrow('b.txt" is not text');
  await expect(fromServer("/b.txt", "text/plain", latin1("Caf\xe9"))).rejects.toThrow("is not text");
});

test("bytes that are no text are refused, whatever they are called", async () => {
  const picture = Buffer.from([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 2,
  ]);
  await expect(fromFile("picture.html", picture)).rejects.toThrow("is not text");
  await expect(fromServer("/picture", "text/html", picture)).rejects.toThrow("is not text");
});

test("a page from standard input is known by its first tag, in its encoding", async () => {
  const here = place();
  try {
    const xml = '<?xml version="1.0" encoding="windows-1251"?>\n<!-- by hand -->\n<html lang="ru"><body><p>';
    const stdin = Buffer.concat([
      latin1(xml),
      Buffer.from([0xcf, 0xee, 0xe5, 0xe7, 0xe4]),
      latin1(".</p></body></html>"),
    ]);
    const { code, stdout, stderr } = await here.run(["narrate", "-", "--preview"], { stdin });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("Поезд.");
    expect(stdout).not.toContain("by hand");
  } finally {
    await here.close();
  }
});
