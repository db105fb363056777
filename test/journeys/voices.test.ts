/** What voices.json says of a voice is heard in the published audio. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeFile } from "../media/oracle.ts";
import { place, type Database, type Narrated } from "../support/program.ts";

const here = place();
let database: Database;
beforeAll(async () => void (database = await here.database()));
afterAll(async () => {
  await database.leave();
  await here.close();
});

const text = `# The Harbour

The first boat leaves at dawn. Nobody waves.

- Ropes on deck.
- Nets below.

> Calm water tells lies.

The last boat stays.
`;
const file = () => here.write("harbour.md", text);

/** Narrates with a voice that has these fields beside the usual ones. */
async function narratedWith(name: string, fields: object): Promise<Narrated> {
  const voice = { key: "own", provider: "espeak", voice: "en-us", locales: ["en-US"], gain_db: 7, ...fields };
  mkdirSync(join(here.data, "voices"), { recursive: true });
  const voices = join(here.data, "voices", `${name}.json`);
  writeFileSync(voices, JSON.stringify({ voices: [voice] }));
  return here.narrate(file(), ["--voice", "own", "--out", name], { env: { LECTOR_VOICES: voices } });
}

/** Seconds of each stretch of at least 150 ms below −50 dBFS, the ones at the ends too. */
function silences(path: string): number[] {
  const { pcm, sampleRate } = decodeFile(path);
  const found: number[] = [];
  let quiet = 0;
  for (const sample of [...pcm, 1]) {
    if (Math.abs(sample) < 10 ** (-50 / 20)) quiet++;
    else {
      if (quiet > 0.15 * sampleRate) found.push(quiet / sampleRate);
      quiet = 0;
    }
  }
  return found;
}

test("pauses of a voice are as long as it says, in the decoded audio, and cost no speech", async () => {
  const usual = await narratedWith("usual", {});
  const given = { start: 900, end: 1300, sentence: 600, heading: { before: 0, after: 1700 }, item: 350, quote: 2100 };
  const own = await narratedWith("own", { pauses: given });
  expect(own.segments).toEqual({ total: 7, synthesised: 0, reused: 7 });
  // start, heading, inside the paragraph, paragraph before item, item, item before quote, quote, end
  const wanted = {
    usual: [0.2, 0.75, 0.3, 0.65, 0.45, 0.8, 0.8, 0.5],
    own: [0.9, 1.7, 0.6, 0.65, 0.35, 2.1, 2.1, 1.3],
  };
  for (const [made, pauses] of [
    [usual, wanted.usual],
    [own, wanted.own],
  ] as const) {
    const heard = silences(made.files["mp3_128"]!);
    expect(heard).toHaveLength(pauses.length);
    for (const [index, pause] of pauses.entries()) {
      // The voice keeps up to 20 ms of its own silence on either side, blocks are moved by up to 12 ms, and words fade.
      expect(heard[index]! - pause).toBeGreaterThan(-0.03);
      expect(heard[index]! - pause).toBeLessThan(0.11);
    }
  }
});

test("a voice's speed and pitch are heard, and are another sound", async () => {
  const usual = await narratedWith("plain", {});
  const fast = await narratedWith("fast", { speed: 1.5, pitch: -3 });
  expect(fast.segments.synthesised).toBe(7);
  const spoken = (made: Narrated) => {
    const { words } = JSON.parse(readFileSync(made.files["words"]!, "utf8"));
    return words.reduce((sum: number, { start, end }: { start: number; end: number }) => sum + end - start, 0);
  };
  expect(spoken(usual) / spoken(fast)).toBeGreaterThan(1.3);
  expect(spoken(usual) / spoken(fast)).toBeLessThan(1.6);
});

test.each([
  [{ speed: 2.5 }, "voices[0].speed", "expected a speed from 0.5 to 2, got 2.5"],
  [{ pitch: "high" }, "voices[0].pitch", 'expected semitones from -6 to 6, got "high"'],
  [{ pauses: { heading: 99_999 } }, "voices[0].pauses.heading", "from 0 to 10000"],
  [{ pauses: { headline: 1 } }, "voices[0].pauses", 'there is no pause called "headline"'],
  [{ speed: 1.5, settings: { rate: 200 } }, "`speed` 1.5", "own setting `rate` 200. Leave one of them out."],
])("%j is refused with the field, the value and what would be right", async (fields, field, says) => {
  await expect(narratedWith("wrong", fields)).rejects.toThrow(field);
  await expect(narratedWith("wrong", fields)).rejects.toThrow(says);
});
