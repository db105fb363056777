/** One mono stream through an encoder or a decoder of FFmpeg, packet by packet, synchronously. */
import {
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AV_CHANNEL_LAYOUT_MONO,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
} from "node-av/constants";
import type { FFEncoderCodec } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib";

import type { Encoding } from "./encodings.ts";

const SAMPLE_FORMATS = { flt: AV_SAMPLE_FMT_FLT, fltp: AV_SAMPLE_FMT_FLTP, s16: AV_SAMPLE_FMT_S16 };

export type EncoderSettings = {
  /** FFmpeg's name. */
  encoder: FFEncoderCodec;
  options: Record<string, string>;
  /** Floating point of full scale ±1, or 16 bits. One channel is the same, planar or not. */
  sampleFormat: keyof typeof SAMPLE_FORMATS;
  /** Bits a second; left out where nothing is lost. */
  bitRate?: number;
  /** Hz. */
  sampleRate: number;
};

export type Encoder = {
  /** Samples of a frame. */
  frame: number;
  /** What a file's head must say of the stream, complete after `flush`; empty where packets say all. */
  description(): Buffer;
  /** One frame, or less at the very end. Its packet, valid until the next call; null while the encoder looks ahead. */
  encode(samples: Float32Array | Int16Array): Buffer | null;
  /** The packets that were still inside; none can be encoded after. */
  flush(): Generator<Buffer>;
  close(): void;
};

export function openEncoder(settings: EncoderSettings): Encoder {
  const { encoder: name, options, sampleRate, bitRate } = settings;
  const sampleFormat = SAMPLE_FORMATS[settings.sampleFormat];
  const context = openContext(Codec.findEncoderByName(name), name, (encoder) => {
    encoder.sampleRate = sampleRate;
    encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    encoder.sampleFormat = sampleFormat;
    if (bitRate !== undefined) encoder.bitRate = BigInt(bitRate);
    encoder.timeBase = new Rational(1, sampleRate);
    // One by one: a Dictionary given to open2 is gone afterwards, and touching it crashes (node-av 6.1).
    for (const [option, value] of Object.entries(options)) {
      FFmpegError.throwIfError(encoder.setOption(option, value), `${name} has no option ${option}=${value}`);
    }
  });
  const whole = audioFrame(context.frameSize, { format: sampleFormat, sampleRate });
  const packet = new Packet();
  packet.alloc();
  let description = Buffer.from(context.extraData ?? []);

  /** Encoders of frames give a packet for each, so none is asked for twice: each question is a call into FFmpeg. */
  function nextPacket(): Buffer | null {
    packet.unref();
    const status = context.receivePacketSync(packet);
    if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return null;
    FFmpegError.throwIfError(status, `${name} failed`);
    const { data } = packet;
    if (data && data.length > 0) return data;
    description = Buffer.from(packet.getSideData(AV_PKT_DATA_NEW_EXTRADATA) ?? description); // flac's last
    return nextPacket();
  }

  return {
    frame: context.frameSize,
    description: () => description,
    encode(samples) {
      const isWhole = samples.length === whole.nbSamples;
      const frame = isWhole ? whole : audioFrame(samples.length, { format: sampleFormat, sampleRate });
      FFmpegError.throwIfError(frame.makeWritable(), "No memory for a frame");
      FFmpegError.throwIfError(frame.fromBuffer(bytesOf(samples)), "Cannot fill a frame");
      FFmpegError.throwIfError(context.sendFrameSync(frame), `${name} took no samples`);
      if (!isWhole) frame.free();
      return nextPacket();
    },
    *flush() {
      FFmpegError.throwIfError(context.sendFrameSync(null), `${name} could not be flushed`);
      for (let last = nextPacket(); last; last = nextPacket()) yield last;
    },
    close() {
      whole.free();
      packet.free();
      context.freeContext();
    },
  };
}

export type Decoder = {
  /** What one packet decodes to, codec delay included, valid until the next call; null where that is nothing yet. */
  decode(packet: Buffer): Float32Array | null;
  close(): void;
};

/** `description`: what the encoder gave. */
export function openDecoder(
  { decoder: name }: Encoding,
  { sampleRate, description }: { sampleRate: number; description: Buffer },
): Decoder {
  const context = openContext(Codec.findDecoderByName(name), name, (decoder) => {
    decoder.sampleRate = sampleRate;
    decoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    if (description.length > 0) decoder.extraData = description;
  });
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();

  return {
    decode(bytes) {
      frame.unref();
      packet.data = bytes;
      FFmpegError.throwIfError(context.sendPacketSync(packet), `${name} took no packet`);
      const status = context.receiveFrameSync(frame);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return null;
      FFmpegError.throwIfError(status, `${name} failed`);
      const plane = frame.data![0]!;
      return new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples);
    },
    close() {
      packet.free();
      frame.free();
      context.freeContext();
    },
  };
}

function openContext(codec: Codec | null, name: string, configure: (context: CodecContext) => void): CodecContext {
  if (!codec) throw new Error(`This build of FFmpeg has no ${name}. Reinstall node-av.`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1; // the pool has a child for each core
  configure(context);
  FFmpegError.throwIfError(context.open2Sync(codec, null), `Cannot open ${name}`);
  return context;
}

function audioFrame(samples: number, { format, sampleRate }: { format: number; sampleRate: number }): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.nbSamples = samples;
  frame.format = format as Frame["format"];
  frame.sampleRate = sampleRate;
  frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  FFmpegError.throwIfError(frame.getBuffer(), "No memory for a frame");
  return frame;
}

function bytesOf(samples: Float32Array | Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
