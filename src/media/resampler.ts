/** 16-bit mono PCM at one rate to floating point at another, by FFmpeg's libswresample. */
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16 } from "node-av/constants";
import { FFmpegError, SoftwareResampleContext } from "node-av/lib";

export type Resampler = {
  /** Up to a second of samples. The result is valid until the next call. */
  convert(s16: Buffer): Float32Array;
  /** What was still inside. */
  flush(): Float32Array;
};

type Kept = { context: SoftwareResampleContext; output: Float32Array<ArrayBuffer> };

/** By their rates, with the filter bank and the buffer: a block has many short parts. */
const kept = new Map<string, Kept>();

/** Starts with silence before the first sample. Only one at a time may be in use for a pair of rates (Hz). */
export function resampler(from: number, to: number): Resampler {
  const key = `${from}:${to}`;
  const found = kept.get(key) ?? create(from, to);
  kept.set(key, found);
  const { context, output } = found;
  FFmpegError.throwIfError(context.init(), `Cannot resample from ${from} to ${to} Hz`);
  const planes = [Buffer.from(output.buffer)];
  const run = (input: Buffer[] | null, samples: number) => {
    const count = context.convertSync(planes, output.length, input, samples);
    FFmpegError.throwIfError(count, `Cannot resample from ${from} to ${to} Hz`);
    return output.subarray(0, count);
  };
  return { convert: (s16) => run([s16], s16.length / 2), flush: () => run(null, 0) };
}

function create(from: number, to: number): Kept {
  const context = new SoftwareResampleContext();
  const mono = AV_CHANNEL_LAYOUT_MONO;
  const status = context.allocSetOpts2(mono, AV_SAMPLE_FMT_FLTP, to, mono, AV_SAMPLE_FMT_S16, from);
  FFmpegError.throwIfError(status, `Cannot resample from ${from} to ${to} Hz`);
  return { context, output: new Float32Array(to + 1024) };
}
