/** What happens to machines: clocks that are wrong, disks that are full. */
import { readdirSync, statfsSync, writeFileSync } from "node:fs";

/** Fills the disk of `folder` with `file`, to the last byte. */
export function fillDisk(folder: string, file: string): void {
  for (let left = statfsSync(folder); left.bavail > 0; left = statfsSync(folder)) {
    try {
      writeFileSync(file, Buffer.alloc(left.bavail * left.bsize), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}

/** The environment in which the file `clock` says what is added to the wall clock (`-1h`), and to it alone. */
export function fakeTime(clock: string): NodeJS.ProcessEnv {
  const places = readdirSync("/usr/lib").filter((name) => name.endsWith("-linux-gnu"));
  const place = places.find((name) => readdirSync(`/usr/lib/${name}`).includes("faketime"));
  if (!place) throw new Error("libfaketime is not here. On Debian: apt-get install faketime.");
  return {
    LD_PRELOAD: `/usr/lib/${place}/faketime/libfaketime.so.1`,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}
