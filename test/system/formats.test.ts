/** All formats of one narration, as programs that have no part in making them find them. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodedPcm, loudness, probe } from "./judge.ts";
import { dataFolder, lector, tool, type Summary } from "./lector.ts";

const data = dataFolder();
const out = join(data.path, "out");
const source = join(data.path, "article.md");
const cover = join(data.path, "cover.jpg");

/** By file: rate in Hz, codec, kbit/s with what it may take more or less. */
const FILES = {
  "audio.mp3": { rate: 24_000, codec: "mp3", kbits: [127, 130] },
  "audio_mp3_320.mp3": { rate: 48_000, codec: "mp3", kbits: [318, 322] },
  "audio.opus": { rate: 48_000, codec: "opus", kbits: [40, 53] },
  "audio_opus_24.opus": { rate: 48_000, codec: "opus", kbits: [20, 27] },
  "audio.m4a": { rate: 24_000, codec: "aac", kbits: [80, 125] },
  "audio_aac_128.m4a": { rate: 48_000, codec: "aac", kbits: [105, 165] },
  "audio.flac": { rate: 24_000, codec: "flac", kbits: [80, 384] },
  "audio.wav": { rate: 24_000, codec: "pcm_s16le", kbits: [384, 385] },
};
const NAMES = Object.keys(FILES) as (keyof typeof FILES)[];
const FORMATS = "mp3,mp3_320,opus,opus_24,m4a,m4a_128,flac,wav";

type Narrated = { samples: number; duration_s: number; files: { name: string; media_type: string }[] };
let written: Narrated;

function narrate(file: string, folder: string): Promise<Summary> {
  const command = ["narrate", "--", file, "--out", folder, "--formats", FORMATS, "--cover", cover, "--json"];
  return lector(data.path, command).then(({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(`narrate ended with ${code}:\n${stderr}\n${stdout}`);
    return JSON.parse(stdout.split("\n").find((line) => line.startsWith("{"))!) as Summary;
  });
}

beforeAll(async () => {
  const lighthouse = readFileSync("examples/lighthouse.md", "utf8");
  const dated = lighthouse.replace(/^---\n/, "---\ndate: 2026-05-09T08:00:00Z\nauthor: Ines Vogt\n");
  expect(dated).not.toBe(lighthouse);
  writeFileSync(source, dated);
  await tool("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=640x480", "-frames:v", "1", cover]);
  await narrate(source, out);
  written = JSON.parse(readFileSync(join(out, "narration.json"), "utf8"));
});
afterAll(() => data.remove());

describe.each(NAMES)("%s", (name) => {
  const path = join(out, name);
  const { rate, codec, kbits } = FILES[name];

  test("is what its name says, one channel, at about its rate", async () => {
    const probed = await probe(path);
    expect(probed).toMatchObject({ codec, sampleRate: rate, channels: 1 });
    const bits = (readFileSync(path).length - (name === "audio.wav" ? 0 : readFileSync(cover).length)) * 8;
    const kbit = bits / 1000 / written.duration_s;
    expect(kbit).toBeGreaterThan(kbits[0]!);
    expect(kbit).toBeLessThan(kbits[1]!);
    expect(written.files.find((file) => file.name === name)!.media_type).toMatch(/^audio\//);
  });

  test("is as long as the narration, by its container and decoded", async () => {
    expect(Math.abs((await probe(path)).duration - written.duration_s)).toBeLessThanOrEqual(0.06);
    const samples = (await decodedPcm(path)).length;
    // FFmpeg before 6 does not cut the last frame of AAC, whoever made it.
    const more = codec === "aac" ? 1023 : 0;
    expect(samples - (written.samples * rate) / 24_000).toBeGreaterThanOrEqual(0);
    expect(samples - (written.samples * rate) / 24_000).toBeLessThanOrEqual(more);
  });

  test("reads −16 LUFS within half a unit, and stays below −1 dBTP", async () => {
    const { integrated, truePeak } = await loudness(path);
    expect(Math.abs(integrated + 16)).toBeLessThanOrEqual(0.5);
    expect(truePeak).toBeLessThanOrEqual(-1);
  });

  test("has title, author, language, date and comment", async () => {
    const { tags } = await probe(path);
    expect(tags).toMatchObject({
      title: "The Lighthouse Keeper's Ledger",
      artist: "Ines Vogt",
      date: "2026-05-09",
      comment: "Synthetic speech, made with Lector.",
    });
    expect(tags["language"]).toBe(codec === "mp3" || codec === "aac" ? "eng" : "en");
  });
});

test.each(NAMES.filter((name) => name !== "audio.wav"))(
  "%s has the chapters of the headings, and the cover",
  async (name) => {
    const { chapters, cover: picture } = await probe(join(out, name));
    expect(chapters.map(({ title }) => title)).toEqual([
      "The Lighthouse Keeper's Ledger",
      "What a keeper had to know",
      "Four lamps",
      "A second life",
    ]);
    expect(chapters[0]!.start).toBe(0);
    for (const [index, { end }] of chapters.entries()) {
      expect(Math.abs(end - (chapters[index + 1]?.start ?? written.duration_s))).toBeLessThan(0.01);
    }
    expect(picture).toEqual({ codec: "mjpeg", width: 640, height: 480 });
  },
);

test("the tools of their own authors find no fault in them", async () => {
  expect((await tool("flac", ["--silent", "--test", join(out, "audio.flac")])).code).toBe(0);
  const opus = (await tool("opusinfo", [join(out, "audio.opus")])).stdout;
  expect(opus).toMatch(/Pre-skip: 312\n/);
  expect(opus).not.toMatch(/WARNING|ERROR/i);
  expect(opus).toContain(`Playback length: ${minutes(written.duration_s)}`);
  for (const name of ["audio.mp3", "audio_mp3_320.mp3"]) {
    expect((await tool("mp3val", [join(out, name)])).stdout).not.toMatch(/WARNING|ERROR/);
  }
});

test("flac and wav are the same samples, and every lossy one has its blocks near theirs", async () => {
  const wav = await decodedPcm(join(out, "audio.wav"), 24_000);
  const flac = await decodedPcm(join(out, "audio.flac"), 24_000);
  expect(flac.length).toBe(written.samples);
  expect(createHash("md5").update(flac).digest("hex")).toBe(createHash("md5").update(wav).digest("hex"));
  const halfFrames = { mp3: 12, opus: 10, aac: 21.4 } as const;
  for (const name of NAMES.filter((each) => FILES[each].codec in halfFrames)) {
    const most = halfFrames[FILES[name].codec as keyof typeof halfFrames];
    const lossy = await decodedPcm(join(out, name), 24_000);
    const offsets = onsets(wav).map((at) => Math.abs(nearest(lossy, wav, at)) / 24);
    expect(offsets.length).toBeGreaterThan(10);
    expect(Math.max(...offsets), name).toBeLessThanOrEqual(most + 0.1);
  }
});

test("the waveform is that of the samples", async () => {
  const waveform = JSON.parse(readFileSync(join(out, "waveform.json"), "utf8"));
  const pcm = await decodedPcm(join(out, "audio.wav"), 24_000);
  expect(waveform).toMatchObject({ version: 2, channels: 1, sample_rate: 24_000, samples_per_pixel: 480, bits: 8 });
  expect(waveform.data).toHaveLength(waveform.length * 2);
  expect(waveform.length).toBe(Math.ceil(pcm.length / 480));
  for (let at = 0; at < waveform.length; at++) {
    let [low, high] = [0, 0];
    for (let i = Math.max(0, at * 480 - 60); i < (at + 1) * 480 + 60; i++) {
      low = Math.min(low, pcm[i] ?? 0);
      high = Math.max(high, pcm[i] ?? 0);
    }
    expect(waveform.data[at * 2]).toBeGreaterThanOrEqual(low / 256 - 1.01);
    expect(waveform.data[at * 2 + 1]).toBeLessThanOrEqual(high / 256 + 0.01);
  }
});

test("asked for again, all is there and the same; an edit speaks one sentence", async () => {
  const again = await narrate(source, `${out}-again`);
  expect(again).toMatchObject({ segments: { synthesised: 0 }, characters: { billed: 0 } });
  for (const name of NAMES) expect(hash(join(`${out}-again`, name))).toBe(hash(join(out, name)));
  const text = readFileSync(source, "utf8");
  writeFileSync(source, text.replace("hardly ever mention a storm", "never mention a storm"));
  expect((await narrate(source, `${out}-edited`)).segments.synthesised).toBe(1);
});

/** Where sound begins after 0.3 s of silence. */
function onsets(pcm: Int16Array): number[] {
  const found = [];
  let silent = 0;
  for (let at = 0; at < pcm.length; at++) {
    if (Math.abs(pcm[at]!) > 200) {
      if (silent > 7200) found.push(at);
      silent = 0;
    } else silent++;
  }
  return found;
}

/** By how many samples `moved` lies behind `pcm` in the half second from `at` on: where they correlate best. */
function nearest(moved: Int16Array, pcm: Int16Array, at: number): number {
  let best = -Infinity;
  let shift = 0;
  for (let candidate = -700; candidate <= 700; candidate++) {
    let [product, energy] = [0, 1];
    for (let i = at; i < at + 12_000; i += 8) {
      const sample = moved[i + candidate] ?? 0;
      product += (pcm[i] ?? 0) * sample;
      energy += sample * sample;
    }
    const correlation = product / Math.sqrt(energy);
    if (correlation > best) [best, shift] = [correlation, candidate];
  }
  return shift;
}

function minutes(seconds: number): string {
  const whole = Math.floor(seconds * 1000);
  const ms = String(whole % 1000).padStart(3, "0");
  return `${Math.floor(whole / 60_000)}m:${String(Math.floor(whole / 1000) % 60).padStart(2, "0")}.${ms}s`;
}

function hash(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
