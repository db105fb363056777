/** Private memory of every process, by the length of the text: a chapter and a whole library must cost the same. */
import { parseArgs } from "node:util";
import type { Part, Seen } from "./processes.ts";
import { narrateFile, openDesk, rounded, say } from "./program.ts";
import type { Claim } from "./run.ts";
import { proseOf } from "./text.ts";

const GOAL_MB = 50;
const MB = 1_000_000;
const LOOK_MS = 50;
const parts: Part[] = ["main", "speech", "media", "postgres"];

export async function run(args: string[]): Promise<Claim> {
  const { values } = parseArgs({ args, options: { quick: { type: "boolean", default: false } } });
  const lengths = values.quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
  const peaks: Record<string, Record<string, number>> = {};
  for (const characters of lengths) {
    peaks[characters] = await peaksAt(characters);
    say(`${characters} characters: ${JSON.stringify(peaks[characters])} MB`);
  }
  const grown = Object.fromEntries(
    parts.map((part) => [part, rounded(peaks[100_000]![part]! - peaks[10_000]![part]!)]),
  );
  const worst = Math.max(...Object.values(grown));
  return {
    claim: "memory does not grow with the length of the text",
    ratio: rounded(worst / GOAL_MB),
    goal: `every process at 100,000 characters within ${GOAL_MB} MB of its peak at 10,000 (ratio ≤ 1)`,
    holds: worst <= GOAL_MB,
    grown_mb: grown,
    peak_private_mb: peaks,
  };
}

/** The largest process of each part. */
async function peaksAt(characters: number): Promise<Record<string, number>> {
  const desk = await openDesk();
  try {
    const { processes } = await narrateFile(desk, desk.text(proseOf(characters)), { everyMs: LOOK_MS, memory: true });
    const largest = (part: Part) => Math.max(0, ...processes.filter((one) => one.part === part).map(peakOf));
    return Object.fromEntries(parts.map((part) => [part, Math.round(largest(part) / MB)]));
  } finally {
    desk.end();
  }
}

const peakOf = ({ peakPrivate }: Seen): number => peakPrivate;
