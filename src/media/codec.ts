/** One mono stream through an encoder or a decoder of FFmpeg, packet by packet, synchronously. */
import { AVERROR_EAGAIN, AVERROR_EOF, AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib";

import { frameSize } from "./formats.ts";
import type { Format, MasterRate } from "./formats.ts";

export type Encoder = {
  /** Exactly one frame of samples of full scale ±1. The packets it yields are valid until the next call. */
  encode(frame: Float32Array): Generator<Buffer>;
  /** The packets that were still inside; none can be encoded after. */
  flush(): Generator<Buffer>;
  close(): void;
};

export function openEncoder(format: Format, sampleRate: MasterRate): Encoder {
  const context = openContext(Codec.findEncoderByName(format.encoder), format.encoder, (encoder) => {
    encoder.sampleRate = sampleRate;
    encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    encoder.sampleFormat = AV_SAMPLE_FMT_FLTP;
    encoder.bitRate = BigInt(format.bitRate);
    encoder.timeBase = new Rational(1, sampleRate);
    // One by one: a Dictionary given to open2 is gone afterwards, and touching it crashes (node-av 6.1).
    for (const [name, value] of Object.entries(format.options)) {
      FFmpegError.throwIfError(encoder.setOption(name, value), `${format.encoder} has no option ${name}=${value}`);
    }
  });
  const frame = audioFrame(frameSize(format, sampleRate), sampleRate);
  const packet = new Packet();
  packet.alloc();
  let pts = 0n;

  function* packets(): Generator<Buffer> {
    for (;;) {
      const status = context.receivePacketSync(packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      FFmpegError.throwIfError(status, `${format.encoder} failed`);
      yield packet.data!;
      packet.unref();
    }
  }

  return {
    *encode(samples) {
      FFmpegError.throwIfError(frame.makeWritable(), "No memory for a frame");
      FFmpegError.throwIfError(frame.fromBuffer(bytesOf(samples)), "Cannot fill a frame");
      frame.pts = pts;
      pts += BigInt(samples.length);
      FFmpegError.throwIfError(context.sendFrameSync(frame), `${format.encoder} took no samples`);
      yield* packets();
    },
    *flush() {
      FFmpegError.throwIfError(context.sendFrameSync(null), `${format.encoder} could not be flushed`);
      yield* packets();
    },
    close() {
      frame.free();
      packet.free();
      context.freeContext();
    },
  };
}

export type Decoder = {
  /** What one packet decodes to, codec delay included; valid until the next call. */
  decode(packet: Buffer): Generator<Float32Array>;
  close(): void;
};

export function openDecoder(format: Format, sampleRate: MasterRate): Decoder {
  const context = openContext(Codec.findDecoderByName(format.decoder), format.decoder, (decoder) => {
    decoder.sampleRate = sampleRate;
    decoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  });
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();

  return {
    *decode(bytes) {
      packet.data = bytes;
      FFmpegError.throwIfError(context.sendPacketSync(packet), `${format.decoder} took no packet`);
      for (;;) {
        const status = context.receiveFrameSync(frame);
        if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
        FFmpegError.throwIfError(status, `${format.decoder} failed`);
        const plane = frame.data![0]!;
        yield new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples);
        frame.unref();
      }
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

function audioFrame(samples: number, sampleRate: MasterRate): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.nbSamples = samples;
  frame.format = AV_SAMPLE_FMT_FLTP;
  frame.sampleRate = sampleRate;
  frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  FFmpegError.throwIfError(frame.getBuffer(), "No memory for a frame");
  return frame;
}

function bytesOf(samples: Float32Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
