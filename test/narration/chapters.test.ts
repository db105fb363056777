import { expect, test } from "vitest";
import { chaptersJson, chaptersOf } from "../../src/narration/chapters.ts";
import { readDocument } from "../../src/narration/document.ts";
import { planNarration, type Speaker } from "../../src/narration/plan.ts";
import { verbatimScript, type Script } from "../../src/narration/script.ts";

const speaker: Speaker = {
  provider: "test",
  model: "1",
  voice: "v",
  language: "en",
  settings: {},
  maxCharacters: 1000,
  unit: "sentence",
};
const scriptOf = (body: string) => verbatimScript(readDocument(body, { format: "markdown" }), "en");

/** Every fragment lasts a second, so that starts tell which one is meant. */
function chapters(script: Script, title: string | null = null) {
  const plan = planNarration(script, speaker, 24_000);
  const starts = plan.fragments.map((_, index) => 4800 + index * 24_000);
  return chaptersOf({ script, plan, timeline: { starts, samples: 4800 + starts.length * 24_000 }, title });
}

test("headings of levels 1 and 2 open chapters, the first at 0, deeper ones do not", () => {
  const body = "# Ships\n\nText one.\n\n## Sails & masts\n\n### Ropes\n\nText two.\n\n## Anchors\n\nText three.\n";
  expect(chapters(scriptOf(body))).toEqual([
    { start: 0, title: "Ships" },
    { start: 4800 + 2 * 24_000, title: "Sails & masts" },
    { start: 4800 + 5 * 24_000, title: "Anchors" },
  ]);
});

test("what stands before the first heading is a chapter, called by the narration's title or its first words", () => {
  const script = scriptOf("Text first.\n\n## One\n\nMore.\n");
  expect(chapters(script, "The book")[0]).toEqual({ start: 0, title: "The book" });
  expect(chapters(script).map(({ title }) => title)).toEqual(["Text first.", "One"]);
  const long = scriptOf(`${"word ".repeat(40)}end.\n\n## One\n\nMore.\n`);
  expect(chapters(long)[0]!.title).toBe(`${"word ".repeat(12).trim()} …`);
});

test("no heading, no chapter", () => {
  expect(chapters(scriptOf("Only text.\n\n### Deep\n\nAnd more.\n"), "Title")).toEqual([]);
});

test("a heading of several fragments opens one chapter", () => {
  const heading = Array.from({ length: 80 }, (_, index) => `This is sentence ${index} of a heading.`).join(" ");
  const script = scriptOf(`# ${heading}\n\nText.\n\n# Next\n\nText.\n`);
  expect(planNarration(script, speaker, 24_000).fragments.filter(({ block }) => block === 0).length).toBeGreaterThan(1);
  expect(chapters(script).map(({ title }) => title)).toEqual([heading, "Next"]);
});

test("headings of no length share the first one's place", () => {
  const script = scriptOf("# One\n\n# Two\n\nText.\n");
  const plan = planNarration(script, speaker, 24_000);
  const timeline = { starts: plan.fragments.map(() => 0), samples: 24_000 };
  expect(chaptersOf({ script, plan, timeline, title: null })).toEqual([{ start: 0, title: "One" }]);
});

test("a heading of which nothing is shown is called by what is said", () => {
  const script = scriptOf("# One\n\nText.\n");
  const [heading] = script.blocks;
  heading!.inline = [{ display: "", spoken: "Opening", source: null }];
  expect(chapters(script)[0]!.title).toBe("Opening");
});

test("the file is JSON chapters 1.2.0, in seconds", () => {
  const written = chaptersJson(
    [
      { start: 0, title: 'The "first"' },
      { start: 36_001, title: "Second" },
    ],
    24_000,
  );
  expect(JSON.parse(written)).toEqual({
    version: "1.2.0",
    chapters: [
      { startTime: 0, title: 'The "first"' },
      { startTime: 1.500042, title: "Second" },
    ],
  });
});
