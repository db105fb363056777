/** The system's Chromium, a fresh profile, nothing that goes out to the network by itself. */
import { execFileSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--autoplay-policy=no-user-gesture-required",
  "--mute-audio",
];

/** Playwright's own profile folder is new for each launch. Throws where no Chromium is installed. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: installed(), args: flags });
}

function installed(): string {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // the next name
    }
  }
  throw new Error('No Chromium is installed. On Debian and Ubuntu: "apt-get install chromium".');
}
