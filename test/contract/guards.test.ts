/** That the list of guards is true; that each is noticed when it is gone, `npm run guards` tells. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { guards } from "./guards.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test.each(guards)("$guard: it stands once where the list says", ({ file, find, replace, test: notices }) => {
  expect(read(`src/${file}`).split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(existsSync(join(root, "test", notices))).toBe(true);
});

test("the table of README.md is the list, in its order", () => {
  const rows = [...read("test/contract/README.md").matchAll(/^\| (\d+) \| (.+) \| `(.+)` \| `(.+)` \|$/gm)];
  const listed = guards.map(({ promise, guard, file, test: notices }) => [`${promise}`, guard, file, notices]);
  const told = rows.map(([, ...columns]) => columns).filter(([, , file]) => file!.endsWith(".ts"));
  expect(told).toEqual(listed);
  expect(guards.map(({ promise }) => promise)).toEqual(guards.map(({ promise }) => promise).toSorted((a, b) => a - b));
});

test("README.md names the test of each promise", () => {
  const text = read("test/contract/README.md");
  for (let promise = 1; promise <= 15; promise++) {
    const names = new RegExp(`^\\| ${promise} \\|[^|]+\\|([^|]+)\\|`, "m").exec(text)![1]!.matchAll(/`([\w-]+)`/g);
    for (const [, name] of names) expect(existsSync(join(root, `test/contract/${name}.test.ts`)), name).toBe(true);
  }
});
