/** A stranger's first narration, on a machine with nothing configured: is it what `narration.json` says it is? */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cueLines, cueTimes, decodedSeconds, loudness, probe, type Shown } from "./judge.ts";
import { processesOf } from "../support/program.ts";
import { dataFolder, narrate, tool, type Summary } from "./lector.ts";

const data = dataFolder();
const files = ["audio.mp3", "captions.vtt", "captions.srt", "words.json", "chapters.json", "narration.json"];
const examples = [
  {
    file: "examples/lighthouse.md",
    title: "The Lighthouse Keeper's Ledger",
    heard: ["1,250", "horizon", "Dr.", "Ewan Tait", "nautical mile", "archive's catalogue", "ledger.example.org"],
    unheard: ["$$", "sqrt", "```", "Math.", "| ", "archive.example.org", "lang: en", "images/", "[^"],
  },
  {
    file: "examples/pasar-terapung.md",
    title: "Pasar yang Tidak Pernah Berlabuh",
    heard: ["05.30", "Rp1.500.000", "ke-3", "Masniah", "dsb.", "bapanduk", "tawar-menawar"],
    unheard: ["$$", "frac", "```", "inflasi:", "| ", "pasar.example.org", "lang: id", "images/", "[^"],
  },
  {
    file: "examples/night-train.html",
    title: "Why the night train waits in a field",
    heard: ["on purpose", "Waiting in fields", "kilometre 512", "Notes for New Planners", "invented"],
    unheard: [
      "Home",
      "cookie",
      "Subscribe",
      "Skip to",
      "reserved",
      "214",
      "More from",
      "Slow Traveller",
      "slot 7",
      "stay unseen",
    ],
  },
];

afterAll(() => data.remove());

describe.each(examples)("$file", ({ file, title, heard, unheard }) => {
  const out = join(data.path, "out", file);
  let summary: Summary;
  let audio: string;

  beforeAll(async () => {
    await Promise.all([tool("ffmpeg", ["-version"]), tool("ffprobe", ["-version"])]); // say so before the long part
    summary = await narrate(data.path, file, out);
    audio = join(out, "audio.mp3");
  });

  test("is completed, speaks every segment, and names its files", () => {
    expect(summary).toMatchObject({ status: "COMPLETED", segments: { reused: 0 } });
    expect(summary.segments.synthesised).toBe(summary.segments.total);
    expect(summary.segments.total).toBeGreaterThan(20);
    expect(summary.characters.billed).toBeGreaterThan(0);
    for (const name of files) expect(JSON.stringify(summary.files)).toContain(name);
  });

  test("is a mono mp3 of 24 kHz and 128 kbit/s with its title", async () => {
    const probed = await probe(audio);
    expect(probed).toMatchObject({ codec: "mp3", sampleRate: 24_000, channels: 1, tags: { title } });
    expect(probed.bitRate).toBeGreaterThan(127_000);
    expect(probed.bitRate).toBeLessThan(129_500);
  });

  test("is as long as narration.json and the command say, by its container and decoded", async () => {
    const { duration_s: written } = JSON.parse(readFileSync(join(out, "narration.json"), "utf8"));
    expect(Math.abs(written - summary.duration_s)).toBeLessThanOrEqual(0.001);
    expect(Math.abs((await probe(audio)).duration - written)).toBeLessThanOrEqual(0.06);
    expect(Math.abs((await decodedSeconds(audio)) - written)).toBeLessThanOrEqual(0.06);
  });

  test("reads -16 LUFS within half a unit and stays below -1 dBTP", async () => {
    const { integrated, truePeak } = await loudness(audio);
    expect(Math.abs(integrated + 16)).toBeLessThanOrEqual(0.5);
    expect(truePeak).toBeLessThanOrEqual(-1);
    expect(Math.abs(integrated - summary.loudness_lufs!)).toBeLessThanOrEqual(0.2); // the meter rounds to a tenth
  });

  test("has captions that both formats give alike", async () => {
    const [vtt, srt] = [join(out, "captions.vtt"), join(out, "captions.srt")];
    const times = await cueTimes(vtt);
    expect(await cueTimes(srt)).toEqual(times);
    expect(await cueLines(srt)).toEqual(await cueLines(vtt));
    for (const path of [vtt, srt]) expect(arrows(path)).toBe(times.length); // none that the demuxer dropped
  });

  test("has captions of two lines, 42 characters and 7 seconds at most, one after the other", async () => {
    const times = await cueTimes(join(out, "captions.srt"));
    const lines = await cueLines(join(out, "captions.srt"));
    expect(times.filter(({ start, end }) => end - start > 7.0005 || end <= start)).toEqual([]);
    expect(overlaps(times)).toEqual([]);
    expect(times.at(-1)!.end).toBeLessThanOrEqual(summary.duration_s + 0.001);
    expect(lines).toHaveLength(times.length);
    expect(lines.filter((cue) => cue.length < 1 || cue.length > 2)).toEqual([]);
    expect(lines.flat().filter((line) => line.trim() === "" || [...line].length > 42)).toEqual([]);
  });

  test("shows what is heard and nothing else", async () => {
    const text = (await cueLines(join(out, "captions.srt"))).flat().join(" ");
    expect(heard.filter((words) => !text.includes(words))).toEqual([]);
    expect(unheard.filter((words) => text.includes(words))).toEqual([]);
    expect(text.split(title)).toHaveLength(2); // once, though the title and the first heading are the same
  });

  test("costs nothing the second time, and is the same", async () => {
    const again = await narrate(data.path, file, `${out}-again`);
    expect(again).toMatchObject({ status: "COMPLETED", segments: { synthesised: 0 }, characters: { billed: 0 } });
    expect(again.segments.reused).toBe(summary.segments.total);
    expect(again.elapsed_s).toBeLessThanOrEqual(Math.max(0.3, summary.elapsed_s / 5)); // on a slow machine both take longer
    for (const name of files.slice(0, 3)) expect(hash(join(`${out}-again`, name))).toBe(hash(join(out, name)));
  });
});

test("one changed word costs the sentence it stands in", async () => {
  const [before, sentence] = [
    "hardly ever mention a storm",
    "They cover one hundred twenty-one years, and they never mention a storm.",
  ];
  const text = readFileSync("examples/lighthouse.md", "utf8");
  const changed = text.replace(before, "never mention a storm");
  expect(changed).not.toBe(text);
  const file = join(data.path, "changed.md");
  writeFileSync(file, changed);
  await narrate(data.path, "examples/lighthouse.md", join(data.path, "out/before"));
  const { segments, characters } = await narrate(data.path, file, join(data.path, "out/changed"));
  expect(segments.synthesised).toBe(1);
  expect(characters.billed).toBe(sentence.length);
});

test("no process is left when it has ended", async () => {
  await narrate(data.path, "examples/lighthouse.md", join(data.path, "out/last"));
  expect(processesOf(data.path)).toEqual([]);
});

/** Cues by the files' own arrows, counted without any parser. */
function arrows(path: string): number {
  return readFileSync(path, "utf8").match(/^\S+ --> /gm)?.length ?? 0;
}

function overlaps(times: Shown[]): Shown[] {
  return times.filter(({ start }, at) => at > 0 && start < times[at - 1]!.end);
}

function hash(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
