/* oxlint-disable no-underscore-dangle -- the names of Emscripten's raw bindings */
/** The processes of floor.ts. It prints its figures as JSON. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import load from "@echogarden/espeak-ng-emscripten";
import {
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AV_CHANNEL_LAYOUT_MONO,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
} from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Filter, FilterGraph, Frame, Packet, Rational } from "node-av/lib";
import { encodingOf } from "../src/media/encodings.ts";
import { CEILING_DBTP } from "../src/narration/fragments.ts";
import { MASTER_RATE, type EncodeFloor, type SpeechFloor, type Spoken } from "./floor.ts";

const KEPT_SILENCE_S = 0.02;
const format = encodingOf("mp3_128");

async function speak(textsFile: string, pcmFile: string): Promise<SpeechFloor> {
  const spoken = JSON.parse(readFileSync(textsFile, "utf8")) as Spoken[];
  const begun = cpuSeconds();
  const { say, sampleRate } = await bareEngine();
  const said = spoken.map(({ text }) => (text === "" ? new Int16Array(0) : say(text)));
  const cpuS = cpuSeconds() - begun;
  const file = openSync(pcmFile, "w");
  let samples = 0;
  for (const [index, audio] of said.entries()) {
    const silence = Math.round((spoken[index]!.pause * sampleRate) / MASTER_RATE);
    for (const piece of [trimmed(audio, KEPT_SILENCE_S * sampleRate), new Int16Array(silence)]) {
      writeSync(file, new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
      samples += piece.length;
    }
  }
  closeSync(file);
  return { cpuS, samples, sampleRate };
}

async function bareEngine() {
  const module = await load({ print() {}, printErr() {} });
  const worker = new module.eSpeakNGWorker();
  const string = (text: string) => {
    const bytes = Buffer.from(`${text}\0`);
    const at = module._malloc(bytes.length);
    module.HEAPU8.set(bytes, at);
    return at;
  };
  module._emscripten_bind_eSpeakNGWorker_set_voice_2(worker.ptr, string("en-us"), 0);
  Object.assign(worker, { rate: 175, pitch: 50, range: 50 });
  const textAt = module._malloc(16_384);
  const trace = string("/dev/null");
  let chunks: Int16Array[] = [];
  const callback = module.addFunction((audio, samples) => {
    if (samples > 0) chunks.push(module.HEAP16.slice(audio / 2, audio / 2 + samples));
    return 0;
  });
  const say = (text: string): Int16Array => {
    const { written } = new TextEncoder().encodeInto(text, module.HEAPU8.subarray(textAt, textAt + 16_383));
    module.HEAPU8[textAt + written] = 0;
    chunks = [];
    module._emscripten_bind_eSpeakNGWorker_synth_with_phoneme_trace__3(worker.ptr, textAt, trace, callback);
    const whole = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  };
  return { say, sampleRate: worker.samplerate };
}

/** As much silence as a narration keeps, so that both encode the same. */
function trimmed(audio: Int16Array, keep: number): Int16Array {
  const first = audio.findIndex((value) => value !== 0);
  const last = audio.findLastIndex((value) => value !== 0);
  return first < 0 ? audio.subarray(0, 0) : audio.subarray(Math.max(0, first - keep), last + 1 + keep);
}

function encode(pcmFile: string, sampleRate: number, gainDb: number, mp3File: string): EncodeFloor {
  const begun = cpuSeconds();
  const from = performance.now();
  const { graph, source, sink } = openGraph(sampleRate, gainDb);
  const encoder = openEncoder();
  const output = openSync(mp3File, "w");
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  let bytes = 0;
  const write = () => {
    for (; encoder.receivePacketSync(packet) >= 0; packet.unref()) bytes += writeSync(output, packet.data!);
  };
  const drain = () => {
    for (;;) {
      const status = sink.buffersinkGetFrameSync(frame);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      FFmpegError.throwIfError(status, "The filters failed");
      FFmpegError.throwIfError(encoder.sendFrameSync(frame), "The encoder took no frame");
      frame.unref();
      write();
    }
  };
  for (const chunk of secondsOf(pcmFile, sampleRate)) {
    feed(source, chunk, sampleRate);
    drain();
  }
  FFmpegError.throwIfError(source.buffersrcAddFrameSync(null), "The filters took no end");
  drain();
  FFmpegError.throwIfError(encoder.sendFrameSync(null), "The encoder took no end");
  write();
  closeSync(output);
  graph.free();
  return { cpuS: cpuSeconds() - begun, wallS: (performance.now() - from) / 1000, bytes };
}

function openGraph(sampleRate: number, gainDb: number) {
  const graph = new FilterGraph();
  graph.alloc();
  graph.nbThreads = 1;
  const rate = `sample_rate=${sampleRate}:sample_fmt=s16:channel_layout=mono`;
  const chain = [
    ["abuffer", `time_base=1/${sampleRate}:${rate}`],
    ["aresample", String(MASTER_RATE)],
    ["volume", `${gainDb}dB`],
    ["alimiter", `limit=${(10 ** (CEILING_DBTP / 20)).toFixed(6)}:level=0:latency=1`],
    ["ebur128", "peak=true:framelog=quiet"],
    ["aformat", "sample_fmts=fltp"],
    ["asetnsamples", "n=576:p=1"],
    ["abuffersink", null],
  ] as const;
  const filters = chain.map(([name, args], index) => {
    const filter = graph.createFilter(Filter.getByName(name)!, `${name}${index}`, args);
    if (!filter) throw new Error(`FFmpeg refused the filter ${name} with ${args}`);
    return filter;
  });
  for (const [index, filter] of filters.slice(1).entries()) {
    FFmpegError.throwIfError(filters[index]!.link(0, filter, 0), `Cannot link ${chain[index + 1]![0]}`);
  }
  FFmpegError.throwIfError(graph.configSync(), "Cannot configure the filters");
  return { graph, source: filters[0]!, sink: filters.at(-1)! };
}

function openEncoder(): CodecContext {
  const codec = Codec.findEncoderByName(format.encoder)!;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.threadCount = 1;
  encoder.sampleRate = MASTER_RATE;
  encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  encoder.sampleFormat = AV_SAMPLE_FMT_FLTP;
  encoder.bitRate = BigInt(format.bitRate);
  encoder.timeBase = new Rational(1, MASTER_RATE);
  for (const [name, value] of Object.entries(format.options)) encoder.setOption(name, value);
  FFmpegError.throwIfError(encoder.open2Sync(codec, null), `Cannot open ${format.encoder}`);
  return encoder;
}

function feed(source: ReturnType<typeof openGraph>["source"], pcm: Buffer, sampleRate: number): void {
  const frame = Frame.fromAudioBuffer(pcm, {
    nbSamples: pcm.length / 2,
    format: AV_SAMPLE_FMT_S16,
    sampleRate,
    channelLayout: AV_CHANNEL_LAYOUT_MONO,
  });
  FFmpegError.throwIfError(source.buffersrcAddFrameSync(frame), "The filters took no samples");
  frame.free();
}

function* secondsOf(pcmFile: string, sampleRate: number): Generator<Buffer> {
  const file = openSync(pcmFile, "r");
  const buffer = Buffer.alloc(sampleRate * 2);
  for (;;) {
    const read = readSync(file, buffer, 0, buffer.length, null);
    if (read === 0) return closeSync(file);
    yield buffer.subarray(0, read);
  }
}

function cpuSeconds(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
}

const [kind, ...args] = process.argv.slice(2) as [string, string, string, string, string];
const figures =
  kind === "speak" ? await speak(args[0], args[1]) : encode(args[0], Number(args[1]), Number(args[2]), args[3]);
process.stdout.write(JSON.stringify(figures));
