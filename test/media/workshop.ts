/** A studio and a folder for one test file, and blocks from signals. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

import type { MasterRate } from "../../src/media/formats.ts";
import type { Mastered } from "../../src/media/master.ts";
import type { Part } from "../../src/media/parts.ts";
import type { FragmentPlace } from "../../src/media/stitch.ts";
import { openStudio } from "../../src/media/studio.ts";
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
    { sampleRate = 24_000 as MasterRate, gainDb = 0, ceilingDbtp = -2 } = {},
  ): Promise<Mastered & { path: string }> {
    const path = file("fragment");
    const outputs = [{ format: "mp3_128" as const, path }];
    return { ...(await studio.master({ parts, sampleRate, gainDb, ceilingDbtp, outputs })), path };
  }

  /** One block a signal, `starts` their places; the published file's name. */
  async function publish(
    blocks: Float32Array[],
    starts: number[],
    samples: number,
    { sampleRate = 24_000 as MasterRate, title = undefined as string | undefined } = {},
  ) {
    const fragments: FragmentPlace[] = [];
    for (const [index, block] of blocks.entries()) {
      const made = await fragment([spoken(block, sampleRate)], { sampleRate });
      fragments.push({
        path: made.path,
        start: starts[index]!,
        samples: made.samples,
        frames: made.outputs[0]!.frames,
      });
    }
    const path = file("mp3");
    const tags = { title, language: "en-GB" };
    return {
      path,
      fragments,
      ...(await studio.stitch({ format: "mp3_128", sampleRate, fragments, samples, tags, path })),
    };
  }

  return { studio, folder, file, spoken, fragment, publish };
}
