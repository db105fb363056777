/** What ffmpeg and ffprobe, which have no part in making them, say about audio and captions. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "./lector.ts";

export type Probe = {
  codec: string;
  sampleRate: number;
  channels: number;
  /** Bits a second. */
  bitRate: number;
  /** Seconds, by the container. */
  duration: number;
  /** Of the file, and of the stream of sound where it has them there. */
  tags: Record<string, string>;
  /** Seconds. */
  chapters: { start: number; end: number; title: string }[];
  cover: { codec: string; width: number; height: number } | null;
};

type Stream = { codec_type: string; disposition?: { attached_pic: number } };

export async function probe(path: string): Promise<Probe> {
  const { stdout } = await tool("ffprobe", flags("-show_streams", "-show_format", "-show_chapters", path));
  const { streams, format, chapters } = JSON.parse(stdout);
  const stream = streams.find((each: Stream) => each.codec_type === "audio");
  const picture = streams.find((each: Stream) => each.disposition?.attached_pic === 1);
  const tags = { ...stream.tags, ...format.tags };
  return {
    codec: stream.codec_name,
    sampleRate: Number(stream.sample_rate),
    channels: stream.channels,
    bitRate: Number(stream.bit_rate),
    duration: Number(format.duration),
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value])) as {},
    chapters: chapters.map((chapter: { start_time: string; end_time: string; tags: { title: string } }) => {
      return { start: Number(chapter.start_time), end: Number(chapter.end_time), title: chapter.tags.title };
    }),
    cover: picture ? { codec: picture.codec_name, width: picture.width, height: picture.height } : null,
  };
}

/** Integrated loudness (LUFS) and true peak (dBTP) of the decoded file, by EBU R128. */
export async function loudness(path: string): Promise<{ integrated: number; truePeak: number }> {
  const meter = [
    "-hide_banner",
    "-nostats",
    "-i",
    path,
    "-af",
    "ebur128=peak=true:framelog=verbose",
    "-f",
    "null",
    "-",
  ];
  const { stderr } = await tool("ffmpeg", meter);
  const summary = stderr.slice(stderr.lastIndexOf("Summary:"));
  return { integrated: figure(summary, /I:\s+(\S+) LUFS/), truePeak: figure(summary, /Peak:\s+(\S+) dBFS/) };
}

/** Seconds of sound that the file decodes to, its codec's delay and padding removed. */
export async function decodedSeconds(path: string): Promise<number> {
  const { stdout } = await tool("ffmpeg", [
    "-v",
    "error",
    "-i",
    path,
    "-f",
    "s16le",
    "-ac",
    "1",
    "-ar",
    "8000",
    "-acodec",
    "pcm_s16le",
    "-f",
    "framehash",
    "-",
  ]);
  const lengths = stdout
    .split("\n")
    .filter((line) => line.startsWith("0,"))
    .map((line) => Number(line.split(",")[3]));
  return lengths.reduce((sum, length) => sum + length, 0) / 8000;
}

/** All samples as 16 bits, delay and padding removed; at the file's own rate unless told. */
export async function decodedPcm(path: string, rate?: number): Promise<Int16Array> {
  const resample = rate === undefined ? [] : ["-ar", String(rate)];
  const folder = mkdtempSync(join(tmpdir(), "lector-judge-"));
  try {
    const raw = join(folder, "pcm");
    await tool("ffmpeg", ["-v", "error", "-i", path, "-map", "0:a", ...resample, "-f", "s16le", raw]);
    return new Int16Array(Uint8Array.from(readFileSync(raw)).buffer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds. */
export type Shown = { start: number; end: number };

/** When each cue is on screen, by ffprobe's demuxer. */
export async function cueTimes(path: string): Promise<Shown[]> {
  const { stdout } = await tool("ffprobe", flags("-show_packets", path));
  const packets: { pts_time: string; duration_time: string }[] = JSON.parse(stdout).packets;
  return packets.map(({ pts_time: at, duration_time: length }) => ({
    start: Number(at),
    end: Number((Number(at) + Number(length)).toFixed(6)),
  }));
}

/** The lines of each cue, escapes and inline times resolved by ffmpeg's decoder. */
export async function cueLines(path: string): Promise<string[][]> {
  const { stdout } = await tool("ffmpeg", ["-v", "error", "-i", path, "-f", "srt", "-"]);
  return stdout
    .replaceAll("\r", "") // which ffmpeg puts before a line break inside a cue
    .trim()
    .split(/\n\n(?=\d+\n)/)
    .map((cue) => cue.split("\n").slice(2));
}

const flags = (...args: string[]) => ["-v", "error", "-print_format", "json", ...args];

function figure(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`ffmpeg's summary has no ${pattern.source}:\n${text}`);
  return Number(found);
}
