/** Which faults strike when: by a seed, or as the log of an earlier run has them. */
import { readFileSync } from "node:fs";
import { randomFrom } from "../support/random.ts";

/**
 * `node`: which process. `kill`: SIGKILL, and another one takes its place. `freeze`: SIGSTOP, for longer than the lease.
 * `halfOpen`: nothing passes any more over its connections to Postgres. `clock`: its wall clock goes back by an hour.
 * `postgres`: kill -9 of the server, which is back after `ms`. `deaf`: all are killed, and those that follow hear no
 * wake-up for `ms`. `diskFull`: so long the storage takes no byte.
 */
export type Fault =
  | { kind: "kill" | "freeze" | "halfOpen" | "clock"; node: number; ms: number }
  | { kind: "postgres" | "deaf" | "diskFull"; ms: number };

/** `at`: ms from the beginning. */
export type Planned = { at: number; fault: Fault };

export type Plan = { seed: number; minutes: number; faults: Planned[] };

const kinds = ["kill", "freeze", "halfOpen", "clock", "postgres", "deaf", "diskFull"] as const;

/** Each kind comes once before any comes twice; the last third of the time is quiet, so that all can end. */
export function planOf(seed: number, minutes: number, o: { nodes: number; leaseMs: number }): Plan {
  const random = randomFrom(seed);
  const faults: Planned[] = [];
  let bag: Fault["kind"][] = [];
  for (let at = 3000; at < minutes * 40_000; at += 2000 + random() * 2500) {
    if (bag.length === 0)
      bag = kinds
        .map((kind) => ({ kind, by: random() }))
        .toSorted((a, b) => a.by - b.by)
        .map(({ kind }) => kind);
    const kind = bag.pop()!;
    const node = Math.floor(random() * o.nodes);
    const ms = Math.round(kind === "freeze" ? o.leaseMs * (1.2 + random()) : 500 + random() * 3000);
    const isOfNode = kind === "kill" || kind === "freeze" || kind === "halfOpen" || kind === "clock";
    faults.push({ at: Math.round(at), fault: isOfNode ? { kind, node, ms } : { kind, ms } });
  }
  return { seed, minutes, faults };
}

/** What is in the log of an earlier run (log.ts). */
export function replayOf(file: string): Plan {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const head = entries.find(({ what }) => what === "begin") as { seed: number; minutes: number } | undefined;
  if (!head) throw new Error(`${file} is no log of a nemesis run: it has no line "begin".`);
  const faults = entries.filter(({ what }) => what === "fault") as unknown as Planned[];
  return { seed: head.seed, minutes: head.minutes, faults: faults.map(({ at, fault }) => ({ at, fault })) };
}
