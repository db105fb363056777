/**
 * A fragment: one block of a narration, encoded on its own so that its packets can stand beside those of other blocks.
 *
 * The encoder gets 8 frames of silence before the block and 6 behind it. Its first 4 packets (the encoder warming up) are
 * dropped, and so are those past 4 frames behind the block's end. What remains is LEAD packets of silence, the block, TAIL
 * packets: the codec's delay and the overlap of its windows lie in silence on both sides, and any other packets of silence
 * may stand next to them. The file is those packets, one after the other (mp3: playable as it is).
 */
import { createByteFile } from "./bytefile.ts";
import { openEncoder } from "./codec.ts";
import { decodedPeak } from "./decodedpeak.ts";
import { frameSize } from "./formats.ts";
import type { Format, MasterRate } from "./formats.ts";

const SILENT_FRAMES_BEFORE = 8;
const SILENT_FRAMES_BEHIND = 6;
const DROPPED_PACKETS = 4;
/** Frames of a fragment before its first sample's frame, and kept past its last. */
export const LEAD_FRAMES = SILENT_FRAMES_BEFORE - DROPPED_PACKETS;
export const TAIL_FRAMES = 4;

/** Frames that a block of `samples` at the master rate has as a fragment. */
export function fragmentFrames(format: Format, sampleRate: MasterRate, samples: number): number {
  return LEAD_FRAMES + Math.ceil(samples / frameSize(format, sampleRate)) + TAIL_FRAMES;
}

export type Fragment = {
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

export function fragmentWriter(format: Format, sampleRate: MasterRate, path: string): FragmentWriter {
  const encoder = openEncoder(format, sampleRate);
  const check = decodedPeak(format, sampleRate);
  const file = createByteFile(path);
  const size = frameSize(format, sampleRate);
  const frame = new Float32Array(size);
  const gain = 1 / format.scale;
  let filled = 0;
  let largest = 0; // sample in the frame
  let samples = 0;
  let packets = 0;
  let frames = 0;
  let last = Infinity; // packets wanted, from the encoder's first; known at the end

  function keep(packet: Buffer): void {
    const index = packets++;
    check.push(packet);
    if (index < DROPPED_PACKETS || index >= last) return;
    file.write(packet);
    frames++;
  }

  function encode(): void {
    check.encoded(largest);
    for (const packet of encoder.encode(frame)) keep(packet);
    filled = largest = 0;
  }

  /** As much of `chunk` from `at` on as the frame still takes; how much that was. A hot loop, so by index. */
  function fill(chunk: Float32Array, at: number): number {
    const count = Math.min(size - filled, chunk.length - at);
    let most = largest;
    for (let i = 0; i < count; i++) {
      const sample = chunk[at + i]! * gain;
      frame[filled + i] = sample;
      most = Math.max(most, Math.abs(sample));
    }
    largest = most;
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
      const wanted = fragmentFrames(format, sampleRate, samples);
      last = DROPPED_PACKETS + wanted;
      frame.fill(0, filled);
      if (filled > 0) encode();
      encodeSilence(SILENT_FRAMES_BEHIND);
      for (const packet of encoder.flush()) keep(packet);
      if (frames !== wanted)
        throw new Error(`${format.encoder} gave ${frames} packets of a fragment, expected ${wanted}`);
      return { frames, bytes: file.end(), truePeakDbtp: check.dbtp() };
    },
    close() {
      encoder.close();
      check.close();
      file.close();
    },
  };
}

/** The encoder's own packet of silence, which fills pauses. Found once a process. */
export function silentPacket(format: Format, sampleRate: MasterRate): Buffer {
  const key = `${format.id} ${sampleRate}`;
  let packet = silentPackets.get(key);
  if (!packet) silentPackets.set(key, (packet = encodeSilence(format, sampleRate)));
  return packet;
}

const silentPackets = new Map<string, Buffer>();

function encodeSilence(format: Format, sampleRate: MasterRate): Buffer {
  const encoder = openEncoder(format, sampleRate);
  const silence = new Float32Array(frameSize(format, sampleRate));
  let latest: Buffer | null = null;
  for (let i = 0; i < SILENT_FRAMES_BEFORE + SILENT_FRAMES_BEHIND; i++) {
    for (const packet of encoder.encode(silence)) latest = Buffer.from(packet);
  }
  encoder.close();
  return latest!;
}
