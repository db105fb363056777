#!/usr/bin/env -S node --min-semi-space-size=4 --max-semi-space-size=8
// The young generation is large enough for what lives for a fragment, and so small that memory stays flat.
//
// Lector runs on the Node that it brings along. npm's scripts and npx put that one first in PATH; started by hand,
// this file meets whatever Node the host has, and hands over.
import { spawn } from "node:child_process";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = nodeModule.createRequire(import.meta.url);
const pinned = require("../package.json").dependencies.node;
const flags = ["--min-semi-space-size=4", "--max-semi-space-size=8"];

if (process.versions.node === pinned) {
  const { directory } = nodeModule.enableCompileCache();
  if (directory) process.env.NODE_COMPILE_CACHE ??= directory; // for the children
  await import("../src/main.ts");
} else {
  const folder = dirname(require.resolve("node/package.json"));
  const node = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  child.on("error", (error) => {
    console.error(`Lector's own Node ${pinned} cannot be started (${error.message}). Run "npm install" again.`);
    process.exit(2);
  });
  // Ctrl-C reaches both; who ends is the child. Other signals are passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
