import { tokensOf, type Plan } from "./plan.ts";
import { displayText, spokenText, type Script, type ScriptBlock } from "./script.ts";
import type { Timeline } from "./timeline.ts";

/** `start`: samples of the mastered PCM. */
export type Chapter = { start: number; title: string };

/** A heading of a deeper level opens no chapter: a list of chapters is for finding one's way, not for every paragraph. */
const deepestLevel = 2;
const openingCharacters = 60;

/**
 * The chapters of a narration, from its headings of levels 1 and 2, in order, each later than the one before; the first
 * begins at 0. What stands before the first heading is a chapter of its own, called by `title` (the narration's), else by
 * its first words. None where no such heading is spoken.
 */
export function chaptersOf(o: { script: Script; plan: Plan; timeline: Timeline; title: string | null }): Chapter[] {
  const chapters: Chapter[] = [];
  let previous = -1;
  for (const [index, { block }] of o.plan.fragments.entries()) {
    const start = index === 0 ? 0 : o.timeline.starts[index]!;
    const opens = block !== previous && opensChapter(o.script.blocks[block]!);
    previous = block;
    // A heading of no length, as a silent one is, would stand where the next one does.
    if (opens && start > (chapters.at(-1)?.start ?? -1))
      chapters.push({ start, title: titleOf(o.script.blocks[block]!) });
  }
  if (chapters.length === 0 || chapters[0]!.start === 0) return chapters;
  return [{ start: 0, title: o.title ?? opening(o.script.blocks[o.plan.fragments[0]!.block]!) }, ...chapters];
}

/** JSON chapters 1.2.0 of the Podcasting 2.0 namespace (application/json+chapters): times in seconds. */
export function chaptersJson(chapters: readonly Chapter[], sampleRate: number): string {
  const timed = chapters.map(({ start, title }) => ({ startTime: Number((start / sampleRate).toFixed(6)), title }));
  return `${JSON.stringify({ version: "1.2.0", chapters: timed }, null, 2)}\n`;
}

function opensChapter({ kind, level = 1 }: ScriptBlock): boolean {
  return kind === "heading" && level <= deepestLevel;
}

function titleOf(block: ScriptBlock): string {
  const tokens = tokensOf(block);
  return displayText(tokens) || spokenText(tokens);
}

function opening(block: ScriptBlock): string {
  const text = titleOf(block);
  if (text.length <= openingCharacters) return text;
  const space = text.lastIndexOf(" ", openingCharacters);
  return `${text.slice(0, space > 0 ? space : openingCharacters).toWellFormed()} …`;
}
