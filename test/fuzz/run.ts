/**
 * Fuzzes the real server from its own OpenAPI document with schemathesis: no 5xx, and no answer against its schema.
 * Event streams are left out: they end with their run, and the fuzzer judges a stream's events as one document.
 * `npm run test:fuzz`; needs `schemathesis` in PATH (pip install schemathesis).
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
const ready = Promise.withResolvers<string>();
createInterface({ input: server.stderr }).on("line", (line) => {
  const address = /HTTP ready at (http:[^"\s]+)/.exec(line)?.[1];
  if (address) ready.resolve(address);
  if (/"level":"(error|fatal)"/.test(line) || /^\s+at /.test(line)) errors.push(line);
});
server.once("exit", (code) => ready.reject(new Error(`The server ended with ${code} before it was ready.`)));

let failed = true;
try {
  const url = await ready.promise;
  const fuzzer = spawn(
    "schemathesis",
    [
      "run",
      `${url}/openapi.json`,
      "--checks",
      CHECKS,
      "--max-examples",
      examples,
      "--seed",
      "20261121",
      "--workers",
      "2",
      "--request-timeout",
      "10",
      "--suppress-health-check",
      "all",
      "--exclude-operation-id",
      "audioEvents",
    ],
    { stdio: "inherit", cwd: folder },
  );
  const code = await new Promise((resolve) => fuzzer.once("exit", resolve));
  const health = await fetch(`${url}/health/ready`);
  if (errors.length > 0) console.error(`The server logged errors:\n${errors.slice(0, 20).join("\n")}`);
  if (!health.ok) console.error(`After the fuzzing the server answers ${health.status} to /health/ready.`);
  failed = code !== 0 || errors.length > 0 || !health.ok;
} finally {
  server.kill("SIGTERM");
  if (server.exitCode === null) await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? "0 passed, 1 failed" : "1 passed, 0 failed");
process.exitCode = failed ? 1 : 0;
