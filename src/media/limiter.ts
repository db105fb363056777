/** Gain and a look-ahead peak limiter (FFmpeg's alimiter), which gives as many samples as it got, at the same places. */
import { AVERROR_EAGAIN, AVERROR_EOF, AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_DBL } from "node-av/constants";
import { FFmpegError, Filter, FilterGraph, Frame } from "node-av/lib";
import type { FilterContext } from "node-av/lib";

import type { MasterRate } from "./formats.ts";

/**
 * The chunks made louder by `gainDb` and kept below `ceilingDb` (sample peak, dBFS, −24 to 0). Chunks that it yields are
 * valid until the next one is asked for. Speech passes unchanged where it does not reach the ceiling.
 */
export function* limit(
  chunks: Iterable<Float32Array>,
  { gainDb, ceilingDb, sampleRate }: { gainDb: number; ceilingDb: number; sampleRate: MasterRate },
): Generator<Float32Array> {
  const amplified = amplifier(10 ** (gainDb / 20));
  const { graph, source, sink } = openGraph(ceilingDb, sampleRate);
  const drain = drainer(sink);
  let given = 0;
  try {
    for (const chunk of chunks) {
      given += chunk.length;
      feed(source, amplified(chunk), sampleRate);
      for (const limited of drain()) {
        given -= limited.length;
        yield limited;
      }
    }
    // The latency's worth of silence, so that even a part shorter than the look-ahead comes out whole.
    feed(source, new Float64Array(sampleRate / 10), sampleRate);
    feed(source, null, sampleRate);
    for (const limited of drain()) {
      const wanted = limited.subarray(0, given);
      given -= wanted.length;
      if (wanted.length > 0) yield wanted;
    }
  } finally {
    graph.free();
  }
}

function openGraph(ceilingDb: number, sampleRate: MasterRate) {
  const graph = new FilterGraph();
  graph.alloc();
  graph.nbThreads = 1;
  const make = (filter: string, name: string, args: string | null) => {
    const context = graph.createFilter(Filter.getByName(filter)!, name, args);
    if (!context) throw new Error(`FFmpeg refused the filter ${filter} with ${args}`);
    return context;
  };
  const ceiling = 10 ** (ceilingDb / 20);
  const source = make(
    "abuffer",
    "in",
    `time_base=1/${sampleRate}:sample_rate=${sampleRate}:sample_fmt=dbl:channel_layout=mono`,
  );
  const limiter = make("alimiter", "limiter", `limit=${ceiling.toFixed(6)}:level=0:latency=1`);
  const sink = make("abuffersink", "out", null);
  FFmpegError.throwIfError(source.link(0, limiter, 0), "Cannot link the limiter");
  FFmpegError.throwIfError(limiter.link(0, sink, 0), "Cannot link the limiter");
  FFmpegError.throwIfError(graph.configSync(), "Cannot configure the limiter");
  return { graph, source, sink };
}

/** Multiplies into one buffer again and again: a new one for each second is garbage faster than it is collected. */
function amplifier(gain: number): (chunk: Float32Array) => Float64Array {
  let buffer = new Float64Array(0);
  return (chunk) => {
    if (buffer.length < chunk.length) buffer = new Float64Array(chunk.length);
    amplify(chunk, buffer, gain);
    return buffer.subarray(0, chunk.length);
  };
}

/** A hot loop, so no closure: V8 would throw its compiled code away with each block; and half-compiled it asks for each length. */
function amplify(from: Float32Array, to: Float64Array, gain: number): void {
  const { length } = from;
  for (let i = 0; i < length; i++) to[i] = from[i]! * gain;
}

function feed(source: FilterContext, samples: Float64Array | null, sampleRate: MasterRate): void {
  const frame = samples && toFrame(samples, sampleRate);
  try {
    FFmpegError.throwIfError(source.buffersrcAddFrameSync(frame), "The limiter took no samples");
  } finally {
    frame?.free(); // frames that wait for the garbage collector make memory grow with length
  }
}

function toFrame(samples: Float64Array, sampleRate: MasterRate): Frame {
  return Frame.fromAudioBuffer(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), {
    nbSamples: samples.length,
    format: AV_SAMPLE_FMT_DBL,
    sampleRate,
    channelLayout: AV_CHANNEL_LAYOUT_MONO,
  });
}

function drainer(sink: FilterContext): () => Generator<Float32Array> {
  const frame = new Frame();
  frame.alloc();
  let buffer = new Float32Array(0);
  return function* drain() {
    for (;;) {
      const status = sink.buffersinkGetFrameSync(frame);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      FFmpegError.throwIfError(status, "The limiter failed");
      const { nbSamples } = frame;
      const bytes = frame.data![0]!;
      if (buffer.length < nbSamples) buffer = new Float32Array(nbSamples);
      buffer.set(new Float64Array(bytes.buffer, bytes.byteOffset, nbSamples));
      frame.unref();
      yield buffer.subarray(0, nbSamples);
    }
  };
}
