/** A studio and a folder for one test file, and blocks from signals. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

import { formatOf, type EncodingId, type FormatId, type MasterRate } from "../../src/media/formats.ts";
import type { Mastered } from "../../src/media/master.ts";
import type { Part } from "../../src/media/parts.ts";
import type { FragmentPlace } from "../../src/media/stitch.ts";
import { openStudio } from "../../src/media/studio.ts";
import type { Tags } from "../../src/media/tags.ts";
import { decodeFile } from "./oracle.ts";
import { writeS16 } from "./signals.ts";

export function workshop({ size = 1 } = {}) {
  const studio = openStudio({ size });
  const folder = mkdtempSync(join(tmpdir(), "lector-media-"));
  afterAll(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let names = 0;
  const file = (extension: string) => join(folder, `${++names}.${extension}`);

  function spoken(pcm: Float32Array, sampleRate: number, pauseAfter = 0): Part {
    return { path: writeS16(file("pcm"), pcm), encoding: "s16le", sampleRate, samples: pcm.length, pauseAfter };
  }

  async function fragment(
    parts: Part[],
    { sampleRate = 24_000 as MasterRate, gainDb = 0, ceilingDbtp = -2, encoding = "mp3_128" as EncodingId } = {},
  ): Promise<Mastered & { path: string }> {
    const path = file("fragment");
    const outputs = [{ encoding, path }];
    return { ...(await studio.master({ parts, sampleRate, gainDb, ceilingDbtp, outputs })), path };
  }

  /** A file of one fragment, with four frames of mp3 before and behind it. */
  async function heardAs(format: FormatId, made: Mastered & { path: string }): Promise<string> {
    const { path, samples, outputs } = made;
    const start = 4 * 576;
    const whole = file(formatOf(format).fileName.split(".")[1]!);
    const fragments = [{ path, start, samples, frames: outputs[0]!.frames }];
    await studio.stitch({ format, sampleRate: 24_000, fragments, samples: samples + 2 * start, tags: {}, path: whole });
    return whole;
  }

  /** What players hear of a fragment of mp3. */
  async function heard(made: Mastered & { path: string }): Promise<Float32Array> {
    return decodeFile(await heardAs("mp3_128", made)).pcm;
  }

  /** One block a signal, `starts` their places; the published file's name. */
  async function publish(
    blocks: Float32Array[],
    starts: number[],
    samples: number,
    { sampleRate = 24_000 as MasterRate, format = "mp3_128" as FormatId, tags = { language: "en-GB" } as Tags } = {},
  ) {
    const { encoding, fileName } = formatOf(format);
    const fragments: FragmentPlace[] = [];
    for (const [index, block] of blocks.entries()) {
      const made = await fragment([spoken(block, sampleRate)], { sampleRate, encoding });
      fragments.push({
        path: made.path,
        start: starts[index]!,
        samples: made.samples,
        frames: made.outputs[0]!.frames,
      });
    }
    const path = file(fileName.split(".")[1]!);
    return {
      path,
      fragments,
      ...(await studio.stitch({ format, sampleRate, fragments, samples, tags, path })),
    };
  }

  return { studio, folder, file, spoken, fragment, heard, heardAs, publish };
}
