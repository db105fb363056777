/**
 * Removes each guard of guards.ts once, in a copy of the tree, and runs the test that must notice: `npm run guards`, or
 * `npm run guards -- WORD…` for those whose names hold one of the words. Fails where a guard was not noticed, or is no
 * longer found where it was.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { guards, type Guard } from "./guards.ts";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE_MS = 240_000;

/** What git knows or would add, so that an edit that is not committed is tried, too. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), "lector-guards-"));
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of listed.stdout.toString().split("\0").filter(Boolean)) {
    cpSync(join(ROOT, file), join(copy, file), { recursive: true, dereference: true });
  }
  rmSync(join(copy, "node_modules"), { recursive: true, force: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Titles of the tests that failed, `null` where the guard is not to be found. */
async function failuresWithout(copy: string, { file, find, replace, test }: Guard): Promise<string[] | null> {
  const path = join(copy, "src", file);
  const before = readFileSync(path, "utf8");
  if (before.split(find).length !== 2) return null;
  writeFileSync(
    path,
    before.replace(find, () => replace),
  );
  try {
    return await run(copy, test);
  } finally {
    writeFileSync(path, before);
  }
}

async function run(copy: string, test: string): Promise<string[]> {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(dirname(fileURLToPath(import.meta.resolve("vitest/package.json"))), "vitest.mjs");
  const args = [vitest, "run", `test/${test}`, "--bail=1", "--reporter=json", `--outputFile=${report}`];
  // what only random commands notice is looked for longer than in npm test
  const env = { ...process.env, LECTOR_MODEL_SECONDS: "60", LECTOR_MODEL_SHRINK: "no" };
  const child = spawn(process.execPath, args, { cwd: copy, env, stdio: "ignore", detached: true });
  const late = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), PATIENCE_MS);
  const [code] = await once(child, "exit");
  clearTimeout(late);
  if (code === null) return [`no end within ${PATIENCE_MS / 1000} s`];
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  const failed = testResults.flatMap(({ status, message, assertionResults: tests }) => {
    const titles = tests.filter((each) => each.status === "failed").map((each) => each.title);
    return titles.length === 0 && status === "failed" ? [`the file itself: ${message.slice(0, 200)}`] : titles;
  });
  return failed;
}

type Report = {
  testResults: { status: string; message: string; assertionResults: { status: string; title: string }[] }[];
};

const words = process.argv.slice(2);
const chosen = guards.filter((each) => words.length === 0 || words.some((word) => each.guard.includes(word)));
const copy = copyOfTree();
let bad = 0;
try {
  for (const guard of chosen) {
    const failed = await failuresWithout(copy, guard);
    const noticed = failed !== null && failed.length > 0;
    bad += Number(!noticed);
    const result = failed === null ? "NOT FOUND" : noticed ? "noticed" : "NOT NOTICED";
    const by = noticed ? failed[0] : failed === null ? `in src/${guard.file}` : `by test/${guard.test}`;
    process.stdout.write(`${result}  ${guard.promise}  ${guard.guard}: ${by}\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(`${chosen.length} guards, ${bad} not noticed or not found.\n`);
process.exitCode = bad > 0 || chosen.length === 0 ? 1 : 0;
