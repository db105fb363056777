/** What FFmpeg's own demuxer, decoder, muxer and loudness meter say, to compare ours with. */
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_LOG_QUIET,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
} from "node-av/constants";
import type { AVCodecID, AVSampleFormat } from "node-av/constants";
import {
  Codec,
  CodecContext,
  FFmpegError,
  Filter,
  FilterGraph,
  FormatContext,
  Frame,
  Packet,
  Rational,
} from "node-av/lib";
import { Log } from "node-av/lib";

import type { EncoderSettings } from "../../src/media/codec.ts";

Log.setLevel(AV_LOG_QUIET);

export type Decoded = {
  pcm: Float32Array;
  sampleRate: number;
  /** Of the container, in seconds. */
  duration: number;
  bitRate: number;
  /** Of the file and of its stream of sound. */
  tags: Record<string, string>;
  packets: number;
  cover: { codec: AVCodecID; width: number; height: number } | null;
};

/** Opens a file as a player does: delay and padding are removed as its header says. */
export function decodeFile(path: string): Decoded {
  const format = new FormatContext();
  FFmpegError.throwIfError(format.openInputSync(path), `open ${path}`);
  FFmpegError.throwIfError(format.findStreamInfoSync(null), "probe");
  const stream = format.streams[0]!;
  const decoder = new CodecContext();
  decoder.allocContext3(Codec.findDecoder(stream.codecpar.codecId)!);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  FFmpegError.throwIfError(decoder.open2Sync(null, null), "open the decoder");
  const { pcm, packets } = decodeAll(format, decoder);
  const { sampleRate } = decoder;
  const duration = Number(format.duration) / 1e6;
  const bitRate = Number(stream.codecpar.bitRate);
  const tags = { ...stream.metadata?.getAll(), ...format.metadata?.getAll() };
  const pictures = format.streams.map(({ codecpar }) => codecpar).filter(({ width }) => width > 0);
  const cover = pictures[0]
    ? { codec: pictures[0].codecId, width: pictures[0].width, height: pictures[0].height }
    : null;
  decoder.freeContext();
  format.closeInputSync();
  return { pcm, sampleRate, duration, bitRate, tags, packets, cover };
}

/** Seconds, by the container. */
export function durationOf(path: string): number {
  const format = new FormatContext();
  FFmpegError.throwIfError(format.openInputSync(path), `open ${path}`);
  FFmpegError.throwIfError(format.findStreamInfoSync(null), "probe");
  const duration = Number(format.duration) / 1e6;
  format.closeInputSync();
  return duration;
}

function decodeAll(format: FormatContext, decoder: CodecContext): { pcm: Float32Array; packets: number } {
  const packet = new Packet();
  const frame = new Frame();
  packet.alloc();
  frame.alloc();
  const chunks: Float32Array[] = [];
  let packets = 0;
  const drain = () => {
    while (decoder.receiveFrameSync(frame) >= 0) {
      chunks.push(floats(frame));
      frame.unref();
    }
  };
  while (format.readFrameSync(packet) >= 0) {
    if (packet.streamIndex !== 0) {
      packet.unref();
      continue; // a cover or chapters
    }
    packets++;
    FFmpegError.throwIfError(decoder.sendPacketSync(packet), "decode");
    packet.unref();
    drain();
  }
  decoder.sendPacketSync(null);
  drain();
  packet.free();
  frame.free();
  return { pcm: joined(chunks), packets };
}

function floats({ format, data, nbSamples }: Frame): Float32Array {
  const plane = data![0]!;
  if (format !== AV_SAMPLE_FMT_S16) return new Float32Array(plane.buffer, plane.byteOffset, nbSamples).slice();
  return Float32Array.from(new Int16Array(plane.buffer, plane.byteOffset, nbSamples), (sample) => sample / 32_768);
}

function joined(chunks: Float32Array[]): Float32Array {
  const whole = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** FFmpeg's ebur128: integrated loudness in LUFS and true peak (oversampled to 192 kHz) in dBTP. */
export function ebur128(pcm: Float32Array, sampleRate: number): { lufs: number; peakDbtp: number } {
  const graph = new FilterGraph();
  graph.alloc();
  const make = (filter: string, args: string | null) => graph.createFilter(Filter.getByName(filter)!, filter, args)!;
  const rate = `time_base=1/${sampleRate}:sample_rate=${sampleRate}`;
  const source = make("abuffer", `${rate}:sample_fmt=flt:channel_layout=mono`);
  const meter = make("ebur128", "peak=true:framelog=quiet:metadata=1");
  const sink = make("abuffersink", null);
  source.link(0, meter, 0);
  meter.link(0, sink, 0);
  FFmpegError.throwIfError(graph.configSync(), "configure ebur128");
  const out = new Frame();
  out.alloc();
  let last: Record<string, string> = {};
  const drain = () => {
    while (sink.buffersinkGetFrameSync(out) >= 0) {
      last = { ...last, ...out.getMetadata().getAll() };
      out.unref();
    }
  };
  for (let at = 0; at < pcm.length; at += sampleRate) {
    const frame = monoFrame(pcm.slice(at, at + sampleRate), sampleRate, at);
    FFmpegError.throwIfError(source.buffersrcAddFrameSync(frame), "feed ebur128");
    frame.free();
    drain();
  }
  source.buffersrcAddFrameSync(null);
  drain();
  out.free();
  graph.free();
  return { lufs: Number(last["lavfi.r128.I"]), peakDbtp: 20 * Math.log10(Number(last["lavfi.r128.true_peak"])) };
}

function monoFrame(
  pcm: Float32Array,
  sampleRate: number,
  pts: number,
  format: AVSampleFormat = AV_SAMPLE_FMT_FLT,
): Frame {
  return Frame.fromAudioBuffer(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength), {
    nbSamples: pcm.length,
    format,
    sampleRate,
    channelLayout: AV_CHANNEL_LAYOUT_MONO,
    pts: BigInt(pts),
    timeBase: { num: 1, den: sampleRate },
  });
}

/** The whole at one go, as anyone would: FFmpeg's encoder and its muxer for the file's extension. */
export function encodeWhole(
  path: string,
  pcm: Float32Array,
  { encoder: name, bitRate, options, sampleFormat }: Omit<EncoderSettings, "sampleRate">,
  sampleRate: number,
): void {
  const encoder = new CodecContext();
  const codec = Codec.findEncoderByName(name)!;
  encoder.allocContext3(codec);
  encoder.sampleRate = sampleRate;
  encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  encoder.sampleFormat = sampleFormat === "flt" ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
  encoder.bitRate = BigInt(bitRate!);
  encoder.timeBase = new Rational(1, sampleRate);
  for (const [option, value] of Object.entries(options)) {
    FFmpegError.throwIfError(encoder.setOption(option, value), `set ${option}`);
  }
  FFmpegError.throwIfError(encoder.open2Sync(codec, null), "open the encoder");
  const format = new FormatContext();
  FFmpegError.throwIfError(format.allocOutputContext2(null, null, path), "mux");
  const stream = format.newStream(null);
  stream.codecpar.fromContext(encoder);
  stream.timeBase = encoder.timeBase;
  FFmpegError.throwIfError(format.openOutputSync(), "open the output");
  FFmpegError.throwIfError(format.writeHeaderSync(null), "write the header");
  const packet = new Packet();
  packet.alloc();
  const drain = () => {
    while (encoder.receivePacketSync(packet) >= 0) {
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      FFmpegError.throwIfError(format.writeFrameSync(packet), "write");
      packet.unref();
    }
  };
  const size = encoder.frameSize;
  for (let at = 0; at < pcm.length; at += size) {
    const samples = new Float32Array(size);
    samples.set(pcm.subarray(at, at + size));
    const frame = monoFrame(samples, sampleRate, at, encoder.sampleFormat);
    FFmpegError.throwIfError(encoder.sendFrameSync(frame), "encode");
    frame.free();
    drain();
  }
  encoder.sendFrameSync(null);
  drain();
  format.writeTrailerSync();
  format.closeOutputSync();
  packet.free();
  encoder.freeContext();
}
