/**
 * The true peak of a fragment as players will decode it, found while it is encoded.
 *
 * Decoding everything would cost a fifth of the encoding. So only those packets are decoded whose samples, before
 * encoding, came within 4 dB of the loudest so far: encoding adds a decibel or two, not four.
 */
import { openDecoder } from "./codec.ts";
import { MP3_DELAY, frameSize } from "./formats.ts";
import type { Format, MasterRate } from "./formats.ts";
import { truePeakMeter } from "./truepeak.ts";

const NEAR_THE_LOUDEST = 10 ** (-4 / 20);
/** Packets that a decoder needs before one whose output is right: windows overlap, and the filter bank remembers. */
const WARM_UP = 2;

export type DecodedPeak = {
  /** The largest sample of the next frame that the encoder gets. */
  encoded(largest: number): void;
  /** The encoder's next packet. */
  push(packet: Buffer): void;
  /** −Infinity in silence. */
  dbtp(): number;
  close(): void;
};

export function decodedPeak(format: Format, sampleRate: MasterRate): DecodedPeak {
  const decoder = openDecoder(format, sampleRate);
  const meter = truePeakMeter();
  const gap = new Float32Array(32);
  // Frames whose samples a packet's output shows: those from the codec's delay before it to itself, and one for luck.
  const shown = Math.ceil(MP3_DELAY / frameSize(format, sampleRate)) + 2;
  const peaks: number[] = []; // of the latest frames; peaks[0] is that of frame `first`
  let first = 0;
  let loudest = 0;
  let packets = 0;
  const skipped: Buffer[] = []; // the latest, at most WARM_UP

  function isLoud(packet: number): boolean {
    let largest = 0;
    for (let frame = Math.max(first, packet + 1 - shown); frame <= packet; frame++) {
      largest = Math.max(largest, peaks[frame - first]!);
    }
    return largest > 0 && largest >= loudest * NEAR_THE_LOUDEST;
  }

  function forget(packet: number): void {
    while (first < packet - shown) {
      peaks.shift();
      first++;
    }
  }

  function measure(packet: Buffer): void {
    if (skipped.length > 0) meter.push(gap); // what follows does not join what came before
    for (const before of skipped.splice(0)) for (const _ of decoder.decode(before));
    for (const samples of decoder.decode(packet)) meter.push(samples);
  }

  return {
    encoded(largest) {
      peaks.push(largest);
      loudest = Math.max(loudest, largest);
    },
    push(packet) {
      const index = packets++;
      if (isLoud(index)) measure(packet);
      else {
        skipped.push(Buffer.from(packet));
        if (skipped.length > WARM_UP) skipped.shift();
      }
      forget(index);
    },
    dbtp() {
      meter.push(gap);
      return meter.dbtp();
    },
    close: decoder.close,
  };
}
