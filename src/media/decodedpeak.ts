/**
 * The true peak of a fragment as players will decode it, found while it is encoded.
 *
 * Decoding everything would cost a fifth of the encoding. So only those packets are decoded whose samples, before
 * encoding, came so near to the most that is allowed that encoding could carry them past it.
 */
import { openDecoder } from "./codec.ts";
import type { Encoding, Grid } from "./encodings.ts";
import { truePeakMeter } from "./truepeak.ts";

/** No published file may exceed −1 dBTP when decoded; meters that oversample more than ours read a little higher. */
export const MOST_DECODED_DBTP = -1.1;
/** Packets that a decoder needs before one whose output is right: windows overlap, and the filter bank remembers. */
const WARM_UP = 2;

export type DecodedPeak = {
  /** The largest sample of the next frame that the encoder gets. */
  encoded(largest: number): void;
  /** The encoder's next packet. */
  push(packet: Buffer): void;
  /** Of the packets that came near; −Infinity where none did. */
  dbtp(): number;
  close(): void;
};

/** `description`: what the encoder gave. */
export function decodedPeak(encoding: Encoding, { rate, frame, delay }: Grid, description: Buffer): DecodedPeak {
  const decoder = openDecoder(encoding, { sampleRate: rate, description });
  const meter = truePeakMeter();
  const gap = new Float32Array(32);
  const risky = 10 ** ((MOST_DECODED_DBTP - encoding.overshootDb) / 20);
  // What a packet decodes to began this many frames before its own: the codec's delay.
  const shown = Math.ceil(delay / frame);
  const peaks: number[] = []; // of the latest frames; peaks[0] is that of frame `first`
  let first = 0;
  let packets = 0;
  // The latest packets that were passed over, copied into one buffer each time: there are many of them.
  const kept = Array.from({ length: WARM_UP }, () => Buffer.alloc(0));
  let skipped: Buffer[] = [];

  function isLoud(packet: number): boolean {
    for (let at = Math.max(first, packet - shown); at <= Math.min(packet - shown + 1, packet); at++) {
      if (peaks[at - first]! >= risky) return true;
    }
    return false;
  }

  function forget(packet: number): void {
    while (first < packet - shown) {
      peaks.shift();
      first++;
    }
  }

  function measure(packet: Buffer): void {
    if (skipped.length > 0) meter.push(gap); // what follows does not join what came before
    for (const before of skipped) decoder.decode(before);
    skipped = [];
    const samples = decoder.decode(packet);
    if (samples) meter.push(samples);
  }

  function keep(packet: Buffer): void {
    let place = kept.shift()!;
    if (place.length < packet.length) place = Buffer.allocUnsafeSlow(packet.length * 2);
    packet.copy(place);
    kept.push(place);
    skipped.push(place.subarray(0, packet.length));
    if (skipped.length > WARM_UP) skipped.shift();
  }

  return {
    encoded(largest) {
      peaks.push(largest);
    },
    push(packet) {
      const index = packets++;
      if (isLoud(index)) measure(packet);
      else keep(packet);
      forget(index);
    },
    dbtp() {
      meter.push(gap);
      return meter.dbtp();
    },
    close: decoder.close,
  };
}
