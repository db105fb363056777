/** Tags as iTunes puts them into MP4, which is what players read, with its note of what to cut ("iTunSMPB"). */
import { box, fullBox, u32, zeros } from "./mp4-boxes.ts";
import { chapterList } from "./mp4-chapters.ts";
import type { Stream } from "./stitch.ts";
import { coverBytes, line } from "./tags.ts";
import type { Tags } from "./tags.ts";

export function userData(stream: Stream, tags: Tags): Buffer {
  const handler = fullBox("hdlr", {}, u32(0), Buffer.from("mdirappl"), zeros(9));
  const meta = fullBox("meta", {}, handler, box("ilst", ...items(tags), gapless(stream)));
  return box("udta", ...(tags.chapters?.length ? [chapterList(tags)] : []), meta);
}

/** Kinds of data. */
const UTF_8 = 1;
const JPEG = 13;
const PNG = 14;

function items({ title, author, date, comment, encoder, cover }: Tags): Buffer[] {
  const texts = { "\xa9nam": title, "\xa9ART": author, "\xa9day": date, "\xa9cmt": comment, "\xa9too": encoder };
  const made = Object.entries(texts).map(([name, text]) => {
    const shown = line(text ?? "");
    return shown === "" ? zeros(0) : box(name, data(UTF_8, Buffer.from(shown)));
  });
  const kind = cover?.mediaType === "image/png" ? PNG : JPEG;
  return cover ? [...made, box("covr", data(kind, coverBytes(cover)))] : made;
}

function data(kind: number, content: Buffer): Buffer {
  return box("data", u32(kind, 0), content);
}

/** Delay, padding and length in hexadecimal; the other fields are zero in files of iTunes too. */
function gapless({ delay, frames, frame, samples }: Stream): Buffer {
  const padding = frames * frame - delay - samples;
  const numbers = [...[0, delay, padding].map((value) => hex(value, 8)), hex(samples, 16)];
  const text = ` ${[...numbers, ...Array.from({ length: 8 }, () => hex(0, 8))].join(" ")}`;
  const named = [
    fullBox("mean", {}, Buffer.from("com.apple.iTunes")),
    fullBox("name", {}, Buffer.from("iTunSMPB")),
    data(UTF_8, Buffer.from(text)),
  ];
  return box("----", ...named);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
