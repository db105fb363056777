import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import { joinParts } from "../../src/media/join.ts";
import type { Part } from "../../src/media/parts.ts";
import { lag, sine, snr, voice, writeS16 } from "./signals.ts";

const folder = mkdtempSync(join(tmpdir(), "lector-join-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function part(pcm: Float32Array, sampleRate: number, pauseAfter = 0): Part {
  const path = writeS16(join(folder, `${pcm.length}-${sampleRate}-${pauseAfter}.pcm`), pcm);
  return { path, encoding: "s16le", sampleRate, samples: pcm.length, pauseAfter };
}

function joined(parts: Part[], sampleRate: 24_000 | 48_000 = 24_000): Float32Array {
  return Float32Array.from(collect(parts, sampleRate));
}

/** Chunks are valid only until the next: copied as they come. */
function collect(parts: Part[], sampleRate: 24_000 | 48_000): number[] {
  const all: number[] = [];
  for (const chunk of joinParts(parts, sampleRate)) for (const sample of chunk) all.push(sample);
  return all;
}

test("at the master rate, samples pass as they are", () => {
  const pcm = voice(70_000);
  const result = joined([part(pcm, 24_000, 5)]);
  expect(result).toHaveLength(70_005);
  expect(snr(pcm, result)).toBeGreaterThan(70);
  expect(result.slice(70_000)).toEqual(new Float32Array(5));
});

test.each([8000, 16_000, 22_050, 44_100, 48_000])("from %i Hz, a tone keeps its pitch, level and place", (from) => {
  const result = joined([part(sine(from * 2, { hertz: 440, sampleRate: from, peak: 0.5 }), from)]);
  const wanted = sine(48_000, { hertz: 440, sampleRate: 24_000, peak: 0.5 });
  expect(result).toHaveLength(48_000);
  expect(lag(wanted.subarray(10_000, 12_000), result.subarray(10_000, 12_000), 20)).toBe(0);
  expect(snr(wanted.subarray(1000, 47_000), result.subarray(1000, 47_000))).toBeGreaterThan(50);
});

test("a part sounds the same whatever was joined before it", () => {
  const one = part(voice(30_011), 22_050);
  const alone = joined([one]);
  const after = joined([part(voice(12_345, { seed: 3 }), 22_050), one]);
  expect(after.subarray(after.length - alone.length)).toEqual(alone);
});

test("a part that failed half-way leaves nothing behind", () => {
  const one = part(voice(30_011), 22_050);
  const alone = joined([one]);
  const broken = joinParts([one], 24_000);
  broken.next();
  broken.return(undefined);
  expect(joined([one])).toEqual(alone);
});
