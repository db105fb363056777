import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import { storageContract } from "./contract.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lector-storage-"));
  folders.push(folder);
  return folder;
}

storageContract("a folder", () => filesystemStorage(newFolder()));

test("a failed write leaves nothing behind under any key", async () => {
  const folder = newFolder();
  const storage = await filesystemStorage(folder);
  await expect(storage.adopt(storage.scratch())).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual(["tmp"]);
});

test("scratch files of processes that died a day ago are removed at the next start, younger ones are not", async () => {
  const folder = newFolder();
  const storage = await filesystemStorage(folder);
  const [old, young] = [storage.scratch(), storage.scratch()];
  for (const path of [old, young]) writeFileSync(path, "half a fragment");
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(old, twoDaysAgo, twoDaysAgo);
  await filesystemStorage(folder);
  await expect.poll(() => existsSync(old)).toBe(false);
  expect(existsSync(young)).toBe(true);
});

test("a folder that cannot be made is refused when it is opened", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "file"), "");
  await expect(filesystemStorage(join(folder, "file", "storage"))).rejects.toThrow("ENOTDIR");
});

test("more bytes than there is room for are refused before they are written", async () => {
  const storage = await filesystemStorage(newFolder());
  await storage.assertRoom(1);
  await expect(storage.assertRoom(2 ** 60)).rejects.toMatchObject({
    name: "StorageFull",
    code: "ENOSPC",
    message: expect.stringMatching(/ bytes left, where 1152921504606847000 are needed/),
  });
});
