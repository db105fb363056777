/**
 * A lossy fragment: one block of a narration, encoded on its own so that its packets can stand beside those of other
 * blocks.
 *
 * The encoder gets 8 frames of silence before the block and 6 behind it. Its first 4 packets (the encoder warming up) are
 * dropped, and so are those past 4 frames behind the block's end. What remains is LEAD packets of silence, the block, TAIL
 * packets: the codec's delay and the overlap of its windows lie in silence on both sides, and any other packets of silence
 * may stand next to them.
 */
import { createByteFile } from "./bytefile.ts";
import { openEncoder } from "./codec.ts";
import { decodedPeak } from "./decodedpeak.ts";
import { encodingOf, frameSize, gridOf } from "./encodings.ts";
import type { Encoding } from "./encodings.ts";
import type { EncodingId, MasterRate } from "./formats.ts";
import { packetWriter } from "./packetfile.ts";
import { pcmFragmentWriter } from "./pcm.ts";
import { openResampler } from "./resampler.ts";

const SILENT_FRAMES_BEFORE = 8;
const SILENT_FRAMES_BEHIND = 6;
const DROPPED_PACKETS = 4;
/** Frames of a fragment before its first sample's frame, and kept past its last. */
export const LEAD_FRAMES = SILENT_FRAMES_BEFORE - DROPPED_PACKETS;
export const TAIL_FRAMES = 4;

/** Frames that a block of `samples` at the master rate has as a fragment. */
export function fragmentFrames(encoding: Encoding, sampleRate: MasterRate, samples: number): number {
  return LEAD_FRAMES + Math.ceil(samples / frameSize(encoding, sampleRate)) + TAIL_FRAMES;
}

export type Fragment = {
  /** Packets; of PCM, samples. */
  frames: number;
  bytes: number;
  /** Of the decoded fragment; −Infinity in silence. */
  truePeakDbtp: number;
};

export type FragmentWriter = {
  /** Mastered samples of full scale ±1, any number. */
  push(samples: Float32Array): void;
  /** Completes the file, which is not synced: who keeps it does that. */
  end(): Fragment;
  /** Frees everything, also half-way. */
  close(): void;
};

export function fragmentWriter(id: EncodingId, sampleRate: MasterRate, path: string): FragmentWriter {
  if (id === "pcm") return pcmFragmentWriter(path);
  const encoding = encodingOf(id);
  const { rate } = gridOf(encoding, sampleRate);
  return rate === sampleRate
    ? lossyWriter(encoding, sampleRate, path)
    : resampled(lossyWriter(encoding, rate, path), sampleRate, rate);
}

/** `rate`: that of its samples, in Hz. */
function lossyWriter(encoding: Encoding, rate: MasterRate, path: string): FragmentWriter {
  const encoder = openEncoder({ ...encoding, sampleRate: rate });
  const check = decodedPeak(encoding, gridOf(encoding, rate), encoder.description());
  const file = createByteFile(path);
  const kept = packetWriter(file);
  const size = encoder.frame;
  const frame = new Float32Array(size);
  const gain = 1 / encoding.scale;
  let filled = 0;
  let largest = 0; // sample in the frame
  let samples = 0;
  let packets = 0;
  let last = Infinity; // packets wanted, from the encoder's first; known at the end

  function keep(packet: Buffer): void {
    const index = packets++;
    check.push(packet);
    if (index >= DROPPED_PACKETS && index < last) kept.write(packet);
  }

  function encode(): void {
    check.encoded(largest);
    const packet = encoder.encode(frame);
    if (packet) keep(packet);
    filled = largest = 0;
  }

  /** As much of `chunk` from `at` on as the frame still takes; how much that was. */
  function fill(chunk: Float32Array, at: number): number {
    const count = Math.min(size - filled, chunk.length - at);
    const most = copyLouder(chunk, at, frame, filled, count, gain);
    if (most > largest) largest = most;
    filled += count;
    return count;
  }

  function encodeSilence(count: number): void {
    for (let i = 0; i < count; i++) {
      frame.fill(0);
      encode();
    }
  }

  encodeSilence(SILENT_FRAMES_BEFORE);
  return {
    push(chunk) {
      samples += chunk.length;
      for (let at = 0; at < chunk.length;) {
        at += fill(chunk, at);
        if (filled === size) encode();
      }
    },
    end() {
      const wanted = fragmentFrames(encoding, rate, samples);
      last = DROPPED_PACKETS + wanted;
      frame.fill(0, filled);
      if (filled > 0) encode();
      encodeSilence(SILENT_FRAMES_BEHIND);
      for (const packet of encoder.flush()) keep(packet);
      const frames = kept.end();
      if (frames !== wanted)
        throw new Error(`${encoding.encoder} gave ${frames} packets of a fragment, expected ${wanted}`);
      return { frames, bytes: file.end(), truePeakDbtp: check.dbtp() };
    },
    close() {
      encoder.close();
      check.close();
      file.close();
    },
  };
}

/** The largest of what it copied. A hot loop, so no closure: V8 would throw its compiled code away with each fragment. */
function copyLouder(
  from: Float32Array,
  at: number,
  to: Float32Array,
  place: number,
  count: number,
  gain: number,
): number {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const sample = from[at + i]! * gain;
    to[place + i] = sample;
    const size = sample < 0 ? -sample : sample;
    if (size > most) most = size;
  }
  return most;
}

/** The same for samples at another rate, of which there are then as many as the rates say. */
function resampled(writer: FragmentWriter, from: MasterRate, to: MasterRate): FragmentWriter {
  const converter = openResampler(from, to, "float");
  let due = 0;
  const give = (samples: Float32Array) => {
    due -= samples.length;
    writer.push(samples);
  };
  return {
    push(chunk) {
      due += (chunk.length * to) / from;
      for (let at = 0; at < chunk.length; at += from) {
        const second = chunk.subarray(at, at + from);
        give(converter.convert(Buffer.from(second.buffer, second.byteOffset, second.byteLength)));
      }
    },
    end() {
      give(converter.flush().subarray(0, due));
      give(new Float32Array(due));
      return writer.end();
    },
    close() {
      converter.close();
      writer.close();
    },
  };
}

export type Silence = {
  /** The encoder's own packet of silence, which fills pauses. */
  packet: Buffer;
  /** What a file's head must say of the stream; empty where packets say all. */
  description: Buffer;
};

/** Found once a process. */
export function silenceOf(encoding: Encoding, sampleRate: MasterRate): Silence {
  const key = `${encoding.id} ${sampleRate}`;
  let silence = silences.get(key);
  if (!silence) silences.set(key, (silence = encodeSilence(encoding, sampleRate)));
  return silence;
}

const silences = new Map<string, Silence>();

function encodeSilence(encoding: Encoding, sampleRate: MasterRate): Silence {
  const encoder = openEncoder({ ...encoding, sampleRate: gridOf(encoding, sampleRate).rate });
  const silence = new Float32Array(encoder.frame);
  let latest: Buffer | null = null;
  for (let i = 0; i < SILENT_FRAMES_BEFORE + SILENT_FRAMES_BEHIND; i++) {
    const packet = encoder.encode(silence);
    if (packet) latest = Buffer.from(packet);
  }
  encoder.close();
  return { packet: latest!, description: encoder.description() };
}
