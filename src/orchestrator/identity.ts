/**
 * Who holds a lease: machine, process namespace, pid and start time. A process on the same machine can tell by it that
 * the holder is gone, and take its work over at once instead of after the lease.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { v7 as uuidv7 } from "uuid";

export type Identity = { id: string; isDead(workerId: string): boolean };

export function identify(): Identity {
  const place = placeOf();
  const id = `${place}/${process.pid}.${startTime(process.pid) ?? "0"}/${uuidv7()}`;
  return {
    id,
    isDead(workerId) {
      const [where, what] = workerId.split("/");
      if (!place.includes("+") || where !== place || !what) return false;
      const [pid, started] = what.split(".");
      return startTime(Number(pid)) !== started;
    },
  };
}

/** Two processes with the same place see the same pids. Without /proc (not Linux) only the lease tells. */
function placeOf(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    const namespace = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
    return `${hostname()}+${boot}+${namespace}`;
  } catch {
    return hostname();
  }
}

/** Clock ticks after boot at which a process started (field 22 of /proc/PID/stat); null where it is gone or a zombie. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold spaces
    return fields[0] === "Z" ? null : fields[19]!;
  } catch {
    return null;
  }
}
