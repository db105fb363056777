/** What happens to machines: clocks that are wrong, disks that are full. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder on a disk of its own of so many MB, in `folder`. Where nothing may be mounted (a container without that right),
 * on the container's own `/dev/shm`, which is as small.
 */
export function smallDisk(folder: string, megabytes: number): { path: string; remove(): void } {
  const path = join(folder, "disk");
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "lector-test", path], { stdio: "pipe" });
    return { path, remove: () => void execFileSync("umount", ["-l", path]) };
  } catch (cause) {
    const { blocks, bsize } = statfsSync("/dev/shm");
    if (blocks * bsize > 512 * 2 ** 20)
      throw new Error("A disk that can be filled needs the right to mount one (root).", { cause });
    const shared = mkdtempSync("/dev/shm/lector-disk-");
    return { path: shared, remove: () => rmSync(shared, { recursive: true, force: true }) };
  }
}

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
