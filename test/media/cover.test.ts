import { expect, test } from "vitest";

import { readPicture } from "../../src/media/cover.ts";
import { jpegOutline, png } from "./pictures.ts";

test("a PNG and a JPEG tell kind, size and depth", () => {
  expect(readPicture(png(31, 7))).toEqual({ mediaType: "image/png", width: 31, height: 7, depth: 24 });
  for (const marker of [0xc0, 0xc2]) {
    const picture = { mediaType: "image/jpeg", width: 640, height: 480, depth: 24 };
    expect(readPicture(jpegOutline(640, 480, marker))).toEqual(picture);
  }
});

test("what is neither is refused by how it begins", () => {
  const refused: [Buffer, string][] = [
    [Buffer.alloc(0), "got an empty file"],
    [Buffer.from("GIF89a\x01\0\x01\0\0\0"), "got a file that begins with 4749463839610100"],
    [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "got a file that begins with 3c73766720786d6c"],
    [Buffer.from("\xff", "latin1"), "got a file that begins with ff"],
  ];
  for (const [bytes, message] of refused) {
    expect(() => readPicture(bytes)).toThrow(`The cover must be a PNG or JPEG picture, ${message}.`);
  }
});

test("a picture that is cut anywhere is refused", () => {
  for (const whole of [png(20, 20), jpegOutline(20, 20)]) {
    for (let length = 8; length < whole.length - 4; length++) {
      expect(() => readPicture(whole.subarray(0, length)), String(length)).toThrow(/is damaged or cut short/);
    }
  }
});

test("a picture without pixels, and one that is too large, are refused", () => {
  expect(() => readPicture(png(0, 5))).toThrow("The cover has no pixels.");
  const padded = Buffer.concat([png(5, 5), Buffer.alloc(8 * 1024 * 1024)]);
  expect(() => readPicture(padded)).toThrow("The cover is larger than 8 MiB.");
  expect(readPicture(padded.subarray(0, 8 * 1024 * 1024)).width).toBe(5);
});
