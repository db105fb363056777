/** What every storage promises, whatever is behind it. Call it from a test file of the adapter. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { keyOf, NotStored, type Storage } from "../../src/storage/storage.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (text: string) => new TextEncoder().encode(text);

export function storageContract(name: string, open: () => Promise<Storage>): void {
  describe(`storage: ${name}`, () => {
    test("what is put is named by the SHA-256 of its bytes, and comes back whole", async () => {
      const storage = await open();
      const bytes = bytesOf("a sentence, as it was spoken");
      const stored = await storage.put(bytes);
      expect(stored).toEqual({ key: keyOf(sha256(bytes)), sha256: sha256(bytes), bytes: bytes.length });
      expect(new Uint8Array(await storage.get(stored.key))).toEqual(bytes);
      expect(new Uint8Array(readFileSync(await storage.local(stored.key)))).toEqual(bytes);
    });

    test("a scratch file that is adopted is stored the same way, and is gone from its place", async () => {
      const storage = await open();
      for (const length of [0, 1, 300_000, 262_144]) {
        const bytes = new Uint8Array(length).map((_, index) => (index * 31) % 251);
        const scratch = storage.scratch();
        await writeFile(scratch, bytes);
        const stored = await storage.adopt(scratch);
        expect(stored).toEqual({ key: keyOf(sha256(bytes)), sha256: sha256(bytes), bytes: length });
        expect(sha256(await storage.get(stored.key))).toBe(stored.sha256);
        expect(existsSync(scratch)).toBe(false);
      }
    });

    test("the same bytes from many writers at once are kept once, and all get the same key", async () => {
      const storage = await open();
      const bytes = bytesOf("shared");
      const stored = await Promise.all(Array.from({ length: 20 }, () => storage.put(bytes)));
      expect(new Set(stored.map(({ key }) => key)).size).toBe(1);
      expect(new Uint8Array(await storage.get(stored[0]!.key))).toEqual(bytes);
    });

    test("no two scratch files have one name, and to discard one that is not there is no error", async () => {
      const storage = await open();
      const names = Array.from({ length: 100 }, () => storage.scratch());
      expect(new Set(names).size).toBe(100);
      await storage.discard(names[0]!);
    });

    test("what is not there is NotStored, and the message says what may have happened", async () => {
      const storage = await open();
      const key = keyOf(sha256(bytesOf("never stored")));
      await expect(storage.get(key)).rejects.toThrow(NotStored);
      await expect(storage.local(key)).rejects.toThrow(`Nothing is stored under ${key}`);
    });

    test("which of many keys are damaged or missing is told in one answer", async () => {
      const storage = await open();
      const { key } = await storage.put(bytesOf("there"));
      const absent = ["one", "two"].map((text) => keyOf(sha256(bytesOf(text))));
      expect(await storage.damaged([absent[0]!, key, absent[1]!])).toEqual(absent);
      expect(await storage.damaged([])).toEqual([]);
      const [large, short] = await Promise.all(
        ["x".repeat(1_000_000), "shortened"].map((text) => storage.put(bytesOf(text))),
      );
      const [largePath, shortPath] = await Promise.all([large!, short!].map((stored) => storage.local(stored.key)));
      const bytes = readFileSync(largePath!);
      bytes[700_000]! ^= 1;
      writeFileSync(largePath!, bytes);
      truncateSync(shortPath!, 3);
      expect(await storage.damaged([large!.key, key, short!.key])).toEqual([large!.key, short!.key]);
      await storage.put(bytesOf("shortened")); // stored again, it is whole
      expect(await storage.damaged([large!.key, key, short!.key])).toEqual([large!.key]);
    });

    test.each(["", "..", "../../etc/passwd", "ab/../../x", "AB/" + "A".repeat(64), "cd/ab" + "0".repeat(62)])(
      "%j is no key, and reaches no file",
      async (key) => {
        const storage = await open();
        await expect((async () => storage.get(key))()).rejects.toThrow(NotStored);
        await expect((async () => storage.local(key))()).rejects.toThrow(NotStored);
      },
    );
  });
}
