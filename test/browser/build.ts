/** Bundles the page as it stands now, so that no test ever sees an older one. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export default function build(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, "../../tools/build-web.js")], { stdio: "inherit" });
}
