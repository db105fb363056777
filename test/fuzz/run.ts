/**
 * Fuzzes the real server from its own OpenAPI document with schemathesis: no 5xx, and no answer against its schema.
 * About half of the requests name a run that there is: one that completed, one that was cancelled, one that is under way.
 * Of an event stream the fuzzer reads 20 events, or those of 20 s, and judges each.
 * `npm run test:fuzz`; needs `schemathesis` in PATH (pip install schemathesis).
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const CHECKS =
  "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";
const examples = process.argv[2] ?? "60";

const found = spawnSync("schemathesis", ["--version"]);
if (found.error) {
  console.error("`schemathesis` could not be run. Install it: pip install schemathesis.");
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "lector-fuzz-"));
const server = spawn(process.execPath, [join(import.meta.dirname, "../../bin/lector.js"), "serve"], {
  env: { ...process.env, LECTOR_DATA: folder, PORT: "0", LOG_FORMAT: "json", LOG_LEVEL: "info" },
  stdio: ["ignore", "ignore", "pipe"],
});
const errors: string[] = [];
const answers = new Set<string>();
const ready = Promise.withResolvers<string>();
createInterface({ input: server.stderr }).on("line", (line) => {
  const address = /HTTP ready at (http:[^"\s]+)/.exec(line)?.[1];
  if (address) ready.resolve(address);
  note(line);
  if (/"level":"(error|fatal)"/.test(line) || /^\s+at /.test(line)) errors.push(line);
});
server.once("exit", (code) => ready.reject(new Error(`The server ended with ${code} before it was ready.`)));

async function post(url: string, body?: object): Promise<string> {
  const headers = body && { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", ...(body && { headers, body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { execution_id: string }).execution_id;
}

async function someRuns(url: string): Promise<string[]> {
  const generate = (text: string) => post(`${url}/audio/generate`, { text, metadata: { user_id: "fuzz" } });
  const long = Array.from({ length: 2000 }, (_, n) => `Sentence number ${n} is spoken.`).join("\n\n");
  const completed = await Promise.all(["The first sentence. The second one.", "Another text."].map(generate));
  for (const id of completed) await end(`${url}/audio/status/${id}`);
  const cancelled = await generate(long);
  await post(`${url}/audio/${cancelled}/cancel`);
  return [...completed, cancelled, await generate(`${long} And the end.`)];
}

async function end(url: string): Promise<void> {
  for (let status = ""; status !== "COMPLETED"; await sleep(50)) {
    ({ status } = (await (await fetch(url)).json()) as { status: string });
    if (status === "FAILED") throw new Error(`The run that is to be fuzzed has failed: ${url}`);
  }
}

/** Of schemathesis: https://schemathesis.readthedocs.io/en/stable/reference/configuration/ */
function configFor(runs: string[]): string {
  const dictionaries = {
    runs,
    files: ["audio.mp3", "captions.vtt", "captions.srt", "narration.json"],
    ranges: ["bytes=0-9", "bytes=-5", "bytes=7-", "bytes=99999999-"],
  };
  const parameters = { "path.execution_id": "runs", "path.file": "files", "header.range": "ranges" };
  return [
    ...Object.entries(dictionaries).map(
      ([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}`,
    ),
    "[parameters]",
    ...Object.entries(parameters).map(
      ([name, dictionary]) => `${JSON.stringify(name)} = { dictionary = "${dictionary}", probability = 0.5 }`,
    ),
  ].join("\n");
}

/** Answers that only requests for a run that there is can get. */
const WANTED = [
  "GET /audio/status/ID 200",
  "GET /audio/ID/events 200",
  "GET /audio/ID/events 400",
  "POST /audio/ID/cancel 200",
  "POST /audio/ID/retry 202",
  "POST /audio/ID/retry 409",
  "GET /audio/ID/audio.mp3 200",
  "GET /audio/ID/audio.mp3 206",
  "GET /audio/ID/audio.mp3 416",
  "GET /audio/ID/narration.json 200",
];

function note(line: string): void {
  if (!line.includes('"msg":"request"')) return;
  const { method, path, status } = JSON.parse(line) as { method: string; path: string; status: number };
  answers.add(`${method} ${path.replace(/[0-9a-f-]{36}/i, "ID")} ${status}`);
}

let failed = true;
try {
  const url = await ready.promise;
  const config = join(folder, "fuzz.toml");
  writeFileSync(config, configFor(await someRuns(url)));
  const fuzzer = spawn(
    "schemathesis",
    [
      "--config-file",
      config,
      "run",
      `${url}/openapi.json`,
      "--checks",
      CHECKS,
      "--max-examples",
      examples,
      "--seed",
      "20261121",
      "--workers",
      "1", // its generators are not safe for threads: two fail by chance
      "--request-timeout",
      "20", // a machine that is shared may stand still for some seconds
      "--suppress-health-check",
      "all",
    ],
    { stdio: "inherit", cwd: folder },
  );
  const code = await new Promise((resolve) => fuzzer.once("exit", resolve));
  const health = await fetch(`${url}/health/ready`);
  if (errors.length > 0) console.error(`The server logged errors:\n${errors.slice(0, 20).join("\n")}`);
  if (!health.ok) console.error(`After the fuzzing the server answers ${health.status} to /health/ready.`);
  const unmet = WANTED.filter((each) => !answers.has(each));
  if (unmet.length > 0) console.error(`The fuzzer never got: ${unmet.join(", ")}.`);
  failed = code !== 0 || errors.length > 0 || !health.ok || unmet.length > 0;
} finally {
  server.kill("SIGTERM");
  if (server.exitCode === null) await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? "0 passed, 1 failed" : "1 passed, 0 failed");
process.exitCode = failed ? 1 : 0;
