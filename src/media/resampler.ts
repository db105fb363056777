/** Mono PCM at one rate to floating point at another, by FFmpeg's libswresample. */
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16 } from "node-av/constants";
import { FFmpegError, SoftwareResampleContext } from "node-av/lib";

export type Resampler = {
  /** Up to a second of samples. The result is valid until the next call. */
  convert(samples: Buffer): Float32Array;
  /** What was still inside. */
  flush(): Float32Array;
  /** Silence before the next sample. */
  restart(): void;
  close(): void;
};

const INPUTS = {
  s16: { format: AV_SAMPLE_FMT_S16, bytes: 2 },
  float: { format: AV_SAMPLE_FMT_FLTP, bytes: 4 },
};

/** By their rates, with the filter bank and the buffer: a block has many short parts. */
const kept = new Map<string, Resampler>();

/** For samples of 16 bits, from silence on. Only one at a time may be in use for a pair of rates (Hz), and none closed. */
export function resampler(from: number, to: number): Resampler {
  const key = `${from}:${to}`;
  const found = kept.get(key) ?? openResampler(from, to, "s16");
  kept.set(key, found);
  found.restart();
  return found;
}

/** One of one's own; `float` is of full scale ±1. */
export function openResampler(from: number, to: number, input: keyof typeof INPUTS): Resampler {
  const { format, bytes } = INPUTS[input];
  const context = new SoftwareResampleContext();
  const mono = AV_CHANNEL_LAYOUT_MONO;
  const failed = `Cannot resample from ${from} to ${to} Hz`;
  FFmpegError.throwIfError(context.allocSetOpts2(mono, AV_SAMPLE_FMT_FLTP, to, mono, format, from), failed);
  const output = new Float32Array(to + 1024);
  const planes = [Buffer.from(output.buffer)];
  const restart = () => FFmpegError.throwIfError(context.init(), failed);
  const run = (samples: Buffer[] | null, given: number) => {
    const count = context.convertSync(planes, output.length, samples, given);
    FFmpegError.throwIfError(count, failed);
    return output.subarray(0, count);
  };
  restart();
  return {
    convert: (samples) => run([samples], samples.length / bytes),
    flush: () => run(null, 0),
    restart,
    close: () => context.free(),
  };
}
