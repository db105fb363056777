/** What holds for every format, as FFmpeg's own demuxers and decoders find it. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";

import { encodingOf, gridOf, timelineLength } from "../../src/media/encodings.ts";
import { formatOf, type FormatId, type LossyId, type MasterRate } from "../../src/media/formats.ts";
import { openResampler } from "../../src/media/resampler.ts";
import { decodeFile, ebur128, encodeWhole, type Decoded } from "./oracle.ts";
import { lag, snr, voice } from "./signals.ts";
import { workshop } from "./workshop.ts";

const { studio, file, spoken, publish } = workshop({ size: 2 });

const LOSSY: LossyId[] = [
  "mp3_128",
  "mp3_32",
  "mp3_320",
  "opus_48",
  "opus_24",
  "opus_96",
  "aac_96",
  "aac_32",
  "aac_128",
];
const ALL: FormatId[] = [...LOSSY, "flac", "wav"];

const SAMPLES = timelineLength(190_000, 24_000);
const STARTS = [7777, 70_001, 140_003];
const blocks = [1, 2, 3].map((seed) => voice(45_000 + seed * 777, { seed }));
/** What is to be heard: after the s16 of the parts, which is all that mastering changes here. */
const timeline = onTimeline(blocks, STARTS, SAMPLES);

function onTimeline(list: Float32Array[], starts: number[], samples: number): Float32Array {
  const whole = new Float32Array(samples);
  list.forEach((block, index) => whole.set(block, starts[index]!));
  return whole;
}

describe.each(ALL)("%s", (format) => {
  let path: string;
  let heard: Decoded;
  let ratio: number;

  beforeAll(async () => {
    ({ path } = await publish(blocks, STARTS, SAMPLES, { format }));
    heard = decodeFile(path);
    ratio = heard.sampleRate / 24_000;
  });

  test("decodes to the samples of the timeline", () => {
    expect(ratio).toBe(expectedRate(format, 24_000) / 24_000);
    expect(heard.pcm).toHaveLength(SAMPLES * ratio);
    expect(Math.abs(heard.duration - SAMPLES / 24_000)).toBeLessThan(0.01);
  });

  test("has each block within half a frame of its place", () => {
    const most = Math.ceil(halfFrame(format)) + 50;
    for (const [index, block] of blocks.entries()) {
      const there = at24k(heard, STARTS[index]!, STARTS[index]! + 9000);
      expect(Math.abs(lag(block.subarray(0, 8000), there, most))).toBeLessThanOrEqual(halfFrame(format));
    }
  });

  test("is silent in the pauses", () => {
    const pauses = [
      [0, STARTS[0]!],
      [STARTS[0]! + blocks[0]!.length, STARTS[1]!],
      [STARTS[2]! + blocks[2]!.length, SAMPLES],
    ] as const;
    for (const [from, to] of pauses) {
      const pause = at24k(heard, from + 2 * 1024, to - 2 * 1024);
      expect(Math.max(...pause.map(Math.abs), 0)).toBeLessThan(1e-4);
    }
  });

  test("is as loud as what was mastered, and below −1 dBTP", () => {
    const loudness = ebur128(heard.pcm, heard.sampleRate);
    expect(Math.abs(loudness.lufs - ebur128(timeline, 24_000).lufs)).toBeLessThan(0.2);
    expect(loudness.peakDbtp).toBeLessThanOrEqual(-1);
  });

  test("is the same bytes from the same fragments", async () => {
    const again = await publish(blocks, STARTS, SAMPLES, { format });
    expect(readFileSync(again.path).equals(readFileSync(path))).toBe(true);
  });

  test("holds a timeline that ends with its last block, and an empty one", async () => {
    const one = await publish([blocks[0]!.subarray(0, 5000)], [0], 5000, { format });
    expect(decodeFile(one.path).pcm).toHaveLength(5000 * ratio);
    const none = await publish([], [], 1200, { format });
    expect(decodeFile(none.path).pcm).toEqual(new Float32Array(1200 * ratio));
  });
});

test.each(LOSSY)("%s stitched is as near to its PCM as one encode of the whole", async (format) => {
  const encoding = encodingOf(format);
  const { rate, frame } = gridOf(encoding, 24_000);
  const onGrid = STARTS.map((start) => Math.round((start * rate) / 24_000 / frame) * frame * (24_000 / rate));
  const pcm = onTimeline(blocks, onGrid, SAMPLES);
  const stitched = decodeFile((await publish(blocks, STARTS, SAMPLES, { format })).path);
  const extension = formatOf(format).fileName.split(".")[1]!;
  const path = file(extension);
  encodeWhole(
    path,
    upsampled(pcm, rate).map((x) => x / encoding.scale),
    encoding,
    rate,
  );
  const ours = snr(pcm, at24k(stitched, 0, SAMPLES));
  const theirs = snr(pcm, at24k(decodeFile(path), 0, SAMPLES));
  expect(ours).toBeGreaterThan(Math.min(theirs, 50) - 0.6); // above, the 16 bits of the parts count
});

test("flac and wav hold what was mastered, sample by sample", async () => {
  const [flac, wav] = await Promise.all(
    (["flac", "wav"] as const).map(async (format) =>
      decodeFile((await publish(blocks, STARTS, SAMPLES, { format })).path),
    ),
  );
  // The parts are 16 bits, and nothing reaches the limiter.
  const wanted = timeline.map((x) => Math.round(x * 32_767) / 32_768);
  expect(wav!.pcm.every((x, i) => Math.abs(x - wanted[i]!) < 2 / 32_768)).toBe(true);
  expect(flac!.pcm).toEqual(wav!.pcm);
});

test("each family's fragments are refused by name where they are damaged", async () => {
  for (const format of ALL) {
    const { encoding } = formatOf(format);
    const part = spoken(blocks[0]!, 24_000);
    const path = file("fragment");
    const job = { parts: [part], sampleRate: 24_000 as const, gainDb: 0, ceilingDbtp: -2 };
    const { samples, outputs } = await studio.master({ ...job, outputs: [{ encoding, path }] });
    const fragments = [{ path, start: 0, samples, frames: outputs[0]!.frames }];
    const stitch = () =>
      studio.stitch({ format, sampleRate: 24_000, fragments, samples, tags: {}, path: file("published") });
    const bytes = readFileSync(path);
    truncateSync(path, bytes.length - 1);
    await expect(stitch()).rejects.toThrow(`The fragment ${path} is damaged: ${bytes.length - 1} bytes for `);
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]));
    await expect(stitch()).rejects.toThrow(`The fragment ${path} is damaged`);
    writeFileSync(path, bytes);
    expect((await stitch()).samples).toBe(samples);
  }
});

/** `from` up to `to` at 24 kHz; nothing that was mastered lies above 12 kHz. */
function at24k({ pcm, sampleRate }: Decoded, from: number, to: number): Float32Array {
  const step = sampleRate / 24_000;
  return Float32Array.from({ length: to - from }, (_, index) => pcm[(from + index) * step] ?? 0);
}

function upsampled(pcm: Float32Array, rate: number): Float32Array {
  if (rate === 24_000) return pcm;
  const converter = openResampler(24_000, rate, "float");
  const whole = new Float32Array(pcm.length * 2);
  let at = 0;
  const add = (samples: Float32Array) => {
    whole.set(samples.subarray(0, whole.length - at), at);
    at += samples.length;
  };
  for (let from = 0; from < pcm.length; from += 24_000) {
    add(converter.convert(Buffer.from(pcm.slice(from, from + 24_000).buffer)));
  }
  add(converter.flush());
  return whole;
}

function expectedRate(format: FormatId, sampleRate: MasterRate): number {
  if (format.startsWith("opus")) return 48_000;
  return format === "flac" || format === "wav" ? sampleRate : gridOf(encodingOf(format as LossyId), sampleRate).rate;
}

function halfFrame(format: FormatId): number {
  if (format === "flac" || format === "wav") return 0;
  const { rate, frame } = gridOf(encodingOf(format as LossyId), 24_000);
  return (frame * 24_000) / rate / 2;
}
